"""Automated work on duty, tax and deposits that came back to us: whose money it is."""

from datetime import date

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine
from temporalio import activity

from activities.handing_in import handed_in
from activities.work_input import usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.papers import Text
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.temporal.writes import writes


class ReturnedTax(BaseModel):
    """What came back, and what of it is the customer's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer: Text
    amount: Money
    owed: Money | None = None
    received_on: date


class ReturnedTaxActivities:
    """What `work:` may name about money that customs give back."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._ledger = LedgerRepository(engine)
        self._rules = rules

    @activity.defn(name="record_tax_returned")
    @writes("money")
    def record_tax_returned(self, given: WorkInput) -> WorkResult:
        """customer, amount, owed?, received_on -> owed_ref, by which the books know what is the customer's"""
        with usable("record_tax_returned"):
            paper = handed_in(ReturnedTax, given)
            dated = {"customer_name": paper.customer, "received_on": paper.received_on}
            self._post("tax_returned", given, {**dated, "business_key": f"{given.case_id}:returned"}, paper.amount)
            if paper.owed is None or not paper.owed.amount:
                return WorkResult(values={"owed_ref": None})
            owed_ref = f"{given.case_id}:owed"
            self._post("tax_owed_to_customer", given, {**dated, "business_key": owed_ref}, paper.owed)
        return WorkResult(values={"owed_ref": owed_ref})

    def _post(self, entry: str, given: WorkInput, values: dict[str, object], amount: Money) -> None:
        posting = self._rules.posting(entry, {**values, "amount": amount.model_dump()})
        self._ledger.post(f"{given.key}:{entry}", given.case_id, posting, given.at)
