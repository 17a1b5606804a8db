"""Complaints that nobody answers, on a server whose time is skipped across the Spring Festival of 2094.

By the statute alone, Friday 5 to Monday 8 February 2094 are off and nothing is made up: deadlines are provisional. The
test fixture makes up Saturday 6 February and gives 7-14 February off. Office day 08:30-17:00 = 8.5 h.
"""

from pathlib import Path
from typing import cast

from sop_engine.timekeeping.calendar import BusinessCalendar
from tests.unit.content.exact_service import ACTIONS, DATA
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.desk import Desk
from tests.workflows.harness import House, time_skipping_house
from tests.workflows.instants import ESTIMATED, PUBLISHED, library_with, on_the_minute, reached_at, told_at

AGENTS = ["li.na", "wu.fang"]
OFFICERS = ["feng.xue", "jiang.bo"]
SUPERVISOR = ["zhao.min"]
MANAGERS = ["gao.jun", "sun.lihua"]
GENERAL = ["chen.guodong"]


async def complaint(house: House, case_id: str, **data: str) -> Desk:
    return await Desk.open(house, "Complaint", case_id, **DATA, **data)


async def acknowledged(house: House, case_id: str) -> Desk:
    desk = await complaint(house, case_id)
    await desk.do("li.na", "registered", "acknowledged")
    return desk


async def classified(house: House, case_id: str) -> Desk:
    desk = await acknowledged(house, case_id)
    await desk.do("feng.xue", "classified", "done", kind="damage", severity="normal")
    return desk


async def investigating(house: House, case_id: str) -> Desk:
    desk = await classified(house, case_id)
    await desk.do("feng.xue", "assigned", "done", responsible_unit="operations_manager")
    return desk


async def handled(house: House, case_id: str) -> Desk:
    desk = await investigating(house, case_id)
    await desk.do("huang.tao", "investigating", "plan_proposed", facts="Rain", cause="No sheet", plan="Replace")
    await desk.do("feng.xue", "approving_plan", "approved")
    await desk.do("feng.xue", "plan_told", "accepted", answer="Agreed")
    await desk.do("huang.tao", "handling", "done", actions=ACTIONS, result_text="Replaced")
    return desk


async def test_silence_across_the_statutory_spring_festival(house: House) -> None:
    await house.pass_until(china("2094-02-04 16:00"))
    unanswered = await complaint(house, "CMP-1", source="public")
    await house.pass_until(china("2094-02-04 16:30"))
    unassigned = await classified(house, "CMP-2")
    await house.pass_until(china("2094-02-04 16:45"))
    revisited = await handled(house, "CMP-3")
    await house.pass_until(china("2094-02-04 17:00"))
    unplanned = await investigating(house, "CMP-4")

    assert (await unanswered.clock("public_reply#1")).provisional
    assert not (await unanswered.clock("first_response#1")).provisional
    assert (await unassigned.clock("assigned#1")).provisional

    await house.pass_until(china("2094-02-12 09:00"))
    await unanswered.settled()

    # First response, 2 hours on the wall from Thursday 16:00: 80 % = 1 h 36 min, 150 % = 3 h, 200 % = 4 h.
    # Public reply, 1 working day: Tuesday 9 February, 17:00; 1 h on Thursday + 8.5 h = 9.5 h.
    # 80 % = 7.6 h: 6.6 h on Tuesday. 150 % = 14.25 h: 4.75 h on Wednesday. 200 % = 19 h: 1 h on Thursday 11 February.
    # After the last rung, whoever has the task and the supervisor hear of it again each working day.
    assert told_at(unanswered.notices("clock_rung")) == {
        "2094-02-04 17:36": AGENTS,
        "2094-02-04 18:00": AGENTS + SUPERVISOR,
        "2094-02-04 19:00": MANAGERS,
        "2094-02-04 20:00": GENERAL,
        "2094-02-09 15:06": OFFICERS,
        "2094-02-09 17:00": OFFICERS + SUPERVISOR,
        "2094-02-09 20:00": AGENTS + SUPERVISOR,
        "2094-02-10 13:15": MANAGERS,
        "2094-02-10 20:00": AGENTS + SUPERVISOR,
        "2094-02-11 09:30": GENERAL,
        "2094-02-11 20:00": AGENTS + SUPERVISOR,
    }
    # 1 working hour from Thursday 16:30: 30 min then, 30 min on Tuesday.
    assert reached_at(await unassigned.rungs("assigned")) == {
        "at_risk": "2094-02-09 08:48",
        "breached": "2094-02-09 09:00",
        "department_manager": "2094-02-09 09:30",
        "general_manager": "2094-02-09 10:00",
    }
    # 24 hours on the wall from Thursday 17:00: 80 % = 19 h 12 min, 200 % = 48 h.
    assert reached_at(await unplanned.rungs("plan")) == {
        "at_risk": "2094-02-05 12:12",
        "breached": "2094-02-05 17:00",
        "service_centre_manager": "2094-02-06 17:00",
    }
    # 3 working days after Thursday 4 February: Tuesday, Wednesday, Thursday 11 February, close of business.
    assert on_the_minute((await revisited.rungs("revisiting"))["breached"]) == "2094-02-11 17:00"
    assert (await unanswered.view()).sla == "breached"


