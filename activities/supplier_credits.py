"""Automated work on what suppliers owe us: set off against their bills, or paid back."""

from sqlalchemy import Engine

from activities.binding import carries_out
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.freight.subledger.papers import SupplierRefundPaper
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.allocations import AllocationRepository
from sop_engine.records.ledger.supplier_credits import SupplierCreditRepository
from sop_engine.work import payments


class SupplierCreditActivities:
    """The works on suppliers' credits."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._credits = SupplierCreditRepository(engine, rules.uses.payable)
        self._allocations = AllocationRepository(engine, rules)
        self._rules = rules

    @carries_out(payments.SET_OFF_CREDITS)
    def set_off_credits(self, asked: payments.AskedSetOff, given: WorkInput) -> object:
        payable = self._rules.uses.payable
        balance = self._allocations.allocate(given.key, payable, asked.supplier, asked.bill_no, asked.credits, given.at)
        return {"open": -balance}

    @carries_out(payments.RECORD_SUPPLIER_REFUND)
    def record_supplier_refund(self, asked: SupplierRefundPaper, given: WorkInput) -> object:
        posting = self._rules.posting("supplier_refunded", asked.values())
        return {"left": self._credits.refund(given.key, given.case_id, posting, asked.reference, given.at)}
