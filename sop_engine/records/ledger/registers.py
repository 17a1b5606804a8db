"""The registers of papers: invoices and credit notes, supplier bills, and cash on delivery, each beside its entry.

A paper that comes from a case's own data may lack what the case does not know; its amounts are those of the entry.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, assert_never

from sqlmodel import Field, Session, col, select

from sop_engine.freight.party_keys import party_key
from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.posting import Posting
from sop_engine.records.columns import ExactDecimal, Row
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping
from sop_engine.records.ledger.entries import EntryRow
from sop_engine.records.ledger.names import known_as


class InvoiceRow(Row, table=True):
    """An invoice; a credit note has negative amounts and the number of its invoice."""

    __tablename__ = "invoices"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    entry_id: str = Field(primary_key=True, foreign_key="ledger_entries.entry_id")
    number: str
    number_key: str = Field(index=True)
    """By which another spelling of the number is known."""
    refers_to: str | None
    refers_key: str | None = Field(index=True)
    kind: str
    """`transport` or `agency`; empty where the case did not say."""
    customer: str = Field(index=True)
    title: str
    taxpayer_no: str
    tax_invoice_no: str | None
    currency: str
    net: Decimal = Field(sa_type=ExactDecimal)
    vat: Decimal = Field(sa_type=ExactDecimal)
    disbursements: Decimal = Field(sa_type=ExactDecimal)
    gross: Decimal = Field(sa_type=ExactDecimal)
    issued_on: date


class BillRow(Row, table=True):
    """A supplier's bill that was accepted; a reversal has negative amounts and the number of its bill."""

    __tablename__ = "supplier_bills"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    entry_id: str = Field(primary_key=True, foreign_key="ledger_entries.entry_id")
    supplier: str = Field(index=True)
    bill_no: str
    bill_key: str
    """By which another spelling of the number is known."""
    refers_to: str | None = None
    refers_key: str | None = None
    currency: str
    net: Decimal = Field(sa_type=ExactDecimal)
    vat: Decimal = Field(sa_type=ExactDecimal)
    disbursements: Decimal | None = Field(sa_type=ExactDecimal, default=None)
    """Paid for customers and passed on to them; none in bills from before it was kept."""
    gross: Decimal = Field(sa_type=ExactDecimal)
    billed_on: date


class PaperLineRow(Row, table=True):
    """A line of an invoice, a credit note (negative) or a bill, without VAT."""

    __tablename__ = "paper_lines"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    entry_id: str = Field(primary_key=True, foreign_key="ledger_entries.entry_id")
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    service: str
    shipment: str | None
    amount: Decimal = Field(sa_type=ExactDecimal)
    vat_rate: Decimal | None = Field(sa_type=ExactDecimal)


class CashRow(Row, table=True):
    """Cash collected on delivery: whose it is, and from whom it was taken."""

    __tablename__ = "cash_on_delivery"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    entry_id: str = Field(primary_key=True, foreign_key="ledger_entries.entry_id")
    cod_no: str = Field(index=True)
    sender: str
    receiver: str
    currency: str
    agreed: Decimal = Field(sa_type=ExactDecimal)
    collected: Decimal = Field(sa_type=ExactDecimal)
    collected_on: date
    settle_by: date


def invoice_of(session: Session, number: str, customer: str, currency: str) -> InvoiceRow | None:
    """The invoice, not its credit notes."""
    chosen = select(InvoiceRow).where(
        InvoiceRow.number_key == party_key(number),
        InvoiceRow.customer == known_as(session, customer),
        InvoiceRow.currency == currency,
        col(InvoiceRow.refers_to).is_(None),
    )
    return session.exec(chosen).first()


def notes_of(session: Session, invoice: InvoiceRow) -> Sequence[InvoiceRow]:
    """What took an invoice back, wholly or in part, in the order in which it was booked."""
    chosen = select(InvoiceRow).join(EntryRow, col(EntryRow.entry_id) == col(InvoiceRow.entry_id))
    chosen = chosen.where(
        InvoiceRow.refers_key == invoice.number_key,
        InvoiceRow.customer == invoice.customer,
        InvoiceRow.currency == invoice.currency,
    )
    return session.exec(chosen.order_by(col(EntryRow.posted_at), EntryRow.entry_id)).all()


def bill_of(session: Session, bill_no: str, supplier: str) -> BillRow | None:
    """The bill, not its reversals."""
    chosen = select(BillRow).where(
        BillRow.bill_key == party_key(bill_no),
        BillRow.supplier == known_as(session, supplier),
        col(BillRow.refers_to).is_(None),
    )
    return session.exec(chosen).first()


