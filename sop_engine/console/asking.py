"""Asks at the terminal for what a task still misses: fields, ticks, attachments."""

from collections.abc import Sequence

import typer

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.acts import CompleteTaskInput
from sop_engine.console.arguments import read_files
from sop_engine.console.context import Session

MISSING, NOT_TICKED, NOT_ATTACHED = "is missing", "is not ticked", "is not attached"
ASKABLE = (MISSING, NOT_TICKED, NOT_ATTACHED)


def ask(session: Session, act: CompleteTaskInput, faults: Sequence[Fault]) -> CompleteTaskInput | None:
    """The act with the answers in it; None where a fault is not about something missing. Ctrl-C ends the command."""
    if not faults or any(fault.what not in ASKABLE for fault in faults):
        return None
    data, checklist, attachments, reason = dict(act.data), list(act.checklist), dict(act.attachments), act.reason
    for fault in faults:
        if fault.what == NOT_TICKED:
            if not typer.confirm(f"{fault.where} — {fault.allowed}", err=True):
                return None
            checklist.append(fault.where)
        elif fault.what == NOT_ATTACHED:
            path = typer.prompt(f"{fault.where} — {fault.allowed} (path of the file)", err=True)
            attachments |= read_files([f"{fault.where}={path}"])
        elif fault.where == "reason":
            reason = typer.prompt(f"reason ({fault.allowed})", err=True)
        else:
            data[fault.where] = typer.prompt(f"{fault.where} ({fault.allowed})", err=True)
    return act.model_copy(
        update={"data": data, "checklist": tuple(checklist), "attachments": attachments, "reason": reason}
    )
