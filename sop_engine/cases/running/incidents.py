"""Technical failures that wait for a person: opened, and forgotten when what failed is no longer wanted."""

from __future__ import annotations

from typing import Any

from sop_engine.cases.running.state import Incident
from sop_engine.cases.running.turn import Turn


def open_incident(turn: Turn, kind: str, message: str, *, key: str | None = None, **details: Any) -> Incident:
    """Records a failure; the case is blocked, but lives on."""
    incident = Incident.model_validate(
        {
            "key": key or f"step#{turn.state.step + 1}",
            "kind": kind,
            "message": message[:2_000],
            "at": turn.now,
            **details,
        }
    )
    turn.state.incidents[incident.key] = incident
    settle_status(turn)
    turn.journal("incident", incident.key, "system", note=incident.message)
    return incident


def settle_status(turn: Turn) -> None:
    """An open case is blocked while an incident waits."""
    if turn.state.status in ("open", "blocked"):
        turn.state.status = "blocked" if turn.state.incidents else "open"


def forget_settled(turn: Turn) -> None:
    """Drops incidents of work, children and delays that went with their state."""
    for key, incident in list(turn.state.incidents.items()):
        if _is_gone(turn, incident):
            del turn.state.incidents[key]
    settle_status(turn)


def _is_gone(turn: Turn, incident: Incident) -> bool:
    if incident.kind == "work":
        return incident.key not in turn.state.works
    if incident.kind == "child":
        child = turn.state.children[incident.key]
        if child.state is None:
            return False
        entry = f"{child.state}#{turn.state.entries[child.state]}"
        return child.state not in turn.state.snapshot.configuration or incident.key.rsplit(".", 1)[0] != entry
    if incident.kind == "delay" and incident.delay is not None:
        return all(delay.id != incident.delay.id for delay in turn.state.snapshot.delays)
    return False
