"""Arguments and options that several commands share."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.written.fields import read_instant
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
    typer.Option("--set", metavar="FIELD=VALUE", help="A value; `goods.0.name=Tea` reaches into lists."),
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


def read_files(assignments: Sequence[str]) -> dict[str, dict[str, object]]:
    """`key=path` pairs as the files' fingerprints. Raises `InvalidInput` with every fault."""
    files, faults = {}, []
    for assignment in assignments:
        key, sign, path = assignment.partition("=")
        if not sign:
            faults.append(Fault(where=assignment, what="is not an assignment", allowed="attachment=path"))
            continue
        try:
            files[key] = fingerprint(Path(path))
        except (OSError, ValueError) as error:
            faults.append(Fault(where=key, what=f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"))
    if faults:
        raise InvalidInput("The attachments cannot be read", faults)
    return files


def fingerprint(path: Path) -> dict[str, object]:
    """A file's name, hash, size in bytes and media type. The file itself stays where it is. Raises `OSError`."""
    from hashlib import sha256
    from mimetypes import guess_type

    content = path.read_bytes()
    return {
        "name": path.name,
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
        "type": guess_type(path.name)[0] or "application/octet-stream",
    }
