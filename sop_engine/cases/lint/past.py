"""Dates of what has happened that anybody could enter for the time to come.

A field that is filled with the present instant where nobody filled it, or is when a milestone was reached, says when
something happened. Entered ahead, it would give days that nobody has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sop_engine.cases.lint.days import TYPING
from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.places import walk
from sop_engine.statechart.expressions import ExpressionError, compile_expression


def lint_past(notes: Notebook) -> None:
    """Every such field that does not say `past: true`."""
    for name, why in _told(notes):
        spec = notes.procedure.definition.data.get(name)
        if spec is not None and spec.type in ("date", "datetime") and not spec.past:
            notes.error(("data", name), f"{why}, so it has happened: `past: true` refuses one that lies ahead")


def _told(notes: Notebook) -> Iterator[tuple[str, str]]:
    """Fields that say when something happened, and how that is known."""
    for action in walk(notes.procedure.bundle.definition):
        if action.kind == "set" and isinstance(action.body["set"], Mapping):
            for name, source in action.body["set"].items():
                if isinstance(source, str) and _may_be_present(str(name), source):
                    yield str(name), f"is set to `{source}`"
        elif action.kind == "milestone" and action.body.get("kind", "actual") == "actual":
            yield str(action.body.get("at")), f"is when the milestone {action.body['milestone']} was reached"


def _may_be_present(field: str, source: str) -> bool:
    """Whether an expression gives the present, or does where the field itself is not filled."""
    try:
        expression = compile_expression(source)
    except ExpressionError:
        return False
    is_present = source in TYPING or any(word in expression.fallbacks for word in TYPING)
    return is_present and set(expression.reads) <= {field, *TYPING}
