"""Reversals of booked bills, in whole or in part: a supplier's credit note, or a bill that was booked in error.

What a reversal gives back of a cost line may be billed again, as long as less is billed of it than was agreed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.basis.faults import Fault, NotFound
from sop_engine.freight.money import Money
from sop_engine.freight.party_keys import party_key
from sop_engine.freight.rules import RuleError
from sop_engine.freight.subledger.credit_notes import take_back
from sop_engine.freight.subledger.matching import BilledLine
from sop_engine.freight.subledger.papers import BillReversalPaper, reversal_key
from sop_engine.freight.subledger.posting import LedgerRules, Posting
from sop_engine.records.engine import writing
from sop_engine.records.ledger.book import write_entry
from sop_engine.records.ledger.charged import charged_of, note_of
from sop_engine.records.ledger.claims import Place, claimed, claims_of, keep_claims
from sop_engine.records.ledger.costs import CostRow
from sop_engine.records.ledger.entries import entry_of
from sop_engine.records.ledger.items import ItemRow, lock_party
from sop_engine.records.ledger.refusals import refusing
from sop_engine.records.ledger.registers import BillRow, PaperLineRow, bill_of, reversals_of

ENTRY = "supplier_bill_reversed"


class Reversible(NamedTuple):
    """What is left of a booked bill."""

    currency: str
    lines: tuple[PaperLineRow, ...]
    """Of the register, without what it passes through."""
    claims: tuple[BilledLine, ...]
    """By charge, with what it passes through."""


class BillReversalRepository:
    """Reverses bills."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._engine = engine
        self._rules = rules

    def left(self, supplier: str, bill_no: str, reversal_no: str) -> Reversible:
        """What is left of a bill to reverse, but for what this reversal took back where it is tried again.

        Raises NotFound.
        """
        with Session(self._engine, expire_on_commit=False) as session:
            bill = _required(session, supplier, bill_no)
            tried = _kept(session, supplier, reversal_no)
            but_for = tried.entry_id if tried is not None else ""
            papers = [paper for paper in (bill, *reversals_of(session, bill_no, supplier)) if paper.entry_id != but_for]
            sums: dict[tuple[str, str | None, Decimal | None], PaperLineRow] = {}
            chosen = select(PaperLineRow).where(col(PaperLineRow.entry_id).in_([paper.entry_id for paper in papers]))
            for line in session.exec(chosen.order_by(PaperLineRow.entry_id, col(PaperLineRow.line))):
                place = line.service, line.shipment, line.vat_rate
                kept = sums.setdefault(place, line.model_copy(update={"amount": Decimal()}))
                kept.amount += line.amount
            claims = claims_of(session, (paper.entry_id for paper in papers))
            return Reversible(
                bill.currency,
                tuple(line for line in sums.values() if line.amount),
                tuple(
                    BilledLine(*place, Money(amount=amount, currency=bill.currency)) for place, amount in claims.items()
                ),
            )

    def reverse(
        self,
        key: str,
        case_id: str,
        paper: BillReversalPaper,
        passed_through: Collection[str],
        lines: Sequence[BilledLine],
        at: datetime,
    ) -> tuple[str, Posting, Money]:
        """Posts a reversal once, with the VAT that it takes back; returns its entry, itself, and what is left to pay.

        Raises NotFound for an unknown bill, Refused with each part of which it takes back more than is left.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            lock_party(session, self._rules.uses.payable, paper.supplier)
            bill = _required(session, paper.supplier, paper.bill_no)
            kept = _kept(session, paper.supplier, paper.reversal_no)
            vat = -kept.vat if kept is not None else _vat(session, bill, paper, passed_through, lines)
            taken = Money(amount=vat, currency=paper.currency)
            posting = self._rules.posting(ENTRY, paper.values(taken, passed_through))
            entry_id = write_entry(session, key, case_id, posting, at)
            if kept is None:
                keep_claims(session, entry_id, bill.supplier, [_negative(line) for line in lines])
                _expect_again(session, bill.supplier, lines)
            item = session.get(ItemRow, bill.entry_id)
            assert item is not None
            return entry_id, posting, Money(amount=-item.balance, currency=item.currency)


def _vat(
    session: Session,
    bill: BillRow,
    paper: BillReversalPaper,
    passed_through: Collection[str],
    lines: Sequence[BilledLine],
) -> Decimal:
    """The VAT that a reversal takes back. Raises Refused with every fault."""
    reversals = reversals_of(session, bill.bill_no, bill.supplier)
    claims = claims_of(session, (each.entry_id for each in (bill, *reversals)))
    with refusing(f"{bill.bill_no} of {bill.supplier} cannot be reversed by {paper.reversal_no}"):
        if paper.currency != bill.currency:
            raise RuleError([Fault("currency", f"it is in {paper.currency}", f"that of the bill, {bill.currency}")])
        vat = take_back(
            charged_of(session, bill),
            [note_of(session, each) for each in reversals],
            paper.note(passed_through),
            charged_on=bill.billed_on,
            noted_on=paper.reversed_on,
        )
        _check_claims(lines, claims)
    return vat


def _check_claims(lines: Sequence[BilledLine], claims: dict[Place, Decimal]) -> None:
    """Raises RuleError for each line of which more is taken back than its charge still claims."""
    faults: list[Fault] = []
    for line in lines:
        left = claims.get((line.shipment, line.charge), Decimal())
        if line.amount.amount > left:
            faults.append(Fault("lines", f"{line.amount} for {line.charge} of {line.shipment}", f"at most {left}"))
    if faults:
        raise RuleError(faults)


def _expect_again(session: Session, supplier: str, lines: Sequence[BilledLine]) -> None:
    """Cost lines of which less is billed now than was agreed wait for a bill again."""
    billed = claimed(session, supplier, {line.shipment for line in lines})
    for shipment, charge in {(line.shipment, line.charge): None for line in lines}:
        row = session.get(CostRow, (shipment, supplier, charge))
        found = billed[shipment, charge]
        in_others = any(amount for currency, amount in found.items() if row is not None and currency != row.currency)
        if row is not None and not in_others and found.get(row.currency, Decimal()) < row.contracted:
            row.billed_by = None
    session.flush()


def _negative(line: BilledLine) -> BilledLine:
    return line._replace(amount=-line.amount)


def _kept(session: Session, supplier: str, reversal_no: str) -> BillRow | None:
    """The reversal where it is in the books already."""
    entry = entry_of(session, ENTRY, party_key(reversal_key(supplier, reversal_no)))
    return session.get(BillRow, entry.entry_id) if entry is not None else None


def _required(session: Session, supplier: str, bill_no: str) -> BillRow:
    bill = bill_of(session, bill_no, supplier)
    if bill is None:
        raise NotFound(f"{supplier} has no bill {bill_no} in the books")
    return bill
