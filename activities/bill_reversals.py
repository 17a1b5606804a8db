"""Automated work that takes back a supplier's bill that is booked, in whole or in part."""

from typing import Any

from sqlalchemy import Engine

from activities.binding import carries_out
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.freight.charges.codes import ChargeCodes
from sop_engine.freight.subledger.matching import BilledLine
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.bill_reversals import BillReversalRepository, Reversible
from sop_engine.work import payables


class ReversalActivities:
    """The works on the reversal of bills."""

    def __init__(self, engine: Engine, rules: LedgerRules, codes: ChargeCodes) -> None:
        self._reversals = BillReversalRepository(engine, rules)
        self._codes = codes

    @carries_out(payables.REVERSE_BILL)
    def reverse_bill(self, asked: payables.AskedReversal, given: WorkInput) -> object:
        whole = [] if asked.lines else self._lines(self._left(asked))
        paper = asked.paper(whole)
        passed = [line.service for line in paper.lines if self._codes.passes_through(line.service)]
        lines = [
            BilledLine(line.shipment or "", self._codes.code_of(line.service), line.amount) for line in paper.lines
        ]
        entry_id, posted, left = self._reversals.reverse(given.key, given.case_id, paper, passed, lines, given.at)
        return {"entry_id": entry_id, "gross": posted.values["gross"], "open": left}

    def _left(self, asked: payables.AskedReversal) -> Reversible:
        return self._reversals.left(asked.supplier, asked.bill_no, asked.reversal_no)

    def _lines(self, left: Reversible) -> list[dict[str, Any]]:
        """Everything that is left of the bill."""
        own = [
            {
                "service": line.service,
                "shipment": line.shipment,
                "vat_rate": line.vat_rate,
                "amount": {"amount": line.amount, "currency": left.currency},
            }
            for line in left.lines
        ]
        passed = [
            {"service": claim.charge, "shipment": claim.shipment, "amount": claim.amount.model_dump()}
            for claim in left.claims
            if self._codes.passes_through(claim.charge)
        ]
        return own + passed
