"""How old what a case has read may be when somebody decides by it: judged before an act reaches history, like a place
that is not known, and never on replay."""

from __future__ import annotations

from datetime import datetime

from sop_engine.basis.faults import Fault, Stale
from sop_engine.cases.contracts.acts import Act, CompleteTaskInput
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.written.procedure import Procedure, period_of


def judge_freshness(procedure: Procedure, state: CaseState, act: Act, now: datetime) -> None:
    """Raises Stale where a task is completed while something read is too old; who told the act has it read again."""
    faults = [] if not isinstance(act, CompleteTaskInput) else _stale(procedure, state, now)
    if faults:
        raise Stale("what the case has read is too old to decide by, and has to be read again", faults)


def _stale(procedure: Procedure, state: CaseState, now: datetime) -> list[Fault]:
    """A fault for each read that is too old. What is being read for the first time is not known at all, not old, and
    nothing is too old while nobody can say how old it may be."""
    faults = []
    for name, spec in procedure.definition.reads.items():
        known = state.reads.get(name)
        if spec.fresh is None or known is None or known.read_at is None:
            continue
        try:
            period = period_of(spec.fresh, state.snapshot.data, procedure.types)
            until = procedure.calendar.add_period(known.read_at, period).at
        except ValueError:
            continue
        if now > until:
            what = f"was read at {known.read_at.isoformat(timespec='minutes')}"
            faults.append(Fault(where=name, what=what, allowed=f"read within {period}"))
    return faults
