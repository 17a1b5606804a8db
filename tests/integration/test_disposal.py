"""Only what is due, approved by a second person and not held is disposed of, once, and leaves a certificate."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, text
from sqlmodel import Session, select

from sop_engine.basis.faults import NotFound, NotPermitted, Refused
from sop_engine.cases.contracts.retention import CHUNK
from sop_engine.cases.written.retention import Retention
from sop_engine.records import disposal
from sop_engine.records.cases import CaseRow, ReferenceRow, StepRow, TaskRow
from sop_engine.records.contents import PieceRow
from sop_engine.records.disposal import DisposalRepository
from sop_engine.records.documents import DocumentRepository, DocumentRow
from sop_engine.records.engine import writing
from sop_engine.records.ledger.entries import EntryRow
from sop_engine.records.notices import NoticeRepository, NoticeRow
from sop_engine.records.publishing import Publisher
from sop_engine.records.registers import RegisterRow
from sop_engine.records.retention import By, HoldRepository
from tests.integration.published import published, step, task

pytest_plugins = ("tests.integration.databases",)

TODAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)
LONG_AGO = datetime(2020, 3, 2, 4, tzinfo=UTC)
PERIODS = {"complaints": "1 year", "visits": "3 years", "books": "30 years"}
RETENTION = Retention.model_validate(
    {
        **{who: ["boss"] for who in ("holders", "requesters", "approvers")},
        "rules": {
            "complaints": {
                "title": {"en": "C", "zh": "C"},
                "sops": ["Complaint"],
                "keep": PERIODS["complaints"],
                "from": "closed",
            },
            "visits": {
                "title": {"en": "V", "zh": "V"},
                "sops": ["Visit", "Proposal"],
                "keep": PERIODS["visits"],
                "from": {
                    "register": "customers",
                    "field": "cooperation_ended_on",
                    "named": "name",
                    "by": "customer_name",
                },
            },
            "books": {
                "title": {"en": "B", "zh": "B"},
                "booked": True,
                "keep": PERIODS["books"],
                "from": "accounting_year_ended",
            },
        },
    }
)


def by(actor: str, key: str = "k") -> By:
    return By(key, actor, "the yearly clearing", NOW)


class Archive:
    """Files of cases, and what people do with them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.disposals = DisposalRepository(engine, RETENTION)
        self.holds = HoldRepository(engine)

    def close(self, case_id: str, sop: str = "Complaint", at: datetime | None = LONG_AGO, **more: Any) -> None:
        data = more.pop("data", {"contact": "李明", "customer_name": "Blue Lake"})
        case = dict(
            case_id=case_id,
            sop=sop,
            status="completed" if at else "open",
            closed_at=at,
            data=data,
            references=(("booking_no", f"B-{case_id}"),),
            **more,
        )
        given = published(NOW, step(1, "opened", note=f"secret of {case_id}"), case=case, tasks=(task(),))
        Publisher(self.engine).publish(given)
        notice: dict[str, Any] = {
            "key": f"n-{case_id}",
            "recipient": "li.na",
            "case_id": case_id,
            "template": "t",
            "address": None,
        }
        notice |= {"channel": "in_app", "status": "recorded", "subject": "s", "text": f"secret of {case_id}"}
        NoticeRepository(self.engine).record(NoticeRow(**notice, recorded_at=LONG_AGO))

    def paper(self, case_id: str, content: bytes) -> None:
        DocumentRepository(self.engine).keep(
            key=f"d-{case_id}", case_id=case_id, template="t", title={}, content=content, rendered_at=LONG_AGO
        )

    def customer(self, name: str, ended_on: str | None) -> None:
        values = {"name": name, "cooperation_ended_on": ended_on}
        row = RegisterRow(register_name="customers", key=name, version=1, values=values, actor="a", changed_at=NOW)
        with Session(self.engine) as session:
            session.merge(row)
            session.commit()

    def entry(self, case_id: str, month: str) -> None:
        names: dict[str, Any] = {
            "entry_id": f"e-{case_id}",
            "key": f"k-{case_id}",
            "entry": "bill",
            "business_key": case_id,
        }
        rest: dict[str, Any] = {"posted_at": LONG_AGO, "shipment": "S-1"}
        row = EntryRow(**names, match_key=case_id, case_id=case_id, month=month, **rest)
        with Session(self.engine) as session:
            session.add(row)
            session.commit()

    def standing(self) -> dict[str, tuple[str, str]]:
        lines = self.disposals.due(PERIODS, TODAY, every=True, limit=100).files
        return {line.case_id: (line.standing, line.why) for line in lines}

    def request(self, actor: str = "sun.lihua", key: str = "k", limit: int = 500) -> str:
        return self.disposals.request(PERIODS, TODAY, by(actor, key), rules=(), limit=limit).disposal_id

    def run(self, disposal_id: str) -> Any:
        while files := self.disposals.next_files(disposal_id, CHUNK):
            for case_id in files:
                self.disposals.dispose(disposal_id, case_id, PERIODS, NOW, TODAY)
        return self.disposals.finish(disposal_id, "sun.lihua", NOW)

    def approved(self, **more: Any) -> str:
        disposal_id = self.request(**more)
        self.disposals.decide(disposal_id, by("chen.guodong"), approved=True)
        return disposal_id

    def rows(self, model: Any, case_id: str) -> int:
        with Session(self.engine) as session:
            return len(session.exec(select(model).where(model.case_id == case_id)).all())

    def is_whole(self, case_id: str) -> bool:
        """Fails for a file of which something is gone and something is there."""
        counts = [self.rows(model, case_id) for model in (StepRow, TaskRow, NoticeRow)]
        assert counts in ([1, 1, 1], [0, 0, 0]), case_id
        return counts[0] == 1


