"""The two shipped examples, played to the end in memory: roles, four eyes, forms and checks hold for every act."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from sop_engine.content.yaml_files import read_file
from sop_engine.statechart.expressions import FieldType, compile_expression
from tests.unit.content_house import House, RuledHouse

EXAMPLES = Path(__file__).parents[2] / "examples"


def resolve(value: Any, now: datetime, today: date) -> Any:
    """Text that begins with `= ` is an expression over `now` and `today`."""
    if isinstance(value, Mapping):
        return {key: resolve(entry, now, today) for key, entry in value.items()}
    if isinstance(value, list):
        return [resolve(entry, now, today) for entry in value]
    if isinstance(value, str) and value.startswith("= "):
        names = {"now": FieldType("datetime"), "today": FieldType("date")}
        return compile_expression(value[2:], names).evaluate({"now": now, "today": today}).isoformat()
    return value


def read(name: str) -> Any:
    return read_file(EXAMPLES / name).value


def play(name: str) -> tuple[House, str]:
    return play_out(read(name), RuledHouse())


def play_out(example: Any, house: House) -> tuple[House, str]:
    """Every act of an example; gives the shipment's case."""
    today = house.now.date()
    house.open(example["sop"], example["id"], resolve(example["data"], house.now, today))
    for number, act in enumerate(example["script"]):
        case_id = ".".join(part for part in (example["id"], act.get("case")) if part)
        data = resolve(act.get("data", {}), house.now, today)
        try:
            if "signal" in act:
                step = house.states[case_id].step
                house.signal(case_id, act["signal"], data)
                assert house.states[case_id].step > step
            else:
                kind, target = act["do"].split()
                assert kind == "task"
                ticked, reason = tuple(act.get("checklist", ())), act.get("reason")
                house.do(case_id, act["as"], target, act["outcome"], data, tick=ticked, reason=reason)
        except Exception as error:
            raise AssertionError(f"act {number} of {example['id']}: {act.get('say')}: {error}") from error
    return house, example["id"]


@pytest.mark.parametrize("name", ["export_fcl.yaml", "import_air.yaml"])
def test_an_example_ends_paid_and_leaves_nothing_open(name: str) -> None:
    house, shipment = play(name)
    assert house.states[shipment].outcome == "paid"
    assert {case_id: state.status for case_id, state in house.states.items() if not state.is_closed} == {}
    breached = [
        key for state in house.states.values() for key, c in state.clocks.items() if c.clock.status == "breached"
    ]
    assert breached == []


def test_an_import_is_delivered_on_the_number_of_its_delivery_order() -> None:
    house, shipment = play("import_air.yaml")
    released, delivery = (house.states[f"{shipment}.{child}"].snapshot.data for child in ("release", "delivery"))
    assert delivery["delivery_order"] == released["delivery_order_no"] == "DO-0067890"
    assert released["release_no"] == "FX-2233-067890"