def reversals_of(session: Session, bill_no: str, supplier: str) -> Sequence[BillRow]:
    """What took a bill back, wholly or in part, in the order in which it was booked."""
    chosen = select(BillRow).join(EntryRow, col(EntryRow.entry_id) == col(BillRow.entry_id))
    name = known_as(session, supplier)
    chosen = chosen.where(BillRow.supplier == name, BillRow.refers_key == party_key(bill_no))
    return session.exec(chosen.order_by(col(EntryRow.posted_at), EntryRow.entry_id)).all()


def enter(session: Session, entry_id: str, posting: Posting, posted_at: datetime) -> None:
    """Enters the paper of a posting in its register."""
    today = posted_at.astimezone(CHINA).date()
    match posting.register_as:
        case "invoice":
            _enter_invoice(session, entry_id, posting, today)
        case "bill":
            _enter_bill(session, entry_id, posting, today)
        case "cod":
            _enter_cash(session, entry_id, posting, today)
        case None:
            pass
        case unknown:
            assert_never(unknown)
    session.flush()


def _enter_invoice(session: Session, entry_id: str, posting: Posting, today: date) -> None:
    assert posting.item is not None
    said, sign = posting.values, Decimal(1 if posting.item.amount > 0 else -1)
    refers_to = None if sign > 0 else str(said.get("refers_to") or posting.business_key)
    invoice = invoice_of(session, refers_to, posting.item.party, posting.currency) if refers_to else None
    session.add(
        InvoiceRow(
            entry_id=entry_id,
            number=posting.business_key,
            number_key=party_key(posting.business_key),
            refers_to=refers_to,
            refers_key=party_key(refers_to) if refers_to is not None else None,
            kind=str(said.get("invoice_kind") or (invoice.kind if invoice is not None else "")),
            customer=posting.item.party,
            title=str(said.get("buyer_title") or (invoice.title if invoice is not None else "")),
            taxpayer_no=str(said.get("taxpayer_no") or (invoice.taxpayer_no if invoice is not None else "")),
            tax_invoice_no=said.get("tax_invoice_no"),
            currency=posting.currency,
            net=sign * _amount(said.get("net")),
            vat=sign * _amount(said.get("vat")),
            disbursements=sign * _amount(said.get("disbursements")),
            gross=posting.item.amount,
            issued_on=posting.item.dated_on or today,
        )
    )
    _enter_lines(session, entry_id, said, sign)


def _enter_bill(session: Session, entry_id: str, posting: Posting, today: date) -> None:
    assert posting.item is not None
    said, sign = posting.values, Decimal(1 if posting.item.amount < 0 else -1)
    refers_to = str(said.get("bill_no")) if sign < 0 else None
    session.add(
        BillRow(
            entry_id=entry_id,
            supplier=posting.item.party,
            bill_no=posting.item.reference,
            bill_key=party_key(posting.item.reference),
            refers_to=refers_to,
            refers_key=party_key(refers_to) if refers_to is not None else None,
            currency=posting.currency,
            net=sign * _amount(said.get("net")),
            vat=sign * _amount(said.get("vat")),
            disbursements=sign * _amount(said.get("disbursements")),
            gross=-posting.item.amount,
            billed_on=posting.item.dated_on or today,
        )
    )
    _enter_lines(session, entry_id, said, sign)


def _enter_cash(session: Session, entry_id: str, posting: Posting, today: date) -> None:
    assert posting.item is not None
    said, item = posting.values, posting.item
    session.add(
        CashRow(
            entry_id=entry_id,
            cod_no=item.reference,
            sender=item.party,
            receiver=str(said.get("receiver") or ""),
            currency=posting.currency,
            agreed=_amount(said.get("agreed") or said.get("amount")),
            collected=-item.amount,
            collected_on=item.dated_on or today,
            settle_by=item.due_on or item.dated_on or today,
        )
    )


def _enter_lines(session: Session, entry_id: str, said: Mapping[str, Any], sign: Decimal) -> None:
    session.flush()
    lines = [line for line in said.get("service_lines") or () if isinstance(line, Mapping)]
    session.add_all(
        PaperLineRow(
            entry_id=entry_id,
            line=number,
            service=str(line.get("service") or ""),
            shipment=line.get("shipment"),
            amount=sign * _amount(line.get("amount")),
            vat_rate=_decimal(line.get("vat_rate", said.get("tax_rate"))),
        )
        for number, line in enumerate(lines, start=1)
    )


def _amount(value: Any) -> Decimal:
    """The digits of money, however it was handed in; nought where there is none."""
    if isinstance(value, Mapping):
        value = value.get("amount")
    if isinstance(value, str) and value[:1].isalpha():
        value = value.partition(" ")[2].replace(",", "")
    return _decimal(value) or Decimal()


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None
