"""`sop definition simulate` and `coverage`, on a screen and as JSON."""

import json
import shutil
from pathlib import Path

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.console.simulate import files_of
from sop_engine.content.library import content_root, load_library
from sop_engine.content.scenario_files import Theatre, check_scenarios
from tests.unit.console.terminal import sop

WRONG = """
scenarios:
  one:
    title: {en: Nobody answers, zh: 无人响应}
    given:
      at: "2026-03-02 09:00"
      data: {complainant: Wang Lei, contact: "+8613800000000", event: Wet, event_at: "2026-02-27T10:00+08:00"}
    when:
      - {silence: "2026-03-12 09:00"}
    then:
      - {clock: first_response, only: false, reaches: {breached: "2026-03-02 11:30"}}
      - {in: registered}
"""


def test_one_scenario_shows_its_timeline_with_working_time_and_a_verdict_on_each_expectation(tmp_path: Path) -> None:
    answer = sop(tmp_path, "definition", "simulate", "Collection", "--scenario", "the_customer_never_pays")
    assert answer.exit_code == 0, answer.output
    lines = [" ".join(line.split()) for line in answer.output.splitlines()]
    assert "2026-04-01 00:00 186:30:00 notice clock_rung (receivable#1 breached) sales_rep" in lines
    assert "2026-04-01 00:00 186:30:00 paper dunning_notice" in lines
    assert any(line.endswith("holds receivable.breached at 2026-04-01 00:00") for line in lines)
    assert "answered plainly: allocated_money 9" in lines


def test_all_scenarios_of_an_sop_are_judged_in_a_list(tmp_path: Path) -> None:
    answer = sop(tmp_path, "definition", "simulate", "CreditTerms", "--lang", "zh")
    assert answer.exit_code == 0, answer.output
    assert "授信无人审批" in answer.output
    assert "相符" in answer.output


