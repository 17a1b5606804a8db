"""Automated work on cash collected on delivery: taken, paid into the bank, paid to its sender."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine
from temporalio import activity

from activities.handing_in import handed_in
from activities.work_input import today, usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.papers import CollectedCash, PaidOutCash, Text
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.records.ledger.cash import CashRepository
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.temporal.writes import writes


class HandedInCash(BaseModel):
    """Cash that the inspector counted and the bank took."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cod_no: Text
    amount: Money


class CashActivities:
    """What `work:` may name about cash on delivery."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._ledger = LedgerRepository(engine)
        self._cash = CashRepository(engine)
        self._rules = rules

    @activity.defn(name="record_cod_collected")
    @writes("money")
    def record_collected(self, given: WorkInput) -> WorkResult:
        """cod_no, sender, receiver, amount, agreed, collected_on -> settle_by, matches"""
        with usable("record_cod_collected"):
            cash = handed_in(CollectedCash, given)
            values = cash.values(self._rules.policy.cod_settle_months)
            self._post("cod_collected", given, values)
        return WorkResult(values={"settle_by": values["settle_by_on"], "matches": cash.amount == cash.agreed})

    @activity.defn(name="record_cod_handed_in")
    @writes("money")
    def record_handed_in(self, given: WorkInput) -> WorkResult:
        """cod_no, amount -> entry_id"""
        with usable("record_cod_handed_in"):
            cash = handed_in(HandedInCash, given)
            values = {"business_key": cash.cod_no, "amount": cash.amount.model_dump()}
            return self._post("cod_handed_in", given, values)

    @activity.defn(name="record_cod_paid")
    @writes("money")
    def record_paid(self, given: WorkInput) -> WorkResult:
        """cod_no, sender, voucher_no, amount, fee?, paid_on -> entry_id, owed; more than is owed is refused"""
        with usable("record_cod_paid"):
            cash = handed_in(PaidOutCash, given)
            posting = self._rules.posting("cod_paid", cash.values())
            entry_id, owed = self._cash.pay(given.key, given.case_id, posting, cash.cod_no, given.at)
        return WorkResult(values={"entry_id": entry_id, "owed": {"amount": owed, "currency": posting.currency}})

    def _post(self, entry: str, given: WorkInput, values: Mapping[str, Any]) -> WorkResult:
        posting = self._rules.posting(entry, values, on=today(given))
        return WorkResult(values={"entry_id": self._ledger.post(given.key, given.case_id, posting, given.at)})
