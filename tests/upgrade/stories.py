"""The cases in a release's data folder: how far each was brought. For the making and for the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tests.integration.complaint import ACTS

Act = Mapping[str, Any]
"""The input of `complete_task`."""

ASKED: Act = {
    "actor": "huang.tao",
    "task": "investigating",
    "outcome": "ask_complainant",
    "data": {"question": "Which of the cartons?"},
}
CLAIMS: Act = {**ACTS[5], "outcome": "claims_money"}

COMPLAINTS: Mapping[str, Sequence[Act]] = MappingProxyType(
    {
        "C-registered": (),
        "C-classified": ACTS[:1],
        "C-assigned": ACTS[:2],
        "C-investigating": ACTS[:3],
        "C-waiting": (*ACTS[:3], ASKED),
        "C-approving": ACTS[:4],
        "C-told": ACTS[:5],
        "C-claiming": (*ACTS[:5], CLAIMS),
        "C-handling": ACTS[:6],
        "C-revisit-due": ACTS[:7],
    }
)
"""A complaint in each state that acts alone reach, and the acts that brought it there."""

REVISITED: Mapping[str, int] = MappingProxyType({"C-revisiting": 7, "C-closing": 8})
"""Complaints that come to be revisited, and how many acts of the main path they have seen."""

HELD, LATE, SUSPENDED, CONTINUED, CLOSED = "C-held", "C-late", "C-suspended", "C-continued", "C-closed"
"""Complaints with something of their own: on hold with an event kept, past its deadline, with a suspended task, in its
second run, and cancelled."""

SHIPMENTS: Mapping[str, str] = MappingProxyType(
    {
        "S-intake": "intake task reviewing",
        "S-booking": "booking task requesting",
        "S-papers": "declaration task classifying",
        "S-held": "documents task first_check",
        "S-money": "supplier-1 task approving_payment",
    }
)
"""The export example under each id, and the first act that it has not seen: its case and what is done there."""

PARTS = frozenset(
    {
        "",
        *("intake", "booking", "documents", "declaration", "release", "delivery", "invoicing", "collection"),
        *("supplier-1", "supplier-2", "supplier-3"),
    }
)
"""What follows a shipment's id in the cases of the example that every release had; later ones added to them."""

BLOCKED = "S-blocked"
"""A shipment whose intake has an incident."""
