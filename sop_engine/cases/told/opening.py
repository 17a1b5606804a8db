"""How a case begins: its data is read whole, its chart started, its first work armed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.contracts.limits import DATA_BYTES, size_of, too_large
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running import files, timing
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.stepping import catch_up, finish, follow
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.case_ids import refuse_own_id
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.engine_version import KEEPS_FILES
from sop_engine.cases.written.fields import describe, read_fields, read_value
from sop_engine.cases.written.file_facts import without_receipts
from sop_engine.cases.written.procedure import Procedure
from sop_engine.statechart.expressions import ATTACHED
from sop_engine.statechart.snapshot import Snapshot
from sop_engine.statechart.transition import start


def read_opening(definition: SopDefinition, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a new case with its defaults. Raises InvalidInput with every fault."""
    values, faults = read_fields(definition.data, data)
    faults += told_of_reads(definition, [name for name, value in data.items() if value is not None])
    faulty = {fault.where.split(".", 1)[0] for fault in faults}
    full: dict[str, Any] = {}
    for name, spec in definition.data.items():
        value = values.get(name)
        full[name] = read_value(spec, spec.default, name)[0] if value is None else value
        if spec.required and full[name] is None and name not in faulty:
            faults.append(Fault(where=name, what="is missing", allowed=describe(spec)))
    if not faults and (size := size_of(full)) > DATA_BYTES:
        faults.append(Fault(where="data", what=too_large("the data", size, DATA_BYTES)))
    if faults:
        raise InvalidInput(f"a {definition.sop} cannot be opened with this data", faults)
    return full


def told_of_reads(definition: SopDefinition, given: Iterable[str]) -> list[Fault]:
    """Fields that nobody fills: what a register or another case says is read."""
    return [
        Fault(where=name, what=f"is read from {spec.told}", allowed=f"`sop register set {spec.of}`" if spec.of else "")
        for name in given
        if (spec := definition.reads.get(name)) is not None
    ]


def open_case(procedure: Procedure, case_id: str, opening: OpenCaseInput, now: datetime) -> Turn:
    """Opens a case. Raises InvalidInput for bad data, and what the chart raises where its own start fails."""
    refuse_own_id(case_id)
    data = read_opening(procedure.definition, opening.data)
    actor = opening.actor or SYSTEM
    parent_id = opening.parent.case_id if opening.parent is not None else None
    scope = {**procedure.parameters, "case_id": case_id, "parent_id": parent_id, "opened_at": now, "item": None, **data}
    if procedure.bundle.engine_version >= KEEPS_FILES and procedure.attachment_kinds:
        scope[ATTACHED] = {kind: [] for kind in procedure.attachment_kinds}
    state = CaseState(
        case_id=case_id,
        sop=procedure.sop,
        version=procedure.definition.version,
        opened_at=now,
        opened_by=actor,
        parent=opening.parent,
        snapshot=Snapshot(configuration=(), data=scope),
    )
    turn = Turn(procedure, state, now)
    turn.face(now, actor)
    step = start(procedure.chart, turn.data, now)
    turn.state.snapshot = step.snapshot
    timing.on_opened(turn, now)
    follow(turn, step, now, actor)
    title = procedure.definition.title
    turn.journal(
        "opened",
        procedure.sop,
        actor,
        title=title,
        entered=step.entered,
        note=opening.reopens,
        data=without_receipts(opening.data),
    )
    finish(turn, now)
    catch_up(turn, now)
    files.settle(turn, {})
    turn.judge_room()
    turn.state.weight = turn.state.weighed()
    return turn
