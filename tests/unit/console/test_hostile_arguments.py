"""Every argument and option of every command with values that nobody means: a message, never a traceback."""

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.console.file_faults import write_file
from sop_engine.console.reference import parameters_of
from sop_engine.content import library
from tests.unit.console.terminal import COMMANDS, sop

EXAMPLES = 100
SEED = 20261129
UNBOUNDED = ("dev", "demo", "worker")
"""They would run until they are told to stop; what they ask for are ports, folders and numbers of seconds."""

TEXTS = (
    "",
    " ",
    "\x1b[31m",
    "\x00",
    "a\rb\n- c",
    "\u202egnp.exe",
    "\udcff",
    "关" * 10_000,
    "../../etc",
    "--",
    "-1",
    "²",
    "1" * 5_000,
    "1e999",
    "NaN",
    "9999-12-31",
    "0001-01-01",
    "9999-12-31T23:59-12:00",
    "0001-01-01T00:00+14:00",
    "2026-02-30",
    "=",
    "a=",
    "=b",
    "a.0.b=\x1b",
    "a.99999999999999999999=x",
    "a..b=c",
)
NUMBERS = ("-1", "0", "99999999999999999999", "1.5", "x", "", "²")
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")

FITTING = {"name": "ageing", "to": "2099-03-02T17:00+08:00", "until": "2099-03-02T17:00+08:00"}
"""What is meant, where it is not any text."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Files that cannot be used, each in its own way."""
    folder = tmp_path_factory.mktemp("files")
    for name, content in (
        ("latin", b"name: M\xfcller\n"),
        ("control", b"a: \x1b[31m\n"),
        ("alias", b"a: &x [1]\nb: *x\n"),
        ("twice", b'{"a": 1, "a": 2}'),
        ("list", b"- 1\n"),
        ("empty", b""),
        ("open", b"a: ["),
    ):
        (folder / name).write_bytes(content)
    return (*(str(path) for path in sorted(folder.iterdir())), str(folder), str(folder / "none"), "/dev/null/x", "\x00")


def needed(found: Any) -> Iterator[tuple[Any, str]]:
    """A value that could be meant for whatever the command cannot do without."""
    for parameter in parameters_of(found):
        if parameter.required:
            yield parameter, FITTING.get(parameter.name, "x")


def hostile_calls(files: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """One call for each command, parameter and value: all else that it needs is harmless."""
    for path, found in COMMANDS:
        if path[0] in UNBOUNDED:
            continue
        for parameter in parameters_of(found):
            if parameter.type_descriptor.annotation is bool:
                continue
            kinds = get_args(parameter.type_descriptor.annotation) or (parameter.type_descriptor.annotation,)
            values = NUMBERS if int in kinds else files if Path in kinds else (*TEXTS, *(f"a={file}" for file in files))
            for value in values:
                given = {**dict(needed(found)), parameter: value}
                arguments = [text for asked, text in given.items() if asked.param_type_name == "argument"]
                options = [f"{asked.opts[0]}={text}" for asked, text in given.items() if asked.opts[0].startswith("-")]
                yield (*path, *options, "--", *arguments)


def test_whatever_is_typed_is_answered_in_words(
    files: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "load_library", cache(library.load_library))
    calls = list(hostile_calls(files))
    for call in random.Random(SEED).sample(calls, min(EXAMPLES, len(calls))):
        result = sop(tmp_path, *call, environ={"SOP_USER": "li.na"})
        said = (call, result.output, result.exception)
        assert result.exit_code in (0, 1, 2, 3, 4, 5), said
        assert result.exit_code == 0 or result.output.strip(), said
        assert "Traceback" not in result.output, said
        assert UNSEEN.search(result.output) is None, said
    assert not (tmp_path / "error.log").exists()


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (("case", "show", "\udcff"), r"'\udcff' holds bytes that are no text (allowed: UTF-8)"),
        (("case", "amend", "x", "--reason=r", "--set=a=\udcff"), "holds bytes that are no text"),
        (("dev", "--port=0", "--ui-port=0", "--data=/dev/null"), "File exists (allowed: a folder that can be written)"),
        (("case", "start", "Complaint", "--version=99999999999999999999"), "less than or equal to 1000000"),
        (("case", "timeline", "x", "--before=-1"), "greater than or equal to 1"),
    ],
)
def test_a_refusal_says_what_is_allowed(call: tuple[str, ...], what: str, tmp_path: Path) -> None:
    result = sop(tmp_path, *call, environ={"SOP_USER": "li.na"})
    assert (result.exit_code, what in result.stderr) == (2, True), result.output


def test_a_file_goes_where_it_can_be_written(tmp_path: Path) -> None:
    for path in (tmp_path, Path("/dev/null/report.csv")):
        with pytest.raises(InvalidInput, match="cannot be"):
            write_file(path, b"x")
    write_file(tmp_path / "new" / "report.csv", b"x")
    assert (tmp_path / "new" / "report.csv").read_bytes() == b"x"
