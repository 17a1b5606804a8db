"""What CONTRIBUTING.md says it takes to add something is what it takes: each is added to a copy of the project."""

import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sop_engine.channels.http_gateway import HttpGateway
from sop_engine.channels.opening import opened
from sop_engine.console.definition import faults_of
from sop_engine.content.library import Library, load_library
from sop_engine.content.scenario_files import Theatre

PROJECT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (?P<what>an? [^|]+) \| (?P<touched>[^|]+) \| (?P<tried>yes|no) \|$", re.MULTILINE)
ROWS = {row["what"]: row for row in ROW.finditer((PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8"))}

COMPLAINT = "sop_definitions/service/Complaint.yaml"
PROCEDURE = """\
sop: KeyHandover
version: 1
title: {en: Handover of keys, zh: 钥匙交接}
purpose: {en: Keys change hands with a witness, zh: 钥匙交接有见证}
owner: operator
reference: [key_no]
calendar: cn_office
retention: 1 year
data:
  key_no: {type: text, required: true, title: {en: Key, zh: 钥匙编号}}
initial: handing_over
states:
  handing_over:
    title: {en: Handing over, zh: 交接中}
    task:
      role: operator
      within: 4 working hours
      form: [key_no]
      outcomes: {done: {en: Handed over, zh: 已交接}}
    on:
      handing_over.done: handed_over
  handed_over: {final: handed_over, title: {en: Handed over, zh: 已交接}}
"""
SCENARIOS = "sop_definitions/service/Complaint.scenarios.yaml"
SCENARIO = """
scenarios:
  it_rains:
    title: {en: It rains, zh: 下雨}
    when: [{at: "2026-03-02 10:00", person: li.na, completes: registered.acknowledged}]
    then: [{clock: first_response, status: met}, {in: classified}]

"""
REPORT = '''\
"""Cases by owner."""

from pydantic import Field
from sqlmodel import col, func, select

from sop_engine.records.cases import CaseRow
from sop_engine.records.reports.parameters import Parameters
from sop_engine.records.reports.report import Books, Found, Report, column
from sop_engine.basis.models import Title


class Asked(Parameters):
    least_cases: int = Field(default=1, ge=1, description="Only owners of so many cases.")


def _owners(books: Books, asked: Asked) -> Found:
    found = books.session.exec(select(CaseRow.owner, func.count(col(CaseRow.case_id))).group_by(CaseRow.owner))
    return Found(sorted(row for row in found if row[1] >= asked.least_cases))


REPORT = Report(
    name="owners",
    title=Title(en="Cases by owner", zh="按负责人统计"),
    tells=Title(en="How many cases each owner has", zh="按负责人统计"),
    asks=Asked,
    columns=(column("owner", "Owner", "负责人"), column("cases", "Cases", "数量", "integer")),
    query=_owners,
)
'''
MEASURE = '''\
"""Cases opened, by owner and month."""

from collections.abc import Iterator

from sqlmodel import select

from sop_engine.records.cases import CaseRow
from sop_engine.records.reports.measure import MONTH, Dimension, Observed, measure
from sop_engine.records.reports.parameters import Parameters
from sop_engine.records.reports.promises import day_of, month_of
from sop_engine.records.reports.report import Books, column
from sop_engine.basis.models import Title


def _opened(books: Books, asked: Parameters) -> Iterator[Observed]:
    for owner, opened_at in books.session.exec(select(CaseRow.owner, CaseRow.opened_at)):
        yield Observed((owner, month_of(day_of(opened_at))))


REPORT = measure(
    name="opened",
    title=Title(en="Cases opened", zh="新开案件"),
    tells=Title(en="How many cases were opened, by owner and month", zh="新开案件"),
    asks=Parameters,
    by=(Dimension(column("owner", "Owner", "负责人")), MONTH),
    figure=column("cases", "Cases", "数量", "integer"),
    unit=Title(en="cases", zh="件"),
    aggregate="sum",
    observe=_opened,
)
'''
STATE = """
initial: registered
states:
  read_back:
    title: {en: Being read back, zh: 复述核对中}
    task:
      role: customer_service_agent
      within: 1 working hour
      form: [event]
      outcomes: {agreed: {en: Agreed, zh: 已核对}}
    on:
      read_back.agreed: classified

"""
FIELDS, FRAGMENTS = "sop_definitions/shared/fields.yaml", "sop_definitions/shared/fragments.yaml"
FRAGMENT = """
read_back:
  title: {en: What was said is read back, zh: 复述核对}
  takes: [then]
  states:
    <state>:
      title: {en: Being read back, zh: 复述核对中}
      task:
        role: customer_service_agent
        within: 1 working hour
        form: [event]
        outcomes: {agreed: {en: Agreed, zh: 已核对}}
      on: {<state>.agreed: <then>}

review:
"""
USED_FRAGMENT = """
initial: registered
states:
  read_back: {use: read_back, with: {then: classified}}

"""
RUN_REPORT = """
from sqlmodel import Session, create_engine
from sop_engine.cases.contracts.report_tables import ReportInput
from sop_engine.console.reference import reference
from sop_engine.records.reports.catalogue import read_parameters, report_named
from sop_engine.records.reports.report import Books
from sop_engine.records.tables import METADATA

engine = create_engine("sqlite://")
METADATA.create_all(engine)
report = report_named("owners")
asked = read_parameters(report, {"least_cases": "2"})
assert report.run(Books(Session(engine), None, None, {}), asked, ReportInput(name="owners")).rows == ()
assert "| `--least-cases` | Only owners of so many cases. (owners) |" in reference()
"""
RUN_MEASURE = """
from pathlib import Path
from sqlmodel import Session, create_engine
from sop_engine.cases.contracts.report_tables import ReportInput
from sop_engine.console.report_picture import as_picture
from sop_engine.records.reports.catalogue import read_parameters, report_named
from sop_engine.records.reports.report import Books
from sop_engine.records.tables import METADATA

engine = create_engine("sqlite://")
METADATA.create_all(engine)
report = report_named("opened")
table = report.run(Books(Session(engine), None, None, {}), read_parameters(report, {}), ReportInput(name="opened"))
assert [column.key for column in table.columns] == ["owner", "month", "cases"]
assert as_picture(table, Path("sop_definitions/documents").resolve(), "svg").startswith(b"<svg")
"""
ACT_MODEL = '''

class PraiseInput(Act):
    """Example: {"actor": "li.na", "words": "well done"}"""

    update: ClassVar[str] = "praise"

    words: str = Field(min_length=1)


ACT_MODELS: '''
ACT = """

def praise(turn: Turn, act: PraiseInput) -> str:
    return act.words


from sop_engine.cases.contracts.acts import PraiseInput

ACTS = (
    ActKind(PraiseInput, praise, who.owner, "praise"),
"""
RUN_ACT = """
from sop_engine.cases.casework import ACTS
from sop_engine.cases.told.permissions import owner
from sop_engine.console.reference import reference

assert ACTS["praise"].may is owner
assert "### `sop case praise`" in reference()
"""
WORK = """

FIRST_MONTH = Work("first_month", "Says the first month of a year.", MonthEnd, MonthStatus)
CLOSE_MONTH = """
CARRIED_OUT = """\
    @carries_out(months.FIRST_MONTH)
    def first_month(self, asked: months.MonthEnd, given: WorkInput) -> object:
        return {"status": asked.month[:4] + "-01"}

    @carries_out(months.CLOSE_MONTH)
"""
RUN_WORK = """
from datetime import UTC, datetime
from activities.months import MonthActivities
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.work.catalogue import WORKS

assert "first_month" in WORKS
given = WorkInput.model_construct(key="k", values={"month": "2026-03", "person": "qian.li"}, at=datetime.now(UTC))
assert MonthActivities.first_month(None, given).values == {"status": "2026-01"}
"""
KINDS = "sop_engine/cases/running/effects/kinds.py"
EFFECT = '''\
"""`remark`: words for the journal."""

from datetime import datetime

from sop_engine.cases.lint.findings import WrittenEffect
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Effect


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    notes.known(written.place, "remark", written.target, ("late", "early"))


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    turn.remarked = effect.target


REMARK = EffectKind("remark", (), _lint, _carry_out)
'''
RUN_EFFECT = """
from types import SimpleNamespace
from sop_engine.cases.running.effects.kinds import carry_out
from sop_engine.content.schema import definition_schema
from sop_engine.statechart.snapshot import Effect

turn = SimpleNamespace()
carry_out(turn, Effect(kind="remark", target="late", options={}, data={}, state=None), None, "")
assert turn.remarked == "late"
assert "remark" in definition_schema()["$defs"]["Action"]["properties"]
"""

CHANNELS = "sop_definitions/channels.yaml"
CHANNEL = """
in_app: {kind: in_app}
night_sms:
  kind: http
  url_from: SOP_NIGHT_SMS_URL
  body: {to: "{address}", text: "{short}"}
  accepted: status == 200

"""
OPENING, WRITTEN_CHANNELS = "sop_engine/channels/opening.py", "sop_engine/cases/written/channels.py"
PAGER = '''\
"""Pagers: one line to a number."""

from dataclasses import dataclass, field

from sop_engine.channels.outbound import Message, Taken


@dataclass(frozen=True)
class Pager:
    sent: list[str] = field(default_factory=list)

    def send(self, message: Message) -> Taken:
        self.sent.append(f"{message.to} {message.short}")
        return Taken()
'''
RUN_KIND_OF_CHANNEL = """
from datetime import UTC, datetime
from sop_engine.cases.written.channels import ChannelSpec, faults_of_channels
from sop_engine.channels.opening import opened
from sop_engine.channels.outbound import Message, Taken

channels = {"beep": ChannelSpec(kind="pager")}
assert list(faults_of_channels(channels, (), {})) == []
assert channels["beep"].address_kind == "phone"
pager = opened(channels, {}, None)["beep"]
message = Message("k", "+8613800000000", "s", "t", "call us", "<p>t</p>", datetime.now(UTC))
assert (pager.send(message), pager.sent) == (Taken(), ["+8613800000000 call us"])
"""


class Copy:
    """Parts of the project to add to, which know what was touched."""

    def __init__(self, root: Path, *folders: str) -> None:
        self.root = root
        self._folders = folders
        for folder in folders:
            shutil.copytree(PROJECT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))

    def put(self, path: str, text: str) -> None:
        assert not (self.root / path).exists()
        (self.root / path).write_text(text, encoding="utf-8")

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (self.root / path).write_text(text.replace(old, new), encoding="utf-8")

    def touched(self) -> set[str]:
        files = (path for folder in self._folders for path in (self.root / folder).rglob("*") if path.is_file())
        paths = (path.relative_to(self.root) for path in files if path.suffix != ".pyc")
        return {
            path.as_posix()
            for path in paths
            if not (PROJECT / path).is_file() or (PROJECT / path).read_bytes() != (self.root / path).read_bytes()
        }

    def run(self, program: str) -> None:
        """Fails where the program does, with this copy in place of the project."""
        ran = subprocess.run(
            [sys.executable, "-c", program],
            cwd=self.root,
            env={"PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr

    def library(self) -> Library:
        return load_library(self.root / "sop_definitions")


@pytest.fixture
def content(tmp_path: Path) -> Copy:
    return Copy(tmp_path, "sop_definitions")


def is_said(what: str, touched: set[str]) -> bool:
    """Whether the row names each file that was touched, and nothing that was not."""
    row = ROWS[what]
    patterns = [re.sub(r"<\w+>", "*", path) for path in re.findall(r"`([^`]+/[^`]+)`", row["touched"])]
    named = {path for path in touched if any(fnmatch.fnmatch(path, pattern) for pattern in patterns)}
    used = {pattern for pattern in patterns if fnmatch.filter(touched, pattern)}
    return row["tried"] == "yes" and named == touched and used == set(patterns)


def test_a_field(content: Copy) -> None:
    content.change(COMPLAINT, "\ndata:\n", "\ndata:\n  weather: {type: text, title: {en: Weather, zh: 天气}}\n")
    first = "        - {field: complainant, required: true}\n"
    content.change(COMPLAINT, first, f"        - weather\n{first}")
    library = content.library()
    assert faults_of(library, "Complaint") == []
    assert "weather" in library.sops["Complaint"].definition.data
    assert is_said("a field", content.touched())


def test_a_state(content: Copy) -> None:
    content.change(COMPLAINT, "\ninitial: registered\nstates:\n", STATE)
    content.change(COMPLAINT, "        to: classified\n        do:\n", "        to: read_back\n        do:\n")
    library = content.library()
    assert faults_of(library, "Complaint") == []
    assert "read_back" in library.sops["Complaint"].definition.states
    assert is_said("a state", content.touched())


def test_a_shared_field(content: Copy) -> None:
    content.change(FIELDS, "\nvessel:\n", "\nvessel:\n  weather: {type: text, title: {en: Weather, zh: 天气}}\n")
    content.change(COMPLAINT, "  use: [received_at,", "  use: [weather, received_at,")
    library = content.library()
    assert faults_of(library, "Complaint") == []
    assert "weather" in library.sops["Complaint"].definition.data
    assert is_said("a shared field", content.touched())


def test_a_shared_fragment(content: Copy) -> None:
    content.change(FRAGMENTS, "\nreview:\n", FRAGMENT)
    content.change(COMPLAINT, "\ninitial: registered\nstates:\n", USED_FRAGMENT)
    content.change(COMPLAINT, "        to: classified\n        do:\n", "        to: read_back\n        do:\n")
    library = content.library()
    assert faults_of(library, "Complaint") == []
    assert library.sops["Complaint"].definition.states["read_back"]["on"] == {"read_back.agreed": "classified"}
    assert is_said("a shared fragment", content.touched())


def test_a_procedure(content: Copy) -> None:
    content.put("sop_definitions/service/KeyHandover.yaml", PROCEDURE)
    assert faults_of(content.library(), "KeyHandover") == []
    assert is_said("a procedure", content.touched())


def test_a_scenario(content: Copy) -> None:
    content.change(SCENARIOS, "\nscenarios:\n", SCENARIO)
    theatre = Theatre(content.library())
    (file,) = theatre.files(["Complaint"])
    assert theatre.play(file.scenarios["it_rains"]).holds
    assert is_said("a scenario", content.touched())


def test_a_notice(content: Copy) -> None:
    content.put(
        "sop_definitions/notices/weather.j2",
        "{% block subject %}Weather{% endblock %}{% block body %}Rain{% endblock %}",
    )
    told = "      registered.acknowledged:\n        to: classified\n        do:\n"
    content.change(COMPLAINT, told, f"{told}          - {{notify: operator, template: weather}}\n")
    assert faults_of(content.library(), "Complaint") == []
    assert is_said("a notice", content.touched())


def test_a_channel(content: Copy) -> None:
    """It is closed until its setting is there."""
    content.change(CHANNELS, "\nin_app: {kind: in_app}\n", CHANNEL)
    channels = content.library().channels.channels
    assert "night_sms" not in opened(channels, {}, None)
    gateway = opened(channels, {"SOP_NIGHT_SMS_URL": "http://127.0.0.1:1"}, None)["night_sms"]
    assert isinstance(gateway, HttpGateway)
    assert is_said("a channel", content.touched())


def test_a_kind_of_channel(tmp_path: Path) -> None:
    """It is opened, and takes messages."""
    copy = Copy(tmp_path, "sop_engine")
    copy.put("sop_engine/channels/pager.py", PAGER)
    imported = "import Outbound\n"
    copy.change(OPENING, imported, f"{imported}from sop_engine.channels.pager import Pager\n")
    in_app = '            case "in_app":\n'
    copy.change(OPENING, in_app, f'            case "pager":\n                made[name] = Pager()\n{in_app}')
    copy.change(WRITTEN_CHANNELS, '"case", "apprise"]', '"case", "apprise", "pager"]')
    copy.change(WRITTEN_CHANNELS, '"apprise": "phone"}', '"apprise": "phone", "pager": "phone"}')
    copy.run(RUN_KIND_OF_CHANNEL)
    assert is_said("a kind of channel", copy.touched())


def test_a_report(tmp_path: Path) -> None:
    """Its options come into the command and into the page about it, and it can be asked for."""
    copy = Copy(tmp_path, "sop_engine")
    copy.put("sop_engine/records/reports/entries/owners.py", REPORT)
    copy.run(RUN_REPORT)
    assert is_said("a report", copy.touched())


def test_a_measure(tmp_path: Path) -> None:
    """It can be asked for and drawn."""
    copy = Copy(tmp_path, "sop_engine", "sop_definitions")
    copy.put("sop_engine/records/reports/entries/opened.py", MEASURE)
    copy.run(RUN_MEASURE)
    assert is_said("a measure", copy.touched())


def test_an_act_of_a_person(tmp_path: Path) -> None:
    """It is permitted as its entry says, and has a command."""
    copy = Copy(tmp_path, "sop_engine")
    copy.change("sop_engine/cases/contracts/acts.py", "\n\nACT_MODELS: ", ACT_MODEL)
    copy.change("sop_engine/cases/told/acts.py", "\n\nACTS = (\n", ACT)
    copy.run(RUN_ACT)
    assert is_said("an act of a person", copy.touched())


def test_an_automated_work(tmp_path: Path) -> None:
    """It can be named by procedures, and is carried out."""
    copy = Copy(tmp_path, "sop_engine", "activities")
    copy.change("sop_engine/work/months.py", "\n\nCLOSE_MONTH = ", WORK)
    copy.change("activities/months.py", "    @carries_out(months.CLOSE_MONTH)\n", CARRIED_OUT)
    copy.run(RUN_WORK)
    assert is_said("an automated work", copy.touched())


def test_an_effect_kind(tmp_path: Path) -> None:
    """Charts and schema know it, and it does what it says."""
    copy = Copy(tmp_path, "sop_engine")
    copy.put("sop_engine/cases/running/effects/remark.py", EFFECT)
    copy.change(KINDS, "import POST\n", "import POST\nfrom sop_engine.cases.running.effects.remark import REMARK\n")
    copy.change(KINDS, "POST, KEEP, READ, UNIQUE, CHOOSE)", "POST, KEEP, READ, UNIQUE, CHOOSE, REMARK)")
    copy.run(RUN_EFFECT)
    assert is_said("an effect kind", copy.touched())


def test_each_row_that_is_said_to_be_tried_is_tried() -> None:
    tests = (name.removeprefix("test_") for name in globals() if name.startswith(("test_a_", "test_an_")))
    tried = {name.replace("_", " ") for name in tests}
    assert tried == {what for what, row in ROWS.items() if row["tried"] == "yes"}
