"""Contents in the records, on both databases and in a folder: brought in pieces, kept once, proven, swept."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, delete, func, select

from sop_engine.basis.faults import InvalidInput, NotFound, Refused
from sop_engine.cases.contracts.files import PIECE_BYTES, FileHead, FileRef, FinishFileInput
from sop_engine.cases.written.file_samples import BEGINNINGS, sample_content, sample_file
from sop_engine.records.comparing import differences, read_said, replayed_said
from sop_engine.records.contents import ContentRow, ContentStore, PieceRow, keep_content
from sop_engine.records.engine import writing
from sop_engine.records.file_uses import FileUseRow, FileUses
from sop_engine.records.media_types import media_type_of
from sop_engine.records.publishing import Publisher
from sop_engine.records.signing_keys import receipts_of
from tests.integration.published import minute, published, step
from tests.kept_files import keep

pytest_plugins = ("tests.integration.databases",)

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 4_000
HEAD = FileHead(sha256=sha256(CONTENT).hexdigest(), size=len(CONTENT))
Open = Callable[..., ContentStore]


@pytest.fixture(params=["records", "folder"])
def store(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> ContentStore:
    folder = tmp_path / "files" if request.param == "folder" else None
    return ContentStore(engine, receipts_of(engine), folder, largest=2_000_000)


def piece(number: int, content: bytes = CONTENT) -> bytes:
    return content[number * PIECE_BYTES : (number + 1) * PIECE_BYTES]


def put(store: ContentStore, number: int, content: bytes = CONTENT, head: FileHead = HEAD) -> None:
    store.put(head.model_copy(update={"number": number}), piece(number, content))


def finish(store: ContentStore, content: bytes = CONTENT, now: datetime = AT) -> FinishFileInput:
    nonce = store.begin(HEAD, now).nonce
    possession = sha256(nonce.encode() + content).hexdigest()
    return FinishFileInput(sha256=HEAD.sha256, nonce=nonce, possession=possession)


def count(engine: Engine, row: type[ContentRow] | type[PieceRow]) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(row.table())).scalar_one())


def test_a_broken_off_bringing_goes_on_where_it_was(store: ContentStore) -> None:
    assert store.begin(HEAD, AT).pieces == (0, 1, 2)
    put(store, 1)
    with pytest.raises(NotFound, match="piece 0 of"):
        store.finish(finish(store), AT)
    assert store.begin(HEAD, AT).pieces == (0, 2)
    put(store, 0)
    put(store, 2)
    receipt = store.finish(finish(store), AT)
    assert (receipt.size, receipt.type) == (len(CONTENT), "application/pdf")
    assert b"".join(store.read(HEAD.sha256, number) for number in range(3)) == CONTENT
    assert store.begin(HEAD, AT).pieces == ()


def test_pieces_that_are_brought_many_times_at_once_are_kept_once(store: ContentStore, engine: Engine) -> None:
    store.begin(HEAD, AT)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: put(store, number), [0, 1, 2] * 6))
        receipts = list(threads.map(lambda _: store.finish(finish(store), AT), range(4)))
    assert len({receipt.receipt for receipt in receipts}) == 1
    assert (count(engine, ContentRow), count(engine, PieceRow)) in ((1, 3), (1, 0))
    assert store.read(HEAD.sha256, 2) == piece(2)


def test_a_hash_that_lies_is_refused_and_what_was_brought_under_it_is_cleared(store: ContentStore) -> None:
    store.begin(HEAD, AT)
    for number in range(3):
        put(store, number, CONTENT[::-1])
    with pytest.raises(Refused, match="nothing of it is kept"):
        store.finish(finish(store, CONTENT[::-1]), AT)
    assert store.begin(HEAD, AT).pieces == (0, 1, 2)
    with pytest.raises(NotFound, match="lost"):
        store.read(HEAD.sha256, 0)


def test_a_hash_alone_gets_no_receipt(store: ContentStore, engine: Engine) -> None:
    keep(engine, "a.pdf", CONTENT, AT)
    known = finish(store, b"guessed")
    with pytest.raises(Refused, match="a hash alone is not enough"):
        store.finish(known, AT)
    foreign = known.model_copy(update={"nonce": receipts_of(engine).nonce("0" * 64, AT)})
    for given, now in ((foreign, AT), (finish(store), AT + timedelta(hours=25))):
        with pytest.raises(Refused, match="begin again"):
            store.finish(given, now)


def test_what_is_too_large_or_of_another_length_is_refused(store: ContentStore) -> None:
    with pytest.raises(InvalidInput, match="3,000,000 bytes are too many"):
        store.begin(FileHead(sha256="0" * 64, size=3_000_000), AT)
    with pytest.raises(NotFound, match="nobody began"):
        put(store, 0)
    store.begin(HEAD, AT)
    for number, content in ((0, b"short"), (3, CONTENT), (2, piece(0))):
        with pytest.raises(InvalidInput, match="is not taken"):
            store.put(HEAD.model_copy(update={"number": number}), content)


def test_a_size_that_lies_is_corrected_until_the_content_is_whole(store: ContentStore) -> None:
    store.begin(FileHead(sha256=HEAD.sha256, size=7), AT)
    store.put(FileHead(sha256=HEAD.sha256, size=7), b"1234567")
    assert store.begin(HEAD, AT).pieces == (0, 1, 2)
    for number in range(3):
        put(store, number)
    store.finish(finish(store), AT)
    with pytest.raises(InvalidInput, match="is not 7 bytes"):
        store.begin(FileHead(sha256=HEAD.sha256, size=7), AT)


def test_the_sweep_takes_what_nothing_uses(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    store = ContentStore(engine, receipts_of(engine), folder)
    used = keep(engine, "used.txt", b"used", AT)
    for number in range(3):
        store.begin(HEAD, AT)
        put(store, number)
    keep(engine, "orphan.txt", b"orphan", AT)
    file = FileRef(kind="paper", by="ann", at=AT, **{key: used[key] for key in ("name", "sha256", "size", "type")})
    given = published(minute(1), step(1, "opened")).model_copy(update={"files": (file,)})
    Publisher(engine).publish(given)
    with writing(engine) as connection:
        keep_content(connection, b"new", AT + timedelta(days=20))
    uses = FileUses(engine, folder)
    assert uses.sweep(AT + timedelta(days=29)) == 0
    assert uses.sweep(AT + timedelta(days=31)) == 2
    with Session(engine) as session:
        assert {row.size for row in session.exec(select(ContentRow)).all()} == {4, 3}
    uses.sweep(datetime.now(UTC) + timedelta(hours=2))
    assert (count(engine, ContentRow), list(folder.glob("*/*"))) == (1, [])
    assert [line.name for line in uses.list(given.case.case_id).files] == ["used.txt"]
    assert uses.kinds(given.case.case_id, used["sha256"]) == ("paper",)
    assert uses.kinds("CASE-2", used["sha256"]) == ()


def test_a_check_knows_which_files_a_case_holds(engine: Engine) -> None:
    file = FileRef(kind="paper", name="a.pdf", sha256="0" * 64, size=7, type="application/pdf", at=AT, by="ann")
    newer = file.model_copy(update={"version": 2, "sha256": "1" * 64})
    publisher = Publisher(engine)
    first = published(minute(1), step(1, "opened")).model_copy(update={"files": (file,)})
    second = published(minute(2), step(2, "attached")).model_copy(update={"files": (file, newer)})
    for given in (first, second, second):
        publisher.publish(given)
    case_id = first.case.case_id
    lived = replayed_said(case_id, [first, second])
    assert differences(case_id, read_said(engine, case_id), lived) == []
    uses = FileUseRow.table()
    with writing(engine) as connection:
        connection.execute(delete(uses).where(uses.c.version == 1))
    (found,) = differences(case_id, read_said(engine, case_id), lived)
    assert (found.table, found.what) == ("file_uses", "paper a.pdf 1 is missing")
    lost = published(minute(3), step(2, "attached")).model_copy(update={"files": ()})
    publisher.publish(lost)
    assert FileUses(engine).of(case_id) == (), "what a lost attempt held goes with the attempt that came instead"


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"%PDF-1.4", "application/pdf"),
        (b"MZ\x90\x00", "application/vnd.microsoft.portable-executable"),
        (b"#!/bin/sh\n", "text/x-script"),
        (b"\x7fELF\x02", "application/x-elf"),
        (b"From: a@b.example\nSubject: hi\n\nText", "message/rfc822"),
        (b"Price: 3\nWeight: 4\n", "text/plain"),
        (b"<!DOCTYPE html><p>", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="x">', "image/svg+xml"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "application/xml"),
        ("发票".encode(), "text/plain"),
        ("发票一张".encode("gb18030"), "text/plain"),
        (("发" * 9).encode()[:-1], "text/plain"),
        (b"", "application/octet-stream"),
        (b"\x00\x01\x02\x03", "application/octet-stream"),
    ],
)
def test_the_media_type_is_what_the_content_says(head: bytes, media_type: str) -> None:
    assert media_type_of(head) == media_type


@pytest.mark.parametrize("ending", BEGINNINGS)
def test_a_made_up_file_is_what_it_says(ending: str) -> None:
    made = sample_file(f"scan.{ending}")
    assert media_type_of(sample_content(f"scan.{ending}")) == made["type"] == BEGINNINGS[ending][0]
