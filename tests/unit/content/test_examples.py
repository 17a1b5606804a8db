"""The two shipped examples, played to the end in memory: roles, four eyes, forms and checks hold for every act."""

import pytest

from tests.unit.content.played_examples import play


@pytest.mark.parametrize("name", ["export_fcl.yaml", "import_air.yaml"])
def test_an_example_ends_paid_and_leaves_nothing_open(name: str) -> None:
    house, shipment = play(name)
    assert house.states[shipment].outcome == "paid"
    assert {case_id: state.status for case_id, state in house.states.items() if not state.is_closed} == {}
    breached = [
        key for state in house.states.values() for key, c in state.clocks.items() if c.clock.status == "breached"
    ]
    assert breached == []


def test_an_import_is_delivered_on_the_number_of_its_delivery_order() -> None:
    house, shipment = play("import_air.yaml")
    released, delivery = (house.states[f"{shipment}.{child}"].snapshot.data for child in ("release", "delivery"))
    assert delivery["delivery_order"] == released["delivery_order_no"] == "DO-0067890"
    assert released["release_no"] == "FX-2233-067890"
