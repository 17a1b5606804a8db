"""JSON Schemas of models, with the text that stands under each of their fields."""

import ast
import inspect
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema


def described(models: Sequence[type[BaseModel]]) -> dict[str, Any]:
    """The schemas of models and of those within them, by name."""
    _, found = models_json_schema([(model, "validation") for model in models])
    schemas: dict[str, Any] = found["$defs"]
    known = _find_models(models, {})
    for name, schema in schemas.items():
        _describe(schema, known[name])
    return schemas


def whole(root: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of draft 7, which editors know."""
    return {"$schema": "http://json-schema.org/draft-07/schema#", **root, "$defs": definitions}


def refer(name: str) -> dict[str, Any]:
    """What a definition of the schema says."""
    return {"$ref": f"#/$defs/{name}"}


def by_name(name: str) -> dict[str, Any]:
    """A mapping of names to what a definition says."""
    return {"type": "object", "additionalProperties": refer(name)}


def mapping(properties: dict[str, Any]) -> dict[str, Any]:
    """A mapping of these keys alone."""
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


def _find_models(types: Iterable[Any], found: dict[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    """The models among types, and those of their fields, by name."""
    for each in types:
        if not (isinstance(each, type) and issubclass(each, BaseModel)):
            _find_models(get_args(each), found)
        elif each.__name__ not in found:
            found[each.__name__] = each
            _find_models((field.annotation for field in each.model_fields.values()), found)
    return found
