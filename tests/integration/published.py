"""Small published cases for the tests of records."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sop_engine.cases.contracts.publishing import CaseRecord, ClockRecord, PublishInput, TaskRecord
from sop_engine.cases.contracts.views import ChildView, StepView

START = datetime(2026, 3, 2, 1, 0, 0, 123456, tzinfo=UTC)


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def case_record(**changes: Any) -> CaseRecord:
    return CaseRecord(
        **{
            "case_id": "CMP-2026-0001",
            "first_run_id": "run-1",
            "sop": "Complaint",
            "version": 1,
            "definition_hash": "abc",
            "title": {"en": "Complaint", "zh": "客户投诉"},
            "owner": "complaint_officer",
            "status": "open",
            "stage": None,
            "outcome": None,
            "sla": "on_track",
            "states": ("registered",),
            "references": (("booking_no", "COSU 6123-456789"),),
            "parent": None,
            "opened_at": START,
            "closed_at": None,
            "due_at": minute(120),
            "provisional": False,
            "data": {"event": "箱子湿了", "amount": {"amount": "10.50", "currency": "CNY"}, "none": None},
            **changes,
        }
    )


def step(number: int, name: str, at: datetime = START, **changes: Any) -> StepView:
    changes = {"happened_at": None, "kind": "event", **changes}
    return StepView(step=number, at=at, actor="li.na", name=name, **changes)


def task(key: str = "registered#1", **changes: Any) -> TaskRecord:
    return TaskRecord(
        **{
            "key": key,
            "state": key.partition("#")[0],
            "title": {"en": "Register", "zh": "登记"},
            "role": "customer_service_agent",
            "status": "ready",
            "assignee": None,
            "priority": 5,
            "opened_at": START,
            "due_at": None,
            "completed_at": None,
            "completed_by": None,
            "outcome": None,
            "outcomes": ("acknowledged",),
            "suspended_until": None,
            **changes,
        }
    )


def clock(key: str = "plan#1", **changes: Any) -> ClockRecord:
    return ClockRecord(
        **{
            "key": key,
            "name": key.partition("#")[0],
            "title": {"en": "Plan", "zh": "方案"},
            "status": "running",
            "started_at": START,
            "due_at": minute(120),
            "stopped_at": None,
            "provisional": False,
            "spans": ({"from": START.isoformat(), "to": None, "runs": True},),
            "fired": (),
            "moved": (),
            **changes,
        }
    )


def child(key: str = "claim#1", case_id: str = "CMP-2026-0001.claim") -> ChildView:
    return ChildView(key=key, sop="Claim", case_id=case_id, status="open", outcome=None)


def published(written_at: datetime, *steps: StepView, **changes: Any) -> PublishInput:
    """A write of a case; `case` changes fields of the case record."""
    parts = {"tasks": (task(),), "clocks": (), "children": (), **changes}
    record = case_record(**parts.pop("case", {}))
    last = max((step.step for step in steps), default=0)
    return PublishInput(case=record, steps=steps, step=last, written_at=written_at, **parts)
