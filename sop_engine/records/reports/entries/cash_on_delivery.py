"""The cash held for senders: collected, paid out, late."""

from sqlmodel import col, select

from sop_engine.basis.models import Title
from sop_engine.freight.subledger.ageing import days_past_due
from sop_engine.freight.subledger.allocation import NOUGHT
from sop_engine.records.ledger.names import known_as
from sop_engine.records.ledger.registers import CashRow
from sop_engine.records.reports.open_items import NOBODY, items_on
from sop_engine.records.reports.parameters import OfDay, OfParty
from sop_engine.records.reports.report import Books, Cell, Found, Report, column, money


class Asked(OfDay, OfParty):
    """Of one sender or of all."""


def _cash_on_delivery(books: Books, asked: Asked) -> Found:
    """Every collection with what its sender is still owed; late where the last day to pay has passed."""
    on = asked.on or books.today
    balances = {
        row.item_id: -balance
        for row, balance, _ in items_on(books.session, books.rules.uses.cash_on_delivery, on, asked.party)
    }
    chosen = select(CashRow).where(CashRow.collected_on <= on)
    if asked.party is not None:
        chosen = chosen.where(CashRow.sender == known_as(books.session, asked.party))
    rows: list[list[Cell]] = []
    for cash in books.session.exec(chosen.order_by(col(CashRow.collected_on), CashRow.cod_no)):
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
    return Found(rows, str(on))


REPORT = Report(
    name="cod",
    title=Title(en="Cash on delivery", zh="代收货款台账"),
    tells=Title(en="Cash on delivery: collected, paid to senders, late", zh="代收货款台账"),
    asks=Asked,
    columns=(
        column("cod_no", "Number", "编号"),
        column("sender", "Sender", "发货人"),
        column("receiver", "Receiver", "收货人"),
        column("currency", "Currency", "币种"),
        money("agreed", "Agreed", "应收"),
        money("collected", "Collected", "实收"),
        money("difference", "Difference", "差额"),
        column("collected_on", "Collected on", "收款日期", "date"),
        column("settle_by", "Pay by", "付款期限", "date"),
        money("paid", "Paid out", "已付"),
        money("owed", "Owed", "未付"),
        column("days_late", "Days late", "逾期天数", "integer"),
    ),
    query=_cash_on_delivery,
)
