"""Cost lines of shipments: what was contracted, what was carried out, and the supplier's bill that claimed them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Field, Session, col, select

from sop_engine.cases.faults import Fault, NotFound, Refused
from sop_engine.freight.money import Money
from sop_engine.freight.subledger_matching import BilledLine, ExpectedCost, Match, MatchTolerance, match_bill
from sop_engine.records.columns import ExactDecimal, Row, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.ledger import write_entry
from sop_engine.records.ledger_entries import EntryRow
from sop_engine.records.ledger_items import ItemRow
from sop_engine.records.ledger_registers import BillRow
from sop_engine.records.posting import Posting


class CostRow(Row, table=True):
    """One charge of one supplier for one shipment."""

    __tablename__ = "cost_lines"

    shipment: str = Field(primary_key=True)
    supplier: str = Field(primary_key=True)
    charge: str = Field(primary_key=True)
    currency: str
    contracted: Decimal = Field(sa_type=ExactDecimal)
    executed: Decimal | None = Field(sa_type=ExactDecimal, default=None)
    basis: str
    case_id: str
    recorded_at: datetime = Field(sa_type=UtcInstant)
    billed_by: str | None = Field(default=None, foreign_key="ledger_entries.entry_id")


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
            kept = session.get(CostRow, (shipment, supplier, charge))
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
        chosen = select(CostRow).where(
            CostRow.shipment == shipment, CostRow.supplier == supplier, col(CostRow.billed_by).is_(None)
        )
        with Session(self._engine) as session:
            return [_expected(row) for row in session.exec(chosen.order_by(CostRow.charge))]

    def unpaid(self, shipment: str, supplier: str) -> list[ItemRow]:
        """The open items of a supplier's bills that were accepted for a shipment, what is due first first."""
        chosen = select(ItemRow).join(EntryRow, col(EntryRow.entry_id) == col(ItemRow.item_id))
        chosen = chosen.join(BillRow, col(BillRow.entry_id) == col(ItemRow.item_id))
        chosen = chosen.where(
            EntryRow.shipment == shipment, BillRow.supplier == supplier, col(ItemRow.is_open).is_(True)
        )
        with Session(self._engine) as session:
            return list(session.exec(chosen.order_by(col(ItemRow.due_on), ItemRow.reference)))

    def match(self, posting: Posting, lines: Sequence[BilledLine]) -> Match:
        """Each line of a bill with its verdict; nothing is kept. A bill that is booked and not paid matches again.

        Raises Refused for a bill that is paid, or that is in the books with another total.
        """
        assert posting.item is not None
        entry_id = f"{posting.entry}.{posting.business_key}"
        with Session(self._engine) as session:
            known = session.get(ItemRow, entry_id)
            if known is not None and (known.balance, known.currency) != (posting.item.amount, posting.currency):
                state = "in the books with another total" if known.balance == known.amount else "paid already"
                raise Refused(f"bill {known.reference} of {known.party} is {state}: {known.currency} {-known.amount}")
            costs = [_expected(row, but_for=entry_id) for row in _costs(session, posting.item.party, lines)]
            return match_bill(lines, costs, self._tolerance)

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
            entry_id = f"{posting.entry}.{posting.business_key}"
            is_known = session.get(EntryRow, entry_id) is not None
            claims = [_expected(row, but_for=entry_id) for row in costs]
            match = match_bill(lines, claims, self._tolerance)
            if not is_known and not match.is_agreed and not accepted_by:
                raise BillDifferenceError(f"{posting.business_key} differs", _faults(match))
            entry_id = write_entry(session, key, case_id, posting, at)
            billed = {(line.shipment, line.charge): line.amount for line in lines}
            for row in costs if not is_known else ():
                _claim(row, entry_id, billed[row.shipment, row.charge], is_part)
            session.flush()
            return entry_id, match


def _claim(row: CostRow, entry_id: str, billed: Money, is_part: bool) -> None:
    """Gives a cost line to a bill; of a part bill, what it leaves over stays to be billed."""
    if is_part and row.billed_by is None and row.currency == billed.currency and row.contracted > billed.amount:
        row.contracted -= billed.amount
        row.executed = max(row.executed - billed.amount, Decimal()) if row.executed is not None else None
        row.basis = f"{row.basis}; rest after {entry_id}".removeprefix("; ")
    else:
        row.billed_by = row.billed_by or entry_id


def _costs(session: Session, supplier: str, lines: Sequence[BilledLine]) -> list[CostRow]:
    wanted = [(line.shipment, line.charge) for line in lines]
    shipments = sorted({shipment for shipment, _ in wanted})
    chosen = select(CostRow).where(CostRow.supplier == supplier, col(CostRow.shipment).in_(shipments))
    rows = session.exec(chosen.order_by(CostRow.shipment, CostRow.charge))
    return [row for row in rows if (row.shipment, row.charge) in wanted]


def _expected(row: CostRow, but_for: str | None = None) -> ExpectedCost:
    return ExpectedCost(
        shipment=row.shipment,
        charge=row.charge,
        contracted=Money(amount=row.contracted, currency=row.currency),
        executed=Money(amount=row.executed, currency=row.currency) if row.executed is not None else None,
        billed_by=row.billed_by if row.billed_by != but_for else None,
    )


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
