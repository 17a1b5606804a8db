"""Persons, units, deputies and absence against a worker: what the command line shows, fills in and is refused."""

import json
import shutil
from pathlib import Path

import pytest
from temporalio.client import WorkflowFailureError

from sop_engine.content.library import Library, content_root, load_library
from tests.integration.console_beside import asking
from tests.integration.installation import Installation, installation, until
from worker import staff_of

OFFER = """
sop: Offer
version: 1
title: {en: Offer, zh: 报价}
owner: sales_rep
calendar: cn_office
data:
  author: {type: person, required: true, title: {en: Author, zh: 作者}}
  company: {type: unit, kind: company, title: {en: Company, zh: 公司}}
initial: drafting
states:
  drafting:
    title: {en: Drafting, zh: 起草}
    task: {role: sales_rep, person: author, outcomes: {done: {en: Drafted, zh: 完成}}}
    on: {drafting.done: checking}
  checking:
    title: {en: Checking, zh: 复核}
    task: {role: sales_rep, distinct_from: [drafting], outcomes: {done: {en: Checked, zh: 完成}}}
    on: {checking.done: sending}
  sending:
    title: {en: Sending, zh: 发送}
    task: {same_as: drafting, outcomes: {done: {en: Sent, zh: 完成}}}
    on: {sending.done: tracing}
  tracing:
    title: {en: Tracing, zh: 跟踪}
    task: {role: tracking_clerk, unit: company, assign: least_busy, outcomes: {done: {en: Traced, zh: 完成}}}
    on: {tracing.done: closed}
  closed: {title: {en: Closed, zh: 结束}, final: closed}
"""
AWAY, DEPUTY, BOSS = "lin.yue", "he.ping", "sun.lihua"


def offers(root: Path) -> Library:
    """The packaged procedures and this one."""
    shutil.copytree(content_root(), root)
    (root / "sales" / "Offer.yaml").write_text(OFFER, encoding="utf-8")
    return load_library(root)


async def traced_by(house: Installation, case_id: str) -> str | None:
    """To whom the tracing was given, once that is known."""
    await until(lambda: any(row.kind == "task_assigned" for row in house.journal(case_id)), f"a choice for {case_id}")
    return (await house.view(case_id)).tasks[0].assignee


async def test_a_deputy_does_what_the_command_line_finds_and_no_review_of_it(tmp_path: Path) -> None:
    library = offers(tmp_path / "sop_definitions")
    async with installation(tmp_path / "house") as house, house.worker(library):
        ask = asking(house)
        await house.open("Offer", "O-1", {"author": AWAY, "company": "shanghai"})
        complete = ("task", "complete", "O-1", "done", "--as")

        early = await ask(*complete, DEPUTY)
        assert (early.exit_code, "it is for another person" in early.stderr) == (5, True), early.stderr
        for who in (DEPUTY, "zhou.jie"):
            foreign = await ask("person", "away", AWAY, "--until", "2099-12-31", "--reason", "asked", "--as", who)
            assert (foreign.exit_code, "no role that keeps absences" in foreign.stderr) == (5, True), foreign.stderr
        said = await ask("person", "away", AWAY, "--until", "2099-12-31", "--reason", "asked", "--as", AWAY)
        assert (said.exit_code, f"{AWAY} is away from" in said.stderr) == (0, True), said.stderr
        staff_of(library, house.engine).look()

        shown = json.loads((await ask("person", "list", "--away", "--json")).stdout)
        assert [line["person"] for line in shown["people"]] == [AWAY]
        mine = json.loads((await ask("inbox", "--json", "--as", DEPUTY)).stdout)
        assert [(line["key"], line["person"], line["on_behalf_of"]) for line in mine["tasks"]] == [
            ("drafting#1", AWAY, AWAY)
        ]
        assert json.loads((await ask("inbox", "--json", "--as", "zhou.jie")).stdout)["total"] == 0

        done = await ask(*complete, DEPUTY)
        assert (done.exit_code, f"done for {AWAY}, who is away" in done.stderr) == (0, True), done.stderr
        (step,) = [each for each in await house.timeline("O-1") if each.name == "drafting.done"]
        assert (step.actor, step.on_behalf_of) == (DEPUTY, AWAY)
        for hand in ((DEPUTY,), (AWAY,), (DEPUTY, "--for", AWAY)):
            refused = await ask(*complete, *hand)
            assert (refused.exit_code, "four eyes" in refused.stderr) == (5, True), refused.stderr
        given = await ask("task", "assign", "O-1", "--to", DEPUTY, "--as", BOSS)
        assert (given.exit_code, "four eyes" in given.stderr) == (5, True), given.stderr
        for who in (DEPUTY, AWAY):
            assert json.loads((await ask("inbox", "--json", "--as", who)).stdout)["total"] == 0

        over = await ask("task", "skip", "O-1", "--outcome", "done", "--reason", "by phone", "--as", BOSS)
        assert over.exit_code == 0, over.stderr
        assert (await house.view("O-1")).tasks[0].person == AWAY
        back = await ask("person", "back", AWAY, "--reason", "here again", "--as", AWAY)
        assert (back.exit_code, "is here again" in back.stderr) == (0, True), back.stderr
        staff_of(library, house.engine).look()
        late = await ask(*complete, DEPUTY, "--for", AWAY)
        assert (late.exit_code, f"{AWAY} is not away" in late.stderr) == (5, True), late.stderr
        assert (await ask(*complete, AWAY)).exit_code == 0
        assert await traced_by(house, "O-1") in ("qin.lan", "yu.fei")


