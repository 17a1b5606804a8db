"""Automated work that takes back a supplier's bill that is booked, in whole or in part."""

from typing import Any

from pydantic import model_validator
from sqlalchemy import Engine
from temporalio import activity

from activities.handing_in import handed_in
from activities.payables import lines_completed
from activities.work_input import usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.charges.codes import ChargeCodes
from sop_engine.freight.subledger.matching import BilledLine
from sop_engine.freight.subledger.papers import BillReversalPaper, Paper, Text
from sop_engine.records.ledger.bill_reversals import BillReversalRepository, Reversible
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.temporal.writes import writes


class AskedReversal(Paper):
    """A bill that is taken back as a whole."""

    supplier: Text
    bill_no: Text
    reversal_no: Text


class HandedInReversal(BillReversalPaper):
    """A bill that is taken back by lines."""

    @model_validator(mode="before")
    @classmethod
    def _lines_completed(cls, given: Any) -> Any:
        return lines_completed(given)


class ReversalActivities:
    """What `work:` may name about the reversal of bills."""

    def __init__(self, engine: Engine, rules: LedgerRules, codes: ChargeCodes) -> None:
        self._reversals = BillReversalRepository(engine, rules)
        self._codes = codes

    @activity.defn(name="reverse_bill")
    @writes("money")
    def reverse_bill(self, given: WorkInput) -> WorkResult:
        """supplier, bill_no, reversal_no, reason, reversed_on, lines? (else all of it) -> entry_id, gross, open"""
        with usable("reverse_bill"):
            if not given.values.get("lines"):
                given = self._whole(given)
            paper = handed_in(HandedInReversal, given)
            passed = [line.service for line in paper.lines if self._codes.passes_through(line.service)]
            lines = [
                BilledLine(line.shipment or "", self._codes.code_of(line.service), line.amount) for line in paper.lines
            ]
            entry_id, posted, left = self._reversals.reverse(given.key, given.case_id, paper, passed, lines, given.at)
        values = {"entry_id": entry_id, "gross": posted.values["gross"], "open": left.model_dump()}
        return WorkResult(values=values)

    def _whole(self, given: WorkInput) -> WorkInput:
        """The same with everything that is left of the bill as its lines."""
        named = {name: given.values.get(name) for name in ("supplier", "bill_no", "reversal_no")}
        asked = AskedReversal.model_validate(named)
        left = self._reversals.left(asked.supplier, asked.bill_no, asked.reversal_no)
        values = {name: value for name, value in given.values.items() if name != "billed_vat"}
        return given.model_copy(update={"values": {**values, "lines": self._lines(left)}})

    def _lines(self, left: Reversible) -> list[dict[str, Any]]:
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