@pytest.fixture
def archive(engine: Engine) -> Archive:
    return Archive(engine)


def test_only_what_is_due_is_listed_and_the_rest_says_why(archive: Archive) -> None:
    archive.customer("Blue Lake", "2023-11-28")
    archive.customer("Green Hill", None)
    archive.close("OLD")
    archive.close("NEW", at=NOW - timedelta(days=300))
    archive.close("OPEN", at=None)
    archive.close("BOOKED")
    archive.entry("BOOKED", "2020-03")
    archive.close("ENDED", "Visit", data={"customer_name": "blue-lake"})
    archive.close("GOES-ON", "Visit", data={"customer_name": "Green Hill"})
    archive.close("UNKNOWN", "Visit", data={"customer_name": "Red Rock"})
    archive.close("ODD", "Nothing")
    archive.close("PARENT", at=None)
    archive.close("PARENT-1", parent="PARENT")
    assert archive.standing() == {
        "OLD": ("due", ""),
        "NEW": ("kept", ""),
        "BOOKED": ("kept", ""),
        "ENDED": ("due", ""),
        "GOES-ON": ("waits", "customers.cooperation_ended_on of Green Hill"),
        "UNKNOWN": ("waits", "customers.cooperation_ended_on; no row is named Red Rock"),
        "ODD": ("waits", "a rule that covers it"),
        "PARENT-1": ("waits", "the end of PARENT"),
    }
    due = archive.disposals.due(PERIODS, TODAY, limit=1)
    assert (due.total, [line.case_id for line in due.files]) == (2, ["ENDED"])
    kept = {line.case_id: line.keep_until for line in archive.disposals.due(PERIODS, TODAY, every=True, limit=9).files}
    assert (kept["ENDED"], kept["BOOKED"]) == (date(2026, 11, 28), date(2050, 12, 31))


