"""The activity that posts money to the ledger."""

from sqlalchemy import Engine
from temporalio import activity

from activities.failures import refusals
from sop_engine.cases.running.effects.post import Post, PostResult
from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.temporal.writes import writes


class LedgerActivities:
    """Posts balanced entries by the firm's posting rules."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._ledger = LedgerRepository(engine)
        self._rules = rules

    @activity.defn(name=Post.activity)
    @writes("money")
    def post_entry(self, given: Post) -> PostResult:
        """Posts once per key and once per business key. An unbalanced entry fails with the type `Unbalanced`."""
        with refusals():
            day = given.facts.at.astimezone(CHINA).date()
            posting = self._rules.posting(given.entry, given.values, given.facts.data, day)
            entry_id = self._ledger.post(given.key, given.facts.case_id, posting, given.facts.at)
        return PostResult(entry_id=entry_id)
