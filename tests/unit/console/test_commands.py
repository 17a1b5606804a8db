"""Every command: it runs, it is documented, it tells errors plainly, and help is quick."""

import asyncio
import inspect
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, get_args

import pytest
import typer
from pydantic import Field

from sop_engine.cases.contracts.acts import Act, TaskAct
from sop_engine.cases.contracts.watching import EndStatus
from sop_engine.cases.running.state import CaseStatus
from sop_engine.cases.seen.views import SlaState
from sop_engine.console import acting, arguments
from sop_engine.console.command import command
from sop_engine.console.context import Session
from sop_engine.console.reference import parameters_of
from sop_engine.timekeeping.instants import Instant
from tests.unit.console.terminal import COMMANDS, sop


def test_the_commands_of_the_contract_are_there() -> None:
    expected = """
        demo|dev|worker|doctor|inbox|ui|receive|sign|key make|key show
        notice list|notice show|notice retry|notice correct|notice skip|notice receipt|webhook resume
        person list|person show|person away|person back|task issue|case views|case disclose
        case start|case show|case list|case timeline|case find|case signal|case hold
        case resume|case cancel|case comment|case attach|case amend|case move-deadline|task list|task show|task claim
        task release|task assign|task delegate|task suspend|task skip|task complete|task hand-over
        incident list|incident retry|incident correct|incident skip|definition list|definition show|definition lint
        definition schema|definition work
        definition simulate|definition coverage|definition diagram|definition versions|definition diff
        definition publish|definition page
        document list|document open|document get|report balance|report list|report run|table check|place find
        records check|records repair|records adopt|schedule list|schedule apply|schedule pause|schedule resume
        schedule run|register list|register show|register set|register import|register export|register history
        stream list|stream show|stream import
        retention due|retention holds|retention hold|retention release|retention request|retention approve
        retention refuse|retention run|retention certificates
    """.replace("\n", "|")
    assert {" ".join(path) for path, _ in COMMANDS} == {name.strip() for name in expected.split("|") if name.strip()}


