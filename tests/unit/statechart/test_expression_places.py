"""Which values an expression carries on, and which it only decides by."""

import pytest

from sop_engine.statechart.expression_places import carried
from sop_engine.statechart.expressions import compile_expression


@pytest.mark.parametrize(
    ("source", "places"),
    [
        ("price", ["price"]),
        ("party.phone", ["party.phone"]),
        ("party['phone']", ["party.phone"]),
        ("parties[0].phone", ["parties.phone"]),
        ("parties[1:]", ["parties"]),
        ("'to ' ~ phone ~ name", ["phone", "name"]),
        ("price.amount * 2 + fee", ["price.amount", "fee"]),
        ("-price", ["price"]),
        ("price if secret > 3 else fee", ["price", "fee"]),
        ("price or fee", ["price", "fee"]),
        ("phone | default(mail)", ["phone", "mail"]),
        ("parties | map(attribute='phone') | list", ["parties.phone"]),
        ("parties | selectattr('phone') | list", ["parties"]),
        ("{'a': phone, 'b': [name]}", ["phone", "name"]),
        ("price > 3", []),
        ("phone is none", []),
        ("not phone", []),
        ("phone == mail", []),
        ("parties | length", []),
        ("in_state('a')", []),
        ("3", []),
    ],
)
def test_what_is_carried_on(source: str, places: list[str]) -> None:
    assert [".".join(place) for place in carried(compile_expression(source).node)] == places
