"""A case, a task and how a terminal shows them."""

import io
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from sop_engine.cases.contracts.views import CaseView, ChildView, ClockView, TaskView

OPENED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


DUE = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def seen(renderable: Any, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False, markup=False, emoji=False)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def task(**changes: Any) -> TaskView:
    given: dict[str, Any] = {
        "task": "registered#1",
        "state": "registered",
        "title": {"en": "Registered", "zh": "已登记"},
        "role": "customer_service_agent",
        "assignee": None,
        "status": "ready",
        "due_at": DUE,
        "priority": 5,
        "outcomes": {"acknowledged": {"en": "Acknowledge", "zh": "确认受理"}},
        "opened_at": OPENED,
    }
    return TaskView(**{**given, **changes})


def view(**changes: Any) -> CaseView:
    given: dict[str, Any] = {
        "case_id": "CMP-1",
        "sop": "Complaint",
        "version": 1,
        "title": {"en": "Complaint", "zh": "客户投诉"},
        "status": "open",
        "stage": None,
        "outcome": None,
        "states": ("registered",),
        "state_titles": ({"en": "Registered", "zh": "已登记"},),
        "data": {"complainant": "Zhang", "claim": {"amount": "1250.00", "currency": "CNY"}, "satisfied": None},
        "tasks": (task(),),
        "clocks": (
            ClockView(
                clock="first_response#1",
                title={"en": "First response", "zh": "首次响应"},
                status="running",
                due_at=DUE,
                elapsed="1 h 0 min",
                remaining="1 h 0 min",
                percent="50.0",
                provisional=True,
                notes=("moved: agreed (zhao.min)",),
            ),
        ),
        "children": (ChildView(key="claim#1", sop="Claim", case_id="CMP-1.claim", status="open", outcome=None),),
        "incidents": (),
        "documents": (),
        "milestones": (),
        "comments": (),
        "attachments": (),
        "parent": None,
        "hold": None,
        "opened_at": OPENED,
        "sla": "at_risk",
        "events": ("complaint.withdrawn",),
        "step": 1,
    }
    return CaseView(**{**given, **changes})