@pytest.mark.parametrize(("path", "found"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_a_command_is_no_coroutine_and_every_part_of_it_says_what_it_is(path: tuple[str, ...], found: Any) -> None:
    assert not inspect.iscoroutinefunction(inspect.unwrap(found.callback))
    assert not inspect.iscoroutinefunction(found.callback)
    assert found.help
    assert not [parameter.name for parameter in parameters_of(found) if not parameter.help]


class PraiseInput(TaskAct):
    """Praise a colleague."""

    update: ClassVar[str] = "praise_task"
    text: str
    since: Instant | None = None
    names: tuple[str, ...] = ()
    data: dict[str, Any] = Field(default_factory=dict)


def test_an_act_has_a_command_made_of_its_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Act] = []

    async def carry_out(session: Session, case_id: str, act: Act) -> None:
        sent.append(act)

    monkeypatch.setattr(acting, "carry_out", carry_out)
    app = typer.Typer()
    app.callback()(lambda: None)
    acting.add_act(app, PraiseInput)
    given = ("C-1", "a#1", "--text", "well done", "--since", "2026-03-02T09:00+08:00", "--names", "x", "--names", "y")
    result = sop(tmp_path, "praise", *given, "--set", "rate=1.50", "--id", "7", "--as", "li.na", app=app)
    assert result.exit_code == 0, result.stderr
    (act,) = sent
    assert act == PraiseInput(
        actor="li.na",
        id="7",
        task="a#1",
        text="well done",
        since=datetime.fromisoformat("2026-03-02T09:00+08:00"),
        names=("x", "y"),
        data={"rate": "1.50"},
    )
    assert "Praise a colleague." in sop(tmp_path, "praise", "--help", app=app).stdout
    assert sop(tmp_path, "praise", "C-1", app=app).exit_code == 2


def test_an_async_command_is_run_to_its_end(tmp_path: Path) -> None:
    app = typer.Typer()
    app.callback()(lambda: None)

    @command(app, "think")
    async def think(session: Session) -> None:
        """Think."""
        await asyncio.sleep(0)
        session.line("thought")

    assert sop(tmp_path, "think", app=app).stdout == "thought\n"


def test_an_act_asks_who_acts(tmp_path: Path) -> None:
    result = sop(tmp_path, "case", "hold", "SHP-1", "--reason", "wait")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "error: Nobody is named as the one who acts: give --as USER or set SOP_USER\n"


@pytest.mark.parametrize("before", [True, False])
def test_shared_options_stand_before_the_noun_or_behind_the_verb(tmp_path: Path, before: bool) -> None:
    words = ["case", "comment", "SHP-1", "hello"]
    result = sop(tmp_path, *(["--as", "li.na", *words] if before else [*words, "--as", "li.na"]))
    assert result.exit_code == 4
    assert result.stderr == (
        "error: Temporal does not answer at 127.0.0.1:1\n\n"
        "hint: `sop dev` starts an embedded server with a worker; `sop doctor` says what is wrong\n"
    )


def test_every_fault_of_the_input_is_listed_before_anybody_is_asked(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("goods: [{name: Tea}]")
    sets = ("--set", "weight", "--set", "goods.3.name=Silk", "--set", "goods.0.name.en=Tea")
    result = sop(tmp_path, "case", "start", "Complaint", "--as", "li.na", "--file", str(values), *sets)
    assert result.exit_code == 2
    assert result.stderr == (
        "error: The values cannot be read\n"
        "  - weight: is not an assignment (allowed: field=value)\n"
        "  - goods.3.name: 3 is not the next entry (allowed: 0 to 1)\n"
        "  - goods.0.name.en: nothing can be put under 'en', which is below a plain value\n"
    )


def test_an_instant_needs_its_zone_and_a_case_id_no_slash(tmp_path: Path) -> None:
    moved = sop(tmp_path, "case", "move-deadline", "SHP-1", "plan", "2026-03-02", "--reason", "x", "--as", "li.na")
    assert moved.exit_code == 2
    assert "INSTANT: '2026-03-02' is not an instant (allowed: such as 2026-03-02T17:00+08:00)" in moved.stderr
    started = sop(tmp_path, "case", "start", "Complaint", "--id", "A/1", "--as", "li.na")
    assert (started.exit_code, "'A/1' cannot be a case's id" in started.stderr) == (2, True)


def test_a_mistyped_verb_gets_a_proposal(tmp_path: Path) -> None:
    result = sop(tmp_path, "case", "strat")
    assert (result.exit_code, "Did you mean 'start'?" in result.stderr) == (2, True)


def test_bad_settings_are_all_named(tmp_path: Path) -> None:
    result = sop(tmp_path, "ui", environ={"SOP_SMTP_PORT": "mail", "SOP_LANGUAGE": "fr"})
    assert result.exit_code == 2
    assert "SOP_SMTP_PORT: " in result.stderr
    assert "SOP_LANGUAGE: " in result.stderr


def test_an_unknown_profile_is_wrong_usage(tmp_path: Path) -> None:
    result = sop(tmp_path, "case", "list", "--profile", "nowhere")
    assert result.exit_code == 2
    assert result.stderr == "error: The connection profile cannot be used: Profile 'nowhere' not found\n"


def test_a_fault_of_the_program_is_one_line_and_a_log(tmp_path: Path) -> None:
    app = typer.Typer()
    app.callback()(lambda: None)

    @command(app, "break")
    def break_down(session: Session) -> None:
        """Break."""
        raise ZeroDivisionError("first\nsecond")

    result = sop(tmp_path, "break", app=app)
    assert result.exit_code == 70
    assert result.stderr == (
        "error: Something went wrong inside the program: ZeroDivisionError: first\n\n"
        f"hint: `sop doctor` checks the installation; the details are in {tmp_path / 'error.log'}\n"
    )
    assert "Traceback" in (tmp_path / "error.log").read_text()


def test_help_does_not_load_temporal_nor_a_question_what_runs_cases() -> None:
    """Nobody should wait at `sop --help` for the second that Temporal costs, nor at `sop inbox` for the interpreter."""
    watched = (
        "import sys, sop_engine.console.application; print({'temporalio', 'sqlalchemy', 'rich'} & sys.modules.keys())\n"
        "import sop_engine.temporal.gateway\n"
        "print({'jinja2', 'sqlalchemy', 'sop_engine.cases.running.turn'} & sys.modules.keys())"
    )
    heard = subprocess.run([sys.executable, "-c", watched], check=True, capture_output=True, text=True)
    assert heard.stdout == "set()\nset()\n"


def test_the_words_to_filter_by_are_the_engines() -> None:
    assert get_args(arguments.CaseStatus) == (*get_args(CaseStatus), *get_args(EndStatus))
    assert get_args(arguments.SlaState) == get_args(SlaState)
