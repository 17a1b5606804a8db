"""Automated work on what suppliers owe us: set off against their bills, or paid back."""

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine
from temporalio import activity

from activities.handing_in import handed_in
from activities.work_input import usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.subledger.allocation import Wanted
from sop_engine.freight.subledger.papers import SupplierRefundPaper, Text
from sop_engine.records.ledger.allocations import AllocationRepository
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.records.ledger.supplier_credits import SupplierCreditRepository
from sop_engine.temporal.writes import writes


class AskedSetOff(BaseModel):
    """A booked bill, and the credits that lessen what is paid on it; what is oldest where none is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    supplier: Text
    bill_no: Text
    credits: tuple[Wanted, ...] = ()


class SupplierCreditActivities:
    """What `work:` may name about suppliers' credits."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._credits = SupplierCreditRepository(engine, rules.uses.payable)
        self._allocations = AllocationRepository(engine, rules)
        self._rules = rules

    @activity.defn(name="set_off_credits")
    @writes("money")
    def set_off_credits(self, given: WorkInput) -> WorkResult:
        """supplier, bill_no, credits? [{reference, amount?}] -> open; a credit that is used up: refused"""
        with usable("set_off_credits"):
            asked = handed_in(AskedSetOff, given)
            balance = self._allocations.allocate(
                given.key, self._rules.uses.payable, asked.supplier, asked.bill_no, asked.credits, given.at
            )
        return WorkResult(values={"open": -balance})

    @activity.defn(name="record_supplier_refund")
    @writes("money")
    def record_supplier_refund(self, given: WorkInput) -> WorkResult:
        """bank_ref, supplier, reference, amount, received_on, rate? -> left; more than is owed: refused"""
        with usable("record_supplier_refund"):
            paper = handed_in(SupplierRefundPaper, given)
            posting = self._rules.posting("supplier_refunded", paper.values())
            left = self._credits.refund(given.key, given.case_id, posting, paper.reference, given.at)
        return WorkResult(values={"left": left.model_dump()})
