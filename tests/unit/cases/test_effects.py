"""Kinds of effect: each has what it needs, and what crosses Temporal is written as it always was."""

import base64
import inspect
import json
import typing
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import create_engine
from temporalio import activity

from activities.work_rules import load_work_rules
from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.running.effects.kinds import EFFECTS, KeptCommand
from sop_engine.content.library import content_root, load_library
from sop_engine.settings import read_settings
from worker import activities

COMMANDS: dict[str, type[EffectCommand]] = {
    kind.command.activity: kind.command for kind in EFFECTS.values() if kind.command is not None
}
FOLDER = Path(__file__).parents[2] / "replay" / "histories"
HISTORIES = sorted(path for path in FOLDER.glob("*.json") if not path.name.endswith(".steps.json"))
SCHEDULED = "activityTaskScheduledEventAttributes"
KEPT: TypeAdapter[Any] = TypeAdapter(KeptCommand)


def asked_of(history: Path) -> list[tuple[str, dict[str, Any]]]:
    """Name and input of every activity of an effect."""
    asked = [event.get(SCHEDULED) for event in json.loads(history.read_text(encoding="utf-8"))["events"]]
    return [
        (name, json.loads(base64.b64decode(given["input"]["payloads"][0]["data"])))
        for given in asked
        if given is not None and (name := given["activityType"]["name"]) in COMMANDS
    ]


def test_recorded_inputs_of_effects_are_read_and_written_as_they_are() -> None:
    asked = [one for history in HISTORIES for one in asked_of(history)]
    posted = {"key": "C:7.0 cod_sale", "entry": "cod_sale", "values": {"business_key": "C"}}
    kept = {"key": "C:8.0 clients", "register_name": "clients", "values": {"client_no": "C-1"}, "reason": None}
    read = {"key": "C:9.0 c", "name": "c", "register_name": "clients", "row": "C-1", "fields": ["grade"], "sop": None}
    wanted = {"key": "C:9.1 v", "name": "v", "value": "V-1", "gives_up": None}
    nobody = {"unit": None, "person": None, "candidates": [], "assignee": None, "barred": ["ann"]}
    chosen = {"key": "C:9.2 t", "task": "t#1", "offer": {"role": "clerk", **nobody}, "assign": None}
    never: dict[str, dict[str, Any]] = {"post_entry": posted, "keep_row": kept, "read_row": read, "take_value": wanted}
    never["choose_person"] = chosen
    asked += [(name, {**said, "facts": asked[0][1]["facts"]}) for name, said in never.items()]
    assert {name for name, _ in asked} == {*COMMANDS}
    for name, given in asked:
        assert json.loads(COMMANDS[name].model_validate(given).model_dump_json()) == given


def test_a_kept_command_has_its_kind_and_no_key() -> None:
    name, given = next(one for history in HISTORIES for one in asked_of(history))
    ordered = COMMANDS[name].model_validate({**given, "key": ""})
    kept = json.loads(KEPT.dump_json(ordered))
    assert kept == {"kind": ordered.kind, **{key: value for key, value in given.items() if key != "key"}}
    assert KEPT.validate_python(kept) == ordered
    assert KEPT.validate_json(KEPT.dump_json(ordered)) == ordered


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_the_worker_has_the_activity_of_an_effect(command: type[EffectCommand]) -> None:
    engine = create_engine("sqlite://")
    known = {
        activity._Definition.must_from_callable(each).name: each
        for each in activities(read_settings({}), load_library(), engine, load_work_rules(content_root()))
    }
    types = typing.get_type_hints(known[command.activity])
    assert (types["given"], types["return"]) == (command, command.gives)
    assert inspect.getdoc(command)


def test_the_kind_of_a_command_is_that_of_its_effect() -> None:
    said = [(kind.name, kind.command.model_fields["kind"].default) for kind in EFFECTS.values() if kind.command]
    assert [name for name, _ in said] == [default for _, default in said]
