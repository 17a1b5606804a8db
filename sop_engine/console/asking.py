"""Asks at the terminal for what a task still misses: fields, ticks, attachments."""

from collections.abc import Sequence

import typer

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.acts import CompleteTaskInput
from sop_engine.console.arguments import read_files
from sop_engine.console.inputs import read_values

MISSING, NOT_TICKED, NOT_ATTACHED = "is missing", "is not ticked", "is not attached"
ASKABLE = (MISSING, NOT_TICKED, NOT_ATTACHED)


def ask(act: CompleteTaskInput, faults: Sequence[Fault]) -> CompleteTaskInput | None:
    """The act with the answer to its first question in it: what is asked next may hang on what is answered now.

    None where a fault is not about something missing. Ctrl-C ends the command.
    """
    if not faults or any(fault.what not in ASKABLE for fault in faults):
        return None
    fault = faults[0]
    if fault.what == NOT_TICKED:
        if not typer.confirm(f"{fault.where} — {fault.allowed}", err=True):
            return None
        return act.model_copy(update={"checklist": (*act.checklist, fault.where)})
    if fault.what == NOT_ATTACHED:
        path = typer.prompt(f"{fault.where} — {fault.allowed} (path of the file)", err=True)
        given = [*act.attachments.get(fault.where, ()), *read_files([f"{fault.where}={path}"])[fault.where]]
        return act.model_copy(update={"attachments": {**act.attachments, fault.where: given}})
    if fault.where == "reason":
        return act.model_copy(update={"reason": typer.prompt(f"reason ({fault.allowed})", err=True)})
    answer = read_values([f"answer={typer.prompt(f'{fault.where} ({fault.allowed})', err=True)}"])["answer"]
    return act.model_copy(update={"data": {**act.data, fault.where: answer}})
