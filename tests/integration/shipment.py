"""The export shipment of the examples, for tests that need a case with children. Its dates lie ahead of today."""

from datetime import UTC, datetime
from typing import Any

from sop_engine.console.playing import Example, PlayedAct, read_example, with_made_files, worked_out
from sop_engine.temporal.gateway import CaseGateway
from tests.integration.installation import PROJECT


def export_example() -> Example:
    return read_example(PROJECT / "examples" / "export_fcl.yaml")


def opening_data() -> dict[str, Any]:
    data: dict[str, Any] = worked_out(export_example().data, datetime.now(UTC))
    return data


def intake_acts() -> list[PlayedAct]:
    """The acts of the first child, from the consignment note to its acceptance."""
    return [act for act in export_example().script if act.case == "intake"]


async def completion(act: PlayedAct, gateway: CaseGateway) -> dict[str, Any]:
    """The input of `complete_task` for an act of the example, its files brought."""
    return {
        "actor": act.person,
        "task": act.target,
        "outcome": act.outcome,
        "data": await with_made_files(gateway, worked_out(act.data, datetime.now(UTC))),
        "checklist": act.checklist,
    }
