"""Where an installation asks for proofs: starts, the engine's own updates and orders, questions, and the commands."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ActivityError, ApplicationError
from typer.testing import CliRunner, Result

from cli import serve
from sop_engine.basis.faults import ForeignRun, NotFound, NotProven, SopError
from sop_engine.cases.contracts.acts import ClaimTaskInput
from sop_engine.cases.contracts.duties import PauseDutyInput
from sop_engine.cases.contracts.handing_over import HandOverInput
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.orders import SetHoldInput
from sop_engine.cases.contracts.records import AdoptRecordsInput
from sop_engine.cases.contracts.registers import GivenRow, KeepRowsInput, ListRowsInput
from sop_engine.cases.contracts.viewing import READ_CASE, ReadCaseInput
from sop_engine.cases.contracts.views import CaseView
from sop_engine.cases.people.statements import HEADER
from sop_engine.console.application import application
from sop_engine.console.context import Invocation
from sop_engine.temporal.duties_gateway import DutiesGateway
from sop_engine.temporal.failures import refusal
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.handing_over import hand_over
from sop_engine.temporal.orders import order
from sop_engine.temporal.queues import duties_id
from sop_engine.temporal.records_gateway import RecordsGateway
from sop_engine.temporal.registers_gateway import RegistersGateway
from sop_engine.temporal.server import temporal_program
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, until
from tests.integration.outsider import ELSEWHERE, OURS, outsider
from tests.integration.signed_house import sending, signed_house, signing
from tests.signed_people import key_of

OPENING = OpenCaseInput(data=dict(COMPLAINT), actor="li.na")


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with signed_house(Path(tmp_path_factory.mktemp("signed"))) as running:
        yield running


async def failure_of(house: Installation, workflow_id: str) -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as failed:
        await asyncio.wait_for(house.handle(workflow_id).result(), 40)
    assert isinstance(failed.value.cause, ApplicationError)
    return failed.value.cause


# -- starts ------------------------------------------------------------------------------------------------------------


async def test_a_case_is_opened_by_who_proves_it(house: Installation) -> None:
    await signing(house, "li.na").start_case("Complaint", "opened", OPENING)
    assert [row.actor for row in await house.published_journal("opened")] == ["li.na"]


async def test_a_start_that_names_somebody_who_does_not_prove_it_opens_nothing(house: Installation) -> None:
    with pytest.raises(NotProven, match="no proof of identity"):
        await house.gateway.start_case("Complaint", "unproven", OPENING)
    with pytest.raises(NotProven, match=r"a key of wu\.fang's, and this says to be by li\.na"):
        await signing(house, "wu.fang").start_case("Complaint", "anothers", OPENING)
    with pytest.raises(NotProven, match="lasts 300 seconds"):
        await signing(house, "li.na", timedelta(hours=-1)).start_case("Complaint", "late", OPENING)
    assert not [row for case_id in ("unproven", "anothers", "late") for row in house.journal(case_id)]


async def header_of(house: Installation, workflow_id: str) -> Any:
    """The header that stands in the first event of a workflow, for everybody who may read histories."""
    first = (await house.history(workflow_id)).events[0].workflow_execution_started_event_attributes
    return json.loads(first.header.fields[HEADER].data)


async def test_a_start_that_was_read_in_a_history_opens_no_other_case(house: Installation) -> None:
    await signing(house, "li.na").start_case("Complaint", "read", OPENING)
    thief = sending(house, await header_of(house, "read"))
    for case_id, sop, data in (
        ("stolen-id", "Complaint", dict(COMPLAINT)),
        ("stolen-data", "Complaint", {**COMPLAINT, "event": "nothing"}),
    ):
        await thief.start_workflow(sop, {"data": data, "actor": "li.na"}, id=case_id, task_queue=OURS)
        assert (await failure_of(house, case_id)).type == NotProven.kind
        assert house.journal(case_id) == []


async def test_a_child_that_names_a_person_is_its_parents(house: Installation) -> None:
    await signing(house, "li.na").start_case("Complaint", "parent", OPENING)
    assert (await house.view("parent")).states


# -- what is done past every case --------------------------------------------------------------------------------------


def rows_by(actor: str, number: str) -> KeepRowsInput:
    row = GivenRow(values={"customer_no": number, "name": "Pumps"})
    return KeepRowsInput(register_name="customers", rows=(row,), actor=actor, reason="new")


async def orders(gateway: CaseGateway, actor: str, number: str) -> None:
    await RegistersGateway(gateway).keep(rows_by(actor, number))


async def holds(gateway: CaseGateway, actor: str, number: str) -> None:
    await order(gateway, SetHoldInput(actor=actor, reason="a lawsuit", kind="party", subject=number))


async def hands_over(gateway: CaseGateway, actor: str, number: str) -> None:
    await hand_over(gateway, HandOverInput(actor=actor, reason="leaves", held_by="wu.fang", to="li.na"))


async def adopts(gateway: CaseGateway, actor: str, number: str) -> None:
    await RecordsGateway(gateway).adopt(AdoptRecordsInput(actor=actor, reason="a test"))


async def pauses(gateway: CaseGateway, actor: str, number: str) -> None:
    await DutiesGateway(gateway).pause(PauseDutyInput(actor=actor, duty="month_end", reason="a test"))


DONE_PAST_CASES: dict[str, tuple[Callable[..., Any], str]] = {
    "rows of a register": (orders, "admin"),
    "a hold": (holds, "sun.lihua"),
    "a hand-over": (hands_over, "zhao.min"),
    "adopted records": (adopts, "admin"),
    "a paused duty": (pauses, "admin"),
}


KINDS = {"a paused duty": NotFound.kind}
"""What is proven is judged as ever: no duty is in force here."""


async def kind_of(done: Awaitable[None]) -> str | None:
    """The kind of a refusal; none of what is done."""
    try:
        await done
    except SopError as error:
        return error.kind
    return None


@pytest.mark.parametrize("what", DONE_PAST_CASES)
async def test_what_is_ordered_past_every_case_is_proven_too(house: Installation, what: str) -> None:
    does, actor = DONE_PAST_CASES[what]
    with pytest.raises(NotProven, match="no proof of identity"):
        await does(house.gateway, actor, "C-1")
    with pytest.raises(NotProven, match=r"a key of huang\.tao's"):
        await does(signing(house, "huang.tao"), actor, "C-1")
    assert await kind_of(does(signing(house, actor), actor, "C-2")) == KINDS.get(what), what


async def test_unproven_rows_are_not_kept_and_proven_ones_are(house: Installation) -> None:
    registers = RegistersGateway(signing(house, "admin"))
    kept = {row.key for row in (await registers.rows(ListRowsInput(register_name="customers"))).rows}
    assert ("C-1" in kept, "C-2" in kept) == (False, True)


async def test_an_order_that_was_read_in_a_history_is_not_given_again(house: Installation) -> None:
    """Neither with other rows nor under another id, and under its own it is the one that was carried out."""
    await RegistersGateway(signing(house, "admin")).keep(rows_by("admin", "C-7"))
    found = [each async for each in house.client.list_workflows("WorkflowType = 'SopRegister'")]
    last = max(found, key=lambda each: each.start_time)
    thief = sending(house, await header_of(house, last.id))
    for workflow_id, rows in (("sop.register.sop.mine", rows_by("admin", "C-7")), (last.id, rows_by("admin", "C-8"))):
        handle = await thief.start_workflow("SopRegister", rows, id=workflow_id, task_queue=OURS)
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
        assert refusal(failed.value.cause).kind == NotProven.kind


async def told(duties: DutiesGateway, given: PauseDutyInput) -> None:
    await duties.pause(given)


async def test_a_proof_for_a_lasting_workflow_is_for_its_present_run(house: Installation) -> None:
    """Its next run knows nothing of what the one before was told."""
    duties = DutiesGateway(signing(house, "admin"))
    keeper = house.handle(duties_id(house.settings.task_queue))
    before = (await keeper.describe()).run_id
    given = PauseDutyInput(actor="admin", duty="month_end", reason="a test")
    assert await kind_of(told(duties, given)) == NotFound.kind
    accepted = [
        event.workflow_execution_update_accepted_event_attributes.accepted_request
        for event in (await house.history(keeper.id, before)).events
        if event.HasField("workflow_execution_update_accepted_event_attributes")
    ]
    request = accepted[-1]
    header = json.loads(request.input.header.fields[HEADER].data)

    await keeper.signal("poke")

    async def is_new() -> bool:
        return (await keeper.describe()).run_id != before

    await until(is_new, "the next run of the duties")
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await (
            sending(house, header)
            .get_workflow_handle(keeper.id)
            .execute_update("pause", given, id=request.meta.update_id)
        )
    assert refusal(failed.value.cause).kind == NotProven.kind


async def test_workers_vouch_for_the_acts_of_a_hand_over(house: Installation) -> None:
    await house.open("Complaint", "held", COMPLAINT)
    await signing(house, "wu.fang").update("held", "claim_task", ClaimTaskInput(actor="wu.fang", task="registered"))
    given = HandOverInput(actor="zhao.min", reason="leaves", held_by="wu.fang", to="li.na")

    async def is_done() -> bool:
        done = await hand_over(signing(house, "zhao.min"), given)
        return bool(done.handed)

    await until(is_done, "what wu.fang has")
    last = (await house.published_journal("held"))[-1]
    assert (last.kind, last.actor) == ("task_assigned", "zhao.min")


# -- questions ---------------------------------------------------------------------------------------------------------


async def test_who_looks_proves_who_they_are_and_nobody_need_not(house: Installation) -> None:
    await house.open("Complaint", "seen", COMPLAINT)
    asked = ReadCaseInput(case_id="seen", reader="zhao.min")
    with pytest.raises(NotProven, match="this has no proof of identity"):
        await house.gateway.read(READ_CASE, asked, CaseView)
    with pytest.raises(NotProven, match=r"a key of li\.na's"):
        await signing(house, "li.na").read(READ_CASE, asked, CaseView)
    seen = await signing(house, "zhao.min").read(READ_CASE, asked, CaseView)
    assert seen.data["contact"] is not None
    nobody = await house.gateway.read(READ_CASE, ReadCaseInput(case_id="seen"), CaseView)
    assert nobody.data["contact"] is None


async def test_a_strangers_workflow_asks_for_no_person(house: Installation) -> None:
    await house.open("Complaint", "spied", COMPLAINT)
    async with outsider(house.server.address) as stranger:
        handle = await stranger.start_workflow(
            "Thief",
            args=[READ_CASE, {"case_id": "spied", "reader": "zhao.min"}],
            id="spy",
            task_queue=ELSEWHERE,
        )
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    assert isinstance(failed.value.cause, ActivityError)
    cause = failed.value.cause.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == ForeignRun.kind


# -- commands ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("li.na", "zhao.min"):
        (folder / name).write_bytes(key_of(name).pem)
    return folder


async def sop(house: Installation, key: Path | None, *words: str) -> Result:
    environ = {"SOP_DATA_DIRECTORY": str(house.settings.data_directory)}
    if key is not None:
        environ["SOP_IDENTITY_KEY"] = str(key)
    runner = CliRunner(env={"TEMPORAL_ADDRESS": house.server.address, "COLUMNS": "160"})
    given = Invocation(serve=serve, environ=environ)
    return await asyncio.to_thread(runner.invoke, application, list(words), obj=given)


async def test_commands_sign_where_a_key_is_set(house: Installation, keys: Path) -> None:
    sets = [word for name, value in COMPLAINT.items() for word in ("--set", f"{name}={value}")]
    mine = keys / "li.na"
    started = await sop(house, mine, "case", "start", "Complaint", "--id", "typed", *sets, "--as", "li.na")
    assert started.exit_code == 0, started.stderr
    noted = await sop(house, mine, "case", "comment", "typed", "hello", "--as", "li.na")
    assert noted.exit_code == 0, noted.stderr
    shown = await sop(house, keys / "zhao.min", "case", "show", "typed", "--as", "zhao.min", "--json")
    assert json.loads(shown.stdout)["data"]["contact"] is not None, shown.stderr
    for key, who in ((None, "li.na"), (keys / "zhao.min", "li.na")):
        refused = await sop(house, key, "case", "comment", "typed", "hello", "--as", who)
        assert (refused.exit_code, refused.stdout) == (5, ""), refused.stderr
        assert "SOP_IDENTITY_KEY" in refused.stderr
        looked = await sop(house, key, "case", "show", "typed", "--as", who)
        assert looked.exit_code == 5, looked.stdout
    nobody = await sop(house, None, "case", "show", "typed", "--json")
    assert json.loads(nobody.stdout)["data"]["contact"] is None, nobody.stderr
    assert [row.actor for row in await house.published_journal("typed")] == ["li.na", "li.na"]


async def run(house: Installation, line: str) -> tuple[int | None, str]:
    """Runs a command line as `sop sign` printed it, by the stock program."""
    first, *words = shlex.split(line)
    assert first == "temporal"
    running = await asyncio.create_subprocess_exec(
        temporal_program(),
        *words,
        *("--address", house.server.address),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await running.communicate())[0].decode()
    return running.returncode, said


async def test_the_stock_program_sends_what_sop_signed(house: Installation, keys: Path) -> None:
    mine = keys / "li.na"
    sets = [word for name, value in COMPLAINT.items() for word in ("--set", f"{name}={value}")]
    start = await sop(house, mine, "sign", "stock", "Complaint", "--start", *sets, "--as", "li.na")
    assert start.exit_code == 0, start.stderr
    code, said = await run(house, start.stdout)
    assert code == 0, said
    await until(lambda: house.journal("stock"), "the case")

    words = ("--set", "task=registered", "--set", "outcome=acknowledged", "--set", "checklist.0=soothed")
    act = await sop(house, mine, "sign", "stock", "complete_task", *words, "--as", "li.na")
    assert act.exit_code == 0, act.stderr
    await house.open("Complaint", "elsewhere", COMPLAINT)
    for altered in (act.stdout.replace("acknowledged", "withdrawn"), act.stdout.replace("id stock", "id elsewhere")):
        assert altered != act.stdout
        code, said = await run(house, altered)
        assert (code, "is not for this act" in said) == (1, True), said
    for _ in range(2):
        code, said = await run(house, act.stdout)
        assert code == 0, said
    rows = [(row.name, row.actor) for row in await house.published_journal("stock")]
    assert rows == [("Complaint", "li.na"), ("registered.acknowledged", "li.na")]


async def test_signing_says_what_is_missing(house: Installation, keys: Path, tmp_path: Path) -> None:
    bare = await sop(house, None, "sign", "C-1", "comment", "--set", "text=x", "--as", "li.na")
    assert (bare.exit_code, "set SOP_IDENTITY_KEY to its file" in bare.stderr) == (2, True)
    unknown = await sop(house, keys / "li.na", "sign", "C-1", "coment", "--set", "text=x", "--as", "li.na")
    assert (unknown.exit_code, "nobody may 'coment'" in unknown.stderr) == (5, True)
    lacking = await sop(house, keys / "li.na", "sign", "C-1", "comment", "--as", "li.na")
    assert (lacking.exit_code, "text" in lacking.stderr) == (2, True)
    lost = await sop(house, tmp_path / "none", "case", "comment", "opened", "x", "--as", "li.na")
    assert (lost.exit_code, str(tmp_path / "none") in lost.stderr) == (2, True)


async def test_a_key_is_made_once_and_shown(house: Installation, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    made = await sop(house, None, "key", "make", str(file))
    assert (made.exit_code, file.stat().st_mode & 0o777) == (0, 0o600), made.stderr
    again = await sop(house, None, "key", "make", str(file))
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)
    for shown in (await sop(house, file, "key", "show"), await sop(house, None, "key", "show", str(file))):
        assert shown.stdout == made.stdout
    assert json.loads((await sop(house, file, "key", "show", "--json")).stdout) == {"key": made.stdout.strip()}
