"""Rows of registers on both databases: once per command, with every change, all or none."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine

from sop_engine.basis.faults import InvalidInput, NotFound
from sop_engine.cases.contracts.registers import GivenRow, KeptRows, ListChangesInput, ListRowsInput
from sop_engine.records.published_results import PublishedResults
from sop_engine.records.publishing import Publisher
from sop_engine.records.readers import Readers
from sop_engine.records.registers import By, RegisterRepository
from tests.integration.published import published, step
from tests.unit.cases.register_samples import PEOPLE, clients

pytest_plugins = ("tests.integration.databases",)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def given(**values: Any) -> GivenRow:
    return GivenRow(values={"client_no": "C-1", **values})


def by(key: str, actor: str = "lin.yue", days: int = 0) -> By:
    return By(key, actor, f"because of {key}", AT + timedelta(days=days))


def test_every_change_stands_in_the_history_and_what_changes_nothing_does_not(engine: Engine) -> None:
    rows = RegisterRepository(engine, PEOPLE)
    assert rows.keep(clients(), (given(name="海运 Sea", discount="0.1"),), by("a")) == KeptRows(added=1)
    assert rows.keep(clients(), (given(discount="0.10"),), by("b", days=1)) == KeptRows(unchanged=1)
    assert rows.keep(clients(), (given(grade="A"),), by("c", "he.ping", 2)) == KeptRows(changed=1)
    changes = rows.history(ListChangesInput(register_name="clients", key="C-1")).changes
    assert [(each.version, each.kind, each.actor, each.reason) for each in changes] == [
        (2, "changed", "he.ping", "because of c"),
        (1, "added", "lin.yue", "because of a"),
    ]
    assert changes[0].changes == {"grade": {"old": "C", "new": "A"}}
    assert changes[0].at == AT + timedelta(days=2)
    (row,) = rows.rows(ListRowsInput(register_name="clients", key="C-1")).rows
    assert (row.version, row.actor, row.values["name"]) == (2, "he.ping", "海运 Sea")


def test_a_command_tried_again_changes_nothing_whoever_changed_the_row_since(engine: Engine) -> None:
    rows = RegisterRepository(engine)
    rows.keep(clients(), (given(name="Sea", grade="A"),), by("a"))
    assert rows.keep(clients(), (given(grade="A"),), by("b")) == KeptRows(unchanged=1)
    rows.keep(clients(), (given(grade="B"),), by("c"))
    assert rows.keep(clients(), (given(grade="A"),), by("b")) == KeptRows(unchanged=1)
    assert rows.keep(clients(), (given(name="Sea", grade="A"),), by("a")) == KeptRows(added=1)
    (row,) = rows.rows(ListRowsInput(register_name="clients", key="C-1")).rows
    assert (row.version, row.values["grade"]) == (2, "B")


def test_rows_with_faults_are_all_told_and_none_is_kept(engine: Engine) -> None:
    rows = RegisterRepository(engine, PEOPLE)
    wrong = [
        GivenRow(place=f"row {number}", values={"client_no": f"C-{number}", "name": "Sea", "owner": "nobody"})
        for number in range(2, 202)
    ]
    fine = GivenRow(place="row 300", values={"client_no": "C-300", "name": "Sea"})
    with pytest.raises(InvalidInput, match="200 faults in rows of clients; 100 more are not listed") as caught:
        rows.keep(clients(), (fine, *wrong), by("a"))
    assert str(caught.value.faults[0]).startswith("row 2, owner: nobody called 'nobody' is known")
    assert rows.count("clients") == 0
    check = rows.check(clients(), (fine, *wrong))
    assert (len(check.faults), check.would.added) == (200, 201)
    assert rows.keep(clients(), (fine,), by("a")) == KeptRows(added=1)


def test_rows_are_found_by_what_they_hold_and_paged(engine: Engine) -> None:
    rows = RegisterRepository(engine)
    many = [GivenRow(values={"client_no": f"C-{number:03}", "name": f"海运 {number} Sea"}) for number in range(150)]
    assert rows.keep(clients(), many, by("a")).added == 150
    found = rows.rows(ListRowsInput(register_name="clients", text="海运 14", limit=2))
    assert ([row.key for row in found.rows], found.total) == (["C-014", "C-140"], 11)
    assert rows.rows(ListRowsInput(register_name="clients", text="SEA")).total == 150
    page = rows.rows(ListRowsInput(register_name="clients", after="C-147"))
    assert ([row.key for row in page.rows], page.total) == (["C-148", "C-149"], 150)
    with pytest.raises(NotFound, match="no row 'C-15'"):
        rows.rows(ListRowsInput(register_name="clients", key="C-15"))
    with pytest.raises(NotFound, match=r"allowed now: .*C-149"):
        rows.history(ListChangesInput(register_name="clients", key="C-1499"))


def test_two_who_keep_one_row_at_once_make_two_versions(engine: Engine) -> None:
    rows = RegisterRepository(engine)
    with ThreadPoolExecutor(8) as pool:
        kept = list(
            pool.map(lambda number: rows.keep(clients(), (given(name=f"Sea {number}"),), by(str(number))), range(24))
        )
    assert sum(each.added for each in kept) == 1
    changes = rows.history(ListChangesInput(register_name="clients", key="C-1")).changes
    assert [each.version for each in changes] == list(range(24, 0, -1))
    for newer, older in pairwise(changes):
        assert newer.changes["name"]["old"] == older.changes["name"]["new"]


def test_open_cases_that_read_a_changed_row_are_found(engine: Engine) -> None:
    publisher = Publisher(engine)
    reads = (("reads.clients", "C-1"), ("reads.clients", "c 1"), ("reads.others", "C-2"))
    for case_id, more in (
        ("A", {"references": reads}),
        ("B", {"references": reads[1:]}),
        ("C", {"references": reads, "closed_at": AT, "status": "completed"}),
        ("D", {"references": (("reads.clients", "C-2"),)}),
    ):
        publisher.publish(published(AT, step(1, "opened"), case={"case_id": case_id, **more}))
    rows = RegisterRepository(engine)
    rows.keep(clients(), (given(name="Sea"), GivenRow(values={"client_no": "C-3", "name": "Air"})), by("a"))
    assert Readers(engine).of_command("a") == [("A", "clients", "C-1")]
    rows.keep(clients(), (given(name="Sea"),), by("b"))
    assert Readers(engine).of_command("b") == [], "a row that nothing changed is no news"


def test_what_a_completed_case_publishes_is_read_and_of_no_other_one(engine: Engine) -> None:
    publisher = Publisher(engine)
    ended = {"status": "completed", "outcome": "closed", "closed_at": AT, "data": {"total": "12.50"}}
    for case_id, more in (("A", ended), ("B", {}), ("C", {**ended, "status": "cancelled"})):
        publisher.publish(published(AT, step(1, "opened"), step(2, "closed"), case={"case_id": case_id, **more}))
    results = PublishedResults(engine)
    assert results.of("A", "Complaint", ("outcome", "total", "due")) == (
        {"outcome": "closed", "total": "12.50", "due": None},
        2,
    )
    others = (("A", "Claim"), ("B", "Complaint"), ("C", "Complaint"), ("D", "Complaint"))
    assert [results.of(case_id, sop, ("outcome",)) for case_id, sop in others] == [None] * 4
