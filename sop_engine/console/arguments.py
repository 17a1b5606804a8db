"""Arguments and options that several commands share."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.written.fields import read_instant
from sop_engine.console.inputs import LocalFile
from sop_engine.timekeeping.instants import RANGE, is_near, read_day_end

CaseStatus = Literal[
    "open", "held", "blocked", "completed", "cancelled", "terminated", "timed_out", "failed", "canceled", "lost"
]
SlaState = Literal["on_track", "at_risk", "breached"]
"""Said here once more, and compared by a test: the engine's own would load all of it before `--help`."""

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")]
TaskKey = Annotated[
    str | None, typer.Argument(metavar="[TASK]", help="The task's key or state; left out where only one is open.")
]
SopName = Annotated[str, typer.Argument(metavar="SOP", help="Name of the procedure, such as Complaint.")]
SopOption = Annotated[str | None, typer.Option("--sop", help="Only of this procedure.")]
OverdueOption = Annotated[bool, typer.Option("--overdue", help="Only what is past its deadline.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1_000, help="At most so many lines.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the journal.")]
OptionalReason = Annotated[str | None, typer.Option("--reason", help="Why; kept in the journal.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="FIELD=VALUE", help="A value; `goods.0.name=Tea` reaches into lists, `photo=@PATH` is a file."
    ),
]
FileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Values from a YAML or JSON file; `-` reads stdin.")
]
ActIdOption = Annotated[
    str | None, typer.Option("--id", help="An id of your own; an act with the same id is carried out once.")
]


def read_moment(text: str | None, where: str) -> datetime | None:
    """An instant from an option; 24:00 is the end of its day. Raises `InvalidInput` for one without its zone."""
    if text is None:
        return None
    moment = read_instant(read_day_end(text))
    if moment is None:
        fault = Fault(where=where, what=f"{text!r} is not an instant", allowed="such as 2026-03-02T17:00+08:00")
        raise InvalidInput("The input cannot be used", [fault])
    if not is_near(moment):
        fault = Fault(where=where, what=f"{text} lies too far off", allowed=RANGE)
        raise InvalidInput("The input cannot be used", [fault])
    return moment


def read_files(assignments: Sequence[str]) -> dict[str, list[LocalFile]]:
    """`key=path` pairs, several of a key too. Raises `InvalidInput` with every fault."""
    files: dict[str, list[LocalFile]] = {}
    faults = []
    for assignment in assignments:
        key, sign, path = assignment.partition("=")
        if sign and path:
            files.setdefault(key, []).append(LocalFile(Path(path)))
        else:
            faults.append(Fault(where=assignment, what="is not an assignment", allowed="attachment=path"))
    if faults:
        raise InvalidInput("The attachments cannot be read", faults)
    return files
