"""Files that an act, an opening or a machine names: how they may be called, how many a task wants, and whether their
content is kept. The last is asked of the present: by validators and activities, never on replay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.acts import Act, AttachInput, CompleteTaskInput, EventInput
from sop_engine.cases.contracts.files import FileRef
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.running.files import several
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.written.engine_version import KEEPS_FILES
from sop_engine.cases.written.fields import FieldSpec, read_value
from sop_engine.cases.written.file_facts import NAMES_ALLOWED, RECEIPT, Receipts, name_fault
from sop_engine.cases.written.file_values import files_in
from sop_engine.cases.written.procedure import Procedure
from sop_engine.cases.written.task import TaskSpec

LARGEST_FILE = 2**40
"""Bytes: a file that nobody attaches to a case is larger."""
HOW = "a file that is kept: FIELD=@PATH at the command line brings it"
_SHA256 = re.compile("[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,99}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}", re.IGNORECASE)


def facts_faults(file: Mapping[str, Any], where: str) -> Iterator[Fault]:
    """What is wrong with the facts of a file: its name, hash, size, media type."""

    def fault(key: str, what: str, allowed: str) -> Fault:
        return Fault(where=".".join(filter(None, (where, key))), what=what, allowed=allowed)

    name, size = file.get("name"), file.get("size", 0)
    if (why := name_fault(name)) is not None:
        yield fault("name", f"{name!r} is no file's name: it {why}", NAMES_ALLOWED)
    if "sha256" in file and not (isinstance(file["sha256"], str) and _SHA256.fullmatch(file["sha256"])):
        yield fault("sha256", f"{file['sha256']!r} is no SHA-256", "64 digits of 0-9 and a-f")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= LARGEST_FILE:
        yield fault("size", f"{size!r} is no size of a file", f"0 to {LARGEST_FILE} bytes")
    if "type" in file and not (isinstance(file["type"], str) and _MEDIA_TYPE.fullmatch(file["type"])):
        yield fault("type", f"{file['type']!r} is no media type", "such as application/pdf")


def files_of_act(procedure: Procedure, act: Act) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every file that an act names, and where; one that is only named as a mapping too."""
    if isinstance(act, AttachInput):
        yield "", act.model_dump(exclude_none=True, include={"name", "sha256", "size", "type", "receipt"})
    for kind, value in (act.attachments if isinstance(act, CompleteTaskInput) else {}).items():
        given = several(value)
        for number, file in enumerate(given):
            yield (kind if len(given) == 1 else f"{kind}.{number}"), _as_mapping(file)
    fields: Mapping[str, FieldSpec] = procedure.definition.data
    if isinstance(act, EventInput) and act.name in procedure.definition.events:
        fields = {**procedure.definition.events[act.name].data, **fields}
    yield from named_files(fields, getattr(act, "data", None) or {}).items()


def unkept_of_act(procedure: Procedure, state: CaseState, act: Act) -> dict[str, dict[str, Any]]:
    """The files of an act that have to prove that they are kept, by where each stands: all that the case does not hold
    already. A case that may be told mere names asks it of what comes with a receipt."""
    asks = procedure.bundle.engine_version >= KEEPS_FILES
    return {
        where: dict(file)
        for where, file in files_of_act(procedure, act)
        if (asks or RECEIPT in file) and not _is_held(file, state.files)
    }


def unkept_of_event(procedure: Procedure, state: CaseState, event: EventSignal) -> dict[str, dict[str, Any]]:
    """The same of what a machine tells."""
    declared = procedure.definition.events.get(event.name)
    files = named_files(declared.data if declared is not None else {}, event.data)
    return {where: file for where, file in files.items() if not _is_held(file, state.files)}


def hashes_of_event(procedure: Procedure, event: EventSignal) -> list[str]:
    """The hashes of the files that a machine brought."""
    declared = procedure.definition.events.get(event.name)
    files = named_files(declared.data if declared is not None else {}, event.data)
    return [str(file["sha256"]) for file in files.values() if "sha256" in file]


def unkept_of_opening(procedure: Procedure, opening: OpenCaseInput) -> dict[str, dict[str, Any]]:
    """The same of what a case is opened with by somebody who is no case."""
    if procedure.bundle.engine_version < KEEPS_FILES:
        return {}
    return named_files(procedure.definition.data, opening.data)


def named_files(fields: Mapping[str, FieldSpec], data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every file in the values of fields, and where it stands."""
    found = files_in(fields, data)
    return {where: dict(_as_mapping(file)) for where, file in found if isinstance(file, str | Mapping)}


def unkept(files: Mapping[str, Mapping[str, Any]], receipts: Receipts, now: datetime | None) -> list[Fault]:
    """A fault for each of these files whose content is not proven to be kept; `now` as in `Receipts.fault`."""
    return [
        Fault(where=where, what=f"{file.get('name', '?')} {why}", allowed=HOW)
        for where, file in files.items()
        if (why := receipts.fault(file, now)) is not None
    ]


def proven_hashes(procedure: Procedure, act: Act) -> list[str]:
    """The hashes of the files of an act that came with a receipt."""
    return [str(file["sha256"]) for _, file in files_of_act(procedure, act) if RECEIPT in file and "sha256" in file]


def attachment_faults(spec: TaskSpec, act: CompleteTaskInput) -> list[Fault]:
    """Attachments that are unknown, unfit or missing."""
    faults: list[Fault] = []
    for kind, value in act.attachments.items():
        if kind not in spec.attachments:
            faults.append(Fault(where=kind, what="unknown attachment", allowed=", ".join(spec.attachments)))
            continue
        for file in several(value):
            faults += read_value(spec.attachments[kind].spec(), file, kind)[1]
    if spec.outcomes[act.outcome].require is None:
        for kind, wanted in spec.attachments.items():
            found = _different(act.attachments.get(kind, ()))
            if found < wanted.at_least:
                count = f" ({found} of {wanted.at_least})" if wanted.at_least > 1 else ""
                faults.append(Fault(where=kind, what="is not attached", allowed=wanted.title.both() + count))
    return faults


def _different(value: Any) -> int:
    """How many files these are: the same content twice is one."""
    return len({str(file.get("sha256") or file.get("name")) for file in map(_as_mapping, several(value))})


def _as_mapping(file: Any) -> Mapping[str, Any]:
    return file if isinstance(file, Mapping) else {"name": file.strip() if isinstance(file, str) else file}


def _is_held(file: Mapping[str, Any], held: Iterable[FileRef]) -> bool:
    facts = (file.get("sha256"), file.get("size"), file.get("type"))
    return RECEIPT not in file and any((each.sha256, each.size, each.type) == facts for each in held)
