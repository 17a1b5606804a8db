"""The commands against a running `sop dev`: what they print, where, and with which exit code."""

import json
import os
import pty
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sop_engine.cases.contracts.views import CaseView
from tests.integration.dev_process import PATIENCE, Dev, sop

OPENING = ("--set", "complainant=张伟", "--set", "event=Box wet", "--set", "contact=13800000000")
ACKNOWLEDGED = ("--set", "event_at=2026-03-02T09:00+08:00", "--set", "business_no=BIZ 2026/7", "--tick", "soothed")


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    running = Dev(tmp_path_factory.mktemp("dev") / "data")
    yield running
    running.end(signal.SIGTERM)


def sets(values: Iterable[str]) -> list[str]:
    return [word for value in values for word in ("--set", value)]


def opened(dev: Dev, case_id: str) -> str:
    result = sop(dev, "case", "start", "Complaint", "--id", case_id, "--as", "li.na", *OPENING)
    assert (result.exit_code, result.stdout) == (0, f"{case_id}\n"), result.stderr
    return case_id


def shown(dev: Dev, case_id: str) -> dict[str, Any]:
    result = sop(dev, "case", "show", case_id, "--json", "--as", "feng.xue")
    assert result.exit_code == 0, result.stderr
    view: dict[str, Any] = json.loads(result.stdout)
    return view


def test_a_case_from_its_start_to_the_inbox_of_the_next_person(dev: Dev) -> None:
    case_id = opened(dev, "CMP-story")
    inbox = sop(dev, "inbox", "--json", SOP_USER="wu.fang")
    assert ("CMP-story", "registered#1") in [(t["case_id"], t["key"]) for t in json.loads(inbox.stdout)["tasks"]]
    done = sop(dev, "task", "complete", case_id, "acknowledged", "--as", "li.na", *ACKNOWLEDGED)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == (
        "CMP-story: registered#1 completed as acknowledged; now in classified; open tasks: classified#1\n"
    )
    view = shown(dev, case_id)
    assert CaseView.model_validate(view).states == ("classified",)
    assert view["data"]["complainant"] == "张伟"
    assert [step["actor"] for step in json.loads(sop(dev, "case", "timeline", case_id, "--json").stdout)["steps"]] == [
        "li.na",
        "li.na",
    ]


def test_a_misspelt_user_gets_no_empty_inbox(dev: Dev) -> None:
    wrong = sop(dev, "inbox", SOP_USER="li.nna")
    assert (wrong.exit_code, wrong.stdout) == (3, "")
    assert "user: nobody is called 'li.nna' (allowed: li.na" in wrong.stderr
    assert sop(dev, "task", "list", "--user", "chen.guodong").exit_code == 0


def test_opening_data_is_checked_before_anything_starts(dev: Dev) -> None:
    result = sop(dev, "case", "start", "Complaint", "--id", "CMP-bad", "--as", "li.na", "--set", "channel=pigeon")
    assert (result.exit_code, result.stdout) == (2, "")
    for fault in ("channel: 'pigeon' is not among the choices (allowed: phone,", "event: is missing (allowed: text)"):
        assert fault in result.stderr
    assert sop(dev, "case", "show", "CMP-bad").exit_code == 3
    assert sop(dev, "case", "start", "Nothing", "--as", "li.na").exit_code in {2, 3}


def test_an_id_is_used_once(dev: Dev) -> None:
    opened(dev, "CMP-once")
    again = sop(dev, "case", "start", "Complaint", "--id", "CMP-once", "--as", "li.na", *OPENING)
    assert again.exit_code == 1
    assert again.stderr == "error: There is a case CMP-once already; every id is used once\n"


def test_refusals_have_their_exit_codes(dev: Dev) -> None:
    case_id = opened(dev, "CMP-refusing")
    wrong_person = sop(dev, "task", "complete", case_id, "acknowledged", "--as", "zhou.jie", *ACKNOWLEDGED)
    assert (wrong_person.exit_code, "li.na, wu.fang" in wrong_person.stderr) == (5, True)
    wrong_outcome = sop(dev, "task", "complete", case_id, "solved", "--as", "li.na")
    assert (wrong_outcome.exit_code, "allowed now: acknowledged" in wrong_outcome.stderr) == (1, True)
    missing = sop(dev, "task", "complete", case_id, "acknowledged", "--as", "li.na")
    assert missing.exit_code == 2
    for fault in ("event_at: is missing", "business_no: is missing", "soothed: is not ticked"):
        assert fault in missing.stderr
    undeclared = sop(dev, "case", "signal", case_id, "nothing.happened", "--as", "admin")
    assert (undeclared.exit_code, "complainant.withdrew" in undeclared.stderr) == (1, True)
    assert sop(dev, "case", "comment", "CMP-nowhere", "hello", "--as", "li.na").exit_code == 3
    assert sop(dev, "task", "show", case_id, "elsewhere").exit_code == 3


