"""Automated work on cash collected on delivery: taken, paid into the bank, paid to its sender."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from activities.binding import carries_out
from activities.work_input import today
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.freight.subledger.papers import CollectedCash, PaidOutCash
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.records.ledger.cash import CashRepository
from sop_engine.work import cash_on_delivery as cash


class CashActivities:
    """The works on cash on delivery."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._ledger = LedgerRepository(engine)
        self._cash = CashRepository(engine)
        self._rules = rules

    @carries_out(cash.RECORD_COD_COLLECTED)
    def record_collected(self, asked: CollectedCash, given: WorkInput) -> object:
        values = asked.values(self._rules.policy.cod_settle_months)
        self._post("cod_collected", given, values)
        return {"settle_by": values["settle_by_on"], "matches": asked.amount == asked.agreed}

    @carries_out(cash.RECORD_COD_HANDED_IN)
    def record_handed_in(self, asked: cash.HandedInCash, given: WorkInput) -> object:
        values = {"business_key": asked.cod_no, "amount": asked.amount.model_dump()}
        return {"entry_id": self._post("cod_handed_in", given, values)}

    @carries_out(cash.RECORD_COD_PAID)
    def record_paid(self, asked: PaidOutCash, given: WorkInput) -> object:
        posting = self._rules.posting("cod_paid", asked.values())
        entry_id, owed = self._cash.pay(given.key, given.case_id, posting, asked.cod_no, given.at)
        return {"entry_id": entry_id, "owed": {"amount": owed, "currency": posting.currency}}

    def _post(self, entry: str, given: WorkInput, values: Mapping[str, Any]) -> str:
        posting = self._rules.posting(entry, values, on=today(given))
        return self._ledger.post(given.key, given.case_id, posting, given.at)
