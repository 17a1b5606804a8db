"""`sop task hand-over` against a worker: tried, refused to a clerk, done but for one task, ordered again."""

import json
from pathlib import Path

from tests.integration.console_beside import asking
from tests.integration.installation import Installation, installation
from tests.integration.offers import LEAVES, ORDERS, SUCCEEDS, offers

WORDS = ("task", "hand-over", "--from", LEAVES, "--to", SUCCEEDS, "--reason", "leaves the firm", "--json", "--as")
HANDED, CHECKED, OTHERS = ("O-1", "O-2", "O-3", "O-4"), "O-5", "O-6"


async def claimed(house: Installation) -> None:
    """Five tasks of who leaves, one of them in a case that the successor drafted; and one of the successor."""
    for case_id in (*HANDED, CHECKED, OTHERS):
        await house.open("Offer", case_id, {})
    await house.act(CHECKED, "complete_task", actor=SUCCEEDS, task="drafting", outcome="done")
    for case_id in (*HANDED, CHECKED):
        await house.act(case_id, "claim_task", actor=LEAVES)
    await house.act(OTHERS, "claim_task", actor=SUCCEEDS)


async def test_all_that_a_person_has_goes_to_the_successor(tmp_path: Path) -> None:
    library = offers(tmp_path / "sop_definitions")
    async with installation(tmp_path / "house") as house, house.worker(library):
        ask = asking(house)
        await claimed(house)
        before = {case_id: len(await house.published_journal(case_id)) for case_id in (*HANDED, CHECKED, OTHERS)}

        clerk = await ask(*WORDS, SUCCEEDS)
        assert (clerk.exit_code, f"{SUCCEEDS} may not hand over" in clerk.stderr) == (5, True), clerk.stderr
        tried = await ask(*WORDS, ORDERS, "--dry-run")
        assert (tried.exit_code, "4 of 5 tasks of lin.yue would be handed over" in tried.stderr) == (0, True), tried
        assert {case_id: len(house.unbroken_journal(case_id)) for case_id in before} == before

        done = json.loads((await ask(*WORDS, ORDERS)).stdout)
        assert {**json.loads(tried.stdout), "dry_run": False} == done
        why = {task["case_id"]: task["why"] for task in done["tasks"] if not task["handed"]}
        assert list(why) == [CHECKED]
        assert "four eyes: he.ping completed drafting" in why[CHECKED]
        for case_id in HANDED:
            last = (await house.published_journal(case_id))[-1]
            assert (last.kind, last.actor, last.note) == ("task_assigned", ORDERS, "leaves the firm")
            assert [task.assignee for task in (await house.view(case_id)).tasks] == [SUCCEEDS]
        after = {case_id: before[case_id] + (case_id in HANDED) for case_id in before}

        again = json.loads((await ask(*WORDS, ORDERS)).stdout)
        assert (again["handed"], [task["case_id"] for task in again["tasks"]]) == (0, [CHECKED])
        assert {case_id: len(await house.published_journal(case_id)) for case_id in before} == after
        shown = await ask(*(word for word in WORDS if word != "--json"), ORDERS, "--dry-run")
        assert (shown.exit_code, "four eyes" in shown.stdout) == (0, True), shown.stdout