def test_what_people_do_with_a_case(dev: Dev, tmp_path: Path) -> None:
    case_id = opened(dev, "CMP-acts")
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF")
    boss = ("--as", "feng.xue")
    acts = [
        ("case", "hold", case_id, "--reason", "customer asks", *boss),
        ("case", "resume", case_id, *boss),
        ("case", "comment", case_id, "Prefers mornings", *boss),
        ("case", "attach", case_id, str(letter), *boss),
        ("case", "amend", case_id, "--set", "contact=13900000000", "--reason", "called back", *boss),
        ("case", "move-deadline", case_id, "first_response", "2030-03-01T12:00+08:00", "--reason", "agreed", *boss),
        ("task", "claim", case_id, "--as", "li.na"),
        ("task", "delegate", case_id, "--to", "wu.fang", "--as", "li.na"),
        ("task", "release", case_id, "--as", "wu.fang"),
        ("task", "assign", case_id, "--to", "li.na", "--as", "admin"),
        ("task", "suspend", case_id, "--until", "2030-02-01T12:00+08:00", "--reason", "away", "--as", "li.na"),
        ("task", "skip", case_id, "--outcome", "acknowledged", "--reason", "done by phone", "--as", "admin"),
        ("case", "signal", case_id, "complainant.withdrew", *boss),
    ]
    for words in acts:
        result = sop(dev, *words, "--json")
        assert result.exit_code == 0, f"{' '.join(words)}: {result.stderr}"
        assert json.loads(result.stdout)["case_id"] == case_id
    view = shown(dev, case_id)
    assert (view["status"], view["outcome"]) == ("completed", "withdrawn")
    assert view["data"]["contact"] == "13900000000"
    assert view["clocks"][0]["due_at"] == "2030-03-01T04:00:00Z"
    assert [comment["text"] for comment in view["comments"]] == ["Prefers mornings"]
    closed = sop(dev, "case", "comment", case_id, "late", *boss)
    assert (closed.exit_code, "is closed" in closed.stderr) == (1, True)


def test_the_same_act_id_is_carried_out_once(dev: Dev) -> None:
    case_id = opened(dev, "CMP-twice")
    words = ("case", "comment", case_id, "hello", "--as", "li.na", "--id", "my-id")
    assert [sop(dev, *words).exit_code for _ in range(2)] == [0, 0]
    assert len(shown(dev, case_id)["comments"]) == 1


def test_lists_find_and_reports(dev: Dev) -> None:
    case_id = opened(dev, "CMP-found")
    assert sop(dev, "task", "complete", case_id, "acknowledged", "--as", "li.na", *ACKNOWLEDGED).exit_code == 0
    listed = json.loads(sop(dev, "case", "list", "--sop", "Complaint", "--status", "open", "--json").stdout)
    assert case_id in [case["case_id"] for case in listed["cases"]]
    found = json.loads(sop(dev, "case", "find", "biz2026", "--json").stdout)
    assert case_id in [hit["case"]["case_id"] for hit in found["found"]]
    assert sop(dev, "case", "find", "no such reference").exit_code == 3
    tasks = json.loads(sop(dev, "task", "list", "--role", "complaint_officer", "--json").stdout)
    assert case_id in [task["case_id"] for task in tasks["tasks"]]
    assert json.loads(sop(dev, "report", "balance", "--json").stdout)["balanced"] is True
    assert json.loads(sop(dev, "incident", "list", "--json").stdout) == {"incidents": []}
    assert json.loads(sop(dev, "document", "list", case_id, "--json").stdout)["documents"] is not None
    assert sop(dev, "incident", "retry", case_id, "--reason", "x", "--as", "admin").exit_code == 3
    assert sop(dev, "document", "open", "nothing").exit_code == 3


