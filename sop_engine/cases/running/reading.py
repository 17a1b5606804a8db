"""What a case reads of registers and other cases: when it asks, and what it keeps of the answer.

A row is asked for by one activity and stored like any field, so a replay sees what history holds. While the answer is
awaited the field is empty: the row that it had belongs to another key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sop_engine.basis.plain import plain
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.effects.read import ask
from sop_engine.cases.running.state import RowRead
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.definition import READS
from sop_engine.cases.written.register_rows import JOINED_BY
from sop_engine.statechart.expressions import ExpressionError

FOUND, MISSING = "found", "missing"


def settle(turn: Turn) -> None:
    """After a step: asks for each row whose key is another one than before, and empties what was read."""
    for name, spec in turn.procedure.definition.reads.items():
        row = _key(turn, spec.keys)
        known = turn.state.reads.get(name)
        if row == (known.row if known is not None else None):
            continue
        turn.put({name: None})
        if row is None:
            turn.state.reads.pop(name, None)
        else:
            turn.state.reads[name] = RowRead(row=row)
            ask(turn, name, row, None, SYSTEM)


def ask_again(turn: Turn, changed: Mapping[str, Any]) -> None:
    """Asks for each row that was changed and that the case reads: `register` and `row` of it, or `reads` by name. What
    the case knows stands until the answer, and nothing is journalled before."""
    wanted = changed.get("reads")
    named = wanted if isinstance(wanted, list | tuple) else ()
    for name, read in turn.state.reads.items():
        is_changed = (turn.procedure.definition.reads[name].source, read.row) == (
            changed.get("register"),
            changed.get("row"),
        )
        if is_changed or name in named:
            ask(turn, name, read.row, None, SYSTEM)


def _key(turn: Turn, sources: tuple[str, ...]) -> str | None:
    """The key that the expressions give; none while one of them gives nothing."""
    parts = []
    for source in sources:
        try:
            value: Any = turn.evaluate(source)
        except ExpressionError:
            return None
        text = "" if value is None else str(plain(value)).strip()
        if not text:
            return None
        parts.append(text)
    return JOINED_BY.join(parts)


def event_of(name: str, *, is_missing: bool) -> str:
    """What the chart hears when a row was read, or is not there; `reads.<name>` alone hears either."""
    return f"{READS}.{name}.{MISSING if is_missing else FOUND}"
