"""Credits of customers that settle nothing yet, and the invoices that they could settle."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.records.cases import CaseRow, ReferenceRow
from sop_engine.records.ledger.items import ItemRow, open_amount, open_items


class CreditBalanceRepository:
    """Tells what is open of a customer; settles nothing."""

    def __init__(self, engine: Engine, receivable: str) -> None:
        self._engine = engine
        self._receivable = receivable

    def left(self, customer: str, reference: str, currency: str) -> Decimal:
        """What a receipt or credit has not settled yet, without sign; nought where it is not in the books."""
        with Session(self._engine) as session:
            return open_amount(session, self._receivable, customer, reference, currency, "credit")

    def invoices(self, customer: str, currency: str, followed_by: str) -> list[tuple[ItemRow, str | None]]:
        """What the customer owes in a currency, what is due first first; each with the open case that follows it."""
        with Session(self._engine, expire_on_commit=False) as session:
            items = [item for item in open_items(session, self._receivable, customer, currency) if item.balance > 0]
            cases = _following(session, [item.reference for item in items], followed_by)
            return [(item, cases.get(item.reference)) for item in items]

    def following(self, references: Sequence[str], followed_by: str) -> dict[str, str]:
        """Invoice -> the open case of an SOP that follows it."""
        with Session(self._engine) as session:
            return _following(session, references, followed_by)


def _following(session: Session, references: Sequence[str], followed_by: str) -> dict[str, str]:
    chosen = select(ReferenceRow.value, CaseRow.case_id)
    chosen = chosen.join(CaseRow, col(CaseRow.case_id) == col(ReferenceRow.case_id)).where(
        CaseRow.sop == followed_by,
        col(CaseRow.closed_at).is_(None),
        ReferenceRow.field == "invoice_no",
        col(ReferenceRow.value).in_(references),
    )
    return dict(session.exec(chosen.order_by(CaseRow.case_id)).all())
