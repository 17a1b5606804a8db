"""VAT of invoices and bills by accounting month, kind and rate."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from sqlmodel import Session, col, select

from sop_engine.basis.models import Title
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.allocation import NOUGHT
from sop_engine.records.ledger.entries import EntryRow
from sop_engine.records.ledger.registers import BillRow, InvoiceRow, PaperLineRow
from sop_engine.records.reports.parameters import OfMonth
from sop_engine.records.reports.report import Books, Cell, Found, Report, column, money


def _tax(books: Books, asked: OfMonth) -> Found:
    """VAT of invoices and bills by accounting month, kind and rate; red-letter invoices lessen their own month."""
    lines: defaultdict[str, list[PaperLineRow]] = defaultdict(list)
    for line in books.session.exec(select(PaperLineRow).order_by(PaperLineRow.entry_id, col(PaperLineRow.line))):
        lines[line.entry_id].append(line)
    sums: defaultdict[tuple[str, str, str, str, Decimal | None], list[Decimal]] = defaultdict(
        lambda: [NOUGHT, NOUGHT, NOUGHT]
    )
    for paper, entry, direction, kind, disbursed in _papers(books.session, asked.month):
        for position, (rate, net, vat) in enumerate(_by_rate(paper, lines[paper.entry_id])):
            found = sums[entry.month, direction, paper.currency, kind, rate]
            for index, amount in enumerate((net, vat, disbursed if position == 0 else NOUGHT)):
                found[index] += amount
    rows: list[list[Cell]] = [
        [*key[:4], key[4], *amounts]
        for key, amounts in sorted(sums.items(), key=lambda each: (*each[0][:4], each[0][4] or NOUGHT))
    ]
    return Found(rows, asked.month or "")


def _papers(session: Session, month: str | None) -> Iterator[tuple[InvoiceRow | BillRow, EntryRow, str, str, Decimal]]:
    """Each paper with its entry, direction, kind, and what it passes on."""
    for invoice, entry in session.exec(
        select(InvoiceRow, EntryRow).join(EntryRow, col(EntryRow.entry_id) == col(InvoiceRow.entry_id))
    ):
        if month in (None, entry.month):
            yield invoice, entry, "output", invoice.kind or "invoice", invoice.disbursements
    for bill, entry in session.exec(
        select(BillRow, EntryRow).join(EntryRow, col(EntryRow.entry_id) == col(BillRow.entry_id))
    ):
        if month in (None, entry.month):
            yield bill, entry, "input", "bill", bill.disbursements or NOUGHT


def _by_rate(paper: InvoiceRow | BillRow, lines: list[PaperLineRow]) -> list[tuple[Decimal | None, Decimal, Decimal]]:
    """Net and VAT of a paper by rate; the VAT adds up to the paper's. Without lines, or with other sums, all in one."""
    nets: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        nets[line.vat_rate or NOUGHT] += line.amount
    weights = [abs(rate * net) for rate, net in nets.items()]
    if sum(nets.values(), NOUGHT) != paper.net or not any(weights):
        rate = next(iter(nets), None) if len(nets) == 1 else None
        return [(rate, paper.net, paper.vat)]
    taxes = Money(amount=paper.vat, currency=paper.currency).split(weights)
    return [(rate, net, vat.amount) for (rate, net), vat in zip(nets.items(), taxes, strict=True)]


REPORT = Report(
    name="tax",
    title=Title(en="VAT", zh="增值税"),
    tells=Title(en="VAT of invoices and bills by month, kind and rate", zh="增值税"),
    asks=OfMonth,
    columns=(
        column("month", "Month", "会计月份"),
        column("direction", "Direction", "方向"),
        column("currency", "Currency", "币种"),
        column("kind", "Kind", "种类"),
        column("rate", "Rate", "税率", "share"),
        money("net", "Net", "不含税金额"),
        money("vat", "VAT", "税额"),
        money("disbursements", "Disbursements", "代垫款"),
    ),
    query=_tax,
)
