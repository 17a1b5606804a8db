"""Values as they are typed: text stays text, paths reach into lists, files and assignments go together."""

import json
from pathlib import Path

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.acts import HoldInput
from sop_engine.console.inputs import contract, read_values
from sop_engine.content import yaml_files
from sop_engine.settings import SettingsError, read_settings


@pytest.mark.parametrize(
    ("assignments", "values"),
    [
        (["a=1"], {"a": "1"}),
        (["a=x=y"], {"a": "x=y"}),
        (["a="], {"a": ""}),
        (["a.b.c=1", "a.d=2"], {"a": {"b": {"c": "1"}, "d": "2"}}),
        (["g.0.n=Tea", "g.0.kg=5", "g.1.n=Silk"], {"g": [{"n": "Tea", "kg": "5"}, {"n": "Silk"}]}),
        (["tags.0=red", "tags.1=blue", "tags.0=green"], {"tags": ["green", "blue"]}),
    ],
)
def test_assignments(assignments: list[str], values: dict[str, object]) -> None:
    assert read_values(assignments) == values


def test_a_file_keeps_what_is_written_as_text(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text("on: NO\nfreight: 12.50\nat: 12:30\nno: 0123\nempty:\ngone: ~\nyes: 是\n", encoding="utf-8")
    assert read_values(["freight=13.00", "port=PVG"], file) == {
        "on": "NO",
        "freight": "13.00",
        "at": "12:30",
        "no": "0123",
        "empty": None,
        "gone": None,
        "yes": "是",
        "port": "PVG",
    }


def test_json_is_read_as_well(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text('{"goods": [{"weight": 1.10}], "note": null}')
    assert read_values([], file) == {"goods": [{"weight": "1.10"}], "note": None}


@pytest.mark.parametrize(
    ("text", "fault"),
    [("- a\n- b\n", "is not a mapping of fields"), (None, "cannot be read")],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str | None, fault: str) -> None:
    file = tmp_path / "case.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        read_values(["wrong"], file)
    assert [found.where for found in caught.value.faults] == [str(file), "wrong"]
    assert fault in str(caught.value)


def test_why_a_file_cannot_be_read_is_said_in_words(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_bytes(b"a: \xff")
    for path, why in ((tmp_path, "Is a directory"), (file, "byte 4 is not of UTF-8")):
        with pytest.raises(InvalidInput) as caught:
            read_values([], path)
        (fault,) = caught.value.faults
        assert str(fault) == f"{path}: cannot be read: {why} (allowed: a text file in UTF-8)"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("a: [", [(1, 5, "expected the node content")]),
        ("a: &x 1\nb: *x\n", [(1, 4, "anchors and aliases"), (2, 4, "anchors and aliases")]),
        ("a: !!int 5\n", [(1, 4, "tags are not used")]),
        ("a: 1\nb:\n  - c: 1\n    c: 2\na: 3\n", [(4, 5, "in line 3"), (5, 1, "in line 1")]),
        ('{"a": 1,\n "b": {"c": 1,\n  "c": 2}}', [(3, 3, "in line 2")]),
        ("a:\n  b:\n    c: [1]\n", [(3, 8, "deeper than 3 lists and mappings")]),
        ('{"a": "\\ud800"}', [(1, 7, "half a character")]),
        ("a: 1\nb: \x1b[31m\n", [(2, 4, "U+001B cannot stand here")]),
        ("a: 1\n---\nb: 2\n", [(2, 1, "expected a single document in the stream, but found another document")]),
    ],
)
def test_a_file_is_refused_with_the_line(
    tmp_path: Path, text: str, faults: list[tuple[int, int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_files, "DEEPEST", 3)
    file = tmp_path / "case.yaml"
    file.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        read_values([], file)
    assert [found.where for found in caught.value.faults] == [f"{file}:{line}:{column}" for line, column, _ in faults]
    assert all(what in found.what for found, (_, _, what) in zip(caught.value.faults, faults, strict=True))


def test_json_escapes_of_rare_characters_are_one_character(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps({"name": "𠮷野"}))
    assert read_values([], file) == {"name": "𠮷野"}


@pytest.mark.parametrize(
    ("assignments", "what"),
    [
        (["a.0=x", "a.²=y"], "is not the next entry"),
        (["a.0=x", f"a.{'9' * 5_000}=y"], "is not the next entry"),
        ([f"{'a.' * 80}a=x"], "lies deeper than 64"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(assignments: list[str], what: str) -> None:
    with pytest.raises(InvalidInput, match=what):
        read_values(assignments)


def test_a_contract_lists_every_fault() -> None:
    with pytest.raises(InvalidInput) as caught:
        contract(HoldInput, actor="", reason="")
    assert [str(fault) for fault in caught.value.faults] == [
        "actor: is empty or too short",
        "reason: is empty or too short",
    ]


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    settings = read_settings({"SOP_DATA_DIRECTORY": str(tmp_path), "SOP_TASK_QUEUE": "", "SOP_UI_URL": "http://ui/"})
    assert settings.database_url == f"sqlite:///{tmp_path / 'records.db'}"
    assert (settings.task_queue, settings.ui_url) == ("sop", "http://ui")
    moved = settings.moved_to(tmp_path / "elsewhere")
    assert (moved.database_url, moved.ui_url) == (f"sqlite:///{tmp_path / 'elsewhere' / 'records.db'}", "http://ui")
    chosen = read_settings({"SOP_DATABASE_URL": "postgresql+psycopg://records"}).moved_to(tmp_path)
    assert chosen.database_url == "postgresql+psycopg://records"


def test_settings_that_cannot_be_used_are_all_named() -> None:
    with pytest.raises(SettingsError, match=r"(?s)SOP_SMTP_PORT: .*SOP_LANGUAGE: "):
        read_settings({"SOP_SMTP_PORT": "0", "SOP_LANGUAGE": "de"})
