"""Fields that procedures share: written out where they are used, and every wrong use refused with its line."""

import json
from typing import Any

import pytest

from sop_engine.content.shared.expanding import Expanded, expanded
from sop_engine.content.shared.parts import NOTHING, Parts
from sop_engine.content.shared.reading import parts_of
from sop_engine.content.yaml_files import YamlFault, read_text

TYPES = """\
addressee:
  type: record
  fields:
    name: {type: text, required: true, title: {en: Name, zh: 名称}}
party:
  use: addressee
  fields:
    uscc: {type: text, format: uscc, title: {en: Code, zh: 代码}}
"""
FIELDS = """\
customer:
  customer_name: {type: text, required: true, title: {en: Customer, zh: 客户}}
  customer_email: {type: text, format: email, title: {en: E-mail, zh: 邮箱}}
parties:
  shipper: {use: party, title: {en: Shipper, zh: 托运人}}
"""
SOP = """\
sop: Small
data:
  use: [customer, shipper]
  customer_email: {required: true}
  shipper: {fields: {name: {title: {en: Firm, zh: 公司}}}}
  agent: {use: party, title: {en: Agent, zh: 代理}}
events:
  said: {data: {use: customer_name}}
states:
  asking:
    task:
      form: [agent, {use: [customer, agent], read_only: true}, {use: customer}, {field: agent}]
"""


def parts(types: str = TYPES, fields: str = FIELDS) -> tuple[Parts, list[str]]:
    faults: list[YamlFault] = []
    read = parts_of(read_text(types, "types.yaml"), read_text(fields, "fields.yaml"), NOTHING, faults)
    return read, [str(fault) for fault in faults]


def written(text: str = SOP) -> tuple[Expanded, list[str]]:
    faults: list[YamlFault] = []
    found = expanded(read_text(text, "Small.yaml"), parts()[0], faults)
    return found, [str(fault) for fault in faults]


def values(text: str = SOP) -> Any:
    found, faults = written(text)
    assert faults == []
    return found.file.value


def test_a_group_and_a_single_field_bring_what_they_say_and_take_what_stands_beside() -> None:
    data = values()["data"]
    assert list(data) == ["customer_name", "customer_email", "shipper", "agent"]
    assert data["customer_name"] == {"type": "text", "required": True, "title": {"en": "Customer", "zh": "客户"}}
    assert data["customer_email"]["required"] is True
    assert data["customer_email"]["format"] == "email"
    assert data["shipper"]["fields"]["name"]["title"] == {"en": "Firm", "zh": "公司"}
    assert data["shipper"]["fields"]["name"]["required"] is True


def test_a_type_may_use_another_and_be_used_anywhere() -> None:
    agent = values()["data"]["agent"]
    assert (agent["type"], list(agent["fields"]), agent["title"]["en"]) == ("record", ["name", "uscc"], "Agent")
    assert list(values()["events"]["said"]["data"]) == ["customer_name"]


def test_a_form_uses_groups_and_fields_with_its_options() -> None:
    assert values()["states"]["asking"]["task"]["form"] == [
        "agent",
        *({"field": name, "read_only": True} for name in ("customer_name", "customer_email", "agent")),
        *("customer_name", "customer_email"),
        {"field": "agent"},
    ]


def test_what_uses_nothing_stays_to_the_byte() -> None:
    text = "sop: Small\ndata: {b: {type: text}, a: {type: text}}\nstates: {x: {task: {form: [a]}}, y: }\n"
    as_read = read_text(text, "Small.yaml").value
    assert json.dumps(values(text)) == json.dumps(as_read)


