"""What a completed task costs in the history: counted event by event, with what each kind of effect adds.

A task costs 6 events: the workflow task (3), the update accepted and completed (2), the marker of the write to the
journal (1). An earlier deadline than the one the timer runs for adds 2: the timer cancelled and started.
"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType

from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.shipment import completion, intake_acts, opening_data

Cost = Counter[str]

STEP: Cost = Counter(
    WORKFLOW_TASK_SCHEDULED=1,
    WORKFLOW_TASK_STARTED=1,
    WORKFLOW_TASK_COMPLETED=1,
    WORKFLOW_EXECUTION_UPDATE_ACCEPTED=1,
    WORKFLOW_EXECUTION_UPDATE_COMPLETED=1,
    MARKER_RECORDED=1,
)
REARMED: Cost = Counter(TIMER_CANCELED=1, TIMER_STARTED=1)
ACTIVITY: Cost = Counter(ACTIVITY_TASK_SCHEDULED=1, ACTIVITY_TASK_STARTED=1, ACTIVITY_TASK_COMPLETED=1)
"""A notice, a document, a posting, automated work."""
CHILD: Cost = Counter(START_CHILD_WORKFLOW_EXECUTION_INITIATED=1, CHILD_WORKFLOW_EXECUTION_STARTED=1)
TOLD: Cost = Counter(SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED=1, EXTERNAL_WORKFLOW_EXECUTION_SIGNALED=1)
"""A report to the parent, or an event told to another case."""
TASK: Cost = Counter(WORKFLOW_TASK_SCHEDULED=1, WORKFLOW_TASK_STARTED=1, WORKFLOW_TASK_COMPLETED=1)
"""A workflow task: one more for the end of each effect, unless two ends come together."""
STEP_OF_ITS_OWN: Cost = Counter(MARKER_RECORDED=1, WORKFLOW_PROPERTIES_MODIFIED=1)
"""A step that no act of a person brought, without a new stage: its write, and the memo that stands before it."""
STATUS: Cost = Counter(UPSERT_WORKFLOW_SEARCH_ATTRIBUTES=1)
"""A change of stage, status or SLA state."""


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(Path(tmp_path_factory.mktemp("house"))) as running, running.worker():
        yield running


async def counted(house: Installation, case_id: str) -> Cost:
    """The events of a case's history once nothing is under way. Nothing is asked meanwhile: a question may cost one."""

    async def is_quiet() -> bool:
        described = (await house.handle(case_id).describe()).raw_description
        return not described.pending_activities and not described.HasField("pending_workflow_task")

    await until(is_quiet, f"quiet in {case_id}")
    names = [EventType.Name(event.event_type) for event in (await house.history(case_id)).events]
    return Counter(name.removeprefix("EVENT_TYPE_") for name in names)


def without_tasks(cost: Cost) -> Cost:
    return Counter({name: number for name, number in cost.items() if name not in TASK})


async def test_a_task_costs_six_events_and_its_effects(house: Installation) -> None:
    await house.open("Complaint", "cost", COMPLAINT)
    costs = []
    for act in ACTS[:4]:
        before = await counted(house, "cost")
        await house.act("cost", "complete_task", **act)
        costs.append(await counted(house, "cost") - before)
    acknowledged, classified, assigned, proposed = costs
    # Whether the complainant was told is waited for by a notice of its own: no mail leaves here, so somebody calls.
    assert acknowledged == STEP + CHILD + TASK
    # The clock of one working hour rings earlier than the timer, or not, by the time of day.
    assert classified in (STEP, STEP + REARMED)
    assert assigned == STEP + ACTIVITY + TASK
    assert proposed == STEP
    assert sum(proposed.values()) == 6


async def test_an_earlier_deadline_costs_two_more(house: Installation) -> None:
    await house.open("Complaint", "earlier", COMPLAINT)
    before = await counted(house, "earlier")
    due_at = datetime.now(UTC) + timedelta(minutes=10)
    await house.act(
        "earlier", "move_deadline", actor="zhao.min", clock="first_response", to=due_at, reason="a very good customer"
    )
    cost = await counted(house, "earlier") - before
    assert cost == STEP + REARMED
    assert sum(cost.values()) == 8


async def test_what_a_document_a_child_and_a_report_add(house: Installation) -> None:
    await house.open("FreightShipment", "S-1", opening_data())
    for act in intake_acts():

        async def is_open(state: str = act.target) -> bool:
            return any(task.state == state for task in (await house.view("S-1.intake")).tasks)

        await until(is_open, act.target)
        before = await counted(house, "S-1.intake"), await counted(house, "S-1")
        await house.act("S-1.intake", "complete_task", **await completion(act, house.gateway))
    await house.handle("S-1.intake").result()
    last = without_tasks(await counted(house, "S-1.intake") - before[0])
    # One document, which is a step of its own; two notices; the report to the parent; the last write; the end.
    effects = ACTIVITY + ACTIVITY + ACTIVITY + STEP_OF_ITS_OWN + TOLD + STATUS + ACTIVITY
    assert last == without_tasks(STEP) + effects + Counter(WORKFLOW_EXECUTION_COMPLETED=1)

    async def is_heard() -> bool:
        return (await counted(house, "S-1"))["CHILD_WORKFLOW_EXECUTION_STARTED"] == 2

    await until(is_heard, "the booking")
    parent = without_tasks(await counted(house, "S-1") - before[1])
    heard: Cost = Counter(WORKFLOW_EXECUTION_SIGNALED=1, CHILD_WORKFLOW_EXECUTION_COMPLETED=1, MARKER_RECORDED=1)
    # The report is looked up in the child's own history.
    assert parent == heard + ACTIVITY + CHILD + STATUS
