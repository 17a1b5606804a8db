"""A firm and the facts of every notice."""

from datetime import UTC, datetime
from typing import Any

from sop_engine.basis.models import Title
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.people.firm import Firm

FIRM = Firm(name=Title(en="Harbour Bridge", zh="港桥"))


def facts(**data: Any) -> CaseFacts:
    return CaseFacts(
        case_id="SHP-1",
        sop="Shipment",
        title={"en": "Shipment", "zh": "货运"},
        data={
            "eta": "2026-03-01T23:30:00+00:00",
            "total": {"amount": "1250.5", "currency": "CNY"},
            "consignee": "<b>A & B</b>",
            "notify_party": None,
            "items": [
                {"name": "Box", "weight": "1.05", "price": {"amount": "12", "currency": "JPY"}},
                {"name": "箱", "weight": None, "price": {"amount": None, "currency": "CNY"}},
            ],
            **data,
        },
        state="arrived",
        actor=None,
        at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
        zone="Asia/Shanghai",
    )
