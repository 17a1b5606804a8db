"""A document is read alike whether libyaml is there or not: the same values, places and faults."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from activities.work_rules import load_work_rules
from sop_engine.content.checking import check_sop
from sop_engine.content.library import content_root, load_library
from sop_engine.content.yaml_files import YamlError, YamlFile, read_file, read_text

SHIPPED = sorted(content_root().glob("**/*.yaml"))
WRITTEN = (
    *("", "a", "- ", "#c", "- - a", "? a\n: b", "---\na: 1\n---\nb: 2", "a: b: c", "a:b", "a: - b", "[a: 1]"),
    *("a: {b,c}", "a: |\n x\n y", "a: >\n x\n\n y\n", "a: b # c", "a: b#c", "a: [1,2,]", "a: [1,\n2]"),
    *('a: "x\n  y"', 'a: "b\\\n  c"', "a: 'it''s'", '{"a": "\\/"}', "键: 值，好", "a: 值：好", "a: x\u2028y"),
    *("a: No", "a: ~", "a: 12:30", "a: 0x1", "a: 2026-01-01", 'a: "\\ud83d\\ude00"', 'a: "\\ud83d"', 'a: "\\q"'),
    *('a: "', "a: [", "a: @b", "a: %b", "a: \x07", "a: !!str b", "a: &x b", "a: *x", "<<: {a: 1}"),
    *('{"a":"b","a":"c"}', "[" * 65 + "]" * 65, "{a: " * 65 + "}" * 65),
)


def read(text: str, *, has_libyaml: bool, monkeypatch: pytest.MonkeyPatch) -> YamlFile | str:
    monkeypatch.setattr(yaml, "__with_libyaml__", has_libyaml)
    try:
        return read_text(text, "file.yaml")
    except YamlError as error:
        return str(error)


@pytest.mark.parametrize("text", [*WRITTEN, *(path.read_text("utf-8") for path in SHIPPED)])
def test_both_readers_say_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert yaml.__with_libyaml__, "libyaml is in the wheels of every platform that we test on"
    fast = read(text, has_libyaml=True, monkeypatch=monkeypatch)
    assert fast == read(text, has_libyaml=False, monkeypatch=monkeypatch)


def test_a_file_is_read_again_where_its_text_changed(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("a: 1\n")
    read = read_file(path)
    assert read_file(path) is read
    path.write_text("a: 2\n")
    assert (read.value, read_file(path).value) == ({"a": 1}, {"a": 2})
    path.write_text("a: [\n")
    for _ in range(2):
        with pytest.raises(YamlError, match=r"site\.yaml:2:1"):
            read_file(path)


def test_whoever_reads_the_content_leaves_it_as_it_was() -> None:
    before = {path: repr(read_file(path)) for path in SHIPPED}
    known = load_library()
    load_work_rules(known.root)
    for sop in known.sops:
        known.bundle(sop, date(2026, 3, 2))
    check_sop(known, "Delivery")
    assert {path: repr(read_file(path)) for path in SHIPPED} == before
