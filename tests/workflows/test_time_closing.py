"""A case that closes while its run was about to end: what it has promised still happens."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from sop_engine.records.notices import NoticeRow
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.mail_server import PostOffice, listening
from tests.workflows.harness import House, time_skipping_house

DUE = 4
"""Acts after which a run is to continue as new."""


def unsent(house: House, case_id: str) -> list[str]:
    table = NoticeRow.table()
    chosen = select(table.c.template).where(
        table.c.case_id == case_id, table.c.channel == "mail", table.c.status != "sent"
    )
    with house.engine.connect() as connection:
        return list(connection.execute(chosen).scalars())


async def test_a_notice_under_way_is_not_left_behind(tmp_path: Path) -> None:
    office = PostOffice("451 come again")
    with listening(office) as port:
        async with time_skipping_house(
            tmp_path, continue_after=DUE, smtp_host="127.0.0.1", smtp_port=port, smtp_from="sop@house.example"
        ) as house:
            await house.open("Complaint", "CMP-1", dict(COMPLAINT))
            for act in ACTS[:3]:
                await house.act("CMP-1", "complete_task", **act)
            for number in range(DUE):
                await house.act("CMP-1", "comment", actor="li.na", text=f"comment {number}")
            await house.act("CMP-1", "cancel", actor="zhao.min", reason="withdrawn")
            await house.pass_time(timedelta(minutes=10))
            assert unsent(house, "CMP-1")
            office.answer = "250 OK"
            await house.pass_time(timedelta(hours=1))
            assert (await house.handle("CMP-1").result())["status"] == "cancelled"
            assert not unsent(house, "CMP-1")
