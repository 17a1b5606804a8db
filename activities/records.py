"""The activity by which a case publishes its steps and state."""

from sqlalchemy import Engine
from temporalio import activity

from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.records.publishing import Publisher


class RecordActivities:
    """Writes what cases publish."""

    def __init__(self, engine: Engine) -> None:
        self._publisher = Publisher(engine)

    @activity.defn(name="publish_steps")
    def publish_steps(self, given: PublishInput) -> None:
        """Local, and again as a regular activity where records did not answer in time. Idempotent."""
        self._publisher.publish(given)