def test_an_expectation_that_does_not_hold_ends_with_1_and_says_where_and_what(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(WRONG, encoding="utf-8")
    answer = sop(tmp_path, "definition", "simulate", "Complaint", "--scenario", str(file))
    assert answer.exit_code == 1
    assert "mine.yaml:11: first_response.breached came at 2026-03-02 11:00, expected 2026-03-02 11:30: early by" in (
        answer.output
    )
    told = json.loads(sop(tmp_path, "definition", "simulate", "Complaint", "--scenario", str(file), "--json").stdout)
    (scenario,) = told["scenarios"]
    assert [each["holds"] for each in scenario["expectations"]] == [False, True]
    assert scenario["timeline"][0]["kind"] == "opened"
    assert {"at", "working", "elapsed", "to"} <= scenario["timeline"][0].keys()


def test_silence_needs_no_scenario_and_expects_nothing(tmp_path: Path) -> None:
    words = ("definition", "simulate", "Booking", "--silence", "--until", "20d", "--json")
    answer = sop(tmp_path, *words)
    assert answer.exit_code == 0, answer.output
    (scenario,) = json.loads(answer.stdout)["scenarios"]
    assert scenario["expectations"] == []
    assert scenario["ended_at"] == "2026-03-22T01:00:00Z"
    assert {line["kind"] for line in scenario["timeline"]} == {"opened", "rung", "notice"}


def test_a_file_with_mistakes_is_refused_with_all_of_them(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(WRONG.replace("breached", "breched").replace("{in:", "{inn:"), encoding="utf-8")
    answer = sop(tmp_path, "definition", "simulate", "Complaint", "--scenario", str(file))
    assert answer.exit_code == 2
    assert "mine.yaml:11" in answer.output
    assert "mine.yaml:12" in answer.output


def test_names_that_there_are_not_are_told_with_those_that_there_are(tmp_path: Path) -> None:
    answer = sop(tmp_path, "definition", "simulate", "Collection", "--scenario", "the_customer_never_pay")
    assert answer.exit_code == 3
    assert "the_customer_never_pays" in answer.output
    answer = sop(tmp_path, "definition", "simulate", "Colection")
    assert answer.exit_code == 3
    answer = sop(tmp_path, "definition", "simulate", "Collection", "--silence", "--until", "soon")
    assert answer.exit_code == 2
    assert "'soon' is not an instant" in answer.output
    assert '"60d"' in answer.output
    answer = sop(tmp_path, "definition", "simulate", "Collection", "--scenario", str(tmp_path / "none.yaml"))
    assert answer.exit_code == 2


def test_instants_by_a_calendar_without_its_notice_are_said_to_be_provisional(tmp_path: Path) -> None:
    words = ("definition", "simulate", "Collection", "--silence", "--until")
    answer = sop(tmp_path, *words, "2028-01-10 09:00")
    assert "provisional: 2027: no official notice yet; counted with the statutory holidays alone" in answer.output
    assert "provisional: 2028: no holidays known; counted with the days of the week only" in answer.output
    assert "provisional" not in sop(tmp_path, *words, "2026-12-31 09:00").output
    (scenario,) = json.loads(sop(tmp_path, *words, "2027-01-10 09:00", "--json").stdout)["scenarios"]
    assert [each[:5] for each in scenario["provisional"]] == ["2027:"]


def test_coverage_says_what_no_scenario_comes_past_with_its_place(tmp_path: Path) -> None:
    answer = sop(tmp_path, "definition", "coverage", "MonthEnd", "--missing")
    assert answer.exit_code == 0, answer.output
    assert "MonthEnd.yaml:" in answer.output
    (found,) = json.loads(sop(tmp_path, "definition", "coverage", "MonthEnd", "--json").stdout)["sops"]
    assert found["touched"]["rung"] == [16, 16]
    assert found["touched"]["guard"] == [1, 1]
    assert {"place", "kind", "name", "promised"} == set(found["missing"][0])


def test_a_guard_is_come_past_once_it_held_and_once_it_did_not(tmp_path: Path) -> None:
    (found,) = json.loads(sop(tmp_path, "definition", "coverage", "Delivery", "--json").stdout)["sops"]
    assert found["touched"]["episode"] == [6, 6]
    guards = {each["name"] for each in found["missing"] if each["kind"] == "guard"}
    transitions = {each["name"] for each in found["missing"] if each["kind"] == "transition"}
    assert "handing_over[2]" in guards - transitions, "a second attempt is there, a third never"
    assert "container_question[0]" not in guards, "containers are returned in one scenario, and none in another"


def test_an_sop_that_cannot_run_is_told_with_its_place(tmp_path: Path) -> None:
    shutil.copytree(content_root(), tmp_path / "content")
    file = tmp_path / "content" / "finance" / "CreditTerms.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("then: agreed", "then: agred"), encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        files_of(Theatre(load_library(tmp_path / "content")), ["CreditTerms"])
    assert refused.value.message == "CreditTerms cannot be played"
    assert refused.value.faults[0].where.startswith("CreditTerms.yaml:")


def test_a_file_of_scenarios_without_its_sop_is_told(tmp_path: Path) -> None:
    shutil.copytree(content_root(), tmp_path / "content")
    (tmp_path / "content" / "finance" / "Nothing.scenarios.yaml").write_text("scenarios: {}", encoding="utf-8")
    with pytest.raises(InvalidInput, match="its name begins with that of an SOP, and Nothing is none"):
        files_of(Theatre(load_library(tmp_path / "content")), [])


def test_lint_finds_what_a_changed_sop_leaves_behind_in_its_scenarios(tmp_path: Path) -> None:
    shutil.copytree(content_root(), tmp_path / "content")
    file = tmp_path / "content" / "finance" / "CreditTerms.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("dropped", "let_go"), encoding="utf-8")
    library = load_library(tmp_path / "content")
    assert check_scenarios(library, ["MonthEnd"]) == []
    (found,) = check_scenarios(library, ["CreditTerms"])
    assert (found.fault.file, found.severity, found.check) == ("CreditTerms.scenarios.yaml", "error", "scenarios")
    assert "unknown outcome of proposing 'dropped'" in found.fault.message
