"""`sop register`: customers, suppliers, vehicles and other master data in the records, and who changed what of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.contracts.registers import (
    GivenRow,
    KeepRowsInput,
    KeptRows,
    ListChangesInput,
    ListRowsInput,
    RowsCheck,
)
from sop_engine.console.arguments import FileOption, LimitOption, Reason, SetOption
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import LocalFile, contract, read_values

if TYPE_CHECKING:
    from sop_engine.cases.written.register import RegisterSpec
    from sop_engine.temporal.registers_gateway import RegistersGateway

register = group("register", "Registers of master data: customers, suppliers, vehicles, prices, who is away.")

RegisterName = Annotated[str, typer.Argument(metavar="REGISTER", help="Its name, such as customers.")]
AnyRegister = Annotated[
    str | None, typer.Argument(metavar="[REGISTER]", help="Rows of this one; the registers themselves when left out.")
]
RowKey = Annotated[str, typer.Argument(metavar="KEY", help="By what the row is known; parts are joined by `:`.")]
AnyRow = Annotated[str | None, typer.Argument(metavar="[KEY]", help="Only this row; all when left out.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change, or every fault.")]


class Import(BaseModel):
    """What came of a file."""

    rows: int
    dry_run: bool
    kept: KeptRows
    """What was changed; of a dry run, what would be."""


@command(register, "list", reads=True)
async def list_registers(
    session: Session,
    name: AnyRegister = None,
    text: Annotated[str, typer.Option("--find", help="Only rows that hold this text in any field.")] = "",
    limit: LimitOption = 100,
) -> None:
    """List the registers, or the rows of one."""
    from sop_engine.console.render_registers import render_registers, render_rows

    gateway = await _gateway(session)
    if name is None:
        if text:
            raise InvalidInput("--find looks through one register", [Fault("register", "is not named", "its name")])
        found = await gateway.registers()
        if session.as_json:
            session.json(found)
        else:
            session.show(render_registers(found, session.language))
        return
    spec = await gateway.register(name)
    rows = await gateway.rows(contract(ListRowsInput, **session.reading(), register_name=name, text=text, limit=limit))
    if session.as_json:
        session.json(rows)
        return
    session.show(render_rows(spec, rows.rows, session.language, session.zone))
    session.say_count(len(rows.rows), rows.total)


@command(register, "show", reads=True)
async def show(session: Session, name: RegisterName, key: RowKey) -> None:
    """Show one row with every field."""
    from sop_engine.console.render_registers import render_row

    gateway = await _gateway(session)
    spec = await gateway.register(name)
    (row,) = (await gateway.rows(ListRowsInput(**session.reading(), register_name=name, key=key))).rows
    if session.as_json:
        session.json(row)
    else:
        session.show(render_row(spec, row, session.language, session.zone))


@command(register, "set", reads=True, acts=True)
async def set_row(
    session: Session,
    name: RegisterName,
    key: RowKey,
    reason: Reason,
    assignments: SetOption = None,
    file: FileOption = None,
) -> None:
    """Change fields of a row, or add the row; `--set field=` empties a field. A list is given whole."""
    values = read_values(assignments or (), file)
    if local := [name for name, value in values.items() if isinstance(value, LocalFile)]:
        fault = Fault(local[0], "is a file, which no row holds", "a value; `@@` stands for `@` itself")
        raise InvalidInput("The row cannot be kept", [fault])
    gateway = await _gateway(session)
    spec = await gateway.register(name)
    row = GivenRow(values={**values, **_key_values(spec, key, values)})
    given = contract(KeepRowsInput, register_name=name, rows=(row,), actor=session.actor(), reason=reason)
    kept = await gateway.keep(given)
    if session.as_json:
        session.json(kept)
    session.say(f"{name} {key}: {'added' if kept.added else 'changed' if kept.changed else 'nothing changes'}")


@command(register, "import", reads=True, acts=True)
async def import_rows(
    session: Session,
    name: RegisterName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table: .csv in UTF-8, or .xlsx.")],
    reason: Reason,
    dry_run: DryRun = False,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Of a workbook with several sheets.")] = None,
) -> None:
    """Keep the rows of a file: every row, or none where any has a fault. The first row names the columns."""
    gateway = await _gateway(session)
    spec = await gateway.register(name)
    rows, faults = _read(spec, file, sheet)
    if not rows and not faults:
        raise InvalidInput("The file has no rows", [Fault(str(file), "holds a head and nothing else", "rows below it")])
    given = KeepRowsInput.model_construct(register_name=name, rows=tuple(rows), actor=session.actor(), reason=reason)
    check = await gateway.check(given) if rows else RowsCheck(would=KeptRows(), faults=())
    faults += [(int(fault.where.split(",")[0].removeprefix("row ")), fault) for fault in check.faults]
    if faults:
        told = [fault for _, fault in sorted(faults, key=lambda found: found[0])]
        raise InvalidInput(f"{len(told)} faults in {file}; nothing is changed", told)
    kept = check.would if dry_run else await gateway.keep(given)
    if session.as_json:
        session.json(Import(rows=len(rows), dry_run=dry_run, kept=kept))
    would = "would be " if dry_run else ""
    what = f"{kept.added} {would}added, {kept.changed} {would}changed, {kept.unchanged} as they are"
    session.say(f"{len(rows)} rows: {what}")


@command(register, "export", acts=True)
async def export(
    session: Session,
    name: RegisterName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write: .csv or .xlsx.")],
) -> None:
    """Write every row of a register to a file that `import` reads again."""
    from sop_engine.cases.written.register_columns import flat, head_of
    from sop_engine.console.file_faults import write_file
    from sop_engine.console.row_files import write_rows

    gateway = await _gateway(session)
    spec = await gateway.register(name)
    asked = ListRowsInput(**session.reading(), register_name=name)
    masked = {place.split(".")[0] for place in (await gateway.rows(asked)).masked}
    rows = [row.values async for row in gateway.all_rows(asked)]
    # What is not shown is left out: empty, it would be emptied by an import of the file.
    head = [column for column in head_of(spec, rows) if column.split(".")[0] not in masked]
    write_file(file, write_rows(file, spec.title.text(session.language), head, (flat(spec, row) for row in rows)))
    session.line(str(file))
    session.say(f"{len(rows)} rows of {name}" + (f", without {', '.join(sorted(masked))}" if masked else ""))


@command(register, "history", reads=True)
async def history(session: Session, name: RegisterName, key: AnyRow = None, limit: LimitOption = 100) -> None:
    """Show who changed which rows when, why, and from what to what; the newest first."""
    from sop_engine.console.render_registers import render_changes

    gateway = await _gateway(session)
    asked = contract(ListChangesInput, **session.reading(), register_name=name, key=key, limit=limit)
    found = await gateway.history(asked)
    if session.as_json:
        session.json(found)
    else:
        session.show(render_changes(found, session.language, session.zone))


async def _gateway(session: Session) -> "RegistersGateway":
    from sop_engine.temporal.registers_gateway import RegistersGateway

    return RegistersGateway(await session.gateway())


def _key_values(spec: "RegisterSpec", key: str, values: dict[str, Any]) -> dict[str, str]:
    """The fields of a key as it is written. Raises `InvalidInput` where the parts are not as many."""
    from sop_engine.cases.written.register_rows import JOINED_BY

    parts = key.split(JOINED_BY) if len(spec.key) > 1 else [key]
    faults = [Fault(name, "is part of the key, which stays", "another field") for name in spec.key if name in values]
    if len(parts) != len(spec.key):
        faults.append(Fault("key", f"{key!r} has {len(parts)} parts", JOINED_BY.join(spec.key)))
    if faults:
        raise InvalidInput(f"No row of {spec.name} can be kept so", faults)
    return dict(zip(spec.key, parts, strict=True))


def _read(spec: "RegisterSpec", file: Path, sheet: str | None) -> tuple[list[GivenRow], list[tuple[int, Fault]]]:
    """The rows of a file without a fault, and each fault with its row; those of the head have none."""
    from sop_engine.cases.written.register_columns import Line, head_faults, read_lines
    from sop_engine.console.row_files import read_rows

    found = read_rows(file, sheet)
    wrong = head_faults(spec, found.head)
    faults = [(0, fault) for fault in wrong] + [(0, fault) for fault in found.faults]
    if any(fault.where == "columns" for fault in wrong):
        return [], faults
    misnamed = {int(fault.where.removeprefix("column ")) - 1 for fault in wrong}
    kept = [index for index in range(len(found.head)) if index not in misnamed]
    lines = [Line(line.number, _under(line.cells, kept, len(found.head))) for line in found.lines]
    rows: list[GivenRow] = []
    for row in read_lines(spec, [found.head[index] for index in kept], lines):
        given = GivenRow(place=f"row {row.number}", values=row.values)
        faults += [(row.number, given.placed(fault)) for fault in row.faults]
        if row.key is not None:
            rows.append(given)
    return rows, faults


def _under(cells: Sequence[str], kept: Sequence[int], width: int) -> list[str]:
    """The cells of the columns that are kept, and those that stand under no name at all."""
    return [*(cells[index] if index < len(cells) else "" for index in kept), *cells[width:]]
