"""A cell of a report as people read it."""

from decimal import Decimal

from sop_engine.cases.contracts.report_tables import CellKind


def text_of(cell: str | None, kind: CellKind) -> str:
    """A cell as people read it: figures in groups of three, shares in percent, a dash for nothing."""
    return shown(cell, kind) or "—"


def shown(cell: str | None, kind: CellKind) -> str | None:
    """Figures in groups of three, shares in percent; nothing for nothing."""
    if cell is None:
        return None
    match kind:
        case "amount" | "integer" | "decimal":
            return f"{Decimal(cell):,f}"
        case "share":
            return f"{Decimal(cell) * 100:.2f} %"
        case _:
            return cell
