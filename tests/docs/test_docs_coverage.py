"""Every demand of the sources on a procedure is met at a place that exists and shown by something that runs."""

import pytest

from sop_engine.content.library import Library, load_library
from sop_engine.content.yaml_files import read_text
from tests.docs.coverage.checking import faults_of
from tests.docs.coverage.completeness import unclaimed
from tests.docs.coverage.page import AGAIN, PAGE, coverage_page
from tests.docs.coverage.rows import kept_files, read_sections


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def test_every_row_has_a_place_and_something_that_shows_it(library: Library) -> None:
    faults: list[str] = []
    sections = read_sections(kept_files(), faults)
    assert [*faults, *faults_of(sections, library)] == []


def test_every_clock_and_every_figure_of_a_source_has_a_row(library: Library) -> None:
    assert list(unclaimed(read_sections(kept_files(), []), library)) == []


def test_the_page_is_what_the_rows_give(library: Library) -> None:
    made = coverage_page(read_sections(kept_files(), []), library)
    assert PAGE.read_text(encoding="utf-8") == made, f"run: {AGAIN}"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("timer: T, at: clocks.agred, by: [nobody_agrees_a_time]", "nothing stands at agred"),
        ("state: S, at: states.nowhere, by: [nobody_agrees_a_time]", "GoodsPickup has no state nowhere"),
        ("state: S, at: states.agreeing.task.form.charge, by: [nobody_agrees_a_time]", "nothing stands at charge"),
        ("paper: P, at: documents/nothing.typ, by: [nobody_agrees_a_time]", "neither a procedure nor a file"),
        ("report: R, at: 'report: nothing', by: [nobody_agrees_a_time]", "there is no report nothing"),
        ("timer: T, at: clocks.agreed", "says where it stands (at) and what shows it (by)"),
        ("timer: T, by: [nobody_agrees_a_time]", "says where it stands (at) and what shows it (by)"),
        ("timer: T, at: clocks.agreed, by: [nobody_at_all]", "there is no scenario nobody_at_all of GoodsPickup"),
        ("timer: T, at: clocks.agreed, by: [Delivery/nobody_agrees_a_time]", "there is no scenario"),
        ("timer: T, at: clocks.agreed, by: [the_cargo_may_not_be_carried]", "never comes past clock agreed"),
        ("state: S, at: states.handing_over, by: [nobody_agrees_a_time]", "never comes past handing_over"),
        ("timer: T, at: states.calling, by: [another_day_is_agreed]", "never comes past clock calling"),
        ("rule: R, at: states.collecting.task.checks.tariff_only, by: [nobody_is_there_at_first]", "refused by it"),
        ("rule: R, at: clocks.agreed, by: ['tests/docs/test_docs_coverage.py::test_none']", "there is no test"),
        ("rule: R, at: clocks.agreed, by: ['tests/docs/test_none.py::test_none']", "there is no test"),
        ("rule: R, argued: Because.", "no entry of docs/decisions.md begins with 'Because.'"),
        ("rule: R, argued: A `content` room., open: A test", "is either argued or open"),
        ("wish: W", "a row says what is asked under one of"),
        ("rule: R, timer: T", "a row says what is asked under one of"),
    ],
)
def test_a_row_that_cannot_be_true_is_found(library: Library, row: str, fault: str) -> None:
    assert any(fault in each for each in _faults(f"GoodsPickup: [{{{row}}}]", library))


def test_a_procedure_without_rows_is_found(library: Library) -> None:
    found = _faults("Nothing: {beside: It is none}\nBooking: {because: of that}", library)
    assert "Nothing has a section and is no procedure" in found
    assert any(each.startswith("GoodsPickup has no rows") for each in found)
    assert "rows.yaml:2 Booking: is a list of rows, or says one of beside, open" in found


def test_a_promise_without_a_row_is_found(library: Library) -> None:
    rows = "GoodsPickup: [{timer: T, at: clocks.agreed, by: [nobody_agrees_a_time]}]"
    found = list(unclaimed(read_sections([read_text(rows, "rows.yaml")], []), library))
    assert "GoodsPickup: no row names clocks.window" in found
    assert "GoodsPickup: no row names states.calling.clocks.call" in found
    assert "GoodsPickup: no row names parameters.late_call_minutes, nor what it is for" in found
    assert not any("agreed" in each or "agree_before" in each for each in found)


def _faults(text: str, library: Library) -> list[str]:
    faults: list[str] = []
    sections = read_sections([read_text(text, "rows.yaml")], faults)
    return [*faults, *faults_of(sections, library)]
