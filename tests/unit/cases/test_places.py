"""Places in acts: what people give or confirm is looked up; what a case holds otherwise is left alone."""

from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import Act
from sop_engine.cases.told.place_checks import unknown_places
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.freight.places import Places
from sop_engine.freight.un_locodes import UnLocodes
from tests.unit.cases.casework_samples import Played, organization

SHIPMENT = """
data:
  origin: {type: text, format: un_locode}
  destination: {type: text, format: un_locode}
  remark: {type: text}
events:
  carrier.moved:
    data: {destination: {type: text, format: un_locode}}
initial: checking
states:
  checking:
    task:
      form: [origin, {field: destination, read_only: true}]
      outcomes: {complete: , missing: {require: []}}
    on: {checking.complete: done, checking.missing: asking, carrier.moved: asking}
  asking: {task: {form: [remark]}, on: {asking.done: done}}
  done: {final: done}
"""
TABLE = UnLocodes("2023-1", ["CNSHA,Shanghai,,,SH,1,AS,,", "DEHAM,Hamburg,,,HH,1,AF,,"])
PLACES = Places(TABLE, ())


def faults(case: Played, name: str, places: Places | None = PLACES, /, **given: Any) -> list[str]:
    act: Act = casework.read_act(name, {"actor": "ann", **given})
    try:
        casework.check(case.procedure, case.state, name, act, organization(), case.now, places)
    except InvalidInput as error:
        return [str(fault) for fault in error.faults]
    return []


def completed(case: Played, outcome: str = "complete", **data: Any) -> list[str]:
    return faults(case, "complete_task", outcome=outcome, data=data)


UNKNOWN = "origin: CNSHX is not in UN/LOCODE 2023-1 (allowed: CNSHA Shanghai)"


def test_a_place_in_a_form_is_looked_up() -> None:
    assert completed(Played(SHIPMENT), origin="CNSHX") == [UNKNOWN]
    assert completed(Played(SHIPMENT), origin="cn sha") == []


def test_whoever_completes_a_form_answers_for_the_place_that_stands_in_it() -> None:
    case = Played(SHIPMENT, origin="CNSHX", destination="DEHAX")
    assert completed(case) == [UNKNOWN]
    assert completed(case, origin="CNSHA") == []


def test_a_place_that_the_form_does_not_ask_for_is_nobodys_to_answer_for() -> None:
    text = SHIPMENT.replace("[origin,", "[{field: origin, when: remark is not none},")
    assert completed(Played(text, origin="CNSHX")) == []
    assert completed(Played(text, origin="CNSHX", remark="x")) == [UNKNOWN]


def test_an_outcome_that_does_not_ask_for_the_form_is_not_kept_up_by_it() -> None:
    case = Played(SHIPMENT, origin="CNSHX")
    assert completed(case, "missing") == []
    assert completed(case, "missing", origin="CNSHY")[0].startswith("origin: CNSHY")


def test_amendments_are_looked_up_and_other_places_stay_as_they_are() -> None:
    case = Played(SHIPMENT, origin="CNSHX")
    assert faults(case, "amend", actor="dan", data={"remark": "x"}, reason="x") == []
    assert faults(case, "amend", actor="dan", data={"origin": "CNSHY"}, reason="x")[0].startswith("origin: CNSHY")


def test_what_a_person_reports_is_looked_up() -> None:
    moved = faults(Played(SHIPMENT), "event", actor="dan", name="carrier.moved", data={"destination": "XXXXX"})
    assert moved == ["destination: XXXXX is not in UN/LOCODE 2023-1 (allowed: a code of UN/LOCODE)"]


def test_an_act_that_was_taken_is_never_looked_up_again() -> None:
    case = Played(SHIPMENT)
    case.act("amend", "dan", data={"origin": "CNSHX"}, reason="x", id="a-1")
    assert faults(case, "amend", actor="dan", data={"origin": "CNSHX"}, reason="x", id="a-1") == []


def test_without_a_table_the_form_alone_counts() -> None:
    assert faults(Played(SHIPMENT), "amend", None, actor="dan", data={"origin": "CNSHX"}, reason="x") == []


def test_many_unknown_places_are_all_named_and_the_first_get_proposals() -> None:
    title = {"en": "Any", "zh": "任意"}
    port = {"type": "text", "format": "un_locode", "title": title}
    calls = FieldSpec.model_validate({"type": "list", "title": title, "item": port})
    found = unknown_places({"calls": calls}, {"calls": ["CNSHX"] * 1000}, PLACES)
    assert [fault.where for fault in found] == [f"calls.{index}" for index in range(1000)]
    assert [fault.allowed for fault in found[4:6]] == ["CNSHA Shanghai", "a code of UN/LOCODE"]


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"port": "XXXXX"}, ["declaration.port"]),
        (
            {"port": "CNSHA", "calls": [{"port": "DEHAM"}, {"port": "XXXXX"}, {"port": None}]},
            ["declaration.calls.1.port"],
        ),
        (None, []),
    ],
)
def test_places_are_found_inside_records_and_lists(value: Any, where: list[str]) -> None:
    title = {"en": "Any", "zh": "任意"}
    port = {"type": "text", "format": "un_locode", "title": title}
    calls = {"type": "list", "title": title, "fields": {"port": port}}
    record = FieldSpec.model_validate({"type": "record", "title": title, "fields": {"port": port, "calls": calls}})
    assert [fault.where for fault in unknown_places({"declaration": record}, {"declaration": value}, PLACES)] == where
