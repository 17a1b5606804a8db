"""Which files a case holds. What its data and its attachments bring becomes a version; none is ever forgotten.

A case of the rungs before files were kept holds only what came with a receipt: it may have been told mere names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sop_engine.cases.contracts.files import FileRef
from sop_engine.cases.contracts.limits import FILES, OverfullError
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.engine_version import KEEPS_FILES
from sop_engine.cases.written.file_facts import FACTS, RECEIPT
from sop_engine.cases.written.file_values import files_of, is_many, kind_at
from sop_engine.statechart.expressions import ATTACHED

Files = tuple[Any, ...]


def keeps_files(turn: Turn) -> bool:
    """Whether the case was opened when files were kept, and takes nothing but what is."""
    return turn.procedure.bundle.engine_version >= KEEPS_FILES


def several(value: Any) -> Files:
    """What was attached under one kind: a file or a list of them."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def settle(turn: Turn, before: Mapping[str, Any], with_receipts: Iterable[str] = ()) -> None:
    """After a turn: each file that the data holds and did not hold before is held from now on.

    `with_receipts` are the hashes that came with one. Raises OverfullError.
    """
    proven = frozenset(with_receipts)
    for name, spec in turn.procedure.file_fields.items():
        value = turn.data.get(name)
        if value is not before.get(name):
            for where, file in files_of(spec, value, name):
                if keeps_files(turn) or file.get("sha256") in proven:
                    _hold(turn, kind_at(where), file, is_many=is_many(where))


def attach(turn: Turn, attached: Mapping[str, Any], actor: str) -> None:
    """Holds what was attached, by kind, and lets rules see it. Raises OverfullError."""
    for kind, value in attached.items():
        for file in several(value):
            if isinstance(file, Mapping) and (keeps_files(turn) or RECEIPT in file):
                _hold(turn, kind, file, is_many=True, actor=actor)
    if ATTACHED in turn.data:
        turn.put({ATTACHED: seen_with(turn, attached)})


def seen_with(turn: Turn, attached: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What rules see of the attachments once these are among them: of each kind the newest version of each name."""
    seen = {kind: list(turn.data.get(ATTACHED, {}).get(kind, ())) for kind in turn.procedure.attachment_kinds}
    for kind, value in attached.items():
        if kind in seen:
            new = [_facts(file) for file in several(value)]
            names = {file["name"] for file in new}
            seen[kind] = [*(file for file in seen[kind] if file["name"] not in names), *new]
    return seen


def _facts(file: Any) -> dict[str, Any]:
    return {key: file.get(key) for key in FACTS} if isinstance(file, Mapping) else {"name": file}


def _hold(turn: Turn, kind: str, file: Mapping[str, Any], *, is_many: bool, actor: str | None = None) -> None:
    if not file.get("sha256"):
        return
    name = str(file["name"])
    earlier = [held for held in turn.state.files if held.kind == kind and (not is_many or held.name == name)]
    if earlier and (earlier[-1].name, earlier[-1].sha256) == (name, file["sha256"]):
        return
    # A kind of attachment may be called like a field.
    same_name = max((held.version for held in turn.state.files if (held.kind, held.name) == (kind, name)), default=0)
    if len(turn.state.files) >= FILES:
        raise OverfullError(f"{turn.state.case_id} holds {FILES} files, versions included, and takes not one more")
    held = FileRef(
        kind=kind,
        name=name,
        version=max(len(earlier), same_name) + 1,
        sha256=str(file["sha256"]),
        size=int(file.get("size") or 0),
        type=str(file.get("type") or ""),
        at=turn.now,
        by=actor or str(turn.data.get("actor") or ""),
    )
    turn.state.files = (*turn.state.files, held)
