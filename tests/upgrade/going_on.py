"""How the cases of an older release are gone on with: complaints to their ends, shipments by some acts and to theirs.

Nobody knows how old the folder is: deadlines have passed or not, a wait is over or not. So each case is asked where it
stands, and the act is chosen by that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sop_engine.cases.contracts.views import CaseView, TaskView
from sop_engine.console.playing import PlayedAct, Player
from tests.integration.complaint import ACTS
from tests.integration.installation import Installation, until
from tests.integration.shipment import export_example
from tests.upgrade.stories import BLOCKED, PARTS, SHIPMENTS, Act

ANSWERS: Mapping[str, Act] = MappingProxyType(
    {
        **{act["task"]: act for act in ACTS},
        "waiting_for_complainant": {
            "actor": "li.na",
            "task": "waiting_for_complainant",
            "outcome": "answered",
            "data": {"answer": "The two on top"},
        },
        "settling_claim": {
            "actor": "feng.xue",
            "task": "settling_claim",
            "outcome": "settled",
            "data": {"compensation": "CNY 200.00", "claim_no": "CL-1"},
        },
    }
)
"""What is done in each state of a complaint."""
PLAYED_TO_THE_END = "S-money"
SOME = 4
"""Acts that other shipments see before they are given up."""
FIRST_AFTER_INCIDENT = "intake task reviewing"


async def go_on(house: Installation, case_ids: Sequence[str]) -> None:
    """All side by side, but for the one that owes money: while its invoice is overdue, its customer gets no credit."""
    if PLAYED_TO_THE_END in case_ids:
        await shipment_goes_on(house, PLAYED_TO_THE_END)
    others = [case_id for case_id in case_ids if case_id != PLAYED_TO_THE_END]
    await asyncio.gather(
        *(
            (complaint_to_its_end if case_id.startswith("C-") else shipment_goes_on)(house, case_id)
            for case_id in others
        )
    )


async def complaint_to_its_end(house: Installation, case_id: str) -> None:
    """Act by act where there is something to do; a complaint that waits, or whose task is suspended, is withdrawn."""
    view = await house.view(case_id)
    if view.status == "held":
        await house.act(case_id, "resume", actor="zhao.min")
    while (view := await house.view(case_id)).status == "open":
        act = next((ANSWERS[task.state] for task in view.tasks if _is_waiting(task)), None)
        if act is None:
            await house.act(case_id, "event", actor="li.na", name="complainant.withdrew")
        else:
            await house.act(case_id, "complete_task", **act)
    assert (view.status, view.outcome) in {("completed", "closed"), ("completed", "withdrawn")}, case_id


async def shipment_goes_on(house: Installation, case_id: str) -> None:
    """The acts of the example that it has not seen: all, or some."""
    if case_id == BLOCKED:
        await _resolve(house, f"{BLOCKED}.intake")
    if (await house.view(case_id)).status == "held":
        await house.act(case_id, "resume", actor="zhou.jie")
        # A child believes its parent once it has found the word in the parent's own history.
        await until(lambda: _are_resumed(house, case_id), f"the children of {case_id}")
    player = Player(house.gateway, export_example().model_copy(update={"id": case_id}), lambda view: None)
    script = [act for act in player.example.script if act.case in PARTS]
    stop = SHIPMENTS.get(case_id, FIRST_AFTER_INCIDENT)
    first = next(index for index, act in enumerate(script) if _label(act) == stop)
    is_whole = case_id == PLAYED_TO_THE_END
    for act in script[first:] if is_whole else script[first : first + SOME]:
        await player.ready(act)
        await player.play(await _as_asked(house, case_id, act))
    if not is_whole:
        await house.act(case_id, "cancel", actor="huang.tao", reason="the customer gives it up")
    await until(lambda: _is_closed(house, case_id), f"the end of {case_id}")
    assert (await house.view(case_id)).outcome == ("paid" if is_whole else "cancelled"), case_id


async def _as_asked(house: Installation, case_id: str, act: PlayedAct) -> PlayedAct:
    """The act with what its task asks for: a case keeps the forms of the release that it was opened with."""
    if not act.is_task:
        return act
    view = await house.view(f"{case_id}.{act.case}" if act.case else case_id)
    task = next(task for task in view.tasks if task.state == act.target)
    fields = {entry["field"] for entry in task.form}
    return act.model_copy(
        update={
            "data": {name: value for name, value in act.data.items() if name in fields},
            "checklist": tuple(name for name in act.checklist if name in task.checklist),
            "attachments": {kind: file for kind, file in act.attachments.items() if kind in task.attachments},
        }
    )


async def _are_resumed(house: Installation, case_id: str) -> bool:
    children = [child for child in (await house.view(case_id)).children if child.status == "open"]
    return all([(await house.view(child.case_id)).status != "held" for child in children])


async def _resolve(house: Installation, case_id: str) -> None:
    incident = (await house.view(case_id)).incidents[0]["incident"]
    await house.act(
        case_id, "resolve_incident", actor="zhou.jie", incident=incident, how="retry", reason="the list is back"
    )


async def _is_closed(house: Installation, case_id: str) -> bool:
    view: CaseView = await house.view(case_id)
    return view.status in ("completed", "cancelled")


def _is_waiting(task: TaskView) -> bool:
    return task.state in ANSWERS and task.status != "suspended"


def _label(act: PlayedAct) -> str:
    return f"{act.case} {act.do}"
