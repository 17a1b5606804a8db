"""The activity by which a case publishes its steps and state."""

from sqlalchemy import Engine
from temporalio import activity

from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.records.gaps import Gaps
from sop_engine.records.publishing import Publisher
from sop_engine.temporal.writes import writes


class RecordActivities:
    """Writes what cases publish."""

    def __init__(self, engine: Engine, gaps: Gaps | None = None) -> None:
        self._publisher = Publisher(engine, gaps)

    @activity.defn(name="publish_steps")
    @writes("journal")
    def publish_steps(self, given: PublishInput) -> None:
        """Local, and again as a regular activity where records did not answer in time. Idempotent."""
        self._publisher.publish(given)
