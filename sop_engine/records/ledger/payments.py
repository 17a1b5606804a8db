"""Requests to pay suppliers, and who approved them."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Engine
from sqlmodel import Field, Session, col, select

from sop_engine.basis.faults import NotFound, Refused
from sop_engine.freight.money import Money
from sop_engine.freight.party_keys import is_same, party_key
from sop_engine.freight.subledger.approval import Approval, PaymentTiers, check_approval, missing_roles
from sop_engine.freight.subledger.exchange import worth_of
from sop_engine.freight.subledger.posting import Posting
from sop_engine.records.columns import ExactDecimal, Row, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping
from sop_engine.records.ledger.book import write_entry
from sop_engine.records.ledger.entries import entry_of
from sop_engine.records.ledger.items import ItemRow, lock_party, open_amount
from sop_engine.records.ledger.names import keep_name, known_as
from sop_engine.records.ledger.refusals import refusing
from sop_engine.records.ledger.registers import BillRow


class PaymentRequestRow(Row, table=True):
    """A payment that somebody asks for, to a supplier or back to a customer."""

    __tablename__ = "payment_requests"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    request_no: str = Field(primary_key=True)
    supplier: str
    amount: Decimal = Field(sa_type=ExactDecimal)
    currency: str
    book_amount: Decimal = Field(sa_type=ExactDecimal)
    """In book currency; decides who must approve."""
    requested_by: str
    requested_at: datetime = Field(sa_type=UtcInstant)
    paid_by: str | None = Field(default=None, foreign_key="ledger_entries.entry_id")


class PaymentApprovalRow(Row, table=True):
    """One approval."""

    __tablename__ = "payment_approvals"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    request_no: str = Field(primary_key=True, foreign_key="payment_requests.request_no")
    role: str = Field(primary_key=True)
    person: str
    approved_at: datetime = Field(sa_type=UtcInstant)


class PaymentRepository:
    """Carries a payment from its request over its approvals to the ledger."""

    def __init__(self, engine: Engine, tiers: PaymentTiers, book: str) -> None:
        self._engine = engine
        self._tiers = tiers
        self._book = book

    def request(
        self, request_no: str, supplier: str, amount: Money, rate: Decimal, requested_by: str, at: datetime
    ) -> tuple[str, ...]:
        """Keeps a request once; returns the roles that must still approve it. Raises Refused where it was another."""
        with writing(self._engine) as connection, Session(connection) as session:
            kept = session.get(PaymentRequestRow, request_no)
            if kept is None:
                kept = PaymentRequestRow(
                    request_no=request_no,
                    supplier=keep_name(session, supplier),
                    amount=amount.amount,
                    currency=amount.currency,
                    book_amount=worth_of(amount.amount, rate, self._book),
                    requested_by=requested_by,
                    requested_at=at,
                )
                session.add(kept)
                session.flush()
            elif Money(amount=kept.amount, currency=kept.currency) != amount or not is_same(kept.supplier, supplier):
                raise Refused(f"{request_no} asks for {kept.currency} {kept.amount} for {kept.supplier}")
            return self._missing(session, kept)

    def approve(self, request_no: str, role: str, person: str, at: datetime) -> tuple[str, ...]:
        """Keeps an approval; returns the roles still missing. Raises NotFound, Refused with every reason."""
        with writing(self._engine) as connection, Session(connection) as session:
            kept = _required(session, request_no, for_update=True)
            given = _given(session, request_no)
            if Approval(role, person) not in given:
                with refusing(f"{person} cannot approve {request_no}"):
                    check_approval(
                        self._tiers.roles_for(kept.book_amount), given, kept.requested_by, Approval(role, person)
                    )
                session.add(PaymentApprovalRow(request_no=request_no, role=role, person=person, approved_at=at))
                session.flush()
            return self._missing(session, kept)

    def pay(self, key: str, case_id: str, request_no: str, posting: Posting, at: datetime) -> str:
        """Posts the payment of an approved request, for its amount, once. Raises NotFound or Refused."""
        with writing(self._engine) as connection, Session(connection) as session:
            kept, entry_id = self._approved(session, request_no, posting)
            _refuse_paid(session, posting, entry_id)
            return _paid(session, kept, key, case_id, posting, at)

    def give_back(self, key: str, case_id: str, request_no: str, posting: Posting, reference: str, at: datetime) -> str:
        """Posts the return of a credit by an approved request, once. Raises NotFound; Refused for more than is left."""
        with writing(self._engine) as connection, Session(connection) as session:
            kept, entry_id = self._approved(session, request_no, posting)
            assert posting.item is not None
            item, currency = posting.item, posting.currency
            lock_party(session, item.account, item.party)
            left = open_amount(session, item.account, item.party, reference, currency, "credit")
            if entry_id is None and item.amount > left:
                raise Refused(
                    f"{currency} {item.amount} is more than is left of {reference} of {item.party}",
                    allowed=[f"at most {currency} {left}"],
                )
            return _paid(session, kept, key, case_id, posting, at)

    def _approved(self, session: Session, request_no: str, posting: Posting) -> tuple[PaymentRequestRow, str | None]:
        """The request, and the entry of its payment where that is in the books.

        Raises NotFound, or Refused for what it does not ask.
        """
        kept = _required(session, request_no, for_update=True)
        known = entry_of(session, posting.entry, posting.match_key)
        entry_id = known.entry_id if known is not None else None
        assert posting.item is not None
        if missing := self._missing(session, kept):
            raise Refused(f"{request_no} is not approved", allowed=[f"approval by {role}" for role in missing])
        if kept.paid_by not in (None, entry_id):
            raise Refused(f"{request_no} is paid by {kept.paid_by}")
        if kept.paid_by is None and entry_id is not None:
            raise Refused(f"payment {posting.business_key} is in the books already, for another request")
        asked, paid = (kept.amount, kept.currency), (posting.item.amount, posting.currency)
        if paid != asked or not is_same(posting.item.party, kept.supplier):
            raise Refused(f"{request_no} asks for {kept.currency} {kept.amount} for {kept.supplier}, nothing else")
        return kept, entry_id

    def _missing(self, session: Session, kept: PaymentRequestRow) -> tuple[str, ...]:
        return missing_roles(self._tiers.roles_for(kept.book_amount), _given(session, kept.request_no))


def _paid(session: Session, kept: PaymentRequestRow, key: str, case_id: str, posting: Posting, at: datetime) -> str:
    kept.paid_by = write_entry(session, key, case_id, posting, at)
    session.flush()
    return kept.paid_by


def _refuse_paid(session: Session, posting: Posting, entry_id: str | None) -> None:
    """Raises Refused where the bills that a payment names are in the books, and less of them is open than it pays."""
    assert posting.item is not None
    item = posting.item
    lock_party(session, item.account, item.party)
    if entry_id is not None:
        return
    named = {party_key(wish.reference): wish.reference for wish in item.settles}
    chosen = select(ItemRow).join(BillRow, col(BillRow.entry_id) == col(ItemRow.item_id))
    chosen = chosen.where(
        ItemRow.party == known_as(session, item.party),
        ItemRow.currency == posting.currency,
        col(ItemRow.reference_key).in_(named),
        col(BillRow.refers_to).is_(None),
    )
    bills = session.exec(chosen).all()
    left = -sum((bill.balance for bill in bills), Decimal())
    if {bill.reference_key for bill in bills} == set(named) != set() and item.amount > left:
        raise Refused(
            f"{', '.join(named.values())} of {item.party}: {posting.currency} {left} of it is open, not {item.amount}",
            allowed=["what is open of the bill"],
        )


def _required(session: Session, request_no: str, *, for_update: bool) -> PaymentRequestRow:
    kept = session.get(PaymentRequestRow, request_no, with_for_update=for_update)
    if kept is None:
        raise NotFound(f"there is no payment request {request_no}")
    return kept


def _given(session: Session, request_no: str) -> list[Approval]:
    chosen = select(PaymentApprovalRow).where(PaymentApprovalRow.request_no == request_no)
    rows = session.exec(chosen.order_by(col(PaymentApprovalRow.approved_at), PaymentApprovalRow.role))
    return [Approval(row.role, row.person) for row in rows]
