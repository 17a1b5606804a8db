"""Reports on parties: what they owe by age, their statements, and the cash held for senders."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from sop_engine.cases.faults import Fault, InvalidInput
from sop_engine.cases.report_tables import ReportInput, ReportTable
from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.ageing import BUCKETS, age, days_past_due
from sop_engine.freight.subledger.allocation import NOUGHT, OpenItem
from sop_engine.records.ledger.allocations import DisputeRow
from sop_engine.records.ledger.items import ItemRow, MoveRow
from sop_engine.records.ledger.names import known_as
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.records.ledger.registers import CashRow
from sop_engine.records.reports.building import Cell, column, table

NOBODY = "?"
"""Stands for a party that nobody named."""


def ageing(session: Session, asked: ReportInput, rules: LedgerRules, on: date) -> ReportTable:
    """Per party and currency, by days past due in the evening of a day; disputed and unapplied amounts stand apart."""
    account = rules.uses.receivable if asked.side == "receivable" else rules.uses.payable
    sign = 1 if asked.side == "receivable" else -1
    found: defaultdict[tuple[str, str], list[OpenItem]] = defaultdict(list)
    for row, balance, disputed in items_on(session, account, on, asked.party):
        found[row.party, row.currency].append(
            OpenItem(row.item_id, row.reference, sign * balance, row.dated_on, row.due_on, disputed)
        )
    rows: list[list[Cell]] = []
    for (party, currency), items in sorted(found.items()):
        aged = age(items, on)
        rows.append(
            [
                party or NOBODY,
                currency,
                *aged.buckets.values(),
                aged.disputed,
                -aged.unapplied,
                aged.total,
                aged.oldest_days,
            ]
        )
    title = ("Ageing of receivables", "应收账款账龄") if sign > 0 else ("Ageing of payables", "应付账款账龄")
    return table(
        asked,
        title,
        str(on),
        [
            column("party", "Party", "往来单位"),
            column("currency", "Currency", "币种"),
            *(
                column(name, name.replace("current", "Not due"), name.replace("current", "未到期"), "amount")
                for name in BUCKETS
            ),
            column("disputed", "Disputed", "争议", "amount"),
            column("unapplied", "Unapplied", "未核销", "amount"),
            column("total", "Total", "合计", "amount"),
            column("oldest_days", "Oldest, days", "最长逾期天数", "integer"),
        ],
        rows,
    )


def statement(session: Session, asked: ReportInput, rules: LedgerRules, on: date) -> ReportTable:
    """A party's papers in a period, each with its debit or credit, between the opening and the closing balance."""
    if asked.party is None:
        raise InvalidInput("a statement is of one party", [Fault(where="party", what="is missing", allowed="a name")])
    since, until = _period(asked, on)
    party = known_as(session, asked.party)
    account = rules.uses.receivable if asked.side == "receivable" else rules.uses.payable
    chosen = select(ItemRow).where(ItemRow.account == account, ItemRow.party == party, ItemRow.dated_on <= until)
    papers = session.exec(
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
            title = rules.entries[paper.kind].title if paper.kind in rules.entries else None
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
    return table(
        asked,
        ("Statement of account", "对账单"),
        f"{party}, {since} – {until}",
        [
            column("date", "Date", "日期", "date"),
            column("what", "Paper", "摘要"),
            column("reference", "Number", "单号"),
            column("currency", "Currency", "币种"),
            column("debit", "Debit", "借方", "amount"),
            column("credit", "Credit", "贷方", "amount"),
            column("balance", "Balance", "余额", "amount"),
            column("due_on", "Due", "到期日", "date"),
        ],
        rows,
    )


def cash_on_delivery(session: Session, asked: ReportInput, rules: LedgerRules, on: date) -> ReportTable:
    """Every collection with what its sender is still owed; late where the last day to pay has passed."""
    balances = {
        row.item_id: -balance for row, balance, _ in items_on(session, rules.uses.cash_on_delivery, on, asked.party)
    }
    chosen = select(CashRow).where(CashRow.collected_on <= on)
    if asked.party is not None:
        chosen = chosen.where(CashRow.sender == known_as(session, asked.party))
    rows: list[list[Cell]] = []
    for cash in session.exec(chosen.order_by(col(CashRow.collected_on), CashRow.cod_no)):
        owed = balances.get(cash.entry_id, NOUGHT)
        rows.append(
            [
                cash.cod_no,
                cash.sender or NOBODY,
                cash.receiver,
                cash.currency,
                cash.agreed,
                cash.collected,
                cash.collected - cash.agreed,
                cash.collected_on,
                cash.settle_by,
                cash.collected - owed,
                owed,
                days_past_due(cash.settle_by, on) if owed else 0,
            ]
        )
    return table(
        asked,
        ("Cash on delivery", "代收货款台账"),
        str(on),
        [
            column("cod_no", "Number", "编号"),
            column("sender", "Sender", "发货人"),
            column("receiver", "Receiver", "收货人"),
            column("currency", "Currency", "币种"),
            column("agreed", "Agreed", "应收", "amount"),
            column("collected", "Collected", "实收", "amount"),
            column("difference", "Difference", "差额", "amount"),
            column("collected_on", "Collected on", "收款日期", "date"),
            column("settle_by", "Pay by", "付款期限", "date"),
            column("paid", "Paid out", "已付", "amount"),
            column("owed", "Owed", "未付", "amount"),
            column("days_late", "Days late", "逾期天数", "integer"),
        ],
        rows,
    )


def items_on(session: Session, account: str, on: date, party: str | None) -> list[tuple[ItemRow, Decimal, Decimal]]:
    """What was open on an account in the evening of a day: each item with its balance and its disputed amount."""
    chosen = select(ItemRow).where(ItemRow.account == account, ItemRow.dated_on <= on)
    if party is not None:
        chosen = chosen.where(ItemRow.party == known_as(session, party))
    rows = session.exec(chosen.order_by(ItemRow.item_id)).all()
    balances: defaultdict[str, Decimal] = defaultdict(Decimal)
    moved = select(MoveRow).join(ItemRow, col(ItemRow.item_id) == col(MoveRow.item_id))
    for move in session.exec(moved.where(ItemRow.account == account, MoveRow.moved_on <= on)):
        balances[move.item_id] += move.amount
    evening = datetime.combine(on + timedelta(days=1), time(), CHINA)
    disputed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for dispute in session.exec(select(DisputeRow).where(col(DisputeRow.disputed_at) < evening)):
        if dispute.settled_at is None or dispute.settled_at >= evening:
            disputed[dispute.item_id] += dispute.amount
    return [
        (row, balances[row.item_id], min(disputed[row.item_id], abs(balances[row.item_id])))
        for row in rows
        if balances[row.item_id]
    ]


def _period(asked: ReportInput, on: date) -> tuple[date, date]:
    """The days asked for, else those of the month, else the present month so far."""
    month = date.fromisoformat(f"{asked.month}-01") if asked.month else on.replace(day=1)
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return asked.since or month, asked.until or (last if asked.month else on)
