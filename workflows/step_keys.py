"""The keys of a case's errands: each named by the step that asks for it, so that a case which is reset and comes to the
same step again finds what it had carried out there.
"""

from __future__ import annotations

from sop_engine.cases.contracts.commands import Command
from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.engine_version import HARDENED


class StepKeys:
    """Numbers the commands of each step of one run."""

    def __init__(self) -> None:
        self._step = -1
        self._given = 0

    def keyed(self, turn: Turn) -> list[tuple[Command, str | None]]:
        """The turn's commands with their keys; without one where the case goes on with random keys."""
        if turn.procedure.bundle.engine_version < HARDENED:
            return [(command, None) for command in turn.commands]
        step = turn.state.step
        if step != self._step:
            self._step, self._given = step, 0
        first, self._given = self._given, self._given + len(turn.commands)
        named = f"{turn.state.case_id}:{step}"
        return [(command, f"{named}.{number}{_what(command)}") for number, command in enumerate(turn.commands, first)]


def _what(command: Command) -> str:
    """What another path of a reset case must not share: a notice that differs is another notice."""
    return f" {' '.join(command.names)}" if isinstance(command, EffectCommand) else ""


def short(key: str) -> str:
    """The part of a key that tells it from others of its case."""
    return key.rpartition(":")[2] if ":" in key else key[:8]
