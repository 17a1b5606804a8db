"""Cost lines of shipments: what was contracted, what was carried out, and the supplier's bill that claimed them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Engine
from sqlmodel import Field, Session, col, select

from sop_engine.basis.faults import Fault, NotFound, Refused
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.matching import BilledLine, ExpectedCost, Match, MatchTolerance, match_bill
from sop_engine.freight.subledger.posting import Posting
from sop_engine.records.columns import ExactDecimal, Row, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping
from sop_engine.records.ledger.book import write_entry
from sop_engine.records.ledger.claims import claimed, keep_claims
from sop_engine.records.ledger.entries import EntryRow, entry_of
from sop_engine.records.ledger.items import ItemRow
from sop_engine.records.ledger.names import keep_name, known_as
from sop_engine.records.ledger.registers import BillRow, reversals_of


class CostRow(Row, table=True):
    """One charge of one supplier for one shipment."""

    __tablename__ = "cost_lines"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    shipment: str = Field(primary_key=True)
    supplier: str = Field(primary_key=True)
    charge: str = Field(primary_key=True)
    currency: str
    contracted: Decimal = Field(sa_type=ExactDecimal)
    """As agreed, whatever of it is billed; that stands with the claims."""
    executed: Decimal | None = Field(sa_type=ExactDecimal, default=None)
    basis: str
    case_id: str
    recorded_at: datetime = Field(sa_type=UtcInstant)
    billed_by: str | None = Field(default=None, foreign_key="ledger_entries.entry_id")
    """The bill after which no more is expected."""


class BillDifferenceError(Refused):
    """A bill differs from contract or execution and nobody accepted the difference."""


class CostRepository:
    """Keeps cost lines and takes in the bills that match them."""

    def __init__(self, engine: Engine, tolerance: MatchTolerance) -> None:
        self._engine = engine
        self._tolerance = tolerance

    def contract(
        self, case_id: str, shipment: str, supplier: str, charge: str, amount: Money, basis: str, at: datetime
    ) -> None:
        """Keeps what was agreed. The same again changes nothing; another amount replaces it until it is billed."""
        with writing(self._engine) as connection, Session(connection) as session:
            supplier = keep_name(session, supplier)
            kept = session.get(CostRow, (shipment, supplier, charge))
            if kept is None:
                kept = CostRow(
                    shipment=shipment,
                    supplier=supplier,
                    charge=charge,
                    currency=amount.currency,
                    contracted=amount.amount,
                    basis=basis,
                    case_id=case_id,
                    recorded_at=at,
                )
                session.add(kept)
            elif (kept.contracted, kept.currency) != (amount.amount, amount.currency):
                if kept.billed_by is not None:
                    raise Refused(
                        f"{charge} of {shipment} is billed by {kept.billed_by} and stands at {kept.contracted}"
                    )
                kept.contracted, kept.currency, kept.basis = amount.amount, amount.currency, basis
            session.flush()

    def execute(self, shipment: str, supplier: str, charge: str, amount: Money | None) -> None:
        """Operations confirm that it was done: as contracted, or for another amount. Raises NotFound."""
        with writing(self._engine) as connection, Session(connection) as session:
            kept = session.get(CostRow, (shipment, known_as(session, supplier), charge))
            if kept is None:
                raise NotFound(f"no {charge} is contracted with {supplier} for {shipment}")
            if amount is not None and amount.currency != kept.currency:
                raise Refused(f"{charge} of {shipment} is contracted in {kept.currency}, not in {amount.currency}")
            executed = kept.contracted if amount is None else amount.amount
            if kept.billed_by is not None and kept.executed != executed:
                raise Refused(f"{charge} of {shipment} is billed by {kept.billed_by}, at {kept.executed}")
            kept.executed = executed
            session.flush()

    def outstanding(self, shipment: str, supplier: str) -> list[ExpectedCost]:
        """What a supplier has not billed yet for a shipment, in the order of the charges."""
        with Session(self._engine) as session:
            chosen = select(CostRow).where(
                CostRow.shipment == shipment,
                CostRow.supplier == known_as(session, supplier),
                col(CostRow.billed_by).is_(None),
            )
            return _expected(session, supplier, session.exec(chosen.order_by(CostRow.charge)).all())

    def unpaid(self, shipment: str, supplier: str) -> list[ItemRow]:
        """The open items of a supplier's bills that were accepted for a shipment, what is due first first."""
        chosen = select(ItemRow).join(EntryRow, col(EntryRow.entry_id) == col(ItemRow.item_id))
        chosen = chosen.join(BillRow, col(BillRow.entry_id) == col(ItemRow.item_id))
        with Session(self._engine) as session:
            chosen = chosen.where(
                EntryRow.shipment == shipment,
                BillRow.supplier == known_as(session, supplier),
                col(BillRow.refers_to).is_(None),
                col(ItemRow.is_open).is_(True),
            )
            return list(session.exec(chosen.order_by(col(ItemRow.due_on), ItemRow.reference)))

    def match(self, posting: Posting, lines: Sequence[BilledLine]) -> Match:
        """Each line of a bill with its verdict; nothing is kept. A bill that is booked and not paid matches again.

        Raises Refused for a bill that is settled, or that is in the books with another total.
        """
        assert posting.item is not None
        with Session(self._engine) as session:
            known = _item(session, posting)
            if known is not None:
                _refuse_settled(session, known, posting)
            costs = _costs(session, posting.item.party, lines)
            own = _own(session, posting)
            return match_bill(lines, _expected(session, posting.item.party, costs, own), self._tolerance)

    def open_of(self, posting: Posting) -> Money:
        """What is open of a bill that is in the books, the whole of any other."""
        assert posting.item is not None
        with Session(self._engine) as session:
            known = _item(session, posting)
            return Money(
                amount=-(known.balance if known is not None else posting.item.amount), currency=posting.currency
            )

    def accept(
        self,
        key: str,
        case_id: str,
        posting: Posting,
        lines: Sequence[BilledLine],
        accepted_by: str | None,
        at: datetime,
        *,
        is_part: bool = False,
    ) -> tuple[str, Match]:
        """Posts a bill that matches, or whose differences somebody accepts by name, and claims its cost lines.

        Of what is billed in part, the rest stays expected. Raises BillDifferenceError with every line that differs. A
        bill once accepted is accepted again as it was.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            assert posting.item is not None
            costs = _costs(session, posting.item.party, lines)
            is_known = entry_of(session, posting.entry, posting.match_key) is not None
            own = _own(session, posting)
            match = match_bill(lines, _expected(session, posting.item.party, costs, own), self._tolerance)
            if not is_known and not match.is_agreed and not accepted_by:
                raise BillDifferenceError(f"{posting.business_key} differs", _faults(match))
            entry_id = write_entry(session, key, case_id, posting, at)
            if not is_known:
                keep_claims(session, entry_id, posting.item.party, lines)
                for row, cost in zip(costs, _expected(session, posting.item.party, costs), strict=True):
                    # Of a part bill, what it leaves over stays to be billed.
                    if not (is_part and cost.left is not None and cost.left.amount > 0):
                        row.billed_by = row.billed_by or entry_id
                session.flush()
            return entry_id, match


def _costs(session: Session, supplier: str, lines: Sequence[BilledLine]) -> list[CostRow]:
    wanted = [(line.shipment, line.charge) for line in lines]
    shipments = sorted({shipment for shipment, _ in wanted})
    name = known_as(session, supplier)
    chosen = select(CostRow).where(CostRow.supplier == name, col(CostRow.shipment).in_(shipments))
    rows = session.exec(chosen.order_by(CostRow.shipment, CostRow.charge))
    return [row for row in rows if (row.shipment, row.charge) in wanted]


def _expected(
    session: Session, supplier: str, rows: Sequence[CostRow], but_for: Collection[str] = ()
) -> list[ExpectedCost]:
    """Cost lines with what was billed of them, as if one bill and its reversals had not been."""
    billed = claimed(session, supplier, {row.shipment for row in rows}, but_for)
    return [
        ExpectedCost(
            shipment=row.shipment,
            charge=row.charge,
            contracted=Money(amount=row.contracted, currency=row.currency),
            executed=Money(amount=row.executed, currency=row.currency) if row.executed is not None else None,
            billed_by=row.billed_by if row.billed_by not in but_for else None,
            billed=billed[row.shipment, row.charge][row.currency],
        )
        for row in rows
    ]


def _item(session: Session, posting: Posting) -> ItemRow | None:
    """The item of a bill that is in the books already."""
    entry = entry_of(session, posting.entry, posting.match_key)
    return session.get(ItemRow, entry.entry_id) if entry is not None else None


def _own(session: Session, posting: Posting) -> set[str]:
    """The entries of a bill that is in the books already: its own, and those that took parts of it back."""
    assert posting.item is not None
    own = entry_of(session, posting.entry, posting.match_key)
    taken_back = reversals_of(session, posting.item.reference, posting.item.party)
    return {*([own.entry_id] if own is not None else []), *(row.entry_id for row in taken_back)}


def _refuse_settled(session: Session, known: ItemRow, posting: Posting) -> None:
    assert posting.item is not None
    named = f"bill {known.reference} of {known.party}"
    if (known.amount, known.currency) != (posting.item.amount, posting.currency):
        raise Refused(f"{named} is in the books with another total: {known.currency} {-known.amount}")
    if not known.is_open:
        is_reversed = bool(reversals_of(session, known.reference, known.party))
        state = "reversed; book another under another number" if is_reversed else "paid already"
        raise Refused(f"{named} is {state}: {known.currency} {-known.amount}")


def _faults(match: Match) -> list[Fault]:
    return [
        Fault(
            where=f"lines.{index}",
            what=f"{each.line.charge} of {each.line.shipment}: {each.verdict.replace('_', ' ')}, {each.difference:+}",
            allowed=f"contracted {each.contracted or 'nothing'}, carried out {each.executed or 'nothing'}",
        )
        for index, each in enumerate(match.lines)
        if each.verdict != "matched"
    ]
