"""What a case published, as replays are compared by it: each write with its steps, and every deadline then."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from temporalio import activity

from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.records.publishing import Publisher

Published = dict[str, Any]

Recorded = dict[str, list[Published]]
"""What each run published, by its run id."""


def seen(given: PublishInput) -> Published:
    """One write to the journal, in JSON's own types."""
    written = given.model_dump(mode="json")
    return {
        "status": written["case"]["status"],
        "states": written["case"]["states"],
        "steps": written["steps"],
        "deadlines": {
            # A paused clock's is only what it would be now.
            clock["key"]: [clock["status"], None if clock["status"] == "paused" else clock["due_at"]]
            for clock in written["clocks"]
        },
        "tasks": {task["key"]: [task["status"], task["assignee"], task["due_at"]] for task in written["tasks"]},
        "children": {child["key"]: [child["status"], child["outcome"]] for child in written["children"]},
    }


@contextmanager
def listening() -> Iterator[Recorded]:
    """Hears every write of the workers in this process."""
    recorded: Recorded = defaultdict(list)
    write = Publisher.publish

    def publish(self: Publisher, given: PublishInput) -> None:
        recorded[str(activity.info().workflow_run_id)].append(seen(given))
        write(self, given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Publisher, "publish", publish)
        yield recorded