def test_a_second_person_approves(archive: Archive) -> None:
    archive.close("OLD")
    disposal_id = archive.request()
    assert archive.request() == disposal_id, "tried again, it is the same"
    with pytest.raises(Refused, match="is requested; a second person approves it first"):
        archive.run(disposal_id)
    with pytest.raises(NotPermitted, match=r"sun\.lihua asked for this disposal"):
        archive.disposals.decide(disposal_id, by("sun.lihua"), approved=True)
    assert archive.is_whole("OLD")
    assert archive.standing()["OLD"] == ("asked_for", disposal_id)
    assert archive.disposals.decide(disposal_id, by("chen.guodong"), approved=True)
    assert not archive.disposals.decide(disposal_id, by("chen.guodong"), approved=True)
    with pytest.raises(Refused, match=r"is approved by chen\.guodong"):
        archive.disposals.decide(disposal_id, by("gao.jun"), approved=False)
    archive.run(disposal_id)
    assert not archive.is_whole("OLD")
    with pytest.raises(Refused, match="nothing is due"):
        archive.request(key="other")
    with pytest.raises(NotFound):
        archive.disposals.decide("D-none", by("chen.guodong"), approved=True)


def test_what_was_refused_is_left_alone_and_may_be_asked_for_again(archive: Archive) -> None:
    archive.close("OLD")
    disposal_id = archive.request()
    archive.disposals.decide(disposal_id, by("chen.guodong"), approved=False)
    with pytest.raises(Refused, match="is refused"):
        archive.run(disposal_id)
    assert archive.is_whole("OLD")
    assert archive.request(key="again") != disposal_id


@pytest.mark.parametrize(
    ("kind", "subject"), [("case", "OLD"), ("case", "OLD-1"), ("party", "blue lake"), ("party", "B-OLD")]
)
def test_a_hold_keeps_a_file_even_of_an_approved_disposal(archive: Archive, kind: Any, subject: str) -> None:
    archive.close("OLD")
    archive.close("OLD-1", parent="OLD", data={})
    archive.close("FREE", data={"customer_name": "Red Rock"})
    disposal_id = archive.approved()
    hold_id = archive.holds.set(kind, subject, by("chen.guodong"))
    assert archive.holds.set(kind, subject, by("chen.guodong")) == hold_id, "tried again, it is the same"
    told = archive.run(disposal_id)
    assert (told.disposed, told.kept, told.kinds) == (1, 2, {"complaints": 1})
    assert {file.case_id: file.why for file in told.files if file.status == "kept"} == {
        "OLD": f"legal hold {hold_id}",
        "OLD-1": f"legal hold {hold_id}",
    }
    assert (archive.is_whole("OLD"), archive.is_whole("OLD-1"), archive.is_whole("FREE")) == (True, True, False)
    assert archive.standing()["OLD"] == ("on_hold", f"{hold_id}: the yearly clearing")
    with pytest.raises(Refused, match="nothing is due"):
        archive.request(key="held")
    assert archive.holds.lift(hold_id, by("chen.guodong"))
    assert not archive.holds.lift(hold_id, by("chen.guodong"))
    with pytest.raises(Refused, match=r"was lifted by chen\.guodong"):
        archive.holds.lift(hold_id, by("gao.jun"))
    told = archive.run(archive.approved(key="later"))
    assert told.disposed == 2
    (hold,) = archive.holds.list(all_of_them=True)
    assert (hold.set_by, hold.lifted_by, archive.holds.list(all_of_them=False)) == ("chen.guodong", "chen.guodong", [])


def test_whether_a_hold_concerns_any_case_is_known(archive: Archive) -> None:
    archive.close("OLD", data={"customer_name": "Red Rock"})
    assert archive.holds.concerns_any("case", "OLD")
    assert archive.holds.concerns_any("party", "red  rock")
    assert not archive.holds.concerns_any("case", "OLD-1")
    assert not archive.holds.concerns_any("party", "Red Rack")


def test_a_case_that_the_records_lost_meanwhile_ends_no_disposal(archive: Archive) -> None:
    archive.close("OLD")
    disposal_id = archive.approved()
    with writing(archive.engine) as connection:
        connection.execute(delete(CaseRow.table()))
    told = archive.run(disposal_id)
    assert [(file.status, file.why) for file in told.files] == [("kept", "the records do not know the case")]


