"""What a case published, as replays are compared by it: each write with its steps, and every deadline then."""

from typing import Any

from sop_engine.cases.contracts.publishing import PublishInput

Published = dict[str, Any]


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
