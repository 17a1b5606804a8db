"""Input that a case cannot take: every fault is named, and neither the case nor its history notices."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError

from sop_engine.basis.faults import InvalidInput, NotFound, NotPermitted, Refused, SopError
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.temporal.failures import refusal
from tests.unit.content.exact_service import DATA
from tests.workflows.desk import Desk
from tests.workflows.harness import House

CASE = "CMP-1"


@dataclass(frozen=True)
class Bad:
    """An act, the refusal it gets, and what the refusal names: places of faults, or words of what is allowed."""

    name: str
    act: str
    values: dict[str, Any]
    refusal: type[SopError]
    faults: tuple[str, ...] = ()
    says: str = ""
    allowed: tuple[str, ...] = field(default=())


def completion(**values: Any) -> dict[str, Any]:
    return {"actor": "huang.tao", "outcome": "plan_proposed", **values}


PLAN = {"facts": "Rain", "cause": "No sheet", "plan": "Replace"}

# The complaint is being investigated by operations; Feng Xue classified and assigned it.
TABLE = (
    Bad(
        "a task that is not there", "complete_task", completion(task="closing"), NotFound, allowed=("investigating#1",)
    ),
    Bad("a task that is done", "complete_task", completion(task="registered#1"), Refused, says="completed"),
    Bad(
        "an unknown outcome",
        "complete_task",
        completion(outcome="solved"),
        Refused,
        allowed=("plan_proposed", "no_plan"),
    ),
    Bad("missing fields", "complete_task", completion(), InvalidInput, ("facts", "cause", "plan")),
    Bad(
        "fields that do not fit and one that is unknown",
        "complete_task",
        completion(data={**PLAN, "compensation": "a lot", "evidence": 7, "plann": "x"}),
        InvalidInput,
        ("compensation", "evidence", "plann"),
    ),
    Bad(
        "a needed field that does not fit, named once",
        "complete_task",
        completion(data={**PLAN, "facts": ["Rain"]}),
        InvalidInput,
        ("facts",),
    ),
    Bad("an unknown tick", "complete_task", completion(data=PLAN, checklist=["sang"]), InvalidInput, ("sang",)),
    Bad(
        "an unknown attachment",
        "complete_task",
        completion(data=PLAN, attachments={"x": "a.pdf"}),
        InvalidInput,
        ("x",),
    ),
    Bad(
        "a time in the future without a reason",
        "complete_task",
        completion(data=PLAN, happened_at="2100-01-01T00:00+08:00"),
        InvalidInput,
        ("happened_at", "reason"),
    ),
    Bad(
        "a person without the role",
        "complete_task",
        completion(actor="li.na", data=PLAN),
        NotPermitted,
        says="huang.tao",
    ),
    Bad("a person nobody knows", "complete_task", completion(actor="nobody", data=PLAN), NotPermitted, says="nobody"),
    Bad("an event nobody declared", "event", {"actor": "feng.xue", "name": "moon.rose"}, Refused, says="moon.rose"),
    Bad("an event of the engine", "event", {"actor": "feng.xue", "name": "case.cancel"}, Refused, says="case.cancel"),
    Bad(
        "a task's outcome told as an event",
        "event",
        {"actor": "feng.xue", "name": "investigating.plan_proposed"},
        Refused,
        says="only the engine",
    ),
    Bad(
        "an event nobody waits for",
        "event",
        {"actor": "li.na", "name": "complainant.answered", "data": {"answer": "x"}},
        Refused,
    ),
    Bad(
        "an event without its data",
        "event",
        {"actor": "li.na", "name": "complainant.informed"},
        InvalidInput,
        ("progress",),
    ),
    Bad(
        "an event of a person without the role",
        "event",
        {"actor": "ma.chao", "name": "complainant.withdrew"},
        NotPermitted,
        says="customer_service_agent",
    ),
    Bad(
        "a clock that is not there",
        "move_deadline",
        {"actor": "zhao.min", "clock": "lunch", "to": "2100-01-01T00:00+08:00", "reason": "x"},
        NotFound,
        allowed=("plan#1",),
    ),
    Bad(
        "a deadline in the past",
        "move_deadline",
        {"actor": "zhao.min", "clock": "plan", "to": "2020-01-01T00:00+08:00", "reason": "x"},
        InvalidInput,
        ("to",),
    ),
    Bad(
        "a deadline moved by somebody below the owner",
        "move_deadline",
        {"actor": "li.na", "clock": "plan", "to": "2100-01-01T00:00+08:00", "reason": "x"},
        NotPermitted,
        says="complaint_officer",
    ),
    Bad(
        "an amendment of fields that are not there",
        "amend",
        {"actor": "zhao.min", "data": {"colour": "red", "satisfied": "very"}, "reason": "x"},
        InvalidInput,
        ("colour", "satisfied"),
    ),
    Bad(
        "an incident that is not there",
        "resolve_incident",
        {"actor": "zhao.min", "incident": "step#9", "how": "retry", "reason": "x"},
        NotFound,
    ),
    Bad("a resumption of what is not held", "resume", {"actor": "zhao.min"}, Refused, allowed=("hold",)),
    Bad(
        "an assignment to somebody without the role", "assign_task", {"actor": "sun.lihua", "to": "li.na"}, NotPermitted
    ),
    Bad(
        "a release of what nobody claimed", "release_task", {"actor": "huang.tao"}, Refused, allowed=("claim", "assign")
    ),
    Bad("a skip by the holder", "skip_task", {"actor": "huang.tao", "outcome": "no_plan", "reason": "x"}, NotPermitted),
)


@pytest.fixture(scope="module")
async def investigated(shared_house: House) -> Desk:
    desk = await Desk.open(shared_house, "Complaint", CASE, **DATA)
    await desk.do("li.na", "registered", "acknowledged")
    await desk.do("feng.xue", "classified", "done", kind="damage", severity="normal")
    await desk.do("feng.xue", "assigned", "done", responsible_unit="operations_manager")
    await desk.settled()
    return desk


async def deeds(desk: Desk) -> int:
    """How many events of the history say something.

    A real server drops the workflow task in which an update was refused; the time-skipping one keeps its three events.
    """
    tasks = (
        EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    )
    return len([event for event in await desk.house.events(desk.case_id) if event not in tasks])


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
async def test_a_refused_act_leaves_the_case_untouched(investigated: Desk, bad: Bad) -> None:
    house = investigated.house
    before = await deeds(investigated), (await investigated.view()).model_dump(exclude={"clocks"})
    refused = await house.refused(CASE, bad.act, **bad.values)
    assert type(refused) is bad.refusal
    assert tuple(fault.where for fault in refused.faults) == bad.faults
    assert bad.says in refused.text()
    assert set(bad.allowed) <= set(refused.allowed)
    assert (await deeds(investigated), (await investigated.view()).model_dump(exclude={"clocks"})) == before


@pytest.mark.parametrize(
    ("act", "body", "faults"),
    [
        ("complete_task", None, [""]),
        ("complete_task", {}, ["actor", "outcome"]),
        ("complete_task", {"actor": "", "outcome": 7, "colour": "red"}, ["actor", "outcome", "colour"]),
        ("event", {"actor": "li.na"}, ["name"]),
        ("hold", {"actor": "zhao.min", "reason": ""}, ["reason"]),
        ("move_deadline", {"actor": "zhao.min", "clock": "plan", "to": "soon", "reason": "x"}, ["to"]),
        ("resolve_incident", {"actor": "zhao.min", "incident": "x", "how": "pray", "reason": "x"}, ["how"]),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_with_every_fault(
    investigated: Desk, act: str, body: Any, faults: list[str]
) -> None:

    house = investigated.house
    before = await deeds(investigated)
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await house.handle(CASE).execute_update(act, args=[body] if body is not None else [])
    refused = refusal(failed.value.cause)
    assert isinstance(refused, InvalidInput)
    assert [fault.where for fault in refused.faults] == faults
    assert await deeds(investigated) == before


async def test_the_plan_is_not_approved_by_who_made_it(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "Complaint", "CMP-2", **DATA)
    await desk.do("li.na", "registered", "acknowledged")
    await desk.do("feng.xue", "classified", "done", kind="damage", severity="difficult")
    await desk.do("zhao.min", "assigned", "done", responsible_unit="service_centre_manager")
    await desk.do("zheng.kai", "investigating", "plan_proposed", **PLAN)
    await desk.task("approving_plan")
    # The head of the centre stands above the supervisor, and yet may not approve his own plan.
    refused = await shared_house.refused("CMP-2", "complete_task", actor="zheng.kai", outcome="approved")
    assert isinstance(refused, NotPermitted)
    await desk.do("zhao.min", "approving_plan", "approved")


OPENINGS = [
    ("an unknown SOP", "Complaints", DATA, ("sop",)),
    ("a missing field", "Complaint", {"complainant": "Wang Lei"}, ("contact", "event")),
    (
        "values that do not fit",
        "Complaint",
        {
            **DATA,
            "contact_email": "nowhere",
            "event_at": "yesterday",
            "channel": "pigeon",
            "satisfied": 9,
            "colour": "red",
        },
        ("contact_email", "event_at", "channel", "satisfied", "colour"),
    ),
    (
        "identifiers with wrong check digits and a wrong list",
        "CustomsDeclaration",
        {
            "customer_name": "Blue Lake",
            "customer_email": "ops@blue-lake.example",
            "direction": "sideways",
            "items": [{"goods": "Shirts", "hs_code": "12", "value": "much"}, {"goods": "Caps"}],
        },
        ("direction", "items.0.hs_code", "items.0.value", "items.1.hs_code"),
    ),
]


@pytest.mark.parametrize(("name", "sop", "data", "faults"), OPENINGS, ids=[opening[0] for opening in OPENINGS])
async def test_a_case_that_cannot_open_names_every_fault(
    shared_house: House, name: str, sop: str, data: dict[str, Any], faults: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await shared_house.gateway.start_case(sop, f"BAD-{name.replace(' ', '-')}", OpenCaseInput(data=data))
    assert {fault.where for fault in refused.value.faults} == set(faults)


async def test_an_unknown_case_and_a_used_id_are_refused(investigated: Desk) -> None:
    house = investigated.house
    assert isinstance(await house.refused("CMP-404", "comment", actor="li.na", text="hello"), NotFound)
    with pytest.raises(Refused, match="already"):
        await house.open("Complaint", CASE, DATA)
