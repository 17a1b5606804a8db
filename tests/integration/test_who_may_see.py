"""Who has no right to a value finds it in nothing that the program says; who has one is in the log.

Planted: a telephone, a price, and a person who is not to know of a hearing. Every command that asks a server has its
rule here; one that nobody thought of fails.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowQueryFailedError
from typer.main import get_command
from typer.testing import CliRunner, Result

from cli import serve
from sop_engine.basis.faults import ForeignRun, NotPermitted
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.contracts.files import ReadPieceInput
from sop_engine.cases.contracts.outbox import ListOutboxInput
from sop_engine.cases.contracts.reading import ListNoticesInput, NoticeList
from sop_engine.cases.contracts.registers import GivenRow, KeepRowsInput
from sop_engine.cases.running.effects.read import ReadResult, ReadRow
from sop_engine.console.application import application
from sop_engine.console.context import Invocation
from sop_engine.console.reference import parameters_of
from sop_engine.content.library import load_library
from sop_engine.records.outbox import Outbox
from sop_engine.temporal.files_gateway import FilesGateway
from sop_engine.temporal.queues import READ_PIECE
from sop_engine.temporal.registers_gateway import RegistersGateway
from sop_engine.temporal.seal import Seal
from tests.integration.installation import Installation, until
from tests.integration.secret_house import ACCUSED, PHONE, PRICE, secret_house

SAID = "the-forklift-was-mine"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
MARKERS = (PHONE, PRICE, "98,765.43", SAID)
ENQUIRY, HEARING, PAPER = "ENQ-1", "HEARING-1", "ENQ-1.enquiry.v1"
NOBODY = ((), ("--as", ACCUSED))
"""Who says nothing, and an operations clerk."""

READING: dict[str, list[tuple[str, ...]]] = {
    "sop case show": [(ENQUIRY,), (HEARING,)],
    "sop case timeline": [(ENQUIRY,), (HEARING,)],
    "sop case list": [(), ("--all",), ("--unheard",)],
    "sop case find": [("Pumps",), (PHONE,), (PRICE,), ("HEARING",)],
    "sop case views": [(ENQUIRY,), (HEARING,)],
    "sop task list": [(), ("--case", ENQUIRY)],
    "sop task show": [(ENQUIRY,), (HEARING,)],
    "sop inbox": [()],
    "sop incident list": [(), (ENQUIRY,)],
    "sop document list": [(ENQUIRY,)],
    "sop document get": [(ENQUIRY, "letter", "--to", "{folder}"), (HEARING, "record", "--to", "{folder}")],
    "sop document open": [(PAPER,), (PAPER, "--pdf")],
    "sop notice list": [(), (ENQUIRY,), (HEARING,)],
    "sop notice show": [(f"{ENQUIRY}.notice.told#1",), (f"{HEARING}.notice.summoned#1",)],
    "sop person list": [(), ("--away",)],
    "sop person show": [(ACCUSED,)],
    "sop register list": [(), ("customers",), ("customers", "--find", PHONE)],
    "sop register show": [("customers", "C-1")],
    "sop register history": [("customers",), ("customers", "C-1")],
    "sop register export": [("customers", "{folder}/customers.csv")],
    "sop report balance": [()],
    "sop report run": [("open-cases",), ("working-time",), ("ageing",), ("margin",)],
    "sop retention due": [(), ("--all",)],
    "sop retention holds": [()],
    "sop retention certificates": [()],
    "sop schedule list": [()],
    "sop stream list": [()],
    "sop stream show": [("temperatures",)],
    "sop records check": [()],
    "sop definition versions": [("Enquiry",)],
    "sop definition diff": [("Enquiry",)],
    "sop definition diagram": [("Complaint",)],
    "sop doctor": [()],
    "sop ui": [(ENQUIRY,)],
}
"""Every command that shows something, with what it is asked."""

ACTING = {
    *("sop case " + act for act in ("start", "signal", "attach", "amend", "comment", "hold", "resume", "cancel")),
    *("sop case " + act for act in ("move-deadline", "disclose")),
    *("sop task " + act for act in ("complete", "claim", "release", "assign", "delegate", "skip", "suspend")),
    "sop task hand-over",
    "sop task issue",
    "sop receive",
    *("sop notice " + act for act in ("retry", "correct", "skip", "receipt")),
    *("sop person " + act for act in ("away", "back")),
    "sop webhook resume",
    *("sop incident " + act for act in ("retry", "correct", "skip")),
    *("sop register " + act for act in ("set", "import")),
    *("sop retention " + act for act in ("hold", "release", "request", "approve", "refuse", "run")),
    *("sop schedule " + act for act in ("apply", "run", "pause", "resume")),
    "sop stream import",
    "sop records repair",
    "sop records adopt",
    "sop definition publish",
    "sop worker",
}
"""What changes something, and answers with what was changed in what the actor gave."""


def commands(found: Any, path: str = "sop") -> Iterator[tuple[str, Any]]:
    inner = getattr(found, "commands", {})
    if not inner:
        yield path, found
    for name, command in inner.items():
        yield from commands(command, f"{path} {name}")


def asking_a_server() -> dict[str, Any]:
    """Every command that takes a profile of a server."""
    return {
        path: found
        for path, found in commands(get_command(application))
        if any(each.name == "shared_profile" for each in parameters_of(found))
    }


def test_every_command_that_asks_a_server_has_its_rule() -> None:
    assert set(asking_a_server()) == set(READING) | ACTING


@pytest.mark.parametrize("path", sorted(READING))
def test_every_command_that_shows_something_can_be_told_who_looks(path: str) -> None:
    if path not in ("sop ui", "sop definition diagram"):
        assert any(each.name == "shared_user" for each in parameters_of(asking_a_server()[path]))


# -- on a real server --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    folder = tmp_path_factory.mktemp("secret")
    async with secret_house(folder / "content", folder / "house") as running:
        await planted(running)
        yield running


async def planted(house: Installation) -> None:
    """The values in everything that a case has: data, journal, comment, refused message, notices, a paper, a row."""
    price = {"amount": PRICE, "currency": "CNY"}
    letter, record = [await brought(house, f"{name}.txt") for name in (PHONE, SAID)]
    given = {"subject": "Pumps", "caller": PHONE, "price": price, "letter": letter}
    await house.open("Enquiry", ENQUIRY, given, "lin.yue")
    await house.act(ENQUIRY, "comment", actor="lin.yue", text=f"{PHONE} asked for {PRICE}")
    await house.act(ENQUIRY, "amend", actor="lin.yue", data={"about": "pump"}, reason=f"said by {PHONE}")
    await house.signal(ENQUIRY, "unknown.event", caller=PHONE, price=price)
    await house.act(ENQUIRY, "hold", actor="lin.yue", reason=f"waits for {PHONE}")
    await house.open("Hearing", HEARING, {"accused": ACCUSED, "said": SAID, "record": record}, "huang.tao")
    row = GivenRow(values={"customer_no": "C-1", "name": "Pumps", "contacts": [{"name": "Li", "phone": PHONE}]})
    keep = KeepRowsInput(register_name="customers", rows=(row,), actor="lin.yue", reason="new")
    await RegistersGateway(house.gateway).keep(keep)
    await until(lambda: documents(house), "the paper")
    await until(lambda: len(house.journal(ENQUIRY)) >= 5, "the journal")
    await until(lambda: len(Outbox(house.engine).messages(ListOutboxInput()).messages) == 3, "the messages")


async def brought(house: Installation, name: str) -> dict[str, Any]:
    """A file of this name, with the name in it."""
    return await FilesGateway(house.gateway).bring_content(name, lambda: BytesIO(name.encode()))


async def documents(house: Installation) -> bool:
    return bool((await house.gateway.case(ENQUIRY)).documents)


async def ask(house: Installation, *words: str) -> Result:
    runner = CliRunner(env={"TEMPORAL_ADDRESS": house.server.address, "COLUMNS": "400"})
    given = Invocation(serve=serve, environ={"SOP_DATA_DIRECTORY": str(house.settings.data_directory)})
    return await asyncio.to_thread(runner.invoke, application, list(words), obj=given)


def everything(result: Result, folder: Path) -> str:
    """All that a command said, and the files that it wrote."""
    written = [path for path in folder.rglob("*") if path.is_file()]
    written += [path for line in result.stdout.splitlines() if (path := Path(line.strip())).suffix in (".html", ".pdf")]
    return "\n".join([result.stdout, result.stderr, *(path.read_bytes().decode("latin-1") for path in written)])


@pytest.mark.parametrize("path", sorted(READING))
async def test_who_has_no_right_finds_no_value_in_it(house: Installation, path: str, tmp_path: Path) -> None:
    has_json = any(each.name == "shared_json" for each in parameters_of(asking_a_server()[path]))
    for asked in READING[path]:
        for who in NOBODY:
            if who and not any(each.name == "shared_user" for each in parameters_of(asking_a_server()[path])):
                continue
            for form in ((), ("--json",)) if has_json else ((),):
                words = [word.format(folder=tmp_path) for word in asked]
                result = await ask(house, *path.split()[1:], *words, *who, *form)
                assert "Traceback" not in result.stderr
                said = everything(result, tmp_path)
                for word in words:
                    said = said.replace(word, "")
                assert not [each for each in MARKERS if each in said], (words, who, said)
                if who:
                    assert HEARING not in said.replace("may not see", ""), (words, said)


@pytest.mark.parametrize(("role", "sees", "hidden"), [("sales_rep", PHONE, PRICE), ("finance_manager", PRICE, PHONE)])
async def test_who_has_a_right_sees_that_and_is_in_the_log(
    house: Installation, role: str, sees: str, hidden: str
) -> None:
    who = holder_of(role)
    view = json.loads((await ask(house, "case", "show", ENQUIRY, "--as", who, "--json")).stdout)
    assert sees in json.dumps(view)
    assert hidden not in json.dumps(view)
    assert view["masked"]
    timeline = (await ask(house, "case", "timeline", ENQUIRY, "--as", who, "--json")).stdout
    assert (sees in timeline, hidden in timeline) == (True, False)
    log = json.loads((await ask(house, "case", "views", ENQUIRY, "--as", "lin.yue", "--json")).stdout)["views"]
    places = ["caller", "letter"] if sees == PHONE else ["price"]
    mine = [(each["command"], each["fields"]) for each in log if each["reader"] == who]
    assert {command.split(" ", 1)[1] for command, _ in mine} >= {"case show", "case timeline"}
    assert all(fields == places for _, fields in mine)


def holder_of(role: str) -> str:
    return load_library().organization.people_of(role)[0]


async def test_a_paper_and_a_row_show_to_those_who_work_with_them(house: Installation, tmp_path: Path) -> None:
    refused = await ask(house, "document", "open", PAPER, "--as", ACCUSED)
    assert (refused.exit_code, "caller" in refused.stderr) == (5, True), refused.stderr
    paper = tmp_path / "enquiry.html"
    opened = await ask(house, "document", "open", PAPER, "--as", "lin.yue", "-o", str(paper))
    assert (opened.exit_code, PHONE in paper.read_text()) == (0, True), opened.stderr
    assert PHONE in (await ask(house, "register", "show", "customers", "C-1", "--as", "lin.yue")).stdout
    found = await ask(house, "register", "list", "customers", "--find", PHONE, "--as", "lin.yue", "--json")
    assert json.loads(found.stdout)["total"] == 1
    file = tmp_path / "all.csv"
    assert (await ask(house, "register", "export", "customers", str(file), "--as", ACCUSED)).exit_code == 0
    head = file.read_text(encoding="utf-8-sig").splitlines()[0]
    assert ("name" in head, "contacts" in head) == (True, False)


async def test_a_case_is_found_by_a_classified_value_for_its_readers_alone_and_that_is_in_the_log(
    house: Installation,
) -> None:
    assert (await ask(house, "case", "find", PHONE, "--as", ACCUSED)).exit_code == 3
    found = json.loads((await ask(house, "case", "find", PHONE, "--as", "lin.yue", "--json")).stdout)["found"]
    assert [(each["field"], each["case"]["case_id"]) for each in found] == [("caller", ENQUIRY), ("letter", ENQUIRY)]
    log = json.loads((await ask(house, "case", "views", ENQUIRY, "--as", "lin.yue", "--json")).stdout)["views"]
    assert "case find" in {each["command"].split(" ", 1)[1] for each in log}


async def test_a_file_of_a_classified_field_is_fetched_by_who_sees_the_field_and_that_is_in_the_log(
    house: Installation, tmp_path: Path
) -> None:
    get = ("document", "get", ENQUIRY, "letter", "--to", str(tmp_path))
    for who in NOBODY:
        refused = await ask(house, *get, *who)
        assert (refused.exit_code, "may not see" in refused.stderr) == (5, True), refused.stderr
    assert (await ask(house, *get, "--as", "lin.yue")).exit_code == 0
    assert (tmp_path / f"{PHONE}.txt").read_text() == f"{PHONE}.txt"
    log = json.loads((await ask(house, "case", "views", ENQUIRY, "--as", "lin.yue", "--json")).stdout)["views"]
    assert [each["fields"] for each in log if each["command"].endswith("document get")] == [["letter"]]
    (held,) = (await house.view(ENQUIRY)).files
    for reader in (None, ACCUSED):
        asked = ReadPieceInput(case_id=ENQUIRY, sha256=held.sha256, reader=reader)
        with pytest.raises(NotPermitted):
            await house.gateway.run(READ_PIECE, [asked], bytes)
    assert (await ask(house, "document", "get", HEARING, "record", "--as", ACCUSED)).exit_code == 5


async def test_a_paper_is_fetched_piece_by_piece_by_who_may_open_it(house: Installation) -> None:
    listed = json.loads((await ask(house, "document", "list", ENQUIRY, "--as", ACCUSED, "--json")).stdout)["documents"]
    for name in ("sha256", "pdf_sha256"):
        for reader in (None, ACCUSED):
            asked = ReadPieceInput(case_id=ENQUIRY, sha256=listed[0][name], reader=reader)
            with pytest.raises(NotPermitted, match="it shows what is classified"):
                await house.gateway.run(READ_PIECE, [asked], bytes)
        asked = ReadPieceInput(case_id=ENQUIRY, sha256=listed[0][name], reader="lin.yue")
        assert await house.gateway.run(READ_PIECE, [asked], bytes)


async def test_a_row_is_read_without_a_lens_by_a_case_of_ours_alone(house: Installation) -> None:
    facts = CaseFacts(
        case_id=ENQUIRY, sop="Enquiry", title={}, data={}, state=None, actor="lin.yue", at=NOW, zone="UTC"
    )
    asked = ReadRow(key="r", name="customer", register_name="customers", row="C-1", fields=("contacts",), facts=facts)
    with pytest.raises(ForeignRun):
        await house.gateway.run(ReadRow.activity, [asked], ReadResult)


async def test_a_message_shows_its_address_to_the_owner_alone_and_that_is_in_the_log(house: Installation) -> None:
    async def told(who: str) -> dict[str, Any]:
        listed = json.loads((await ask(house, "notice", "list", ENQUIRY, "--as", who, "--json")).stdout)["messages"]
        (message,) = [dict(each) for each in listed if each["name"] == "told"]
        return message

    owners, managers = await told("lin.yue"), await told(holder_of("finance_manager"))
    assert (PHONE in str(owners["address"]), PHONE in owners["text"], PRICE in owners["text"]) == (True, True, False)
    assert (managers["address"], PHONE in json.dumps(managers), PRICE in managers["text"]) == (None, False, True)
    log = json.loads((await ask(house, "case", "views", ENQUIRY, "--as", "lin.yue", "--json")).stdout)["views"]
    looked = [(each["reader"], each["fields"]) for each in log if each["command"].endswith("notice list")]
    assert ("lin.yue", ["caller", "letter", "notices.*.address"]) in looked
    assert {tuple(fields) for reader, fields in looked if reader == holder_of("finance_manager")} == {("price",)}
    assert (await ask(house, "notice", "show", f"{HEARING}.notice.summoned#1", "--as", ACCUSED)).exit_code == 5
    state = await house.handle(f"{ENQUIRY}.notice.told#1").query("state")
    assert not [each for each in MARKERS if each in json.dumps(state)]


async def test_a_report_of_confidential_money_is_for_its_readers(house: Installation) -> None:
    assert (await ask(house, "report", "run", "margin", "--as", ACCUSED)).exit_code == 5
    assert (await ask(house, "report", "run", "margin", "--as", holder_of("finance_manager"))).exit_code == 0


async def test_a_hearing_is_not_there_for_whom_it_is_hidden_from(house: Installation) -> None:
    for who, is_there in ((ACCUSED, False), ("huang.tao", True)):
        listed = (await ask(house, "case", "list", "--as", who, "--json")).stdout
        assert (HEARING in listed) is is_there
    for words in (("case", "show"), ("case", "timeline"), ("task", "show"), ("case", "views")):
        assert (await ask(house, *words, HEARING, "--as", ACCUSED)).exit_code == 5, words
    shown = json.loads((await ask(house, "case", "show", HEARING, "--as", "huang.tao", "--json")).stdout)
    assert shown["data"]["said"] == SAID


async def test_the_stock_client_sees_no_value_in_queries_card_attributes_and_list(house: Installation) -> None:
    handle = house.handle(ENQUIRY)
    for name in ("case", "tasks", "timeline", "clocks"):
        assert not [each for each in MARKERS if each in json.dumps(await handle.query(name))], name
    described = await handle.describe()
    said = f"{described.raw_description} {await described.static_summary()} {await described.static_details()}"
    card = await handle.query("__temporal_workflow_metadata")
    listed = [str(each.raw_info) async for each in house.client.list_workflows()]
    assert not [each for each in MARKERS if each in f"{said} {card} {listed}"]


async def test_only_the_workers_own_seal_opens_a_case(house: Installation) -> None:
    now = datetime.now(UTC)
    forged = [
        Seal(b"guessed").of(ENQUIRY, now),
        f"{int(now.timestamp()) + 60}.",
        "nonsense",
        f"99999999999.{'0' * 64}",
    ]
    for seal in forged:
        assert PHONE not in json.dumps(await house.handle(ENQUIRY).query("case", seal))
    whole = await house.view(ENQUIRY)
    assert whole.data["caller"] == f"+86{PHONE}"
    with pytest.raises(WorkflowQueryFailedError):
        await house.handle(ENQUIRY).query("case", {"not": "a seal"})


async def test_a_notice_says_to_each_recipient_what_that_one_may_see(house: Installation) -> None:
    async def read(reader: str | None, recipient: str) -> str:
        asked = ListNoticesInput(case_id=ENQUIRY, recipient=recipient, reader=reader)
        notices = (await house.gateway.read("list_notices", asked, NoticeList)).notices
        assert notices
        return " ".join(notice.subject + notice.text for notice in notices)

    manager = holder_of("finance_manager")
    clerk = await read(ACCUSED, ACCUSED)
    assert not [each for each in MARKERS if each in clerk]
    own = await read(manager, manager)
    assert (PRICE in own, PHONE in own) == (True, False)
    others = await read(ACCUSED, manager)
    assert not [each for each in MARKERS if each in others]


async def test_what_is_wrong_with_a_classified_value_is_told_without_it(house: Installation) -> None:
    wrong = await house.refused(ENQUIRY, "amend", actor="lin.yue", data={"caller": "my-own-telephone"}, reason="x")
    assert "my-own-telephone" not in wrong.text()
    assert "caller" in wrong.text()


async def test_a_disclosure_stands_in_the_journal_and_is_the_owners(house: Installation) -> None:
    ground = ("--to", "Shanghai customs", "--ground", "letter 17")
    refused = await ask(house, "case", "disclose", ENQUIRY, "--field", "caller", *ground, "--as", ACCUSED)
    assert refused.exit_code == 5
    unseen = await ask(house, "case", "disclose", ENQUIRY, "--field", "price", *ground, "--as", "lin.yue")
    assert (unseen.exit_code, "may not see" in unseen.stderr) == (5, True)
    unknown = await ask(house, "case", "disclose", ENQUIRY, "--field", "callr", *ground, "--as", "lin.yue")
    assert (unknown.exit_code, "caller" in unknown.stderr) == (2, True)
    done = await ask(house, "case", "disclose", ENQUIRY, "--field", "caller", *ground, "--as", "lin.yue")
    assert done.exit_code == 0, done.stderr
    await until(lambda: any(row.kind == "disclosed" for row in house.journal(ENQUIRY)), "the disclosure")
    (row,) = [row for row in house.journal(ENQUIRY) if row.kind == "disclosed"]
    assert row.data == {"to": "Shanghai customs", "fields": ["caller"], "ground": "letter 17"}


async def test_who_looked_is_told_to_the_owner_alone(house: Installation) -> None:
    assert (await ask(house, "case", "views", ENQUIRY)).exit_code == 5
    assert (await ask(house, "case", "views", ENQUIRY, "--as", ACCUSED)).exit_code == 5
    assert (await ask(house, "case", "views", ENQUIRY, "--as", "lin.yue")).exit_code == 0


SEAL_LASTS: Callable[[int], datetime] = lambda seconds: datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=seconds)  # noqa: E731


def test_a_seal_is_for_one_case_and_one_minute() -> None:
    seal = Seal(b"key")
    made = seal.of("A", SEAL_LASTS(0))
    assert not seal.is_broken(made, "A", SEAL_LASTS(59))
    assert seal.is_broken(made, "A", SEAL_LASTS(61))
    assert seal.is_broken(made, "B", SEAL_LASTS(0))
    assert Seal(b"other").is_broken(made, "A", SEAL_LASTS(0))
