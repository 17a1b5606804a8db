"""Acts that say what cannot be: refused before they reach a history, each fault with what is allowed."""

from collections.abc import Callable
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.console.arguments import read_moment
from tests.unit.cases.casework_samples import Played
from tests.unit.console.terminal import sop

SOP = """
data:
  customer: {type: text, required: true}
  note: {type: text}
  paper: {type: file}
clocks: {promise: {within: 10 hours, start: opened, stop: over}}
events: {over: }
states:
  a:
    task: {form: [customer, note, paper], attachments: {photo: {en: Photo, zh: 照片}}, outcomes: [done]}
    on: {a.done: end}
  end: {final: true}
"""
FILE = {"name": "bl.pdf", "sha256": "0" * 64, "size": 1_200, "type": "application/pdf"}


def opened() -> Played:
    return Played(SOP, customer="East Lake")


@pytest.mark.parametrize(
    ("wrong", "where", "allowed"),
    [
        ({"size": -1}, "size", "0 to"),
        ({"size": 2**60}, "size", "0 to"),
        ({"sha256": "abc"}, "sha256", "64 digits"),
        ({"sha256": "0" * 63 + "g"}, "sha256", "64 digits"),
        ({"name": "../bl.pdf"}, "name", "without a folder"),
        ({"name": "c:\\bl.pdf"}, "name", "without a folder"),
        ({"name": ""}, "name", "up to 200 bytes"),
        ({"name": "\u202efdp.exe"}, "name", "up to 200 bytes"),
        ({"type": "pdf"}, "type", "application/pdf"),
    ],
)
def test_a_file_that_cannot_be_is_not_attached(wrong: dict[str, Any], where: str, allowed: str) -> None:
    case = opened()
    attempts: tuple[tuple[str, Callable[[dict[str, Any]], Any]], ...] = (
        ("", lambda file: case.act("attach", **file)),
        ("photo.", lambda file: case.act("complete_task", outcome="done", attachments={"photo": file})),
        ("paper.", lambda file: case.act("amend", "dan", data={"paper": file}, reason="better")),
    )
    for place, act in attempts:
        with pytest.raises(InvalidInput) as refused:
            act({**FILE, **wrong})
        (fault,) = refused.value.faults
        assert (fault.where, allowed in fault.allowed) == (f"{place}{where}", True)
    assert case.act("attach", **FILE).message == "bl.pdf attached"


def test_a_file_given_by_its_name_alone_has_no_folder_either() -> None:
    with pytest.raises(InvalidInput, match="without a folder"):
        opened().act("amend", "dan", data={"paper": "scans/bl.pdf"}, reason="better")


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_needed_field_is_changed_but_not_emptied(nothing: str | None) -> None:
    case = opened()
    case.act("amend", "dan", data={"customer": "West Lake", "note": "urgent"}, reason="slip")
    with pytest.raises(InvalidInput, match="customer: is needed and cannot be emptied"):
        case.act("amend", "dan", data={"customer": nothing, "note": nothing}, reason="slip")
    case.act("amend", "dan", data={"note": nothing}, reason="slip")
    assert (case.data["customer"], case.data["note"]) == ("West Lake", None)


@pytest.mark.parametrize("unseen", ["\u200b", "\u2060 \u202e", "\ufeff\u3164"], ids=["space", "joiner", "filler"])
def test_text_of_which_nothing_can_be_seen_fills_no_field(unseen: str) -> None:
    case = opened()
    attempts: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("customer", lambda: case.act("complete_task", outcome="done", data={"customer": unseen})),
        ("note", lambda: case.act("amend", "dan", data={"note": unseen}, reason="better")),
        ("reason", lambda: case.act("amend", "dan", data={"note": "urgent"}, reason=unseen)),
        ("reason", lambda: case.act("hold", "dan", reason=unseen)),
        ("text", lambda: case.act("comment", text=unseen)),
    )
    for place, act in attempts:
        with pytest.raises(InvalidInput, match=f"{place}: holds nothing that can be seen"):
            act()


@pytest.mark.parametrize("blank", [" ", "\n\t", "\u3000"], ids=["blank", "line", "wide"])
def test_blanks_are_no_reason(blank: str) -> None:
    with pytest.raises(InvalidInput, match="reason: holds nothing that can be seen"):
        opened().act("hold", "dan", reason=blank)


@pytest.mark.parametrize("to", ["9999-12-31T23:00:00Z", "0001-01-01T00:00:00Z", "3000-01-01T00:00:00+00:00"])
def test_a_day_that_nobody_means_is_refused_with_the_days_there_are(to: str) -> None:
    case = opened()
    for name, place, given in (
        ("move_deadline", "to", {"clock": "promise", "to": to, "reason": "agreed"}),
        ("suspend_task", "until", {"until": to, "reason": "agreed"}),
        ("event", "at", {"name": "over", "at": to, "reason": "late"}),
        ("complete_task", "happened_at", {"outcome": "done", "happened_at": to, "reason": "late"}),
    ):
        with pytest.raises(InvalidInput) as refused:
            case.act(name, "ann" if name == "complete_task" else "dan", **given)
        fault = refused.value.faults[0]
        assert (fault.where, fault.allowed) == (place, "from 1900-01-01 to 2099-12-31")


def test_an_instant_past_the_calendar_is_a_refusal() -> None:
    with pytest.raises(InvalidInput, match="lies too far off; allowed: from 1900-01-01 to 2099-12-31"):
        opened().act("suspend_task", "dan", until="9999-12-31T23:00:00-12:00", reason="agreed")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_the_command_line_refuses_it_before_anybody_is_asked(day: str, tmp_path: Any) -> None:
    allowed = "allowed: from 1900-01-01 to 2099-12-31"
    for option in ("--on", "--since", "--until"):
        result = sop(tmp_path, "report", "run", "statement", option, day)
        assert (result.exit_code, allowed in result.stderr) == (2, True), result.output
    result = sop(tmp_path, "report", "run", "tax", "--month", day[:7])
    assert (result.exit_code, allowed in result.stderr) == (2, True), result.output
    with pytest.raises(InvalidInput, match="lies too far off"):
        read_moment(f"{day}T12:00Z", "--at")
