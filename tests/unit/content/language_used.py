"""What the language of SOPs and of scenarios can say, and what of it the shipped files say.

What there is comes from what reads the files: the two schemas, the tables of functions, filters and tests, the
contracts of works. So a word that is added is here at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.content.library import content_root
from sop_engine.content.scenario_schema import scenario_schema
from sop_engine.content.schema import definition_schema
from sop_engine.content.shared.reading import FIELDS, SHARED
from sop_engine.content.yaml_files import read_file
from sop_engine.statechart import expression_tree as tree
from sop_engine.statechart.expression_filters import FILTERS, TESTS
from sop_engine.statechart.expression_functions import FUNCTIONS
from sop_engine.statechart.expressions import ExpressionError, compile_expression
from sop_engine.work.catalogue import WORKS

Schema = Mapping[str, Any]


def language() -> frozenset[str]:
    """Everything that can be said: `function month`, `work rank`, `TaskSpec.role`, `TaskSpec.on_hold=run`."""
    said = {f"function {name}" for name in FUNCTIONS} | {f"filter {name}" for name in FILTERS}
    said |= {f"test {name}" for name in TESTS} | {f"work {name}" for name in WORKS}
    for root, schema in _SCHEMAS.items():
        said |= {word for name, each in _named(root, schema) for word in _words(name, each)}
    return frozenset(said)


def used() -> frozenset[str]:
    """What the shipped files say of it."""
    found: set[str] = set()
    for path in sorted(content_root().glob("*/*.yaml")):
        written = read_file(path).value
        root = "Sop" if "sop" in written else "Scenarios" if "scenarios" in written else None
        if root is not None:
            found |= set(_said(written, _SCHEMAS[root], root, _SCHEMAS[root]))
        elif path == content_root() / SHARED / FIELDS:
            groups = {"additionalProperties": _SCHEMAS["Sop"]["properties"]["data"]}
            found |= set(_said(written, groups, "Sop.data", _SCHEMAS["Sop"]))
        # Fragments are written out in procedures, so what they say is said there.
        found |= {word for text in _texts(written) for word in _expressed(text)}
    return frozenset(found)


_SCHEMAS: Mapping[str, Schema] = {"Sop": definition_schema(), "Scenarios": scenario_schema()}


def _named(root: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    yield root, schema
    yield from schema["$defs"].items()


def _alternatives(schema: Schema) -> Iterator[Schema]:
    yield schema
    for each in schema.get("anyOf", ()):
        yield from _alternatives(each)


def _words(name: str, schema: Schema) -> Iterator[str]:
    """The keys of a part, and the words that one of them may be."""
    for each in _alternatives(schema):
        for key, said in each.get("properties", {}).items():
            yield f"{name}.{key}"
            yield from _words(f"{name}.{key}", said)
        yield from (f"{name}={word}" for word in (*each.get("enum", ()), *_constant(each)))
        for below in ("items", "additionalProperties"):
            if isinstance(each.get(below), Mapping):
                yield from _words(name, each[below])


def _constant(schema: Schema) -> tuple[Any, ...]:
    return (schema["const"],) if "const" in schema else ()


def _said(value: Any, schema: Schema, name: str, root: Schema) -> Iterator[str]:
    """The words of a schema that a value says."""
    for each in _alternatives(schema):
        if "$ref" in each:
            below = each["$ref"].rsplit("/", 1)[-1]
            yield from _said(value, root["$defs"][below], below, root)
        elif isinstance(value, Mapping):
            keys, others = each.get("properties", {}), each.get("additionalProperties")
            # Of several kinds of steps it is the one whose keys it has.
            if others is False and not value.keys() <= keys.keys():
                continue
            for key, inner in value.items():
                if key in keys:
                    yield f"{name}.{key}"
                    yield from _said(inner, keys[key], f"{name}.{key}", root)
                elif isinstance(others, Mapping):
                    yield from _said(inner, others, name, root)
        elif isinstance(value, list) and isinstance(each.get("items"), Mapping):
            for inner in value:
                yield from _said(inner, each["items"], name, root)
        elif value in (*each.get("enum", ()), *_constant(each)):
            yield f"{name}={value}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (f"work {inner}",) if key == "activity" else _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _expressed(text: str) -> Iterator[str]:
    """The functions, filters and tests of a text, where it is an expression; a sentence is none."""
    if text.startswith("work "):
        yield text
        return
    try:
        node = compile_expression(text.removeprefix("when ")).node
    except ExpressionError:
        return
    for found in tree.walk(node):
        match found:
            case tree.Called(name=name):
                yield f"function {name}"
            case tree.Filtered(name=name, arguments=arguments):
                yield f"filter {name}"
                named = arguments[1:2] if name in ("selectattr", "rejectattr") else ()
                yield from (f"test {each.value}" for each in named if isinstance(each, tree.Literal))
            case tree.Tested(name=name):
                yield f"test {name}"
            case _:
                continue
