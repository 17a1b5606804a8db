"""The shipped examples, read and played out."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sop_engine.content.yaml_files import read_file
from sop_engine.statechart.expressions import FieldType, compile_expression
from tests.unit.content.content_house import House, RuledHouse

EXAMPLES = Path(__file__).parents[3] / "examples"


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
    return deepcopy(read_file(EXAMPLES / name).value)


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
