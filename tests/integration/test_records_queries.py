"""Lists, inbox, timeline and search."""

import pytest
from sqlalchemy import Engine

from sop_engine.basis.faults import NotFound
from sop_engine.cases.contracts.reading import FindCasesInput, ListCasesInput, ListTasksInput, TimelineInput
from sop_engine.records.publishing import Publisher
from sop_engine.records.queries import CaseQueries
from tests.integration.published import minute, published, step, task

pytest_plugins = ("tests.integration.databases",)


@pytest.fixture
def queries(engine: Engine) -> CaseQueries:
    """Three complaints, a claim and a closed complaint; now is minute 60."""
    publisher = Publisher(engine)
    officer = "complaint_officer"
    for case, tasks in (
        (
            {"case_id": "CMP-1", "due_at": minute(120), "references": (("awb", "020-1234 5675"),)},
            (task("later#1", due_at=minute(90), priority=1), task("soon#1", due_at=minute(70), priority=9)),
        ),
        (
            {"case_id": "CMP-2", "due_at": minute(30), "references": (("awb", "020-99999999"),), "provisional": True},
            (task("breached#1", due_at=minute(30), role=officer), task("urgent#1", priority=1), task("plain#1")),
        ),
        (
            {"case_id": "CMP-3", "due_at": None, "states": ("waiting", "waiting_for_customer"), "sla": "at_risk"},
            (
                task("mine#1", assignee="li.na", status="claimed", due_at=minute(70), priority=2),
                task("hers#1", assignee="wu.fang", status="claimed"),
                task("offered#1", role=officer, candidates=("wu.fang", "li.na")),
                task("not_me#1", candidates=("li.nan",)),
                task("asleep#1", due_at=minute(1), suspended_until=minute(600)),
                task("done#1", status="completed", due_at=minute(1)),
            ),
        ),
        (
            {"case_id": "CLM-1", "sop": "Claim", "parent": "CMP-1", "due_at": None, "opened_at": minute(1)},
            (),
        ),
        (
            {
                "case_id": "CMP-0",
                "status": "closed",
                "closed_at": minute(9),
                "due_at": minute(5),
                "opened_at": minute(-9),
            },
            (task("left#1"),),
        ),
    ):
        publisher.publish(published(minute(1), step(1, "opened"), case=case, tasks=tasks))
    return CaseQueries(engine)


NOW = minute(60)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ListCasesInput(), ["CMP-0", "CMP-2", "CMP-1", "CLM-1", "CMP-3"]),
        (ListCasesInput(open=True), ["CMP-2", "CMP-1", "CLM-1", "CMP-3"]),
        (ListCasesInput(open=False), ["CMP-0"]),
        (ListCasesInput(sop="Claim"), ["CLM-1"]),
        (ListCasesInput(parent="CMP-1"), ["CLM-1"]),
        (ListCasesInput(status="closed"), ["CMP-0"]),
        (ListCasesInput(sla="at_risk"), ["CMP-3"]),
        (ListCasesInput(state="waiting"), ["CMP-3"]),
        (ListCasesInput(state="wait"), []),
        (ListCasesInput(overdue=True), ["CMP-2"]),
        (ListCasesInput(provisional=True), ["CMP-2"]),
        (ListCasesInput(sop="Complaint", owner="nobody"), []),
    ],
)
def test_cases_by_every_condition(queries: CaseQueries, given: ListCasesInput, expected: list[str]) -> None:
    found = queries.list_cases(given, NOW)
    assert [line.case_id for line in found.cases] == expected
    assert found.total == len(expected)


def test_cases_come_in_pages_and_say_what_is_overdue(queries: CaseQueries) -> None:
    page = queries.list_cases(ListCasesInput(offset=1, limit=2), NOW)
    assert [(line.case_id, line.overdue) for line in page.cases] == [("CMP-2", True), ("CMP-1", False)]
    assert page.total == 5


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            ListTasksInput(),
            [
                "breached#1", "mine#1", "soon#1", "later#1", "urgent#1",
                "plain#1", "hers#1", "not_me#1", "offered#1", "asleep#1",
            ],
        ),
        (ListTasksInput(overdue=True), ["breached#1", "asleep#1"]),
        (ListTasksInput(case_id="CMP-1"), ["soon#1", "later#1"]),
        (ListTasksInput(sop="Claim"), []),
        (ListTasksInput(roles=("complaint_officer",)), ["breached#1", "offered#1"]),
        (ListTasksInput(user="li.na"), ["mine#1", "offered#1"]),
        (ListTasksInput(user="li.na", roles=("complaint_officer",)), ["breached#1", "mine#1", "offered#1"]),
    ],
)  # fmt: skip
def test_inbox_shows_the_most_urgent_first(queries: CaseQueries, given: ListTasksInput, expected: list[str]) -> None:
    found = queries.list_tasks(given, NOW)
    assert [line.key for line in found.tasks] == expected
    assert found.total == len(expected)


