"""A value of another type at any key of a file is a fault with its place, or fits; it never stops the reader."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sop_engine.content import checking, library, yaml_files
from sop_engine.content.checking import check_duties, check_ladders, check_retention, check_sop
from sop_engine.content.library import ContentError, Library, content_root, load_library, read_sop
from sop_engine.content.yaml_files import YamlFault, YamlFile, read_file

VALUES: tuple[Any, ...] = (5, -1, 2.5, True, None, "text", "", [], ["x"], [5], {}, {"x": 1}, [{"x": "y"}])
EXAMPLES = 150

Place = tuple[str | int, ...]
Reader = dict[Path, YamlFile]


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    yield path
    entries = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from places(entry, (*path, key))


def changed(value: Any, path: Place, new: Any) -> Any:
    if not path:
        return new
    copied: Any = dict(value) if isinstance(value, Mapping) else list(value)
    copied[path[0]] = changed(value[path[0]], path[1:], new)
    return copied


def sample(files: Mapping[str, Any], count: int) -> list[tuple[str, Place, Any]]:
    """One place for each key and value, so that keys that are written often do not crowd the others out."""
    chance = random.Random(20261129)
    every = [(name, path, new) for name, value in files.items() for path in places(value) for new in VALUES]
    chance.shuffle(every)
    chosen = {
        (str(path[-1:]) if path[-1:] and isinstance(path[-1], str) else len(path), repr(new)): (name, path, new)
        for name, path, new in every
    }
    return chance.sample(list(chosen.values()), count)


def assert_placed(faults: Iterable[YamlFault], names: Iterable[str]) -> None:
    known = tuple(names)
    assert [fault for fault in faults if not (fault.file in known and fault.line > 0 and fault.message)] == []


def test_an_sop(monkeypatch: pytest.MonkeyPatch) -> None:
    known = load_library()
    files = {path.name: read_file(path) for path in library.procedure_files(content_root())}
    shared = (known.parts.types_file.name, known.parts.fields_file.name, known.parts.fragments_file.name)
    for name, path, new in sample({name: file.value for name, file in files.items()}, EXAMPLES):
        file = files[name]
        wrong = YamlFile(file.name, changed(file.value, path, new), file.marks)
        monkeypatch.setattr(yaml_files, "read_file", lambda _, wrong=wrong: wrong)
        faults: list[YamlFault] = []
        read = read_sop(Path(file.name), faults, known.parts)
        if read is not None:
            around: Library = replace(known, sops={**known.sops, read.definition.sop: read})
            faults += check_sop(around, read.definition.sop)[0]
        assert_placed(faults, [file.name, *shared])


def test_what_stands_beside_the_sops(monkeypatch: pytest.MonkeyPatch) -> None:
    root = content_root()
    names = ("organization.yaml", "ladders.yaml", "parameters.yaml", "schedules.yaml", "retention.yaml")
    calendars = ("calendars/cn_office.yaml", "calendars/cn_holidays/2026.yaml")
    kept: Reader = {root / name: read_file(root / name) for name in (*names, *calendars)}

    def read(path: Path) -> YamlFile:
        if path not in kept:
            kept[path] = read_file(path)
        return kept[path]

    for module in (yaml_files, checking):
        monkeypatch.setattr(module, "read_file", read)
    for name, path, new in sample({str(path): file.value for path, file in kept.items()}, 40):
        file = kept[Path(name)]
        kept[Path(name)] = YamlFile(file.name, changed(file.value, path, new), file.marks)
        try:
            changed_one = load_library()
            check_ladders(changed_one)
            assert_placed(check_retention(changed_one), ["retention.yaml"])
            assert_placed(check_duties(changed_one), ["schedules.yaml"])
        except ContentError as error:
            assert_placed(error.faults, [path.name for path in kept])
        kept[Path(name)] = file
