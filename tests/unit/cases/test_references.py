"""A case is found by what people ask about: the fields of its SOP, and each number of the trade that it holds."""

from sop_engine.basis.models import Title
from sop_engine.cases.seen.views import case_record
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.references import references_of
from tests.unit.cases.casework_samples import Played

SHIPMENT = """
reference: [order_no, notices]
data:
  order_no: {type: text}
  notices: {type: list, item: {type: text, title: {en: Notice, zh: 通知}}}
  awb: {type: text, format: awb}
  containers:
    type: list
    fields:
      container_no: {type: text, format: container_no, title: {en: Number, zh: 箱号}}
      seal_no: {type: text, title: {en: Seal, zh: 封号}}
  goods: {type: record, fields: {hs_code: {type: text, format: hs_code, title: {en: Code, zh: 编码}}}}
states:
  a: {task: {outcomes: [done]}, on: {a.done: b}}
  b: {final: true}
"""


def found_by(case: Played) -> list[tuple[str, str]]:
    return list(case_record(case.procedure, case.state, "run").references)


def test_a_container_in_a_list_is_a_reference_of_its_shipment() -> None:
    containers = [{"container_no": "MSKU1234565", "seal_no": "S-1"}, {"container_no": "CSQU3054383"}]
    case = Played(SHIPMENT, order_no="ORD-1", containers=containers)
    assert found_by(case) == [
        ("order_no", "ORD-1"),
        ("containers.container_no", "MSKU1234565"),
        ("containers.container_no", "CSQU3054383"),
    ]


def test_each_entry_of_a_named_list_is_a_reference() -> None:
    case = Played(SHIPMENT, notices=["N-1", "N-2"])
    assert found_by(case) == [("notices", "N-1"), ("notices", "N-2")]


def test_a_waybill_is_found_that_no_sop_names_and_a_kind_of_goods_is_not() -> None:
    case = Played(SHIPMENT, awb="020-12345675", goods={"hs_code": "84137099"})
    assert found_by(case) == [("awb", "020-12345675")]


def test_a_number_that_is_personal_data_is_no_reference() -> None:
    title = Title(en="Number", zh="号")
    spec = FieldSpec(type="text", format="awb", title=title, personal=True)
    assert references_of({"awb": spec}, (), {"awb": "020-12345675"}) == ()
