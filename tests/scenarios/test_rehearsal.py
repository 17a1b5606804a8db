"""What a rehearsal does beside one case: children played or faked, answers for one call after another, failures."""

from collections.abc import Mapping
from typing import Any

from sop_engine.cases.contracts.commands import RunWork
from sop_engine.cases.scenarios.fakes import Failure, Fakes
from tests.scenarios.shipped import failures, told

SHIPMENT = """
scenarios:
  one:
    title: {en: A shipment, zh: 货运}
    given:
      at: "2026-03-02 09:00"
      data:
        {customer_name: Blue, customer_email: ops@blue.example, customer: C-100, direction: domestic, origin: CNNGB}
      CHILDREN
    when:
      STEPS
    then:
      EXPECTED
"""


def shipment(steps: str, expected: str, children: str = "children: {}") -> list[str]:
    text = SHIPMENT.replace("STEPS", steps).replace("EXPECTED", expected).replace("CHILDREN", children)
    return failures(text, "FreightShipment")


def test_a_child_that_is_not_faked_is_played() -> None:
    reviewed = '{clock: review, case: intake, only: false, reaches: {breached: "2026-03-02 11:00"}}'
    assert shipment('- {silence: "2026-03-03 09:00"}', f"- {reviewed}\n      - {{in: received, case: intake}}") == []


def test_people_act_in_a_child_by_the_way_to_it() -> None:
    recorded = "{case: intake, person: zhou.jie, completes: received.recorded, with: {WITH}}".replace(
        "WITH", "commission_form: email, source_document: order.pdf"
    )
    assert shipment(f"- {recorded}", "- {in: checking, case: intake}\n      - {in: intake}") == []


def test_a_child_can_be_faked_with_its_end_and_when_it_comes() -> None:
    fake = "children: {intake: {ends: rejected, after: 1 working day}}"
    ended = '- {ends: rejected, at: "2026-03-03 17:00"}'
    assert shipment('- {silence: "2026-03-20 09:00"}', ended, fake) == []
    found = shipment('- {silence: "2026-03-20 09:00"}', "- {in: received, case: intake}", fake)
    assert found == ["FreightShipment.scenarios.yaml:13 CASE-1 has no played case in 'intake'"]


def test_a_child_that_is_faked_in_a_file_is_played_in_the_scenario_that_says_so() -> None:
    text = SHIPMENT.replace("scenarios:", "given: {children: {intake: {ends: rejected}}}\nscenarios:")
    text = text.replace("STEPS", '- {silence: "2026-03-02 10:00"}')
    text = text.replace("EXPECTED", "- {in: received, case: intake}")
    assert failures(text.replace("CHILDREN", "children: {intake: null}"), "FreightShipment") == []
    (found,) = failures(text.replace("CHILDREN", "children: {}"), "FreightShipment")
    assert "no played case in 'intake'" in found


def test_a_silent_child_ends_when_a_step_says_so() -> None:
    step = '- {at: "2026-03-04 09:00", child: intake, ends: rejected}'
    assert shipment(step, '- {ends: rejected, at: "2026-03-04 09:00"}', "children: {intake: {}}") == []
    (found,) = shipment(step, "- {in: intake}")
    assert "CASE-1 waits for no faked child in 'intake'" in found


def test_a_period_after_the_step_before_is_counted_by_the_calendar() -> None:
    steps = '- {at: "2026-03-06 10:00", machine: exception.reported, with: {exception_note: Truck}}\n'
    steps += "      - {silence: +1 working day}\n      - {expect: [{in: intake}]}"
    file, played = told(
        SHIPMENT.replace("STEPS", steps).replace("EXPECTED", "- {in: intake}").replace("CHILDREN", "by: zhou.jie"),
        "FreightShipment",
    )
    calendar = played.rehearsal.procedure("CASE-1").calendar
    assert str(calendar.local(played.rehearsal.now)) == "2026-03-09 17:00:00"
    assert file.sop == "FreightShipment"


# -- answers -----------------------------------------------------------------------------------------------------------


def asked(activity: str, **values: Any) -> RunWork:
    return RunWork(key="k#1", activity=activity, values=values, attempts=1, title="k")


def results(answers: Mapping[str, Any], *commands: RunWork) -> list[Any]:
    fakes = Fakes(answers)
    return [fakes.result(command.activity, command.values) for command in commands]


def test_an_answer_is_typed_by_the_contract_of_the_work() -> None:
    tax = {"duty": "CNY 8000", "basis": "100000 x 8 %"}
    (found,) = results({"import_taxes": tax}, asked("import_taxes"))
    assert found["duty"] == {"amount": 8000, "currency": "CNY"}
    assert found["vat"] == {"amount": 0, "currency": "CNY"}, "what is not said is as plain as can be"


def test_answers_follow_each_other_and_the_last_one_stays() -> None:
    answers = {"credit_check": [{"allowed": True}, {"allowed": False}]}
    found = results(answers, *[asked("credit_check")] * 3)
    assert [each["allowed"] for each in found] == [True, False, False]


def test_work_can_fail() -> None:
    assert results({"credit_check": {"fails": "no books"}}, asked("credit_check")) == [Failure("no books")]


def test_what_is_handed_over_under_the_name_of_a_result_comes_back() -> None:
    items = [{"goods": "Machine parts", "hs_code": "8483409000"}]
    fakes = Fakes({})
    assert fakes.result("propose_import", {"items": items})["items"][0]["goods"] == "Machine parts"  # type: ignore[index]
    assert fakes.plain == {"propose_import": 1}
