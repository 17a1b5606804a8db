"""The registers of a site as files: those that are shipped, and faults with their lines."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.register_rows import changed
from sop_engine.console.doctor import check_registers
from sop_engine.content.checking import check_sop
from sop_engine.content.library import ContentError, Library, content_root, load_library

VEHICLES = Path("registers") / "vehicles.yaml"


def faults(tmp_path: Path, old: str, new: str, name: str = "vehicles.yaml") -> list[str]:
    root = tmp_path / "content"
    shutil.copytree(content_root(), root)
    text = (root / VEHICLES).read_text(encoding="utf-8")
    assert old in text
    (root / VEHICLES).unlink()
    (root / "registers" / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_library(root)
    return list(map(str, caught.value.faults))


def test_the_shipped_registers_are_read_and_the_doctor_says_which() -> None:
    registers = load_library().registers
    assert list(registers) == ["absences", "customers", "rosters", "suppliers", "tariffs", "vehicles"]
    finding = check_registers(registers.values())
    assert (finding.check, finding.verdict) == ("registers", "ok")
    assert f"customers ({len(registers['customers'].fields)} fields)" in finding.what
    assert check_registers(()).what == "none is declared"


def test_a_row_of_each_shipped_register_can_be_kept() -> None:
    registers = load_library().registers
    rows: dict[str, dict[str, Any]] = {
        "absences": {"person": "lin.yue", "from_on": "2026-12-01", "until_on": "2026-12-03", "kind": "leave"},
        "customers": {"customer_no": "C-1", "name": "Sea Trade", "opt_outs": ["surveys"], "owner": "lin.yue"},
        "rosters": {"person": "lin.yue", "day": "2026-12-01", "shift": "early"},
        "suppliers": {"supplier_no": "S-1", "name": "Trucks", "kind": "trucker"},
        "tariffs": {
            **{"tariff_no": "T-1", "customer_no": "C-1", "charge": "OTHC", "price": "CNY 12.345", "basis": "kg"},
            "valid_from": "2026-01-01",
        },
        "vehicles": {"plate_no": "沪A12345", "kind": "box", "capacity_kg": "5000"},
    }
    assert set(rows) == set(registers)
    for name, values in rows.items():
        assert changed(registers[name], None, values, ["lin.yue"]).faults == []


def test_a_customer_is_billed_in_a_currency_that_there_is() -> None:
    customers = load_library().registers["customers"]
    row = {"customer_no": "C-1", "name": "Sea Trade"}
    for currency, wrong in (("USD", []), ("cny", []), ("QQQ", ["currency"])):
        faults = changed(customers, None, {**row, "currency": currency}, ["lin.yue"]).faults
        assert [fault.where for fault in faults] == wrong, currency


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "keepers: [dispatcher",
            "keepers: [dispacher",
            "vehicles.yaml:5:11: keepers.0: unknown role 'dispacher', did you mean",
        ),
        ("key: plate_no", "key: plate", "vehicles.yaml:6:1: key.0: unknown field 'plate', did you mean plate_no?"),
        ("purpose:", "purpos:", "vehicles.yaml:4:1: purpos: unknown key, did you mean purpose?"),
        ("min: 1, unit", "minn: 1, unit", "fields.capacity_kg.minn: unknown key, did you mean min?"),
        ("type: boolean, required: true, default: true", "use: partty", "unknown type 'partty', did you mean party?"),
        (
            "register: vehicles",
            "register: customers",
            "vehicles.yaml:2:1: register: there is a register customers already",
        ),
        ("register: vehicles", "register: lorries", "register: the file of this register is called lorries.yaml"),
    ],
)
def test_a_fault_in_a_file_has_its_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert any(said in fault for fault in faults(tmp_path, old, new)), faults


def test_a_file_that_is_no_register_is_a_fault(tmp_path: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(content_root(), root)
    (root / "registers" / "pallets.yaml").write_text("- pallets\n", encoding="utf-8")
    (root / "registers" / "broken.yaml").write_text("a: b: c\n", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_library(root)
    assert [fault.file for fault in caught.value.faults] == ["broken.yaml", "pallets.yaml"]


READING = """
sop: Reading
version: 1
title: {en: Reading, zh: 读取}
owner: sales_rep
calendar: cn_office
data:
  number: {type: text, title: {en: Customer, zh: 客户}}
