"""A complaint from its receipt to the revisit: who does what, for tests that need a whole case."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

COMPLAINT: Mapping[str, Any] = MappingProxyType(
    {
        "complainant": "Ms Shen",
        "contact": "021-6888 1234",
        "contact_email": "shen@customer.example",
        "event": "Two cartons arrived wet",
        "event_at": "2025-11-20T09:00:00+08:00",
        "business_no": "SHP-2026-0099",
    }
)

ACTS: tuple[Mapping[str, Any], ...] = (
    {"actor": "li.na", "task": "registered", "outcome": "acknowledged", "checklist": ["soothed"]},
    {"actor": "feng.xue", "task": "classified", "outcome": "done", "data": {"kind": "damage", "severity": "normal"}},
    {"actor": "feng.xue", "task": "assigned", "outcome": "done", "data": {"responsible_unit": "operations_manager"}},
    {
        "actor": "huang.tao",
        "task": "investigating",
        "outcome": "plan_proposed",
        "data": {"facts": "Rain at the terminal", "cause": "Torn sheet", "plan": "Replace the cartons"},
    },
    {"actor": "jiang.bo", "task": "approving_plan", "outcome": "approved"},
    {
        "actor": "jiang.bo",
        "task": "plan_told",
        "outcome": "accepted",
        "checklist": ["told"],
        "data": {"answer": "Agreed"},
    },
    {
        "actor": "huang.tao",
        "task": "handling",
        "outcome": "done",
        "data": {
            "actions": [{"what": "Replace cartons", "who": "Tang Wei", "done_on": "2026-11-21"}],
            "result_text": "Two cartons replaced",
        },
    },
    {"actor": "li.na", "task": "revisiting", "outcome": "heard", "data": {"satisfied": 5}},
    {
        "actor": "zhao.min",
        "task": "closing",
        "outcome": "done",
        "data": {"root_cause": "Old sheets", "repeated_cause": False},
    },
)
"""Every act of the main path. After `handling` the case waits `revisit_after` before it goes on."""
