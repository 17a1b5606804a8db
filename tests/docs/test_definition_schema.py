"""The JSON Schema of SOP files: shipped as it is made, named by each file, and true of each file."""

import json
from pathlib import Path
from typing import Any

import pytest

from sop_engine.content.library import content_root, load_library, read_sop
from sop_engine.content.schema import FILE, definition_schema
from sop_engine.content.yaml_files import read_file, read_text
from tests.docs.json_schema import faults

NAMED = f"# yaml-language-server: $schema=../{FILE}\n"
LIBRARY = load_library()
SOPS, PARTS = LIBRARY.sops, LIBRARY.parts
SCHEMA = definition_schema()

SMALL = """
sop: Small
version: 1
title: {en: Small, zh: 小}
owner: operator
calendar: cn_office
data: {note: {type: text, title: {en: Note, zh: 备注}}}
states:
  writing:
    title: {en: Writing, zh: 填写}
    task: {role: operator, form: [note], outcomes: {done: {en: Done, zh: 完成}}}
    on: {writing.done: [{when: note is none, to: writing}, {to: end, do: [{notify: operator, template: x}]}]}
  end: {final: ended, title: {en: End, zh: 结束}}
"""


def found(text: str) -> list[str]:
    return list(faults(SCHEMA, read_text(text, "Small.yaml").value, SCHEMA))


def test_what_is_shipped_is_what_is_made() -> None:
    shipped = (content_root() / FILE).read_text(encoding="utf-8")
    assert shipped == json.dumps(SCHEMA, ensure_ascii=False, indent=2) + "\n", (
        f"run: sop definition schema > sop_definitions/{FILE}"
    )


@pytest.mark.parametrize("sop", SOPS)
def test_a_shipped_file_is_as_the_schema_says(sop: str) -> None:
    (path,) = content_root().rglob(SOPS[sop].file.name)
    assert list(faults(SCHEMA, read_file(path).value, SCHEMA)) == []


@pytest.mark.parametrize("sop", SOPS)
def test_a_shipped_file_names_the_schema_and_is_pinned_without_that_line(sop: str, tmp_path: Path) -> None:
    (path,) = content_root().rglob(SOPS[sop].file.name)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(NAMED)
    (tmp_path / path.name).write_text(text.removeprefix(NAMED), encoding="utf-8")
    noted: list[Any] = []
    bare, named = read_sop(tmp_path / path.name, noted, PARTS), read_sop(path, noted, PARTS)
    assert bare is not None
    assert named is not None
    assert (bare.content_hash, noted) == (named.content_hash, [])


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("owner: operator\n", "", ": owner is missing"),
        ("owner:", "ownr:", ": unknown key ownr"),
        ("sop: Small", "sop: small", ".sop: 'small' is not within"),
        ("type: text, title: {en: Note, zh: 备注}", "type: text", ".data.note: title is missing"),
        ("{type: text, title", "{use: [memo], title", ".data.note.use: ['memo'] is no string"),
        ("data: {note:", "data: {use: 5, note:", ".data.use: 5 is no string"),
        ("form: [note]", "form: [{use: 5}]", ".form.0.use: 5 is no string"),
        ("title: {en: Writing, zh: 填写}", "use: [review]", ".states.writing.use: ['review'] is no string"),
        ("role: operator, ", "", ".states.writing.task: role is missing"),
        ("version: 1", "version: 0", ".version: 0 is not within 1"),
        ("type: text", "type: txt", ".data.note.type: 'txt' is not within"),
        ("type: text", "type: text, is_exact: true", ".data.note: unknown key is_exact"),
        ("form: [note]", "from: [note]", ".states.writing.task: unknown key from"),
        ("when: note", "wenn: note", ".states.writing.on.writing.done.0: unknown key wenn"),
        ("{final: ended", "{finale: ended", ".states.end: unknown key finale"),
        ("{notify: operator", "{notify: 5", ".notify: 5 is no"),
    ],
)
def test_a_slip_is_shown_in_an_editor(right: str, wrong: str, what: str) -> None:
    assert found(SMALL) == []
    assert SMALL.count(right) == 1
    assert any(what in fault for fault in found(SMALL.replace(right, wrong))), found(SMALL.replace(right, wrong))


def test_what_is_shared_may_be_used() -> None:
    used = SMALL.replace(
        "data: {note: {type: text,", "data: {use: [customer, remarks], remarks: {required: true}, note: {use: memo,"
    )
    used = used.replace("form: [note]", "form: [{use: [customer, note], read_only: true}, {use: remarks}]")
    used = used.replace(
        "  end: {final", "  checking: {use: review, task: {priority: 1}, with: {of: writing}}\n  end: {final"
    )
    assert found(used) == []


def test_a_key_is_told_in_the_words_of_the_models() -> None:
    assert SCHEMA["$defs"]["TaskSpec"]["properties"]["priority"]["description"] == "1 is most urgent."