def test_what_was_used_is_known() -> None:
    assert written()[0].used == {
        ("field", "customer_name"),
        ("field", "customer_email"),
        ("field", "shipper"),
        ("type", "party"),
    }


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("data", "customer_name", "title"), "fields.yaml:2:47: data.customer_name.title: x (used in Small.yaml:3)"),
        (("data", "customer_name", "nothing"), "fields.yaml:2:3: data.customer_name.nothing: x (used in Small.yaml:3)"),
        (("data", "customer_email", "required"), "Small.yaml:4:20: data.customer_email.required: x"),
        (("data", "shipper", "fields", "name", "title"), "Small.yaml:5:29: data.shipper.fields.name.title: x"),
        (
            ("data", "shipper", "fields", "uscc", "format"),
            "types.yaml:8:24: data.shipper.fields.uscc.format: x (used in Small.yaml:3)",
        ),
        (
            ("data", "agent", "fields", "name", "required"),
            "types.yaml:4:24: data.agent.fields.name.required: x (used in Small.yaml:6)",
        ),
        (("states", "asking", "task", "form", 5, "field"), "Small.yaml:12:64: states.asking.task.form.5.field: x"),
        (("states", "asking", "task", "form", 6, "field"), "Small.yaml:12:82: states.asking.task.form.6.field: x"),
    ],
)
def test_a_fault_is_told_where_it_is_written(path: tuple[str | int, ...], place: str) -> None:
    assert str(written()[0].file.fault(path, "x")) == place


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        (
            "[customer, shipper]",
            "[custmer, shipper]",
            "Small.yaml:3:9: data.use.0: unknown group or field 'custmer', did you mean customer?",
        ),
        ("[customer, shipper]", "[5, customer, shipper]", "Small.yaml:3:9: data.use.0: unknown group or field 5"),
        (
            "[customer, shipper]",
            "[customer, shipper, customer_name]",
            "Small.yaml:3:28: data.use.2: brings customer_name, which is there already",
        ),
        (
            "customer_email: {required: true}",
            "customer_email: {type: text, title: {en: E, zh: E}}",
            "Small.yaml:4:3: data.customer_email: is used from fields.yaml:3 already; "
            "say only what differs here, or do not use it",
        ),
        (
            "use: [customer, shipper]",
            "use: [parties]",
            "Small.yaml:4:3: data.customer_email: has no type, and is not among what is used; "
            "add customer_email to `use`",
        ),
        (
            "{use: party, title: {en: Agent",
            "{use: prty, title: {en: Agent",
            "Small.yaml:6:11: data.agent.use: unknown type 'prty', did you mean party?",
        ),
        (
            "{fields: {name: {title: {en: Firm, zh: 公司}}}}",
            "{fields: [name]}",
            "Small.yaml:5:13: data.shipper.fields: the shared part has a mapping here, "
            "of which single keys can be changed",
        ),
        (
            "{use: customer}",
            "{use: custmer}",
            "Small.yaml:12:65: states.asking.task.form.2.use: unknown group or field 'custmer', did you mean customer?",
        ),
        (
            "{required: true}",
            "{required: true, differs: }",
            "Small.yaml:4:36: data.customer_email.differs: says in words why the field is not as its namesake",
        ),
    ],
)
def test_a_wrong_use_is_refused_with_its_line(right: str, wrong: str, fault: str) -> None:
    assert SOP.count(right) == 1
    assert written(SOP.replace(right, wrong))[1] == [fault]


@pytest.mark.parametrize(
    ("types", "fields", "fault"),
    [
        ("party: 5\n", "", "types.yaml:1:1: party: Input should be an object with fields"),
        ("", "[x]\n", "fields.yaml:1:1: the file is a mapping of entries by name"),
        ("", "a: 5\n", "fields.yaml:1:1: a: a group is a mapping of fields by name"),
        ("a: {type: txt}\n", "", "types.yaml:1:5: a.type: Input should be"),
        ("a: {use: b}\nb: {type: text}\n", "", "types.yaml:1:5: a.use: unknown type 'b'"),
        ("", "a: {x: {use: party}}\n", "fields.yaml:1:9: a.x.use: unknown type 'party'"),
        (
            "",
            "a:\n  x: {type: text, title: {en: X, zh: X}}\nb:\n  x: {type: text, title: {en: X, zh: X}}\n",
            "fields.yaml:4:3: b.x: the name is taken, in line 2",
        ),
        ("", "a:\n  a: {type: text, title: {en: X, zh: X}}\n", "fields.yaml:2:3: a.a: the name is taken, in line 1"),
        ("", "a:\n  use: {type: text, title: {en: X, zh: X}}\n", "fields.yaml:2:3: a.use: `use` is the word"),
        ("", "a:\n  x: {type: text}\n", "fields.yaml:2:3: a.x.title: Field required"),
    ],
)
def test_a_wrong_part_is_refused_though_nobody_uses_it(types: str, fields: str, fault: str) -> None:
    assert any(fault in found for found in parts(types, fields)[1]), parts(types, fields)[1]
