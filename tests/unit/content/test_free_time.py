"""Containers of an import: a warning before free time ends, and the carrier's tariff on the day of their return."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.commands import Command, ReportToParent, TellCase
from tests.unit.content.content_house import RuledHouse
from tests.unit.content.customs_samples import CUSTOMER
from tests.unit.content.freight_samples import PARTY, go_out
from tests.unit.content.played_examples import play_out, read

DISCHARGED = "2026-03-02"
CARRIER = {"carrier": "EXAMPLE", "discharge_port": "CNSHA", "discharged_on": DISCHARGED}
DRY = {"container_no": "CSQU3054383", "equipment": "20GP"}
HIGH = {"container_no": "MSKU0000006", "equipment": "40HC"}


class Terminal(RuledHouse):
    """A firm whose cost lines, and what one case tells another, are kept to look at."""

    def __init__(self) -> None:
        self.costs: list[Mapping[str, Any]] = []
        self.tells: list[Mapping[str, Any]] = []
        super().__init__(now=datetime(2026, 3, 3, 1, tzinfo=UTC), record_cost=self._record)

    def _record(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        self.costs.append(values)
        return {}

    def _carry_out(self, case_id: str, command: Command) -> None:
        if isinstance(command, TellCase):
            self.tells.append(command.body)
        if not (isinstance(command, ReportToParent) and command.case_id not in self.states):
            super()._carry_out(case_id, command)

    def data(self, case_id: str) -> Mapping[str, Any]:
        return self.states[case_id].snapshot.data


def signed(containers: list[dict[str, Any]], **data: Any) -> Terminal:
    """Delivered on 3 March, the day after the discharge."""
    house = Terminal()
    opening = {"consignee": PARTY, "pieces": 5, "shipment_no": "SHP-7", "containers": containers}
    shipment = ParentRef(case_id="SHP-7", key="delivering#1")
    house.open("Delivery", "DL", CUSTOMER | CARRIER | opening | data, shipment)
    house.do("DL", "deng.hui", "arrival_check", "accepted", {"condition": "good", "pieces_received": 5})
    go_out(house)
    house.do("DL", "shi.lei", "on_the_way", "arrived", {"departed_at": house.now.isoformat()})
    paper = {"signature": "s.png", "signer": "Shen", "signed_at": house.now.isoformat(), "inspected_by_consignee": True}
    cash = {"cod_collected": data["cod_amount"], "rights_told": True} if "cod_amount" in data else {}
    house.do("DL", "tian.yu", "handing_over", "accepted", paper | cash)
    return house


def back(day: int) -> str:
    """The date of a day of the stay; the day of the discharge is day 1."""
    return (date.fromisoformat(DISCHARGED) + timedelta(days=day - 1)).isoformat()


@pytest.mark.parametrize(
    ("day", "charge"),
    # Domain facts 1.3, 20'GP: days 1 to 10 are free, 11 to 20 cost 40, 21 to 40 cost 80 a day.
    [(10, "0"), (11, "40"), (20, "400"), (21, "480"), (25, "800"), (40, "2000"), (41, "2160")],
)
def test_a_container_is_charged_by_the_day_of_its_return(day: int, charge: str) -> None:
    house = signed([DRY])
    house.pass_time(timedelta(days=day))
    house.do("DL", "ma.chao", "returning_containers", "returned", {"containers": [DRY | {"returned_on": back(day)}]})
    assert house.states["DL"].outcome == "signed"
    data = house.data("DL")
    assert data["detention"] == {"amount": Decimal(charge), "currency": "CNY"}
    assert [(line["days"], line["amount"]["amount"]) for line in data["stay_lines"]] == [(day, Decimal(charge))]
    assert "Published tariff for mainland China" in data["detention_basis"]
    kept = [(cost["shipment"], cost["supplier"], cost["charge"], cost["amount"]) for cost in house.costs]
    assert kept == ([] if charge == "0" else [("SHP-7", "EXAMPLE", "DET", data["detention"])])


def test_each_container_has_the_tariff_of_its_type() -> None:
    """Day 16: 6 × 40 for the 20'GP; 8 × 120 + 1 × 200 for the 40'HC, whose free time ends with day 7."""
    house = signed([DRY, HIGH])
    assert house.data("DL")["free_time_end_on"] == date(2026, 3, 8)
    house.pass_time(timedelta(days=16))
    returned = [each | {"returned_on": back(16)} for each in (DRY, HIGH)]
    house.do("DL", "ma.chao", "returning_containers", "returned", {"containers": returned})
    assert house.data("DL")["detention"]["amount"] == 240 + 1160


def test_free_time_warns_and_stops_with_the_return() -> None:
    house = signed([DRY])
    clock = house.states["DL"].clocks["free_time#1"]
    # Day 10 is 11 March, which ends at 24:00.
    assert clock.due_at == datetime.fromisoformat("2026-03-12T00:00+08:00")
    house.pass_time(timedelta(days=9))
    assert [rung.key for rung in house.states["DL"].clocks["free_time#1"].clock.rungs] == [
        "two_days_before",
        "at_risk",
        "last_day",
        "breached",
    ]
    house.do("DL", "ma.chao", "returning_containers", "returned", {"containers": [DRY | {"returned_on": back(11)}]})
    assert not house.states["DL"].clocks["free_time#1"].is_open


@pytest.mark.parametrize(
    ("returned_on", "why"),
    [
        (None, "Each container has the day of its return"),
        (back(1000), "lies ahead, and what is entered here has happened"),
        (back(0), "No container was returned before it was discharged"),
    ],
)
def test_a_day_that_cannot_be_is_refused(returned_on: str | None, why: str) -> None:
    house = signed([DRY])
    boxes = [DRY | {"returned_on": returned_on}]
    with pytest.raises(InvalidInput, match=why):
        house.do("DL", "ma.chao", "returning_containers", "returned", {"containers": boxes})


def test_a_delivery_without_containers_ends_with_the_signature() -> None:
    assert signed([]).states["DL"].outcome == "signed"


def test_the_release_tells_when_free_time_ends() -> None:
    house = Terminal()
    house.open(
        "CustomsRelease", "R", CUSTOMER | CARRIER | {"direction": "import", "voucher_no": "V1", "containers": [DRY]}
    )
    house.do("R", "wang.fang", "requesting", "requested")
    house.signal("R", "customs.released", {"released_at": house.now.isoformat()})
    both = {"release_notice": "r.pdf", "stamped_delivery_order": "d.pdf"}
    house.do("R", "wang.fang", "storing_evidence", "stored", both)
    assert house.data("R")["free_time_end_on"] == date(2026, 3, 11)
    assert house.states["R"].clocks["free_time#1"].due_at == datetime.fromisoformat("2026-03-12T00:00+08:00")
    assert not house.states["R"].clocks["informing#1"].is_open


def test_the_containers_of_a_shipment_are_charged_by_its_carriers_tariff() -> None:
    """The shipped import, as if it came by sea: ten days are free, the first is that of the discharge."""
    example, house = read("import_air.yaml"), Terminal()
    box, script = {**DRY, "seal_no": "S-1"}, example["script"]
    example["data"] |= {"carrier": "EXAMPLE", "discharge_port": "CNSHA"}
    papers = next(act for act in script if act.get("do") == "task making_transport_documents")
    papers["data"]["containers"] = [box]
    planned = next(act for act in script if act.get("do") == "task arranging_pickup" and act.get("case") == "release")
    planned["data"]["return_depot"] = "Waigaoqiao 3"
    handed_over = next(
        number
        for number, act in enumerate(script)
        if (act.get("case"), act.get("do")) == ("delivery", "task handing_over")
    )
    boxes = [{**box, "returned_on": "= today"}]
    back_again = {"case": "delivery", "as": "ma.chao", "do": "task returning_containers", "outcome": "returned"}
    script.insert(handed_over + 1, {**back_again, "data": {"containers": boxes}})
    _, shipment = play_out(example, house)
    assert house.states[shipment].outcome == "paid"
    arrived_on = house.data(shipment)["arrived_on"]
    assert house.data(f"{shipment}.delivery")["free_time_end_on"] == arrived_on + timedelta(days=9)
    assert house.data(f"{shipment}.delivery")["detention"]["amount"] == 0
    assert [cost["charge"] for cost in house.costs] == ["INSP"], "no charge for containers"


def test_the_shipment_knows_of_the_cash_before_the_containers_are_back() -> None:
    house = signed([DRY], cod=True, cod_amount="CNY 800")
    assert "returning_containers" in house.states["DL"].snapshot.configuration
    (told,) = house.tells
    assert told["name"] == "courier.collected"
    assert told["data"] == {
        "cod_collected": {"amount": "800", "currency": "CNY"},
        "cod_collected_on": back(2),
    }


def test_a_delivery_without_cash_tells_of_none() -> None:
    assert signed([DRY]).tells == []
