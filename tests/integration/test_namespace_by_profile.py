"""A namespace of another name, chosen by a profile of `temporal.toml`: registration, worker, commands, links.

The server is Temporal's own, started by its own command, as an installation that has one already.
"""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import serve
from sop_engine.cases.written.file_samples import sample_content
from sop_engine.console.application import application
from sop_engine.console.context import Invocation
from sop_engine.console.playing import PlayedAct, worked_out
from sop_engine.temporal.queues import lasting_types
from sop_engine.temporal.server import free_port, temporal_program
from tests.integration.installation import PROJECT
from tests.integration.shipment import intake_acts, opening_data

NAMESPACE, PROFILE = "freight-south", "south"
PATIENCE = 90.0
SHIPMENT = "SHP-7"


@dataclass
class Site:
    """An operator's machine: a configuration file of Temporal, and what is run with it."""

    folder: Path
    address: str

    @property
    def environ(self) -> dict[str, str]:
        return {
            "TEMPORAL_CONFIG_FILE": str(self.folder / "temporal.toml"),
            "SOP_DATA_DIRECTORY": str(self.folder / "data"),
            "SOP_UI_URL": "http://ui.example",
            "SOP_USER": "zhou.jie",
        }

    def sop(self, *words: str, code: int = 0, **more: str) -> str:
        answer = self.ask(*words, **more)
        assert answer.exit_code == code, (words, answer.stdout, answer.stderr)
        return answer.stdout

    def ask(self, *words: str, **more: str) -> Result:
        environ = {**self.environ, **more}
        others = {name: None for name in os.environ if name.startswith(("SOP_", "TEMPORAL_"))}
        runner = CliRunner(env={**others, **environ, "COLUMNS": "160"})
        return runner.invoke(application, list(words), obj=Invocation(serve=serve, environ=environ))

    def temporal(self, *words: str) -> str:
        answer = subprocess.run(
            [temporal_program(), *words, "--address", self.address], capture_output=True, text=True, check=True
        )
        return answer.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = Path(tmp_path_factory.mktemp("site"))
    port = free_port()
    address = f"127.0.0.1:{port}"
    profile = f'[profile.{PROFILE}]\naddress = "{address}"\nnamespace = "{NAMESPACE}"\n'
    (folder / "temporal.toml").write_text(profile, encoding="utf-8")
    server = subprocess.Popen(
        [
            temporal_program(),
            *("server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)),
            *("--namespace", NAMESPACE, "--log-level", "error"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    here = Site(folder, address)
    try:
        until(lambda: _answers(here), "the server")
        yield here
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def registered(site: Site) -> Site:
    """The attributes are registered by the very command that `sop doctor` tells."""
    findings = json.loads(site.sop("--json", "--profile", PROFILE, "doctor", code=1))["findings"]
    wrong = {each["check"]: each["mend"] for each in findings if each["verdict"] == "wrong"}
    program, *words = shlex.split(wrong["search attributes"])
    assert (program, words[words.index("--namespace") + 1]) == ("temporal", NAMESPACE)
    site.temporal(*words)
    return site


@pytest.fixture(scope="module")
def at_work(registered: Site) -> Iterator[Site]:
    """A worker of that namespace."""
    log = (registered.folder / "worker.log").open("wb")
    worker = subprocess.Popen(
        [sys.executable, "-m", "cli", "--profile", PROFILE, "worker"],
        cwd=PROJECT,
        env={**os.environ, **registered.environ},
        stdout=log,
        stderr=log,
    )
    try:
        ready = registered.folder / "worker.log"
        until(lambda: b"is ready" in ready.read_bytes(), "the worker")
        yield registered
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(PATIENCE)
        log.close()


@pytest.fixture(scope="module")
def played(at_work: Site) -> Site:
    """A shipment whose intake, a child, goes to its end; then the shipment is given up."""
    opening = at_work.folder / "opening.json"
    opening.write_text(json.dumps(opening_data()), encoding="utf-8")
    words = ("case", "start", "FreightShipment", "--id", SHIPMENT, "--file", str(opening))
    assert at_work.sop("--profile", PROFILE, *words) == f"{SHIPMENT}\n"
    for act in intake_acts():
        until(partial(_is_open, at_work, act), f"the task {act.target}")
        _complete(at_work, act)
    until(lambda: _shown(at_work, f"{SHIPMENT}.intake")["status"] == "completed", "the end of the intake")
    until(lambda: _child(at_work, "booking#1") is not None, "the booking")
    at_work.sop("case", "cancel", SHIPMENT, "--reason", "given up", "--as", "huang.tao", TEMPORAL_PROFILE=PROFILE)
    until(lambda: _shown(at_work, SHIPMENT)["status"] == "cancelled", "the end of the shipment")
    return at_work


def test_a_worker_is_refused_where_the_attributes_are_missing(site: Site) -> None:
    """Another namespace of the same server has not been registered: the refusal names it."""
    site.temporal("operator", "namespace", "create", "--namespace", "bare")
    until(lambda: _has_namespace(site, "bare"), "the bare namespace")
    answer = site.ask("--profile", PROFILE, "worker", TEMPORAL_NAMESPACE="bare")
    assert answer.exit_code == 4, answer.output
    assert "search-attribute create --namespace bare" in answer.stderr


def test_the_doctor_finds_nothing_wrong_by_flag_and_by_variable(at_work: Site) -> None:
    for answer in (
        at_work.sop("--json", "--profile", PROFILE, "doctor"),
        at_work.sop("--json", "doctor", TEMPORAL_PROFILE=PROFILE),
    ):
        findings = json.loads(answer)["findings"]
        assert {each["check"] for each in findings if each["verdict"] != "ok"} <= {"firm", "calendars"}
        (temporal,) = (each for each in findings if each["check"] == "temporal")
        assert temporal["what"] == f"{at_work.address}, namespace {NAMESPACE}"


def test_a_case_with_a_child_goes_to_its_end(played: Site) -> None:
    assert _shown(played, f"{SHIPMENT}.intake")["outcome"] == "accepted"
    assert _shown(played, f"{SHIPMENT}.booking")["outcome"] == "cancelled"
    timeline = json.loads(played.sop("--json", "--profile", PROFILE, "case", "timeline", SHIPMENT))
    steps = timeline.get("steps", timeline) if isinstance(timeline, dict) else timeline
    assert [step["step"] for step in steps] == list(range(1, len(steps) + 1))
    assert "intake.accepted" in [step["name"] for step in steps]


def test_lists_papers_and_notices_are_those_of_the_namespace(played: Site) -> None:
    listed = json.loads(played.sop("--json", "--profile", PROFILE, "case", "list", "--all"))
    assert {case["case_id"] for case in listed["cases"]} == {SHIPMENT, f"{SHIPMENT}.intake", f"{SHIPMENT}.booking"}


def test_links_lead_to_the_namespace(played: Site) -> None:
    link = f"http://ui.example/namespaces/{NAMESPACE}/workflows"
    assert played.sop("--profile", PROFILE, "ui", SHIPMENT) == f"{link}/{SHIPMENT}\n"
    assert played.sop("ui", TEMPORAL_PROFILE=PROFILE) == f"{link}\n"


def test_the_default_namespace_saw_nothing(played: Site) -> None:
    assert played.temporal("workflow", "count", "--namespace", "default").strip() == "Total: 0"
    # The shipment, its two children, and the engine's own that never end.
    wanted = 3 + len(lasting_types("sop"))
    assert played.temporal("workflow", "count", "--namespace", NAMESPACE).strip() == f"Total: {wanted}"


def test_a_namespace_that_there_is_not_is_named(site: Site) -> None:
    for words in (("doctor",), ("worker",), ("case", "show", "X-1"), ("inbox",), ("case", "start", "Complaint")):
        answer = site.ask("--profile", PROFILE, *words, TEMPORAL_NAMESPACE="nowhere")
        assert answer.exit_code not in (0, 70), (words, answer.output)
        assert "nowhere" in answer.output, (words, answer.output)


def _answers(site: Site) -> bool:
    return _has_namespace(site, NAMESPACE)


def _has_namespace(site: Site, name: str) -> bool:
    words = ["operator", "namespace", "describe", "--namespace", name, "--address", site.address]
    return subprocess.run([temporal_program(), *words], capture_output=True, check=False).returncode == 0


def _shown(site: Site, case_id: str) -> Mapping[str, Any]:
    shown: dict[str, Any] = json.loads(site.sop("--json", "--profile", PROFILE, "case", "show", case_id))
    return shown


def _child(site: Site, key: str) -> Mapping[str, Any] | None:
    return next((child for child in _shown(site, SHIPMENT)["children"] if child["key"] == key), None)


def _is_open(site: Site, act: PlayedAct) -> bool:
    return any(task["state"] == act.target for task in _shown(site, f"{SHIPMENT}.intake")["tasks"])


def _complete(site: Site, act: PlayedAct) -> None:
    data = worked_out(act.data, datetime.now(UTC))
    named = {key: site.folder / value[1:] for key, value in data.items() if str(value).startswith("@")}
    for path in named.values():
        path.write_bytes(sample_content(path.name))
    answers = site.folder / "answers.json"
    answers.write_text(json.dumps({key: value for key, value in data.items() if key not in named}), encoding="utf-8")
    files = [word for key, path in named.items() for word in ("--set", f"{key}=@{path}")]
    ticks = [word for tick in act.checklist for word in ("--tick", tick)]
    words = ("task", "complete", f"{SHIPMENT}.intake", str(act.outcome), "--task", act.target)
    given = ("--file", str(answers), *files, *ticks, "--as", str(act.person))
    site.sop(*words, *given, TEMPORAL_PROFILE=PROFILE)


def until(condition: Callable[[], bool], what: str) -> None:
    """Asks again and again; a command that is refused meanwhile is asked again too."""
    deadline = time.monotonic() + PATIENCE
    last: object = None
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except AssertionError as error:
            last = error
        time.sleep(0.2)
    raise AssertionError(f"never came: {what} at {datetime.now(UTC)}: {last}")
