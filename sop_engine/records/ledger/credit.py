"""Credit of customers: their terms, whether they may book, and approvals to book all the same."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Engine
from sqlmodel import Field, Session, col, select

from sop_engine.basis.faults import Refused
from sop_engine.freight.subledger.ageing import age
from sop_engine.freight.subledger.allocation import OpenItem
from sop_engine.freight.subledger.credit import (
    CreditDecision,
    CreditLift,
    CreditTerms,
    Standing,
    decide_credit,
)
from sop_engine.freight.subledger.exchange import worth_of
from sop_engine.freight.subledger.policy import SubledgerPolicy
from sop_engine.records.columns import ExactDecimal, Row, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping
from sop_engine.records.ledger.entries import EntryRow
from sop_engine.records.ledger.items import ItemRow, as_open
from sop_engine.records.ledger.names import keep_name, known_as


class CreditTermsRow(Row, table=True):
    """Terms of a customer since an instant; the last ones hold, the earlier ones stay."""

    __tablename__ = "credit_terms"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    key: str = Field(primary_key=True)
    customer: str = Field(index=True)
    standing: str
    credit_limit: Decimal | None = Field(sa_type=ExactDecimal, default=None)
    """In book currency."""
    actor: str
    reason: str
    since_at: datetime = Field(sa_type=UtcInstant)


class CreditLiftRow(Row, table=True):
    """An approval to book in spite of a block."""

    __tablename__ = "credit_lifts"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    key: str = Field(primary_key=True)
    customer: str = Field(index=True)
    case_id: str | None
    up_to: Decimal = Field(sa_type=ExactDecimal)
    valid_to: date
    approved_by: str
    role: str
    reason: str
    approved_at: datetime = Field(sa_type=UtcInstant)


class CreditRepository:
    """Answers whether a customer may book, and keeps who lifted a block."""

    def __init__(self, engine: Engine, account: str, book_currency: str, policy: SubledgerPolicy) -> None:
        self._engine = engine
        self._account = account
        self._book = book_currency
        self._policy = policy

    def set_terms(
        self,
        key: str,
        customer: str,
        standing: Standing,
        limit: Decimal | None,
        actor: str,
        reason: str,
        at: datetime,
        *,
        keeps_limit: bool = False,
    ) -> None:
        """Keeps new terms once per key; with the limit that held before where they say nothing of it."""
        row = CreditTermsRow(
            key=key,
            customer=customer,
            standing=standing,
            credit_limit=limit,
            actor=actor,
            reason=reason,
            since_at=at,
        )
        self._keep(row, key, keeps_limit=keeps_limit)

    def lift(
        self,
        key: str,
        customer: str,
        case_id: str | None,
        up_to: Decimal,
        valid_to: date,
        approved_by: str,
        role: str,
        reason: str,
        at: datetime,
    ) -> None:
        """Keeps an approval once per key. Raises Refused where the role may not give it."""
        if role not in self._policy.credit_lift_roles:
            raise Refused(f"{role} cannot lift a credit block", allowed=self._policy.credit_lift_roles)
        row = CreditLiftRow(
            key=key,
            customer=customer,
            case_id=case_id,
            up_to=up_to,
            valid_to=valid_to,
            approved_by=approved_by,
            role=role,
            reason=reason,
            approved_at=at,
        )
        self._keep(row, key)

    def check(self, customer: str, requested: Decimal | None, on: date, case_id: str | None) -> CreditDecision:
        """May the customer book for so much more, in book currency? None is an amount without a known rate."""
        with Session(self._engine) as session:
            customer = known_as(session, customer)
            terms = _terms(session, customer)
            given = select(CreditLiftRow).where(CreditLiftRow.customer == customer)
            lifts = session.exec(given.order_by(col(CreditLiftRow.approved_at), CreditLiftRow.key)).all()
            items = self._items(session, customer)
            ageing = age((item for item, is_valued in items if is_valued), on)
            known = CreditTerms(terms.standing, terms.credit_limit) if terms is not None else CreditTerms()  # type: ignore[arg-type]
            return decide_credit(
                known,
                ageing,
                requested,
                self._policy.credit_stop_days,
                on,
                tuple(CreditLift(row.key, row.up_to, row.valid_to, row.case_id) for row in lifts),
                case_id,
                tuple(item.reference for item, is_valued in items if not is_valued),
            )

    def _items(self, session: Session, customer: str) -> list[tuple[OpenItem, bool]]:
        """The customer's open items in book currency, and whether the books know their worth."""
        chosen = select(ItemRow, EntryRow).join(EntryRow, col(EntryRow.entry_id) == col(ItemRow.item_id))
        found = chosen.where(
            ItemRow.account == self._account, ItemRow.party == customer, col(ItemRow.is_open).is_(True)
        )
        items = []
        for row, entry in session.exec(found.order_by(ItemRow.item_id)):
            rate = Decimal(1) if row.currency == self._book else entry.rate
            item, worth = as_open(row), rate or Decimal()
            disputed = worth_of(item.disputed, worth, self._book)
            items.append(
                (item._replace(balance=worth_of(item.balance, worth, self._book), disputed=disputed), bool(rate))
            )
        return items

    def _keep(self, row: CreditTermsRow | CreditLiftRow, key: str, *, keeps_limit: bool = False) -> None:
        with writing(self._engine) as connection, Session(connection) as session:
            if session.get(type(row), key) is None:
                row.customer = keep_name(session, row.customer)
                if isinstance(row, CreditTermsRow) and keeps_limit:
                    before = _terms(session, row.customer)
                    row.credit_limit = before.credit_limit if before is not None else None
                session.add(row)
                session.flush()


def _terms(session: Session, customer: str) -> CreditTermsRow | None:
    """The terms that hold."""
    chosen = select(CreditTermsRow).where(CreditTermsRow.customer == customer)
    return session.exec(chosen.order_by(col(CreditTermsRow.since_at).desc(), CreditTermsRow.key)).first()
