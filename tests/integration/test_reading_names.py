"""Lists asked by a name that nobody knows, and the work of the cases below one."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from activities.reading import ReadingActivities
from sop_engine.cases.contracts.reading import CaseInput, ListCasesInput, ListTasksInput
from sop_engine.content.library import Library, load_library
from sop_engine.records.publishing import Publisher
from tests.integration.published import child, minute, published, step, task

pytest_plugins = ("tests.integration.databases",)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


@pytest.fixture
def reading(engine: Engine, library: Library) -> ReadingActivities:
    """A shipment with a booking, whose supplier is chased by a case below that; a complaint beside them."""
    publisher = Publisher(engine)
    for case_id, below, tasks in (
        ("SHP-1", "SHP-1.booking", (task("routed#1", assignee="retired.man"),)),
        ("SHP-1.booking", "SHP-1.chase", (task("asked#1", due_at=minute(9)), task("old#1", status="completed"))),
        ("SHP-1.chase", None, (task("called#1", due_at=minute(3), assignee="zhou.jie", status="claimed"),)),
        ("CMP-1", None, (task("registered#1"),)),
    ):
        children = (child(case_id=below),) if below else ()
        case = {"case_id": case_id, "states": ("of_an_older_text",)}
        publisher.publish(published(minute(1), step(1, "opened"), case=case, tasks=tasks, children=children))
    sops = {name: sop_file.definition for name, sop_file in library.sops.items()}
    return ReadingActivities(engine, library.organization, sops)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(ApplicationError) as failed:
        call()
    assert (failed.value.type, failed.value.non_retryable) == ("NotFound", True)
    return failed.value.message.partition("\n  - ")[2]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (ListTasksInput(user="zou.jie"), "user: nobody is called 'zou.jie' (allowed: zhou.jie"),
        (ListTasksInput(user="xx", roles=("operator",)), "user: nobody is called 'xx'"),
        (ListTasksInput(roles=("operator", "operater")), "role: there is no role 'operater' (allowed: operator"),
        (ListTasksInput(sop="Complant"), "sop: there is no SOP 'Complant' (allowed: Complaint"),
        (ListTasksInput(case_id="SHP-1.boking"), "case: records know no case 'SHP-1.boking' (allowed: SHP-1.booking"),
    ],
)
def test_an_inbox_of_nobody_is_no_empty_inbox(reading: ReadingActivities, given: ListTasksInput, told: str) -> None:
    assert refused(lambda: reading.list_tasks(given)).startswith(told)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (ListCasesInput(sop="FreightShipmnt"), "sop: there is no SOP 'FreightShipmnt' (allowed: FreightShipment"),
        (ListCasesInput(sop="Zzz"), "sop: there is no SOP 'Zzz' (allowed: AdHocTask, Booking"),
        (ListCasesInput(owner="operations_manger"), "owner: there is no role 'operations_manger' (allowed: operat"),
        (ListCasesInput(state="clasified"), "state: no SOP has a state 'clasified' (allowed: classified"),
        (ListCasesInput(stage="clasified"), "stage: no SOP has a phase 'clasified'"),
        (ListCasesInput(parent="SHP-2"), "parent: records know no case 'SHP-2' (allowed: SHP-1"),
    ],
)
def test_a_list_of_nothing_that_there_is_is_no_empty_list(
    reading: ReadingActivities, given: ListCasesInput, told: str
) -> None:
    assert refused(lambda: reading.list_cases(given)).startswith(told)


def test_the_papers_of_no_case_are_no_empty_list(reading: ReadingActivities) -> None:
    assert refused(lambda: reading.list_documents(CaseInput(case_id="CMP-2"))).startswith("case: records know no case")


def test_every_wrong_name_is_told_at_once(reading: ReadingActivities) -> None:
    told = refused(lambda: reading.list_tasks(ListTasksInput(user="zou.jie", sop="Complant", case_id="NONE")))
    assert [line.split(":")[0] for line in told.split("\n  - ")] == ["user", "sop", "case"]


def test_who_left_the_firm_still_has_what_was_left(reading: ReadingActivities) -> None:
    assert [line.key for line in reading.list_tasks(ListTasksInput(user="retired.man")).tasks] == ["routed#1"]
    assert reading.list_cases(ListCasesInput(state="of_an_older_text")).total == 4


def test_who_has_nothing_to_do_gets_an_empty_list(reading: ReadingActivities) -> None:
    assert reading.list_tasks(ListTasksInput(user="chen.guodong")).tasks == ()


def test_the_tasks_of_a_case_are_those_of_its_children_too(reading: ReadingActivities) -> None:
    found = reading.list_tasks(ListTasksInput(case_id="SHP-1"))
    assert [(line.case_id, line.key) for line in found.tasks] == [
        ("SHP-1.chase", "called#1"),
        ("SHP-1.booking", "asked#1"),
        ("SHP-1", "routed#1"),
    ]
    assert found.total == 3


def test_a_parent_is_shown_with_the_open_tasks_below_it(reading: ReadingActivities) -> None:
    below = reading.read_case_record(CaseInput(case_id="SHP-1")).child_tasks
    assert [(line.case_id, line.task, line.assignee, line.due_at) for line in below] == [
        ("SHP-1.chase", "called#1", "zhou.jie", minute(3)),
        ("SHP-1.booking", "asked#1", None, minute(9)),
    ]
    assert reading.read_case_record(CaseInput(case_id="CMP-1")).child_tasks == ()
