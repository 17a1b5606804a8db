"""CustomerClassification and SatisfactionSurvey beside the register of customers."""

from datetime import UTC, datetime
from typing import Any

from sop_engine.cases.contracts.registers import GivenRow, ListRowsInput
from sop_engine.records.registers import By, RegisterRepository
from tests.workflows.desk import Desk
from tests.workflows.harness import House

MARKS = [{"criterion": "sales", "share": 60, "points": 90}, {"criterion": "potential", "share": 40, "points": 70}]


def kept(house: House) -> dict[str, dict[str, Any]]:
    """The rows of customers, by their numbers."""
    rows = RegisterRepository(house.engine).rows(ListRowsInput(register_name="customers"))
    return {row.key: row.values for row in rows.rows}


async def reviewed(house: House, case_id: str) -> Desk:
    given = {"customer_no": "C-77", "occasion": "review", "period": "2093-H2"}
    return await Desk.open(house, "CustomerClassification", case_id, **given)


async def test_a_customer_is_opened_once_graded_once_a_period_and_closed(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CustomerClassification", "CLS-1", customer_no="C-77", occasion="new")
    contacts = [{"name": "Wang Lei", "position": "Buyer"}]
    file = {"name": "Blue Lake Trading", "main_business": "Ships furniture", "contacts": contacts}
    await desk.do("lin.yue", "opening_file", "opened", **file)
    await desk.do("sun.lihua", "checking_file", "approved")
    await desk.do("lin.yue", "grading", "marked", marks=MARKS)
    await desk.do("lin.yue", "deciding", "decided", grade="B", is_key=True, looked_after_by="he.ping")
    await desk.do("chen.guodong", "approving", "approved")
    assert await desk.ended() == "graded"
    row = kept(shared_house)["C-77"]
    assert (row["name"], row["grade"], row["class"], row["owner"]) == ("Blue Lake Trading", "B", "key", "he.ping")

    again = await Desk.open(shared_house, "CustomerClassification", "CLS-2", customer_no="C-77", occasion="new")
    assert await again.ended() == "doubled"

    review = await reviewed(shared_house, "CLS-3")
    await review.task("grading")
    assert (await review.view()).data["customer_file"]["owner"] == "he.ping"
    assert await (await reviewed(shared_house, "CLS-4")).ended() == "doubled"

    end = await Desk.open(shared_house, "CustomerClassification", "CLS-5", customer_no="C-77", occasion="ended")
    await end.do("lin.yue", "ending", "entered", cooperation_ended_on="2093-11-20", end_reason="They moved abroad")
    await end.do("sun.lihua", "checking_end", "approved")
    assert await end.ended() == "ended"
    assert kept(shared_house)["C-77"]["cooperation_ended_on"] == "2093-11-20"


SCORES = {"attitude": 90, "efficiency": 80, "transport_quality": 75, "price_fairness": 60, "problem_solving": 95}


async def test_a_survey_leaves_out_who_wants_none_and_improves_what_scored_lowest(shared_house: House) -> None:
    rows = [
        GivenRow(values={"customer_no": "C-81", "name": "Red Hill", "opt_outs": ["surveys"]}),
        GivenRow(
            values={"customer_no": "C-82", "name": "Green Bay", "contacts": [{"name": "Li", "email": "li@g.example"}]}
        ),
    ]
    by = By("rows", "lin.yue", "new customers", datetime(2026, 11, 30, tzinfo=UTC))
    RegisterRepository(shared_house.engine).keep(shared_house.library.registers["customers"], rows, by)
    desk = await Desk.open(shared_house, "SatisfactionSurvey", "SUR-1", period="2093-Q4", segment="key")
    await desk.do("zhao.min", "planning", "planned", customers=["C-82", "C-81"])
    await desk.do("zheng.kai", "checking", "approved")
    await desk.reaches("collecting")
    drawn = (await desk.view()).data["sampled"]
    assert sorted(drawn) == ["C-81", "C-82"]
    left_out, asked = (desk.child(f"collecting-{drawn.index(customer) + 1}") for customer in ("C-81", "C-82"))
    assert await left_out.ended() == "left_out"
    await asked.do("li.na", "asked", "answered", callback_wanted=False, **SCORES)
    await desk.task("reporting")
    data = (await desk.view()).data
    assert (data["mean_score"], data["weakest"]) == ("80.00", ["price_fairness", "transport_quality"])
    again = await Desk.open(shared_house, "SatisfactionSurvey", "SUR-2", period="2093-Q4", segment="key")
    assert await again.ended() == "doubled"