def test_what_is_not_due_any_more_when_it_comes_to_it_is_kept(archive: Archive) -> None:
    archive.customer("Blue Lake", "2023-11-28")
    archive.close("VISIT", "Visit")
    disposal_id = archive.approved()
    archive.customer("Blue Lake", None)
    told = archive.run(disposal_id)
    assert [(file.status, file.why) for file in told.files] == [
        ("kept", "visits customers.cooperation_ended_on of Blue Lake")
    ]
    assert archive.is_whole("VISIT")


def test_the_file_goes_and_the_certificate_stays_without_a_word_of_it(archive: Archive) -> None:
    archive.customer("Blue Lake", "2023-11-28")
    archive.close("SHP", "Visit")
    archive.close("SHP-1", "Proposal", parent="SHP", data={})
    archive.close("KEPT", at=NOW)
    for case_id, content in (("SHP", b"alike"), ("KEPT", b"alike"), ("SHP-1", b"own")):
        archive.paper(case_id, content)
    told = archive.run(archive.approved())
    assert [(file.case_id, file.status) for file in told.files] == [("SHP", "disposed"), ("SHP-1", "disposed")]
    assert (told.status, told.requested_by, told.decided_by, told.ended_at) == (
        "done",
        "sun.lihua",
        "chen.guodong",
        NOW,
    )
    assert [(file.steps, file.notices, len(file.documents), len(file.digest)) for file in told.files] == [
        (1, 1, 1, 64),
        (1, 1, 1, 64),
    ]
    for word in ("李明", "Blue Lake", "secret", "B-SHP"):
        assert word not in told.model_dump_json()
    with Session(archive.engine) as session:
        assert [row.content for row in session.exec(select(PieceRow)).all()] == [b"alike"]
        assert [row.case_id for row in session.exec(select(DocumentRow)).all()] == ["KEPT"]
        case = session.get(CaseRow, "SHP")
        assert case is not None
        assert (case.data, case.status, case.first_run_id) == ({}, "completed", "run-1")
        values = {row.value for row in session.exec(select(ReferenceRow).where(ReferenceRow.case_id == "SHP")).all()}
    assert values <= {"SHP"}
    assert list(archive.standing()) == ["KEPT"]
    assert archive.disposals.list(told.disposal_id) == [told]
    if archive.engine.dialect.name == "sqlite":
        assert archive.engine.url.database is not None
        for ending in ("", "-wal"):
            with open(archive.engine.url.database + ending, "rb") as file:
                assert b"secret of SHP" not in file.read()


def test_killed_at_any_instant_it_goes_on_with_nothing_doubled_and_nothing_lost(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        archive.close(f"OLD-{number}", data={})
    disposal_id = archive.approved()
    real: Callable[..., None] = disposal._delete_contents
    falls = iter([True, False, True, True, False] * 20)

    def falling(*given: Any) -> None:
        """All that a file says is deleted then, and its row says so in the same transaction."""
        if next(falls):
            raise ConnectionError("killed")
        real(*given)

    monkeypatch.setattr(disposal, "_delete_contents", falling)
    killed = 0
    for _ in range(100):
        try:
            told = archive.run(disposal_id)
            break
        except ConnectionError:
            killed += 1
            lines = archive.disposals.list(disposal_id)[0].files
            for line in lines:
                assert archive.is_whole(line.case_id) == (line.status == "planned")
    assert (killed > 5, told.disposed, told.left) == (True, 8, 0)
    assert archive.run(disposal_id) == told, "run again, it is done"
    assert {file.steps for file in told.files} == {1}, "of no file was anything gone before"


def test_two_disposals_that_name_one_file_dispose_of_it_once(archive: Archive) -> None:
    archive.close("OLD")
    first = archive.approved()
    with archive.engine.begin() as connection:
        connection.execute(text("UPDATE disposals SET status = 'refused'"))
    second = archive.approved(key="second")
    with archive.engine.begin() as connection:
        connection.execute(text("UPDATE disposals SET status = 'approved'"))
    assert archive.run(first).disposed == 1
    told = archive.run(second)
    assert (told.disposed, told.kept) == (0, 1)