reads:
  customer: {register: customers, key: number, fields: [grade, class, contacts]}
initial: waiting
states:
  waiting:
    title: {en: Waiting, zh: 等待}
    on: {reads.customer.found: {when: "customer.class == 'core'", to: done}, reads.customer.missing: done}
  done: {title: {en: Done, zh: 完成}, final: done}
"""


def reading(tmp_path: Path, old: str = "", new: str = "") -> Library:
    root = tmp_path / "content"
    shutil.copytree(content_root(), root)
    (root / "service" / "Reading.yaml").write_text(READING.replace(old, new) if old else READING, encoding="utf-8")
    return load_library(root)


def test_what_is_read_is_a_field_with_the_types_of_the_register(tmp_path: Path) -> None:
    library = reading(tmp_path)
    sop = library.sops["Reading"]
    field = sop.definition.data["customer"]
    assert field.type == "record"
    assert field.fields is not None
    assert list(field.fields) == ["grade", "class", "contacts"]
    assert field.fields["grade"].choices() == ("A", "B", "C", "D")
    assert not field.fields["grade"].required
    assert sop.definition.reads["customer"].of == "customers"
    assert [fault for fault in check_sop(library, "Reading")[0] if "reads" in fault.path] == []
    assert sop.place(("data", "customer"), "said").line == 10, "a fault in it is told where it is read"
    assert SopDefinition.model_validate(json.loads(sop.text)) == sop.definition


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("register: customers", "register: costumers", "unknown register 'costumers', did you mean customers?"),
        ("fields: [grade, class", "fields: [grade, clas", "customers has no field 'clas', did you mean class?"),
        ("key: number", "key: [number, number]", "2 expressions; rows of customers are known by: customer_no"),
        ("  customer: {reg", "  number: {reg", "a field has the same name"),
        ("fields: [grade, class, contacts]", "field: grade", "Extra inputs are not permitted"),
    ],
)
def test_a_read_that_leads_nowhere_is_told_with_its_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        reading(tmp_path, old, new)
    told = [fault for fault in caught.value.faults if said in fault.message]
    assert [(fault.file, fault.line) for fault in told] == [("Reading.yaml", 10)]


OF_A_CASE = READING.replace(
    "register: customers, key: number, fields: [grade, class, contacts]",
    "case: number, sop: FreightShipment, fields: [outcome, customer_name]",
).replace("customer.class == 'core'", "customer.outcome == 'closed'")


def test_what_another_case_publishes_is_a_field_with_the_types_of_its_sop(tmp_path: Path) -> None:
    library = reading(tmp_path, READING, OF_A_CASE)
    definition = library.sops["Reading"].definition
    fields = definition.data["customer"].fields
    assert fields is not None
    assert {name: field.type for name, field in fields.items()} == {"outcome": "text", "customer_name": "text"}
    assert not fields["customer_name"].required
    assert definition.reads["customer"].source == "FreightShipment"
    assert check_sop(library, "Reading")[0] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sop: FreightShipment", "sop: FreightShipmen", "no SOP 'FreightShipmen' publishes anything, did you mean"),
        ("sop: FreightShipment", "sop: Booking", "no SOP 'Booking' publishes anything"),
        ("customer_name]", "customer_nam]", "FreightShipment publishes no 'customer_nam', did you mean customer_name?"),
        (", sop: FreightShipment", "", "`register` goes with `key`, `case` with `sop`"),
        ("case: number", "register: customers, case: number", "or a `case` with its `sop`"),
    ],
)
def test_a_read_of_a_case_that_leads_nowhere_is_told_with_its_line(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ContentError) as caught:
        reading(tmp_path, READING, OF_A_CASE.replace(old, new))
    told = [fault for fault in caught.value.faults if said in fault.message]
    assert [(fault.file, fault.line) for fault in told] == [("Reading.yaml", 10)]
