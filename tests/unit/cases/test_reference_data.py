"""Corrected legal figures reach open cases: deadlines are counted again, and clock and case say by which text."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import MoveDeadlineInput
from sop_engine.cases.contracts.commands import Command
from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.seen.recent import Recent
from sop_engine.cases.seen.views import case_view
from sop_engine.cases.told.messages import ReferenceData
from sop_engine.cases.told.reference_data import corrected
from sop_engine.cases.written.engine_version import KEEPS_FILES
from sop_engine.cases.written.procedure import Procedure
from sop_engine.content.library import content_root, load_library
from tests.unit.content.content_house import MONDAY, RuledHouse, compiled
from tests.unit.content.customs_samples import CUSTOMER, ITEM, NOTICE, NUMBER

NEW_LAW = "a later Tariff Law Art. 43"
WHY = f"rule T5 was corrected: {NEW_LAW}, in force from 2024-12-01"
"""What the clock of a corrected tax deadline says."""


class Amended(RuledHouse):
    """A firm whose tables are corrected while cases are open."""

    def __init__(self) -> None:
        super().__init__()
        self.amended: dict[str, Procedure] = {}
        self.notes: list[str | None] = []

    def procedure(self, sop: str) -> Procedure:
        return self.amended.get(sop) or compiled(sop)

    def correct(self, case_id: str, root: Path) -> list[Command]:
        """What the interpreter does on the signal; gives back what is to be carried out."""
        state = self.states[case_id]
        before = self.procedure(state.sop)
        present = load_library(root).bundle(state.sop, date(2026, 3, 2))
        self.amended[state.sop] = compile_procedure(corrected(before.bundle, present))
        turn = casework.hear(self.amended[state.sop], state, self.now, ReferenceData(before.bundle))
        assert turn is not None
        self.states[case_id] = turn.state
        self.notes += [step.note for step in turn.steps]
        return turn.commands


@pytest.fixture
def content(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    shutil.copytree(content_root(), root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


T5 = "starts: declared, period: 15 days, roll: next_working_day"
T5_TEXT = "关税法 Tariff Law Art. 43, mark: V"


def amend_tax(root: Path, days: int) -> None:
    path = root / "rules" / "legal_clocks" / "customs.yaml"
    text = path.read_text("utf-8")
    place = text.index(T5)
    own = text[place:].replace(T5, T5.replace("15", str(days)), 1).replace(T5_TEXT, f"{NEW_LAW}, mark: V", 1)
    path.write_text(text[:place] + own, "utf-8")


def taxed() -> Amended:
    """Tax on a declaration of Monday 2 March, noticed: due on Tuesday the 17th, 24:00."""
    house = Amended()
    case = {"declaration_no": NUMBER, "declared_on": "2026-03-02", "customs_value": "CNY 1000000.00", "items": [ITEM]}
    house.open("TaxPayment", "T", CUSTOMER | case)
    house.do("T", "wang.fang", "notifying", "issued", NOTICE)
    assert deadline(house) == china("2026-03-18")
    return house


def deadline(house: Amended) -> datetime | None:
    return house.states["T"].clocks["tax_deadline#1"].due_at


def china(day: str) -> datetime:
    """00:00 of a day, which is 24:00 of the one before."""
    return datetime.fromisoformat(f"{day}T00:00+08:00")


def shown(house: Amended) -> dict[str, Any]:
    view = case_view(house.procedure("TaxPayment"), house.states["T"], Recent(), house.now)
    return {rule.parameter: (rule.value, rule.citation) for rule in view.rules}


def test_an_open_deadline_is_counted_by_the_corrected_text(content: Path) -> None:
    house = taxed()
    amend_tax(content, 10)
    house.correct("T", content)
    # 10 days after 2 March: Thursday 12 March, 24:00.
    assert deadline(house) == china("2026-03-13")
    (move,) = house.states["T"].clocks["tax_deadline#1"].clock.moved
    assert (move.kind, move.reason, move.actor, move.from_at) == ("until", WHY, "system", china("2026-03-18"))
    assert shown(house)["pay_days"] == (10, NEW_LAW)
    assert house.notes[-1] == WHY


def test_the_next_step_leaves_the_corrected_deadline_alone(content: Path) -> None:
    house = taxed()
    amend_tax(content, 10)
    house.correct("T", content)
    house.pass_time(timedelta(days=10))
    # The 12th began: the last reminder, at the beginning of the last day.
    assert len(house.states["T"].clocks["tax_deadline#1"].clock.moved) == 1
    house.pass_time(timedelta(days=1))
    assert house.states["T"].snapshot.configuration[-1] == "overdue"
    assert house.states["T"].snapshot.data["due_on"] == date(2026, 3, 12)


def test_a_text_without_another_figure_changes_the_citation_alone(content: Path) -> None:
    house = taxed()
    amend_tax(content, 15)
    house.correct("T", content)
    assert (deadline(house), house.states["T"].clocks["tax_deadline#1"].clock.moved) == (china("2026-03-18"), ())
    assert shown(house)["pay_days"] == (15, NEW_LAW)


def test_a_date_that_a_person_set_stays(content: Path) -> None:
    house = taxed()
    until = datetime.fromisoformat("2026-03-20T18:00+08:00")
    move = MoveDeadlineInput(actor="huang.tao", clock="tax_deadline#1", to=until, reason="Deferred by customs")
    house._perform("T", "move_deadline", move)
    amend_tax(content, 10)
    house.correct("T", content)
    house.pass_time(timedelta(days=10))
    assert deadline(house) == until
    assert shown(house)["pay_days"] == (10, NEW_LAW)


@pytest.fixture
def two_months(content: Path) -> Path:
    """Content in which a refund is to be collected within two months."""
    path = content / "rules" / "legal_clocks" / "customs.yaml"
    text = path.read_text("utf-8")
    assert text.count("starts: refund_notified, period: 3 months") == 1
    path.write_text(text.replace("refund_notified, period: 3 months", "refund_notified, period: 2 months"), "utf-8")
    return content


def refund_granted() -> Amended:
    """A refund granted on 2 March, to be collected by 2 June, 24:00."""
    house = Amended()
    opening = {"declaration_no": NUMBER, "kind": "overpaid", "paid_on": "2025-03-12"}
    house.open("TaxAdjustment", "A", CUSTOMER | opening)
    claim = {"paid": "CNY 2", "due": "CNY 1", "grounds": "Wrong code", "claimed_on": "2026-03-02"}
    house.do("A", "wang.fang", "applying", "claimed", claim)
    house.do("A", "wang.fang", "awaiting_customs", "granted")
    assert house.states["A"].clocks["collecting#1"].due_at == china("2026-06-03")
    return house


def test_a_corrected_period_counts_from_the_opening_of_its_clock(two_months: Path) -> None:
    house = refund_granted()
    house.pass_time(timedelta(days=3))
    house.correct("A", two_months)
    running = house.states["A"].clocks["collecting#1"]
    assert running.due_at == china("2026-05-03")
    assert [(move.kind, move.from_at) for move in running.clock.moved] == [("allowance", china("2026-06-03"))]
    house.pass_time(timedelta(days=60))
    assert house.states["A"].outcome == "lapsed"


def test_a_period_behind_a_date_that_a_person_set_changes_silently(two_months: Path) -> None:
    house = refund_granted()
    until = datetime.fromisoformat("2026-06-20T18:00+08:00")
    move = MoveDeadlineInput(actor="huang.tao", clock="collecting#1", to=until, reason="Granted by customs")
    house._perform("A", "move_deadline", move)
    house.correct("A", two_months)
    running = house.states["A"].clocks["collecting#1"]
    assert (running.due_at, str(running.clock.allowance)) == (until, "2 months")


def test_what_the_case_has_already_makes_no_step(content: Path) -> None:
    house = taxed()
    before = house.states["T"]
    assert house.correct("T", content) == []
    assert house.notes == []
    assert house.states["T"] == before


def test_a_case_of_an_older_engine_notes_that_nothing_was_corrected(content: Path) -> None:
    house = taxed()
    older = house.procedure("TaxPayment").bundle.model_copy(update={"engine_version": KEEPS_FILES})
    house.amended["TaxPayment"] = compile_procedure(older)
    house.correct("T", content)
    assert house.states["T"].clocks["tax_deadline#1"].clock.moved == ()
    assert house.notes == ["calendar data was corrected"]


def test_a_calendar_that_moves_no_deadline_is_noted(content: Path) -> None:
    """Whatever the case counts from now on, it counts by other days."""
    house = taxed()
    path = content / "calendars" / "cn_holidays" / "2027.yaml"
    path.write_text(path.read_text("utf-8").replace("working_days: []", 'working_days: ["2027-01-02"]'), "utf-8")
    house.correct("T", content)
    assert house.states["T"].clocks["tax_deadline#1"].clock.moved == ()
    assert house.notes == ["calendar data was corrected"]


def test_figures_of_the_site_stay_what_they_were(content: Path) -> None:
    house = taxed()
    (content / "parameters.yaml").write_text("TaxPayment:\n  remind_every: 1 hour\n", "utf-8")
    house.correct("T", content)
    assert house.procedure("TaxPayment").parameters["remind_every"] == "24 hours"
    assert house.now == MONDAY