def rendered(dev: Dev, case_id: str) -> dict[str, Any]:
    """The case's first document, once it is there: a step is answered before its effects are carried out."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        listed = json.loads(sop(dev, "document", "list", case_id, "--json").stdout)
        for document in listed["documents"]:
            return dict(document)
    raise AssertionError(f"no document of {case_id}")


def test_a_document_is_fetched_into_a_file(dev: Dev, tmp_path: Path) -> None:
    case_id = "REL-paper"
    known = (
        "customer_name=海源",
        "customer_email=a@b.example",
        "direction=import",
        "voucher_no=V-1",
        "released_at=2026-03-12T07:42Z",
    )
    scan = tmp_path / "notice.pdf"
    scan.write_bytes(b"%PDF-1.7")
    evidence = (f"release_notice=@{scan}", f"stamped_delivery_order=@{scan}", "release_no=FX-99")
    for words in (
        ("case", "start", "CustomsRelease", "--id", case_id, *sets(known)),
        ("task", "complete", case_id, "requested", *sets(["inspection_closed=true"])),
        ("task", "complete", case_id, "stored", *sets(evidence)),
    ):
        result = sop(dev, *words, "--as", "zhang.wei")
        assert result.exit_code == 0, result.stderr
    document = rendered(dev, case_id)
    assert (document["kept_for"], document["keep_until"]) == ("3 years", None)
    assert "closing + 3 years" in sop(dev, "document", "list", case_id).stdout
    for kind, begins, digest in (("html", b"<!DOCTYPE html>", "sha256"), ("pdf", b"%PDF-", "pdf_sha256")):
        target = tmp_path / kind
        option = ["--pdf"] if kind == "pdf" else []
        result = sop(dev, "document", "open", document["document_id"], "--output", str(target), *option)
        assert (result.exit_code, result.stdout) == (0, f"{target}\n")
        assert target.read_bytes().startswith(begins)
        assert sha256(target.read_bytes()).hexdigest() == document[digest]


def test_the_web_ui_and_the_doctor(dev: Dev) -> None:
    assert sop(dev, "ui", "CMP-1").stdout == f"{dev.ui_url}/namespaces/default/workflows/CMP-1\n"
    report = sop(dev, "doctor", "--json")
    verdicts = {finding["check"]: finding["verdict"] for finding in json.loads(report.stdout)["findings"]}
    assert report.exit_code == 0
    assert {verdicts[name] for name in ("temporal", "search attributes", "worker", "modules", "content")} == {"ok"}


def test_at_a_terminal_what_is_missing_is_asked_for(dev: Dev) -> None:
    case_id = opened(dev, "CMP-asked")
    answers = {"event_at": "2026-03-02T09:00+08:00", "business_no": "BIZ-1", "soothed": "y"}
    words = [sys.executable, "-m", "cli", "task", "complete", case_id, "acknowledged", "--as", "li.na"]
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TEMPORAL_ADDRESS"] = dev.address
        os.execv(words[0], words)
    screen, answered = "", 0
    deadline = time.monotonic() + PATIENCE
    with suppress(OSError):
        while time.monotonic() < deadline:
            if not select.select([terminal], [], [], 1.0)[0]:
                continue
            screen += os.read(terminal, 4_096).decode()
            question = screen.splitlines()[-1]
            name = next((name for name in answers if question.startswith(name) and question.endswith(": ")), None)
            if name is not None:
                os.write(terminal, f"{answers.pop(name)}\n".encode())
                answered += 1
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0, screen
    assert answered == 3
    assert shown(dev, case_id)["states"] == ["classified"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_cases_go_on_when_everything_is_started_again(tmp_path: Path, number: signal.Signals, code: int) -> None:
    first = Dev(tmp_path / "data")
    opened(first, "CMP-kept")
    assert first.end(number) == code
    again = Dev(tmp_path / "data", port=int(first.address.partition(":")[2]))
    try:
        done = sop(again, "task", "complete", "CMP-kept", "acknowledged", "--as", "li.na", *ACKNOWLEDGED)
        assert done.exit_code == 0, done.stderr
        assert shown(again, "CMP-kept")["states"] == ["classified"]
    finally:
        assert again.end(signal.SIGINT) == 0


def test_without_a_worker_a_read_ends_and_says_so(dev: Dev) -> None:
    result = sop(dev, "case", "list", SOP_TASK_QUEUE="nobody-polls-this")
    assert result.exit_code == 4
    assert result.stderr.startswith("error: No worker answers on the task queue 'nobody-polls-this'")


def test_a_second_dev_on_the_same_folder_is_refused(dev: Dev) -> None:
    metrics = next(line for line in dev.log().splitlines() if line.startswith("Metrics are at "))
    same = {"SOP_METRICS_ADDRESS": metrics.removeprefix("Metrics are at http://").removesuffix("/metrics")}
    result = sop(dev, "dev", "--data", str(dev.folder), "--port", "0", "--ui-port", "0", **same)
    port = dev.address.partition(":")[2]
    assert (result.exit_code, f"process {dev.process.pid}, port {port}" in result.stderr) == (4, True), result.stderr
    assert sop(dev, "case", "list").exit_code == 0
