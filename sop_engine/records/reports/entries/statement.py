"""A party's papers and balance in a period."""

from datetime import date, timedelta

from pydantic import Field
from sqlmodel import col, select

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.basis.models import Title
from sop_engine.freight.subledger.allocation import NOUGHT
from sop_engine.records.ledger.items import ItemRow
from sop_engine.records.ledger.names import known_as
from sop_engine.records.reports.parameters import OfDay, OfDays, OfMonth, OfParty, OfSide
from sop_engine.records.reports.report import Books, Cell, Found, Report, column, money


class Asked(OfDay, OfDays, OfMonth, OfSide):
    """A statement is of one party."""

    party: str = Field(description=OfParty.model_fields["party"].description)


def _statement(books: Books, asked: Asked) -> Found:
    """A party's papers in a period, each with its debit or credit, between the opening and the closing balance."""
    since, until = _period(asked, asked.on or books.today)
    if until < since:
        # Where one end was left out, or `month` beside it says another, only the whole shows it.
        fault = Fault(where="since", what=f"{since} lies after the last day, {until}", allowed=f"up to {until}")
        raise InvalidInput("The report cannot be run", [fault])
    party = known_as(books.session, asked.party)
    account = books.rules.uses.receivable if asked.side == "receivable" else books.rules.uses.payable
    chosen = select(ItemRow).where(ItemRow.account == account, ItemRow.party == party, ItemRow.dated_on <= until)
    papers = books.session.exec(
        chosen.order_by(ItemRow.currency, col(ItemRow.dated_on), ItemRow.kind, ItemRow.reference)
    ).all()
    rows: list[list[Cell]] = []
    for currency in dict.fromkeys(paper.currency for paper in papers):
        balance = sum((each.amount for each in papers if each.currency == currency and each.dated_on < since), NOUGHT)
        rows.append([since, "Opening balance 期初余额", None, currency, None, None, balance, None])
        for paper in papers:
            if paper.currency != currency or paper.dated_on < since:
                continue
            balance += paper.amount
            title = books.rules.entries[paper.kind].title if paper.kind in books.rules.entries else None
            rows.append(
                [
                    paper.dated_on,
                    f"{title.en} {title.zh}" if title else paper.kind,
                    paper.reference,
                    currency,
                    max(paper.amount, NOUGHT),
                    max(-paper.amount, NOUGHT),
                    balance,
                    paper.due_on if paper.due_on != paper.dated_on else None,
                ]
            )
        rows.append([until, "Closing balance 期末余额", None, currency, None, None, balance, None])
    return Found(rows, f"{party}, {since} – {until}")


def _period(asked: Asked, on: date) -> tuple[date, date]:
    """The days asked for, else those of the month, else the present month so far."""
    month = date.fromisoformat(f"{asked.month}-01") if asked.month else on.replace(day=1)
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return asked.since or month, asked.until or (last if asked.month else on)


REPORT = Report(
    name="statement",
    title=Title(en="Statement of account", zh="对账单"),
    tells=Title(en="A party's papers and balance in a period", zh="对账单"),
    asks=Asked,
    columns=(
        column("date", "Date", "日期", "date"),
        column("what", "Paper", "摘要"),
        column("reference", "Number", "单号"),
        column("currency", "Currency", "币种"),
        money("debit", "Debit", "借方"),
        money("credit", "Credit", "贷方"),
        money("balance", "Balance", "余额"),
        column("due_on", "Due", "到期日", "date"),
    ),
    query=_statement,
)
