"""What CONTRIBUTING.md says it takes to add something is what it takes: each is added to a copy of the project."""

import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sop_engine.console.definition import findings_of
from sop_engine.content.library import Library, load_library

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
REPORT = '''\
"""Cases by owner."""

from pydantic import Field
from sqlmodel import col, func, select

from sop_engine.records.cases import CaseRow
from sop_engine.records.reports.parameters import Parameters
from sop_engine.records.reports.report import Books, Found, Report, column
from sop_engine.timekeeping.instants import Title


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
RUN = """
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
assert report.run(Books(Session(engine), None, None), asked, ReportInput(name="owners")).rows == ()
assert "| `--least-cases` | Only owners of so many cases. (owners) |" in reference()
"""


class Copy:
    """A part of the project to add to, which knows what was touched."""

    def __init__(self, root: Path, folder: str) -> None:
        self.root = root
        shutil.copytree(PROJECT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
        self._folder = folder

    def put(self, path: str, text: str) -> None:
        assert not (self.root / path).exists()
        (self.root / path).write_text(text, encoding="utf-8")

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (self.root / path).write_text(text.replace(old, new), encoding="utf-8")

    def touched(self) -> set[str]:
        files = (path for path in (self.root / self._folder).rglob("*") if path.is_file() and path.suffix != ".pyc")
        paths = (path.relative_to(self.root) for path in files)
        return {
            path.as_posix()
            for path in paths
            if not (PROJECT / path).is_file() or (PROJECT / path).read_bytes() != (self.root / path).read_bytes()
        }

    def library(self) -> Library:
        return load_library(self.root / "sop_definitions")


@pytest.fixture
def content(tmp_path: Path) -> Copy:
    return Copy(tmp_path, "sop_definitions")


def is_said(what: str, touched: set[str]) -> bool:
    """Whether the row names each file that was touched, and nothing that was not."""
    row = ROWS[what]
    patterns = [re.sub(r"<\w+>", "*", path) for path in re.findall(r"`([^`]+)`", row["touched"])]
    named = {path for path in touched if any(fnmatch.fnmatch(path, pattern) for pattern in patterns)}
    used = {pattern for pattern in patterns if fnmatch.filter(touched, pattern)}
    return row["tried"] == "yes" and named == touched and used == set(patterns)


def test_a_field(content: Copy) -> None:
    content.change(COMPLAINT, "\ndata:\n", "\ndata:\n  weather: {type: text, title: {en: Weather, zh: 天气}}\n")
    first = "        - {field: complainant, required: true}\n"
    content.change(COMPLAINT, first, f"        - weather\n{first}")
    library = content.library()
    assert findings_of(library, "Complaint") == ([], [])
    assert "weather" in library.sops["Complaint"].definition.data
    assert is_said("a field", content.touched())


def test_a_state(content: Copy) -> None:
    content.change(COMPLAINT, "\ninitial: registered\nstates:\n", STATE)
    content.change(COMPLAINT, "        to: classified\n        do:\n", "        to: read_back\n        do:\n")
    library = content.library()
    assert findings_of(library, "Complaint") == ([], [])
    assert "read_back" in library.sops["Complaint"].definition.states
    assert is_said("a state", content.touched())


def test_a_procedure(content: Copy) -> None:
    content.put("sop_definitions/service/KeyHandover.yaml", PROCEDURE)
    assert findings_of(content.library(), "KeyHandover") == ([], [])
    assert is_said("a procedure", content.touched())


def test_a_notice(content: Copy) -> None:
    content.put(
        "sop_definitions/notices/weather.j2",
        "{% block subject %}Weather{% endblock %}{% block body %}Rain{% endblock %}",
    )
    told = "          - {notify: contact_email, template: complaint_received}\n"
    content.change(COMPLAINT, told, f"{told}          - {{notify: operator, template: weather}}\n")
    assert findings_of(content.library(), "Complaint") == ([], [])
    assert is_said("a notice", content.touched())


def test_a_report(tmp_path: Path) -> None:
    """Its options come into the command and into the page about it, and it can be asked for."""
    copy = Copy(tmp_path, "sop_engine")
    copy.put("sop_engine/records/reports/entries/owners.py", REPORT)
    ran = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert is_said("a report", copy.touched())


def test_each_row_that_is_said_to_be_tried_is_tried() -> None:
    tried = {f"a {name.removeprefix('test_a_')}" for name in globals() if name.startswith("test_a_")}
    assert tried == {what for what, row in ROWS.items() if row["tried"] == "yes"}
