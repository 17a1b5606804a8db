"""The JSON Schema of an SOP file, by which editors complete and check while somebody writes.

Made of the models that read such a file, of the keys that a chart knows, and of the words by which shared parts are
used. It says less than lint: no name is looked up, no expression read.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from sop_engine.cases.running.effects.kinds import EFFECTS
from sop_engine.cases.written.definition import WORK_KEYS, ChildSpec, SopDefinition, WorkSpec
from sop_engine.cases.written.task import TaskSpec
from sop_engine.content.inner import OF_THE_OUTER, PROCEDURE
from sop_engine.content.model_schemas import by_name, described, mapping, refer, whole
from sop_engine.content.shared.parts import DIFFERS, USE
from sop_engine.statechart.parse import STATE_KEYS

FILE = "sop.schema.json"
"""Its name in the content, which the files of SOPs give in their first line."""
MODELS: tuple[type[BaseModel], ...] = (SopDefinition, TaskSpec, WorkSpec, ChildSpec)
"""What a file is read by: the whole of it, and the work of its states. The models within them come along."""
SET_BY_THE_ENGINE: Mapping[str, str] = MappingProxyType({"FieldSpec": "is_exact"})

_USED = {
    "FieldSpec": "A shared type of `shared/types.yaml`; what stands beside it comes on top.",
    "FormField": "Fields of the case, and groups of `shared/fields.yaml`; what stands beside it holds for each.",
    "State": "A fragment of `shared/fragments.yaml`, filled by `with`; what stands beside it comes on top.",
    "values": "Fields and groups of fields that are handed on under their own names.",
    "data": "Groups of `shared/fields.yaml`, or single fields of them.",
}
_WORK = {"task": "TaskSpec", "work": "WorkSpec", "case": "ChildSpec"}
_DIFFERS = "Why the field says something else than its namesake in another procedure."
_INSIDE = "The procedure called `sop`, written here; what it does not say is what the one around it says."
_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def definition_schema() -> dict[str, Any]:
    """The whole schema, of draft 7, which editors know."""
    definitions = described(MODELS)
    for name, key in SET_BY_THE_ENGINE.items():
        del definitions[name]["properties"][key]
    definitions |= _chart()
    root = definitions.pop(SopDefinition.__name__)
    _share(definitions, root)
    root["properties"]["states"] = by_name("State")
    root["properties"]["on"] = refer("Reactions")
    root["properties"]["initial"] = refer("Initial")
    root["properties"]["cancel"] = refer("Actions")
    _let_stand_inside(definitions, root)
    return whole(root, definitions)


def _chart() -> dict[str, Any]:
    """What the statechart reads by itself: states, transitions, actions."""
    said: dict[str, Any] = {
        "title": refer("Title"),
        "stage": {"type": "boolean", "description": "A phase of the case that people are shown."},
        **{key: refer(work) for key, work in _WORK.items()},
        "clocks": by_name("ClockSpec"),
        "no_clock": refer("Title") | {"description": "Why the state may wait without a clock, for people to read."},
        "states": by_name("State"),
        "initial": refer("Initial"),
        "parallel": {"type": "boolean"},
        "final": {"type": ["string", "boolean"], "description": "The outcome with which the case or state ends."},
        "history": {"enum": ["shallow", "deep"]},
        "to": _TEXTS,
        "with": {"type": "object"},
        "on": refer("Reactions"),
        "after": by_name("Transitions"),
        "always": refer("Transitions"),
        "done": refer("Transitions"),
        **{key: refer("Actions") for key in ("entry", "exit", "do")},
    }
    transition = {
        "to": _TEXTS,
        "when": {"type": ["string", "boolean"], "description": "An expression; without it, always."},
        "do": refer("Actions"),
        "internal": {"type": "boolean"},
    }
    keys = dict.fromkeys((*WORK_KEYS, *(key for keys in STATE_KEYS.values() for key in keys)))
    return {
        "State": mapping({key: said[key] for key in keys}) | {"type": ["object", "null"]},
        "Transition": {"anyOf": [{"type": "string"}, mapping(transition)]},
        "Transitions": {"anyOf": [refer("Transition"), {"type": "array", "items": refer("Transition")}]},
        "Reactions": {
            "anyOf": [by_name("Transitions"), {"type": "array", "items": mapping({"event": _TEXTS, **transition})}]
        },
        "Initial": {"anyOf": [_TEXTS, mapping({"to": _TEXTS, "do": refer("Actions")})]},
        "Actions": {"anyOf": [refer("Action"), {"type": "array", "items": refer("Action")}]},
        "Action": {
            "type": "object",
            "properties": {
                "set": {"type": "object"},
                "raise": {"type": "string"},
                "send": {"type": "string"},
                "cancel": {"type": "string"},
                "if": {"type": ["string", "boolean"]},
                "then": refer("Actions"),
                "else": {"anyOf": [refer("Actions"), {"type": "array", "items": {"type": "string"}}]},
                **{kind: {"type": ["string", "null"]} for kind in sorted(EFFECTS)},
            },
        },
    }


def _share(definitions: dict[str, Any], root: dict[str, Any]) -> None:
    """Adds what the loader reads by itself: the shared parts that are written out before a model sees the file."""
    field, shown = definitions["FieldSpec"], definitions["FormField"]
    field["properties"] |= {
        USE: {"type": "string", "description": _USED["FieldSpec"]},
        DIFFERS: {"type": "string", "description": _DIFFERS},
    }
    whole = {"required": field.pop("required")}
    field["anyOf"] = [whole, {"required": [USE]}, {"not": {"required": ["type"]}}]
    shown["properties"][USE] = _TEXTS | {"description": _USED["FormField"]}
    shown["anyOf"] = [{"required": shown.pop("required")}, {"required": [USE]}]
    state = definitions["State"]
    needed = {key: {"required": definitions[work].pop("required")} for key, work in _WORK.items()}
    needed["task"]["anyOf"] = [{"required": [whose]} for whose in ("role", "person", "same_as")]
    state["anyOf"] = [{"required": [USE]}, {"properties": needed}]
    state["properties"][USE] = {"type": "string", "description": _USED["State"]}
    for holder in (definitions["ChildSpec"], definitions["WorkSpec"]):
        for key in ("with", "store"):
            holder["properties"][key]["properties"] = {USE: _TEXTS | {"description": _USED["values"]}}
    for holder in (root, definitions["EventSpec"]):
        holder["properties"]["data"]["properties"] = {USE: _TEXTS | {"description": _USED["data"]}}


def _let_stand_inside(definitions: dict[str, Any], root: Mapping[str, Any]) -> None:
    """A procedure may be written where it is started, without what the one around it says for both."""
    keys = {key: said for key, said in root["properties"].items() if key not in OF_THE_OUTER}
    definitions["Inner"] = {**mapping(keys), "required": ["states"], "description": _INSIDE}
    definitions["ChildSpec"]["properties"][PROCEDURE] = refer("Inner")