def test_inbox_lines_say_what_their_case_is(queries: CaseQueries) -> None:
    breached, *_, asleep = queries.list_tasks(ListTasksInput(), NOW).tasks
    assert (breached.case_id, breached.sop, breached.case_status, breached.overdue) == (
        "CMP-2",
        "Complaint",
        "open",
        True,
    )
    assert (breached.suspended, asleep.suspended) == (False, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02012345675", [("awb", "CMP-1")]),
        ("020-12345675", [("awb", "CMP-1")]),
        ("020", [("awb", "CMP-1"), ("awb", "CMP-2")]),
        ("cmp-1", [("case_id", "CMP-1")]),
        ("cmp", [("case_id", "CMP-0"), ("case_id", "CMP-1"), ("case_id", "CMP-2"), ("case_id", "CMP-3")]),
        ("COSU6123456789", [("booking_no", "CLM-1"), ("booking_no", "CMP-0"), ("booking_no", "CMP-3")]),
        ("---", []),
        ("%", []),
    ],
)
def test_a_case_is_found_by_any_reference(queries: CaseQueries, text: str, expected: list[tuple[str, str]]) -> None:
    found = queries.find(FindCasesInput(text=text), NOW).found
    assert [(match.field, match.case.case_id) for match in found] == expected


def test_whole_matches_come_before_longer_ones(engine: Engine) -> None:
    for case_id in ("SHP-1.booking", "SHP-1", "SHP-10"):
        Publisher(engine).publish(published(minute(1), step(1, "opened"), case={"case_id": case_id}))
    found = CaseQueries(engine).find(FindCasesInput(text="SHP-1"), NOW).found
    assert [match.case.case_id for match in found] == ["SHP-1", "SHP-1.booking", "SHP-10"]


def test_timeline_pages_backwards(engine: Engine) -> None:
    Publisher(engine).publish(published(minute(1), *(step(number, f"event {number}") for number in range(1, 8))))
    last = CaseQueries(engine).timeline(TimelineInput(case_id="CMP-2026-0001", limit=3))
    assert ([each.step for each in last.steps], last.more) == ([5, 6, 7], True)
    first = CaseQueries(engine).timeline(TimelineInput(case_id="CMP-2026-0001", limit=4, before=5))
    assert ([each.step for each in first.steps], first.more) == ([1, 2, 3, 4], False)


def test_an_unknown_case_is_not_found(queries: CaseQueries) -> None:
    with pytest.raises(NotFound, match="CMP-9"):
        queries.timeline(TimelineInput(case_id="CMP-9"))
    with pytest.raises(NotFound, match="CMP-9"):
        queries.read_case("CMP-9")


def test_a_deadline_of_the_case_puts_its_tasks_into_the_order_of_the_inbox(engine: Engine) -> None:
    """A receivable due at minute 30 is no task's clock; the calls to the customer come before what is due later."""
    tasks = (task("calling#1"), task("copying#1", due_at=minute(20)))
    written = published(minute(1), step(1, "opened"), case={"case_id": "COL-1"}, tasks=tasks)
    deadlines = {"calling#1": minute(30), "copying#1": minute(20)}
    other = published(
        minute(1), step(1, "opened"), case={"case_id": "CMP-1"}, tasks=(task("later#1", due_at=minute(90)),)
    )
    for given in (written.model_copy(update={"task_deadlines": deadlines}), other):
        Publisher(engine).publish(given)
    listed = CaseQueries(engine).list_tasks(ListTasksInput(), NOW).tasks
    assert [(line.key, line.due_at, line.overdue) for line in listed] == [
        ("copying#1", minute(20), True),
        ("calling#1", minute(30), True),
        ("later#1", minute(90), False),
    ]


def test_cases_that_did_not_take_a_message_are_listed_with_what_and_why(engine: Engine) -> None:
    publisher = Publisher(engine)
    told = (
        step(1, "opened", kind="opened"),
        step(2, "complainant.withdrawn", kind="event_unheard", note="no transition takes it"),
        step(3, "registered.done", kind="event_refused", note="the name is reserved"),
        step(4, "complainant.withdrawn", at=minute(4), kind="event_unheard", note="no transition takes it in closed"),
    )
    publisher.publish(published(minute(1), *told, case={"case_id": "CMP-1"}))
    publisher.publish(published(minute(1), step(1, "heard"), case={"case_id": "CMP-2"}))
    lost = {"case_id": "CMP-3"}
    publisher.publish(published(minute(1), step(1, "lost", kind="event_unheard"), case=lost))
    publisher.publish(published(minute(2), step(1, "heard"), case=lost))
    found = CaseQueries(engine).list_cases(ListCasesInput(unheard=True), NOW)
    assert ([line.case_id for line in found.cases], found.total) == (["CMP-1"], 1)
    assert [(line.name, line.count, line.last_at, line.why) for line in found.cases[0].unheard] == [
        ("complainant.withdrawn", 2, minute(4), "no transition takes it in closed"),
        ("registered.done", 1, minute(0), "the name is reserved"),
    ]
    assert all(line.unheard == () for line in CaseQueries(engine).list_cases(ListCasesInput(), NOW).cases)
