"""A visit on the real server, from its plan to the archive, by the acts of those who make it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sop_engine.cases.contracts.views import TaskView
from tests.integration.installation import Installation, installation, until
from tests.kept_files import kept

VISIT, FOLLOW_UP = "VST-1", "VST-1.follow-up"
VISITOR, COLLEAGUE, SUPERVISOR, ARCHIVIST = "lin.yue", "he.ping", "tang.jie", "mo.han"
CUSTOMER = "ops@blue-lake.example"
RESEARCHED = {
    "main_business": "Kitchenware",
    "logistics_need": "Sea to Hamburg",
    "cooperation_now": "Two forwarders",
    "need_analysis": "Ten boxes a month",
    "prepared_solution": "Weekly sailing",
    "is_contact_changed": False,
}
TALKED = {
    "needs": "Space to Hamburg",
    "key_points": "Price and space",
    "objections": [{"objection": "Rolled twice", "answer": "Fixed space"}],
    "intention": "strong",
    "framework": {"service_type": "FCL", "volume": "Ten boxes a month"},
    "next_actions": "A proposal",
    "proposal_promised": True,
    "signed_record": "record.pdf",
}
PROPOSED = {
    "process": "FCL, port to port",
    "cost_breakdown": "OF 9000, THC 900",
    "transit_guarantee": "32 days",
    "risk_measures": "A second carrier stands by",
    "proposal": "proposal.pdf",
}


@dataclass
class Script:
    """What people do to one case, one act after the other."""

    house: Installation
    case_id: str

    async def does(
        self, actor: str, done: str, given: Mapping[str, Any] | None = None, attached: Mapping[str, Any] | None = None
    ) -> None:
        state, _, outcome = done.partition(".")
        task = await until(lambda: self._task(state), f"{state} of {self.case_id}")
        files = [kept(self.house.engine, dict(each or {}), datetime.now(UTC)) for each in (given, attached)]
        values = {"data": files[0], "attachments": files[1], "checklist": tuple(task.checklist)}
        await self.house.act(self.case_id, "complete_task", actor=actor, task=task.task, outcome=outcome, **values)

    async def _task(self, state: str) -> TaskView | None:
        return next((each for each in (await self.house.view(self.case_id)).tasks if each.state == state), None)


async def test_a_visit_is_planned_made_reported_and_followed_up(tmp_path: Path) -> None:
    async with installation(tmp_path) as house, house.worker():
        now = datetime.now(UTC)
        await house.open("CustomerVisit", VISIT, planned(now), VISITOR)
        visit = Script(house, VISIT)
        await visit.does(VISITOR, "planning.submitted", {"aim": "Space to Hamburg"})
        await visit.does(SUPERVISOR, "approving.approved")
        await visit.does(VISITOR, "researching.ready", RESEARCHED)
        await visit.does(VISITOR, "gathering.gathered", attached={"introduction": ["firm.pdf"]})
        await visit.does(VISITOR, "clearing.cleared", {"safety_contact": COLLEAGUE})
        await visit.does(COLLEAGUE, "telling_contact.noted")
        await visit.does(VISITOR, "arriving.arrived", {"arrived_at": now.isoformat()})
        question = {"no": 1, "question": "Is Kashgar served?", "promised_at": (now + timedelta(hours=20)).isoformat()}
        due = (now + timedelta(days=3)).date().isoformat()
        await visit.does(VISITOR, "talking.talked", TALKED | {"questions": [question], "proposal_promised_on": due})
        left = {"left_at": datetime.now(UTC).isoformat(), "materials_collected": True}
        await visit.does(VISITOR, "departing.left", left)
        await visit.does(VISITOR, "reporting.reported", {"goal_reached": True, "next_plan": "A trial order"})
        await visit.does(SUPERVISOR, "reading.read")
        await until(lambda: outcome(house, VISIT, "made"), "the end of the visit")

        await followed_up(Script(house, FOLLOW_UP), Script(house, f"{FOLLOW_UP}.answering-1"))
        await until(lambda: outcome(house, FOLLOW_UP, "followed_up"), "the end of the follow-up")

        made = await house.view(VISIT)
        assert {each["template"] for each in made.documents} == {"visit_plan", "visit_record"}
        assert made.data["approved_by"] == SUPERVISOR
        kept_by = {each.clock: each.status for each in (await house.view(FOLLOW_UP)).clocks}
        assert set(kept_by.values()) == {"met"}, kept_by
        answer = await house.view(f"{FOLLOW_UP}.answering-1")
        assert {each.clock: each.status for each in answer.clocks} == {
            "answer_time#1": "met",
            "promised_answer#1": "met",
        }


def planned(now: datetime) -> dict[str, Any]:
    starts_at = now + timedelta(days=20)
    return {
        "visit_no": "V-2026-0100",
        "customer_name": "Blue Lake Trading",
        "customer_email": CUSTOMER,
        "visitor": VISITOR,
        "kind": "maintenance",
        "region": "domestic",
        "remote": True,
        "starts_at": starts_at.isoformat(),
        "expected_return_at": (starts_at + timedelta(hours=6)).isoformat(),
        "place": "Suzhou",
        "contact": "Ms Qin",
        "materials": ["Service proposal"],
        "budget": {"amount": "800.00", "currency": "CNY"},
    }


async def followed_up(visit: Script, question: Script) -> None:
    await visit.does(VISITOR, "thanking.sent")
    await question.does(VISITOR, "writing.written", {"answer": "By rail, twice a week"})
    await question.does(SUPERVISOR, "reviewing.approved")
    await visit.does(VISITOR, "proposing.sent", PROPOSED)
    await visit.does(VISITOR, "viewing.heard", {"is_proposal_read": True, "proposal_feedback": "They will try it"})
    await visit.does(VISITOR, "updating_file.updated", {"file_changes": "New buyer"})
    await visit.does(SUPERVISOR, "checking_file.agreed")
    await visit.does(ARCHIVIST, "archiving.archived")


async def outcome(house: Installation, case_id: str, expected: str) -> bool:
    return (await house.view(case_id)).outcome == expected