async def test_tasks_are_shared_out_within_their_unit(tmp_path: Path) -> None:
    library = offers(tmp_path / "sop_definitions")
    async with installation(tmp_path / "house") as house, house.worker(library):
        ask = asking(house)
        wrong = await ask("case", "start", "Offer", "--set", "author=nobody", "--set", "company=sales", "--as", AWAY)
        assert wrong.exit_code == 2, wrong.stderr
        assert "'nobody' is no person" in wrong.stderr
        assert "'sales' is no company" in wrong.stderr
        got = []
        for number in range(4):
            case_id = f"T-{number}"
            await house.open("Offer", case_id, {"author": AWAY, "company": "shanghai"})
            for actor in (AWAY, DEPUTY, AWAY):
                await house.act(case_id, "complete_task", actor=actor, outcome="done")
            got.append(await traced_by(house, case_id))
        assert sorted(filter(None, got)) == ["qin.lan", "qin.lan", "yu.fei", "yu.fei"]
        elsewhere = await ask("task", "complete", "T-0", "done", "--as", "jin.hao")
        assert (elsewhere.exit_code, "tracking_clerk in shanghai" in elsewhere.stderr) == (5, True), elsewhere.stderr
        listed = json.loads((await ask("person", "list", "--unit", "shanghai", "--json")).stdout)
        assert [line["person"] for line in listed["people"]] == ["yu.fei", "qin.lan"]


async def test_a_superior_gives_a_task_and_nobody_else_does(tmp_path: Path) -> None:
    """By the command line, and past it: an opening has no validator."""
    async with installation(tmp_path / "house") as house, house.worker():
        ask = asking(house)
        issue = ("task", "issue", "--to", "zhou.jie", "--due", "2099-01-01T09:00+08:00", "--about", "Count the yard")
        beside = await ask(*issue, "--as", "xu.ming")
        assert (beside.exit_code, "no role above operator" in beside.stderr) == (5, True), beside.stderr
        given = await ask(*issue, "--id", "YARD-1", "--as", "huang.tao")
        assert (given.exit_code, given.stdout.strip()) == (0, "YARD-1"), given.stderr
        mine = json.loads((await ask("inbox", "--json", "--as", "zhou.jie")).stdout)
        assert [(line["case_id"], line["person"], line["role"]) for line in mine["tasks"]] == [
            ("YARD-1", "zhou.jie", "operator")
        ]
        done = await ask("task", "complete", "YARD-1", "done", "--set", "result=14", "--as", "zhou.jie")
        assert done.exit_code == 0, done.stderr

        data = {
            "recipient": "huang.tao",
            "capacity": "operations_manager",
            "about": "x",
            "due_at": "2099-01-01T09:00+08:00",
        }
        handle = await house.client.start_workflow(
            "AdHocTask", {"data": data, "actor": "zhou.jie"}, id="YARD-2", task_queue=house.settings.task_queue
        )
        with pytest.raises(WorkflowFailureError) as refused:
            await handle.result()
        assert "zhou.jie may not open a AdHocTask for huang.tao" in str(refused.value.cause)
