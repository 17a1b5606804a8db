"""Computes the figures of docs/money-and-customs.md: `python -m tests.docs.money_and_customs`."""

from datetime import date
from pathlib import Path

from tests.docs import money_charges, money_customs, money_ledger, money_watch
from tests.docs.computed_page import Block, filled, table

PAGE = Path(__file__).parents[2] / "docs" / "money-and-customs.md"
OPENED_ON = date(2026, 3, 2)


def legal_figures() -> str:
    """Every figure that a procedure takes from the table of legal periods."""
    library = money_customs.library()

    def rows() -> list[tuple[object, ...]]:
        return [
            (f"`{sop}.{name}`", bundle.parameters[name], rule.id, rule.citation, rule.valid_from)
            for sop in library.sops
            for bundle in [library.bundle(sop, OPENED_ON)]
            for name, rule in bundle.rules.items()
        ]

    return table(("Figure", "Value", "Rule", "From", "In force since"), rows())


BLOCKS: dict[str, Block] = {
    block.__name__: block
    for block in (
        money_customs.from_price_to_value,
        money_customs.which_rate,
        money_customs.taxes_of_the_wine,
        money_customs.anti_dumping,
        money_customs.small_amounts,
        money_customs.export,
        money_customs.last_day_to_declare,
        money_customs.late_declaration,
        money_customs.last_day_to_pay,
        money_customs.surcharge,
        legal_figures,
        money_charges.free_time,
        money_charges.weights,
        money_charges.prices,
        money_charges.stages,
        money_charges.margin,
        money_charges.invoice_vat,
        money_ledger.entries,
        money_ledger.trial_balance,
        money_ledger.settling,
        money_ledger.credit_note,
        money_ledger.exchange,
        money_watch.matching,
        money_watch.approvals,
        money_watch.cash_dates,
        money_watch.ageing,
        money_watch.dunning,
        money_watch.credit,
        money_watch.closing,
    )
}

if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), BLOCKS), encoding="utf-8")
