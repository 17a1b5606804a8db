"""The JSON Schema of an SOP file, by which editors complete and check while somebody writes.

Made of the models that read such a file, of the keys that a chart knows, and of the words by which shared parts are
used. It says less than lint: no name is looked up, no expression read.
"""

import ast
import inspect
import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sop_engine.cases.running.effects.kinds import EFFECTS
from sop_engine.cases.written.definition import WORK_KEYS, ChildSpec, SopDefinition, TaskSpec, WorkSpec
from sop_engine.content.inner import OF_THE_OUTER, PROCEDURE
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
    "data": "Groups of `shared/fields.yaml`, or single fields of them.",
}
_WORK = {"task": "TaskSpec", "work": "WorkSpec", "case": "ChildSpec"}
_DIFFERS = "Why the field says something else than its namesake in another procedure."
_INSIDE = "The procedure called `sop`, written here; what it does not say is what the one around it says."
_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def definition_schema() -> dict[str, Any]:
    """The whole schema, of draft 7, which editors know."""
    _, found = models_json_schema([(model, "validation") for model in MODELS])
    definitions: dict[str, Any] = found["$defs"]
    models = _find_models(MODELS, {})
    for name, schema in definitions.items():
        _describe(schema, models[name])
    for name, key in SET_BY_THE_ENGINE.items():
        del definitions[name]["properties"][key]
    definitions |= _chart()
    root = definitions.pop(SopDefinition.__name__)
    _share(definitions, root)
    root["properties"]["states"] = _by_name("State")
    root["properties"]["on"] = _to("Reactions")
    root["properties"]["initial"] = _to("Initial")
    root["properties"]["cancel"] = _to("Actions")
    _let_stand_inside(definitions, root)
    return {"$schema": "http://json-schema.org/draft-07/schema#", **root, "$defs": definitions}


def _find_models(types: Iterable[Any], found: dict[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    """The models among types, and those of their fields, by name."""
    for each in types:
        if not (isinstance(each, type) and issubclass(each, BaseModel)):
            _find_models(get_args(each), found)
        elif each.__name__ not in found:
            found[each.__name__] = each
            _find_models((field.annotation for field in each.model_fields.values()), found)
    return found


def _chart() -> dict[str, Any]:
    """What the statechart reads by itself: states, transitions, actions."""
    said: dict[str, Any] = {
        "title": _to("Title"),
        "stage": {"type": "boolean", "description": "A phase of the case that people are shown."},
        **{key: _to(work) for key, work in _WORK.items()},
        "clocks": _by_name("ClockSpec"),
        "no_clock": _to("Title") | {"description": "Why the state may wait without a clock, for people to read."},
        "states": _by_name("State"),
        "initial": _to("Initial"),
        "parallel": {"type": "boolean"},
        "final": {"type": ["string", "boolean"], "description": "The outcome with which the case or state ends."},
        "history": {"enum": ["shallow", "deep"]},
        "to": _TEXTS,
        "with": {"type": "object"},
        "on": _to("Reactions"),
        "after": _by_name("Transitions"),
        "always": _to("Transitions"),
        "done": _to("Transitions"),
        **{key: _to("Actions") for key in ("entry", "exit", "do")},
    }
    transition = {
        "to": _TEXTS,
        "when": {"type": ["string", "boolean"], "description": "An expression; without it, always."},
        "do": _to("Actions"),
        "internal": {"type": "boolean"},
    }
    keys = dict.fromkeys((*WORK_KEYS, *(key for keys in STATE_KEYS.values() for key in keys)))
    return {
        "State": _mapping({key: said[key] for key in keys}) | {"type": ["object", "null"]},
        "Transition": {"anyOf": [{"type": "string"}, _mapping(transition)]},
        "Transitions": {"anyOf": [_to("Transition"), {"type": "array", "items": _to("Transition")}]},
        "Reactions": {
            "anyOf": [_by_name("Transitions"), {"type": "array", "items": _mapping({"event": _TEXTS, **transition})}]
        },
        "Initial": {"anyOf": [_TEXTS, _mapping({"to": _TEXTS, "do": _to("Actions")})]},
        "Actions": {"anyOf": [_to("Action"), {"type": "array", "items": _to("Action")}]},
        "Action": {
            "type": "object",
            "properties": {
                "set": {"type": "object"},
                "raise": {"type": "string"},
                "send": {"type": "string"},
                "cancel": {"type": "string"},
                "if": {"type": ["string", "boolean"]},
                "then": _to("Actions"),
                "else": _to("Actions"),
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
    state["anyOf"] = [{"required": [USE]}, {"properties": needed}]
    state["properties"][USE] = {"type": "string", "description": _USED["State"]}
    for holder in (root, definitions["EventSpec"]):
        holder["properties"]["data"]["properties"] = {USE: _TEXTS | {"description": _USED["data"]}}


def _let_stand_inside(definitions: dict[str, Any], root: Mapping[str, Any]) -> None:
    """A procedure may be written where it is started, without what the one around it says for both."""
    keys = {key: said for key, said in root["properties"].items() if key not in OF_THE_OUTER}
    definitions["Inner"] = {**_mapping(keys), "required": ["states"], "description": _INSIDE}
    definitions["ChildSpec"]["properties"][PROCEDURE] = _to("Inner")


def _to(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _by_name(name: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _to(name)}


def _mapping(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Gives each key the text that stands under it in the model, for pydantic's titles say no more than the key."""
    schema.pop("title", None)
    told = _notes(model)
    for name, field in model.model_fields.items():
        key = schema["properties"][field.alias or name]
        key.pop("title", None)
        if name in told:
            key["description"] = told[name]


def _notes(model: type[BaseModel]) -> dict[str, str]:
    tree = ast.parse(inspect.getsource(sys.modules[model.__module__]))
    (found,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == model.__name__)
    notes = {}
    for line, below in zip(found.body, found.body[1:], strict=False):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(below, ast.Expr):
            notes[line.target.id] = " ".join(str(ast.literal_eval(below.value)).split())
    return notes