async def test_silence_across_a_published_spring_festival(tmp_path: Path) -> None:
    async with time_skipping_house(tmp_path, library=library_with(PUBLISHED, tmp_path)) as house:
        await house.pass_until(china("2094-02-05 16:00"))
        unanswered = await complaint(house, "CMP-1", source="public")
        await house.pass_until(china("2094-02-05 16:45"))
        revisited = await handled(house, "CMP-2")
        await house.pass_until(china("2094-02-06 16:30"))
        unassigned = await classified(house, "CMP-3")
        assert not (await unanswered.clock("public_reply#1")).provisional
        await house.pass_until(china("2094-02-18 09:00"))
        await unanswered.settled()

        # Public reply: make-up Saturday 6 February, 17:00; 1 + 8.5 = 9.5 h. 80 % = 7.6 h: 6.6 h on Saturday.
        # 150 % = 14.25 h: 4.75 h on Monday 15 February. 200 % = 19 h: 1 h on Tuesday 16 February.
        assert told_at(unanswered.notices("clock_rung")) == {
            "2094-02-05 17:36": AGENTS,
            "2094-02-05 18:00": AGENTS + SUPERVISOR,
            "2094-02-05 19:00": MANAGERS,
            "2094-02-05 20:00": GENERAL,
            "2094-02-06 15:06": OFFICERS,
            "2094-02-06 17:00": OFFICERS + SUPERVISOR,
            "2094-02-06 20:00": AGENTS + SUPERVISOR,
            "2094-02-15 13:15": MANAGERS,
            "2094-02-15 20:00": AGENTS + SUPERVISOR,
            "2094-02-16 09:30": GENERAL,
            "2094-02-16 20:00": AGENTS + SUPERVISOR,
            "2094-02-17 09:30": OFFICERS + SUPERVISOR,
            "2094-02-17 20:00": AGENTS + SUPERVISOR,
        }
        # 1 working hour from Saturday 16:30: 30 min then, 30 min after the holiday.
        assert reached_at(await unassigned.rungs("assigned")) == {
            "at_risk": "2094-02-15 08:48",
            "breached": "2094-02-15 09:00",
            "department_manager": "2094-02-15 09:30",
            "general_manager": "2094-02-15 10:00",
        }
        # 3 working days after Friday: Saturday 6, Monday 15, Tuesday 16 February.
        assert on_the_minute((await revisited.rungs("revisiting"))["breached"]) == "2094-02-16 17:00"


async def test_a_notice_that_comes_out_moves_open_deadlines(tmp_path: Path) -> None:
    library = library_with(ESTIMATED, tmp_path / "estimated")
    async with time_skipping_house(tmp_path, library=library) as house:
        await house.pass_until(china("2094-02-05 16:00"))
        unanswered = await complaint(house, "CMP-1", source="public")
        estimated = await unanswered.clock("public_reply#1")
        # The worker reads the year's file again, as after a restart.
        cast(dict[str, BusinessCalendar], library.calendars).update(
            library_with(PUBLISHED, tmp_path / "published").calendars
        )
        await house.handle("CMP-1").signal("case.reference_data")

        async def counted_again() -> bool:
            return not (await unanswered.clock("public_reply#1")).provisional

        await house.until(counted_again, "deadlines by the notice")
        settled = await unanswered.clock("public_reply#1")
        await house.pass_until(china("2094-02-18 09:00"))
        breached = (await unanswered.rungs("public_reply"))["breached"]
    # By the statute 5 to 8 February are off: 1 working day ends on Tuesday 9 February; by the notice, on the 6th.
    assert (estimated.provisional, on_the_minute(estimated.due_at)) == (True, "2094-02-09 17:00")
    assert (settled.provisional, on_the_minute(settled.due_at)) == (False, "2094-02-06 17:00")
    assert settled.notes == ("calendar: calendar data was corrected (system)",)
    assert on_the_minute(breached) == "2094-02-06 17:00"
