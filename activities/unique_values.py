"""The activity by which a case comes to have a value alone."""

from sqlalchemy import Engine
from temporalio import activity

from sop_engine.cases.running.effects.unique import TakeValue, UniqueResult
from sop_engine.records.unique_values import UniqueValues
from sop_engine.temporal.writes import writes


class UniqueValueActivities:
    """Takes values for cases."""

    def __init__(self, engine: Engine) -> None:
        self._values = UniqueValues(engine)

    @activity.defn(name=TakeValue.activity)
    @writes("row")
    def take_value(self, given: TakeValue) -> UniqueResult:
        """The value is the case's unless another has it; tried again, it is the case's still."""
        scope = f"{given.facts.sop}.{given.name}"
        if given.gives_up is not None:
            self._values.give_up(scope, given.gives_up, given.facts.case_id)
        if given.value is None:
            return UniqueResult(holder=None)
        return UniqueResult(holder=self._values.take(scope, given.value, given.facts.case_id, given.facts.at))
