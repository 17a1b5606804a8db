"""A child whose fields follow its parent's: what changes in the parent is told to the child as long as it lives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.commands import TellCase
from sop_engine.cases.contracts.signals import FOLLOW, Followed
from sop_engine.cases.running.state import Child
from sop_engine.cases.running.turn import Turn


def followed(turn: Turn, child: Child) -> tuple[str, ...]:
    """The names of `with` that follow in a child; none of a child that an effect started."""
    shape = turn.procedure.shapes.get(child.state) if child.state is not None else None
    return shape.child.follow if shape is not None and shape.child is not None else ()


def kept(turn: Turn, child: Child, values: Mapping[str, Any]) -> dict[str, Any]:
    """What of the values that a child is started with it will be told again when it changes."""
    return {name: plain(values.get(name)) for name in followed(turn, child)}


def tell_children(turn: Turn) -> None:
    """Tells each live child what changed of what follows. Raises ExpressionError where it cannot be had."""
    for child in turn.state.live_children():
        if names := followed(turn, child):
            shape = turn.procedure.shapes[str(child.state)]
            assert shape.child is not None
            given = turn.evaluate_all({name: shape.child.with_[name] for name in names}, child.names)
            present = {name: plain(value) for name, value in given.items()}
            changed = {name: value for name, value in present.items() if value != child.told.get(name)}
            if changed:
                word = Followed(values=changed, before={name: child.told.get(name) for name in changed})
                turn.state.children[child.key] = child.model_copy(update={"told": present})
                turn.commands.append(TellCase(case_id=child.case_id, signal=FOLLOW, body=word.model_dump()))
