"""Registers, pure: what a declaration may say, what a row is known by, what a change changes, rows as columns."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.cases.written.register import RegisterSpec, register_faults
from sop_engine.cases.written.register_columns import Line, columns_of, flat, head_faults, head_of, read_lines
from sop_engine.cases.written.register_rows import changed, row_key
from tests.unit.cases.register_samples import PEOPLE, clients, written

ROW = {"client_no": "C-1", "name": "Sea Trade", "grade": "B", "discount": "0.10", "limit": "CNY 100.00"}


def faults(**other: Any) -> list[str]:
    return [
        f"{'.'.join(map(str, found.path))}: {found.message}"
        for found in register_faults(clients(**other), ["sales_rep"])
    ]


def test_a_declaration_without_faults() -> None:
    assert faults() == []
    assert clients().fields["limit"].is_exact, "money in a register is in a real currency"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"keepers": ["sales_reb"]}, "keepers.0: unknown role 'sales_reb', did you mean sales_rep?"),
        ({"key": "client_nr"}, "key.0: unknown field 'client_nr', did you mean client_no?"),
        ({"key": ["client_no", "since"]}, "key.1: since is part of the key and so `required: true`"),
        (
            {"key": ["client_no", "limit"]},
            "key.1: limit is money; a key is made of: text, reference, choice, integer, date",
        ),
        ({"people": "discount"}, "people.0: discount is decimal; a person is named by text"),
        ({"people": "boss"}, "people.0: unknown field 'boss'"),
    ],
)
def test_names_of_a_declaration_lead_somewhere(other: dict[str, Any], said: str) -> None:
    assert said in faults(**other)


def test_fields_that_no_row_can_keep() -> None:
    fields = written()["fields"]
    title = fields["name"]["title"]
    more = {"wait": {"type": "duration", "title": title}, "Bad": {"type": "text", "title": title}}
    wrong = {"grade": {**fields["grade"], "default": "Z"}}
    said = faults(fields={**fields, **more, **wrong})
    assert "fields.wait.type: a register keeps no duration; take an integer with its `unit`" in said
    assert "fields.Bad: a field's name has small letters, digits and underscores" in said
    assert "fields.grade.default: 'Z' is not among the choices; allowed: A, B, C" in said


def test_a_register_without_keepers_is_none() -> None:
    with pytest.raises(ValidationError, match="keepers"):
        RegisterSpec.model_validate({**written(), "keepers": []})


def test_a_new_row_takes_its_defaults_and_tells_all_that_is_filled() -> None:
    change = changed(clients(), None, {"client_no": "C-1", "name": " Sea Trade "}, PEOPLE)
    assert change.faults == []
    assert change.values == {"client_no": "C-1", "name": "Sea Trade", "grade": "C"}
    assert change.changes["grade"] == {"old": None, "new": "C"}


def test_what_means_the_same_changes_nothing() -> None:
    stored = changed(clients(), None, ROW, PEOPLE).values
    assert stored["discount"] == "0.10"
    again = changed(clients(), stored, {"discount": Decimal("0.1"), "limit": "CNY 100", "contacts": []}, PEOPLE)
    assert again.changes == {}


def test_a_field_given_empty_is_emptied_and_others_stay() -> None:
    stored = changed(clients(), None, ROW, PEOPLE).values
    change = changed(clients(), stored, {"discount": ""}, PEOPLE)
    assert change.changes == {"discount": {"old": "0.10", "new": None}}
    assert change.values == {name: value for name, value in stored.items() if name != "discount"}


def test_every_fault_of_a_row_is_found() -> None:
    given = {"client_no": "C-1", "grade": "E", "discount": "2", "owner": "lin.yu", "graed": "A"}
    found = {fault.where: str(fault) for fault in changed(clients(), None, given, PEOPLE).faults}
    assert set(found) == {"grade", "discount", "owner", "graed", "name"}
    assert found["graed"].startswith("graed: unknown field, did you mean grade?")
    assert "allowed: lin.yue" in found["owner"]
    assert found["name"] == "name: is missing (allowed: text)"


def test_a_stored_value_that_the_register_no_longer_takes_is_told_and_a_field_that_it_dropped_stays() -> None:
    stored = {"client_no": "C-1", "name": "Sea Trade", "grade": "Z", "colour": "blue"}
    assert [fault.where for fault in changed(clients(), stored, {"name": "Sea"}, PEOPLE).faults] == ["grade"]
    mended = changed(clients(), stored, {"grade": "A"}, PEOPLE)
    assert (mended.faults, mended.values["colour"]) == ([], "blue")
    assert mended.changes == {"grade": {"old": None, "new": "A"}}


def test_a_key_of_several_fields_is_joined() -> None:
    fields = written()["fields"]
    spec = clients(key=["client_no", "since"], fields={**fields, "since": {**fields["since"], "required": True}})
    assert row_key(spec, {"client_no": "C-1", "since": "2026-01-02"}) == ("C-1:2026-01-02", [])
    assert [fault.where for fault in row_key(spec, {"client_no": "C 1", "since": "soon"})[1]] == ["since"]
    assert [fault.where for fault in row_key(spec, {"client_no": "C 1", "since": "2026-01-02"})[1]] == ["client_no"]


HEAD = ["client_no", "name", "contacts.0.name", "contacts.0.email", "contacts.1.name", "opt_outs.0"]


def test_rows_become_columns_and_rows_again() -> None:
    spec = clients()
    given = {
        **ROW,
        "is_active": True,
        "contacts": [{"name": "Li"}, {"name": "Wu", "email": "wu@sea.example"}],
        "opt_outs": ["news"],
    }
    stored = changed(spec, None, given).values
    cells = flat(spec, stored)
    assert cells["limit"] == "CNY 100.00"
    assert (cells["contacts.1.email"], cells["opt_outs.0"], cells["is_active"]) == ("wu@sea.example", "news", "yes")
    head = head_of(spec, [stored])
    assert [column for column in head if column.startswith("contacts")] == [
        "contacts.0.name",
        "contacts.0.email",
        "contacts.1.name",
        "contacts.1.email",
    ]
    (row,) = read_lines(spec, head, [Line(2, [cells.get(column, "") for column in head])])
    assert (row.key, row.faults) == ("C-1", [])
    assert changed(spec, stored, row.values).changes == {}


def test_columns_that_nobody_knows_are_named_with_the_nearest() -> None:
    found = list(map(str, head_faults(clients(), ["name", "grad", "", "name", "contacts", "contacts.x.name"])))
    assert found[0].startswith("column 2: unknown column 'grad', did you mean grade?")
    assert found[1].startswith("column 3: has no name")
    assert found[2] == "column 4: 'name' is the name of column 1 already"
    assert found[3].startswith("column 5: unknown column 'contacts', did you mean contacts.0.name?")
    assert found[4].startswith("column 6: unknown column 'contacts.x.name', did you mean contacts.0.name?")
    assert found[5].startswith("columns: 'client_no' is missing, by which rows are known")
    assert head_faults(clients(), columns_of(clients().fields)) == []


def test_each_fault_of_a_line_has_its_column() -> None:
    lines = [
        Line(2, ["C-1", "Sea", "Li", "nobody", "", ""]),
        Line(3, []),
        Line(4, ["", "Sea", "", "x@sea.example", "Wu", "letters"]),
        Line(5, ["C-1", "Air", "", "", "Wu", "", "more"]),
    ]
    rows = list(read_lines(clients(), HEAD, lines))
    assert [(row.number, row.key) for row in rows] == [(2, None), (4, None), (5, None)]
    assert [fault.where for fault in rows[0].faults] == ["contacts.0.email"]
    assert {fault.where for fault in rows[1].faults} == {"client_no", "contacts.0.name", "opt_outs.0"}
    assert [str(fault) for fault in rows[2].faults] == [
        "has 7 cells (allowed: 6, as the first row names them)",
        "contacts.0: is empty, and a later entry of the list is not (allowed: entries without a gap)",
        "client_no: row 2 has the key C-1 already (allowed: each key once)",
    ]
