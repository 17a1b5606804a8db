"""Places on a server: a commission names places that exist, whoever opened its case."""

from typing import Any

from sop_engine.basis.faults import InvalidInput
from tests.unit.content.exact_freight import CUSTOMER, GOODS, PARTY
from tests.workflows.desk import Desk
from tests.workflows.harness import House

FORM: dict[str, Any] = {
    "shipper": PARTY,
    "consignee": PARTY,
    "notify_party": PARTY,
    "goods": GOODS,
    "transport_mode": "sea",
    "planned_ship_on": "2093-12-10",
    "freight_payment": "prepaid",
    "cargo_class": "general",
}


async def test_a_commission_with_places_that_nobody_knows_is_not_complete(shared_house: House) -> None:
    """Opened by another system, past `sop case start`: the clerk who completes the form is told."""
    desk = await Desk.open(shared_house, "CommissionIntake", "PLC-1", **CUSTOMER, origin="CNXMX", destination="NLRTD")
    await desk.do("zhou.jie", "received", "recorded", commission_form="email", source_document="order.pdf")
    await desk.task("checking")
    refused = await shared_house.refused("PLC-1", "complete_task", actor="zhou.jie", outcome="complete", data=FORM)
    assert isinstance(refused, InvalidInput)
    assert [fault.where for fault in refused.faults] == ["origin", "destination"]
    assert refused.faults[0].allowed.startswith("CNXMN Xiamen, ")
    assert (await desk.view()).states == ("checking",)
    await desk.do("zhou.jie", "checking", "complete", **FORM, origin="CNXMN", destination="nl rtm")
    await desk.task("reviewing")
    data = (await desk.view()).data
    assert (data["origin"], data["destination"]) == ("CNXMN", "NLRTM")
