"""Values handed on under their own names: written out as themselves, and every wrong use refused with its line."""

from typing import Any

import pytest

from sop_engine.content.shared.expanding import expanded
from sop_engine.content.shared.parts import NOTHING
from sop_engine.content.shared.reading import parts_of
from sop_engine.content.yaml_files import YamlFault, read_text

FIELDS = """\
customer:
  customer_name: {type: text, title: {en: Customer, zh: 客户}}
  customer_email: {type: text, title: {en: E-mail, zh: 邮箱}}
"""
SOP = """\
sop: Small
data:
  use: customer
  goods: {type: text, title: {en: Goods, zh: 货物}}
states:
  asking:
    states:
      carrying:
        case:
          sop: Other
          with: {use: [customer, goods], wanted_at: now}
          store: {use: goods}
  booked:
    final: booked
    with: {use: [goods]}
"""


def written(text: str = SOP) -> tuple[Any, list[str]]:
    faults: list[YamlFault] = []
    parts = parts_of(NOTHING, read_text(FIELDS, "fields.yaml"), NOTHING, faults)
    found = expanded(read_text(text, "Small.yaml"), parts, faults)
    return found.file.value["states"], [str(fault) for fault in faults]


def test_a_name_stands_for_itself_and_a_group_for_its_fields() -> None:
    states, faults = written()
    assert faults == []
    case = states["asking"]["states"]["carrying"]["case"]
    customer = {"customer_name": "customer_name", "customer_email": "customer_email"}
    assert case["with"] == {**customer, "goods": "goods", "wanted_at": "now"}
    assert (case["store"], states["booked"]["with"]) == ({"goods": "goods"}, {"goods": "goods"})


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (
            "[customer, good]",
            "Small.yaml:11:34: states.asking.states.carrying.case.with.use.1: unknown group or field 'good'",
        ),
        (
            "[goods, goods]",
            "Small.yaml:11:31: states.asking.states.carrying.case.with.use.1: brings goods, which is there already",
        ),
        (
            "[wanted_at]",
            "Small.yaml:11:24: states.asking.states.carrying.case.with.use.0: unknown group or field 'wanted_at'",
        ),
    ],
)
def test_a_wrong_name_is_refused_with_its_line(names: str, fault: str) -> None:
    _, faults = written(SOP.replace("[customer, goods]", names))
    assert [found[: len(fault)] for found in faults] == [fault]
