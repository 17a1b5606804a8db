"""Automated work on duty, tax and deposits that came back to us: whose money it is."""

from sqlalchemy import Engine

from activities.binding import carries_out
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.work import tax_returns


class ReturnedTaxActivities:
    """The works on money that customs give back."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._ledger = LedgerRepository(engine)
        self._rules = rules

    @carries_out(tax_returns.RECORD_TAX_RETURNED)
    def record_tax_returned(self, asked: tax_returns.ReturnedTax, given: WorkInput) -> object:
        dated = {"customer_name": asked.customer, "received_on": asked.received_on}
        self._post("tax_returned", given, {**dated, "business_key": f"{given.case_id}:returned"}, asked.amount)
        if asked.owed is None or not asked.owed.amount:
            return {"owed_ref": None}
        owed_ref = f"{given.case_id}:owed"
        self._post("tax_owed_to_customer", given, {**dated, "business_key": owed_ref}, asked.owed)
        return {"owed_ref": owed_ref}

    def _post(self, entry: str, given: WorkInput, values: dict[str, object], amount: Money) -> None:
        posting = self._rules.posting(entry, {**values, "amount": amount.model_dump()})
        self._ledger.post(f"{given.key}:{entry}", given.case_id, posting, given.at)
