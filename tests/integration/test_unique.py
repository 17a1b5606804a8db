"""Of cases with one number one has it; the others hear which, and may have it once that one is cancelled."""

from asyncio import gather
from pathlib import Path

from tests.integration.installation import Installation, until
from tests.integration.register_house import register_house

CASES = [f"VO-{number}" for number in range(6)]


async def test_one_case_has_the_number_and_another_gets_it_when_that_is_cancelled(tmp_path: Path) -> None:
    async with register_house(tmp_path / "content", tmp_path / "house") as house:
        await gather(*(house.open("Voucher", case_id, {"number": "TT-1"}) for case_id in CASES))
        await until(lambda: _all_know(house), "an answer for each")
        states = {case_id: (await house.view(case_id)).states for case_id in CASES}
        (holder,) = (case_id for case_id, each in states.items() if each == ("booking",))
        other = next(case_id for case_id in CASES if case_id != holder)
        told = next(row for row in house.journal(other) if row.kind == "unique")
        assert (told.name, told.data["holder"]) == ("unique.voucher.taken", holder)
        await house.act(holder, "cancel", actor="sun.lihua", reason="entered by mistake")
        await until(lambda: any(row.kind == "closed" for row in house.journal(holder)), "the end of the holder")
        await house.act(other, "complete_task", actor="lin.yue", outcome="again")
        await until(lambda: _is_in(house, other, "booking"), "the number")
        assert [row.name for row in await house.published_journal(other) if row.kind == "unique"] == [
            "unique.voucher.taken",
            "unique.voucher.held",
        ]


async def _all_know(house: Installation) -> bool:
    return all([(await house.view(case_id)).states != ("asking",) for case_id in CASES])


async def _is_in(house: Installation, case_id: str, state: str) -> bool:
    return (await house.view(case_id)).states == (state,)
