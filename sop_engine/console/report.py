"""`sop report`: figures over all cases."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from sop_engine.cases.contracts.reading import TrialBalance, TrialBalanceInput
from sop_engine.cases.faults import Fault, InvalidInput
from sop_engine.cases.report_tables import ReportInput, ReportName, ReportTable, Side
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.file_faults import write_file
from sop_engine.console.inputs import contract
from sop_engine.timekeeping.instants import RANGE, is_near

report = group("report", "Figures over all cases.")

Format = Literal["table", "csv", "xlsx", "pdf"]

DESCRIPTIONS: tuple[tuple[ReportName, str, str], ...] = (
    ("ageing", "What is open per party by days past due, disputed and unapplied amounts apart", "账龄"),
    ("cod", "Cash on delivery: collected, paid to senders, late", "代收货款台账"),
    ("freight-ratio", "Freight of each shipment against the value of its goods", "运费占货值比"),
    ("margin", "Revenue, cost and margin of each shipment in book currency", "单票毛利"),
    ("statement", "A party's papers and balance in a period", "对账单"),
    ("tax", "VAT of invoices and bills by month, kind and rate", "增值税"),
)


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
    """List the reports there are."""
    for name, english, chinese in DESCRIPTIONS:
        session.line(f"{name:14} {chinese if session.language == 'zh' else english}")


@command(report, "run", reads=True)
async def run(
    session: Session,
    name: Annotated[ReportName, typer.Argument(help="Which report; `sop report list` tells what each is.")],
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="As of the evening of a day.")] = None,
    month: Annotated[str | None, typer.Option("--month", metavar="YYYY-MM", help="Of an accounting month.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="First day of a statement.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Last day of a statement.")] = None,
    party: Annotated[str | None, typer.Option("--party", help="Only of this customer, supplier or sender.")] = None,
    side: Annotated[
        Side, typer.Option("--side", help="What customers owe, or what suppliers are owed.")
    ] = "receivable",
    form: Annotated[Format, typer.Option("--format", help="A table on the screen, or a file.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write the file.")] = None,
) -> None:
    """Run a report and show it, or write it as CSV, XLSX or PDF; a file's path is printed."""
    asked = contract(
        ReportInput,
        name=name,
        on=_day("--on", on),
        since=_day("--since", since),
        until=_day("--until", until),
        month=_month(month),
        party=party,
        side=side,
    )
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

    firm = load_library(organization_file=session.settings.organization_file).organization
    return as_pdf(answer, content_root() / "documents", firm, datetime.now(UTC))


def _day(option: str, text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text) if text is not None else None
    except ValueError:
        fault = Fault(where=option, what=f"{text!r} is no day", allowed="such as 2026-03-31")
        raise InvalidInput("The report cannot be run", [fault]) from None
    if day is not None and not is_near(day):
        fault = Fault(where=option, what=f"{text} lies too far off", allowed=RANGE)
        raise InvalidInput("The report cannot be run", [fault])
    return day


def _month(text: str | None) -> str | None:
    try:
        day = date.fromisoformat(f"{text}-01") if text is not None else None
    except ValueError:
        fault = Fault(where="--month", what=f"{text!r} is no month", allowed="such as 2026-03")
        raise InvalidInput("The report cannot be run", [fault]) from None
    if day is not None:
        _day("--month", day.isoformat())
    return text
