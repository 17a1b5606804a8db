"""`sop report`: figures over all cases, reports and measures alike."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import JsonValue

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.contracts.reading import TrialBalance, TrialBalanceInput
from sop_engine.cases.contracts.report_tables import ReportInput, ReportTable
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.file_faults import write_file
from sop_engine.console.report_command import ReportCommand, option

report = group("report", "Figures over all cases.")

Format = Literal["table", "csv", "xlsx", "pdf", "svg", "png"]


@command(report, "balance", reads=True)
async def balance(
    session: Session, case_id: Annotated[str | None, typer.Option("--case", help="Only of this case.")] = None
) -> None:
    """Show the trial balance: every account's debit and credit."""
    gateway = await session.gateway()
    answer = await gateway.read("trial_balance", TrialBalanceInput(case_id=case_id), TrialBalance)
    if session.as_json:
        session.json(answer)
        return
    from sop_engine.console.render_lists import render_balance

    session.show(render_balance(answer, session.language))
    session.say("The ledger balances" if answer.balanced else "The ledger does not balance")


@command(report, "list", local=True)
def list_reports(session: Session) -> None:
    """List the reports and measures there are, each with what may be asked of it; measures can be drawn."""
    from sop_engine.records.reports.catalogue import catalogue

    width = max(map(len, catalogue()))
    for entry in sorted(catalogue().values(), key=lambda each: each.is_measure):
        tells = entry.tells.zh if session.language == "zh" else entry.tells.en
        asks = [*map(option, entry.parameters), *(["--format svg"] if entry.is_measure else [])]
        session.line(f"{entry.name:{width}}  {tells}  {' '.join(asks)}".rstrip())


@command(report, "run", reads=True, cls=ReportCommand)
async def run(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="REPORT", help="Which report; `sop report list` tells what each is.")],
    form: Annotated[Format, typer.Option("--format", help="A table on the screen, or a file.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write the file.")] = None,
    **parameters: str | None,
) -> None:
    """Run a report or measure and show it, or write it as CSV, XLSX or PDF; a file's path is printed.

    A measure can also be drawn, as SVG or PNG; its PDF has the picture above the table.
    """
    given: dict[str, JsonValue] = {key: value for key, value in parameters.items() if value is not None}
    asked = _asked(name, given, form).model_copy(update=session.reading())
    answer = await _whole(session, asked)
    if session.as_json:
        session.json(answer)
        return
    if form == "table":
        from sop_engine.console.render_report import render_report

        session.show(render_report(answer, session.language))
        session.say(f"{answer.title[session.language]}, {answer.scope}: {answer.total}".replace(", :", ":"))
        return
    content = _written(session, answer, form)
    if form == "csv" and output is None:
        session.line(content.decode("utf-8-sig").rstrip("\r\n"))
        return
    path = output or session.settings.data_directory / "reports" / f"{name}.{form}"
    write_file(path, content)
    session.line(str(path))


async def _whole(session: Session, asked: ReportInput) -> ReportTable:
    """All rows, fetched in pieces that a message can hold."""
    gateway = await session.gateway()
    answer = await gateway.read("run_report", asked, ReportTable)
    while len(answer.rows) < answer.total:
        more = await gateway.read("run_report", asked.model_copy(update={"offset": len(answer.rows)}), ReportTable)
        if not more.rows:
            break
        answer = more.model_copy(update={"rows": answer.rows + more.rows})
    return answer


def _written(session: Session, answer: ReportTable, form: Format) -> bytes:
    from sop_engine.console.report_files import as_csv, as_pdf, as_workbook

    if form == "csv":
        return as_csv(answer, session.language)
    if form == "xlsx":
        return as_workbook(answer, session.language)
    from sop_engine.content.library import content_root, load_library

    if form in ("svg", "png"):
        from sop_engine.console.report_picture import as_picture

        return as_picture(answer, content_root() / "documents", form)
    firm = load_library(organization_file=session.settings.organization_file).organization
    return as_pdf(answer, content_root() / "documents", firm, datetime.now(UTC))


def _asked(name: str, parameters: dict[str, JsonValue], form: Format) -> ReportInput:
    """Raises InvalidInput with every fault, in the words of the command line."""
    from sop_engine.records.reports.catalogue import catalogue, read_parameters, report_named

    report = report_named(name)
    read_parameters(report, parameters, option)
    if form in ("svg", "png") and not report.is_measure:
        measures = ", ".join(each.name for each in catalogue().values() if each.is_measure)
        fault = Fault(where="--format", what=f"{name} is no measure, so nothing can be drawn", allowed=measures)
        raise InvalidInput("The report cannot be run", [fault])
    return ReportInput(name=name, parameters=parameters)
