"""A complaint on a server: answered and closed, reopened, withdrawn. A visit: followed up in its four parts."""

from tests.unit.content.exact_service import ACTIONS, DATA, VISIT
from tests.workflows.desk import Desk
from tests.workflows.harness import House


async def handled(desk: Desk) -> None:
    await desk.do("feng.xue", "classified", "done", kind="damage", severity="critical")
    await desk.do("zhao.min", "assigned", "done", responsible_unit="operations_manager")
    await desk.do("huang.tao", "investigating", "plan_proposed", facts="Rain", cause="No sheet", plan="Replace")
    await desk.do("zhao.min", "approving_plan", "approved")
    await desk.do("zhao.min", "plan_told", "accepted", answer="Agreed")
    await desk.do("huang.tao", "handling", "done", actions=ACTIONS, result_text="Replaced")


async def test_a_complaint_is_reopened_until_the_complainant_is_satisfied(house: House) -> None:
    desk = await Desk.open(house, "Complaint", "CMP-1", **DATA)
    await desk.do("li.na", "registered", "acknowledged")
    await handled(desk)
    await desk.do("wu.fang", "revisiting", "heard", satisfied=2, suggestion="Faster")
    await handled(desk)
    await desk.do("wu.fang", "revisiting", "heard", satisfied=5)
    await desk.do("zhao.min", "closing", "done", root_cause="No rain sheets", repeated_cause=False)
    assert await desk.ended() == "closed"
    assert (await desk.view()).data["reopened"] == 1
    assert desk.told("critical_complaint") == ["chen.guodong"] * 2
    # No mail leaves this house: whoever receives complaints calls instead.
    for told in ("received", "result"):
        call = Desk(desk.house, f"{desk.case_id}.notice.{told}#1.call")
        assert (await call.view()).states == ("calling",)


async def test_a_refused_plan_goes_to_the_supervisor(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "Complaint", "CMP-2", **DATA)
    await desk.do("li.na", "registered", "acknowledged")
    await desk.do("feng.xue", "classified", "done", kind="damage", severity="normal")
    await desk.do("feng.xue", "assigned", "done", responsible_unit="operations_manager")
    await desk.do("huang.tao", "investigating", "plan_proposed", facts="Rain", cause="No sheet", plan="Nothing")
    await desk.do("jiang.bo", "approving_plan", "approved")
    await desk.do("jiang.bo", "plan_told", "refused", answer="Not enough")
    await desk.do("huang.tao", "investigating", "plan_proposed", facts="Rain", cause="No sheet", plan="Replace")
    task = await desk.task("approving_plan")
    assert task.role == "customer_service_supervisor"
    assert desk.told("complaint_escalated") == ["zhao.min"]
    clocks = {clock.clock: clock.status for clock in (await desk.view()).clocks}
    assert (clocks["plan#1"], clocks["plan#2"]) == ("met", "paused")


async def test_a_withdrawn_complaint_ends_at_once(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "Complaint", "CMP-3", **DATA)
    await desk.do("li.na", "registered", "acknowledged")
    await desk.report("li.na", "complainant.withdrew")
    assert await desk.ended() == "withdrawn"
    assert {clock.status for clock in (await desk.view()).clocks} == {"met", "cancelled"}


async def test_a_visit_is_followed_up(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "VisitFollowUp", "VST-1", **VISIT)
    await desk.do("lin.yue", "thanking", "sent", needs="Hamburg each week", next_actions="Proposal by Thursday")
    question = Desk(shared_house, "VST-1.answering-1")
    await question.do("lin.yue", "writing", "written", answer="32 days, port to port")
    await question.do("tang.jie", "reviewing", "returned", remarks="Name the carrier")
    await question.do("lin.yue", "writing", "written", answer="32 days with MSK, port to port")
    await question.do("tang.jie", "reviewing", "approved")
    parts = {
        "process": "FCL",
        "cost_breakdown": "OF 9000",
        "transit_guarantee": "32 days",
        "risk_measures": "None known",
    }
    await desk.do("lin.yue", "proposing", "sent", **parts, proposal="proposal.pdf")
    await desk.do("lin.yue", "viewing", "heard", is_proposal_read=True, proposal_feedback="They will try it")
    await desk.do("lin.yue", "updating_file", "updated", file_changes="New buyer")
    await desk.do("tang.jie", "checking_file", "agreed")
    await desk.do("mo.han", "archiving", "archived")
    assert await desk.ended() == "followed_up"
    for teller, template in ((desk, "visit_thanks"), (question, "visit_answer"), (desk, "visit_proposal")):
        assert teller.told(template) == ["ops@blue-lake.example"]
