"""Cases that are asked while no worker polls, just before something happens to them: what may cost them their history.

A query without a worker waits in the task queue. An event then makes a workflow task due, and the worker that comes
takes one or the other first, by chance.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollWorkflowTaskQueueRequest
from temporalio.service import RPCError
from temporalio.worker import Worker

import worker
from activities.work_rules import load_work_rules
from sop_engine.basis.faults import SopError
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import ChildReport
from sop_engine.content.library import content_root, load_library
from sop_engine.temporal.present import PRESENT
from sop_engine.temporal.queues import CHILD_REPORT, REFERENCE_DATA
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, until
from tests.serving import serving
from workflows.case import CaseWorkflow

JOURNEY = """
sop: Journey
version: 1
title: {en: Journey, zh: 行程}
owner: operator
calendar: cn_office
initial: deciding
states:
  deciding:
    title: {en: Deciding, zh: 决定}
    task: {role: operator, outcomes: {walk: {en: Walk, zh: 步行}, weigh: {en: Weigh, zh: 称重}}}
    on: {deciding.walk: walking, deciding.weigh: weighing}
  walking:
    title: {en: Walking, zh: 步行}
    case: {sop: Walk, id: walk}
    on: {walking.home: deciding}
  weighing:
    title: {en: Weighing, zh: 称重}
    work: {activity: next_number, with: {register: "'invoice'"}}
    on: {weighing.done: deciding}
"""

WALK = """
sop: Walk
version: 1
title: {en: Walk, zh: 步行}
owner: operator
calendar: cn_office
initial: under_way
states:
  under_way:
    title: {en: Under way, zh: 途中}
    task: {role: operator, outcomes: {arrived: {en: Arrived, zh: 到达}}}
    on: {under_way.arrived: home}
  home: {title: {en: Home, zh: 到家}, final: home}
"""

OPERATOR = "zhou.jie"
RINGS_AFTER = timedelta(seconds=6)
"""Time for the worker to end and the questions to arrive."""

QUESTIONS_ARRIVE_WITHIN = 1.0
"""Seconds. Nothing tells that a query waits; one that comes later than the event is harmless."""

QUESTIONS, POLLERS = 10, 4
"""Of a case whose task is lost, and of the worker that takes it: by chance some questions outlive it."""

POLL = timedelta(seconds=3)
"""How long such a poller waits at a time; the server refuses to hold a poll of a second."""

Step = Callable[[Installation, str], Coroutine[Any, Any, None]]


async def nothing(house: Installation, case_id: str) -> None:
    pass


@dataclass(frozen=True)
class Recipe:
    """What one case lives through: with a worker, with one that leaves what cases ask for, with none, and with one
    again, which finds a question and a task."""

    prepare: Step = nothing
    begin: Step = nothing
    happen: Step = nothing
    act: Step = nothing


async def complain(house: Installation, case_id: str) -> None:
    await house.open("Complaint", case_id, COMPLAINT)


async def journey(house: Installation, case_id: str) -> None:
    await house.open("Journey", case_id, {})


async def walk(house: Installation, case_id: str) -> None:
    await journey(house, case_id)
    await house.act(case_id, "complete_task", actor=OPERATOR, outcome="walk")


async def weigh(house: Installation, case_id: str) -> None:
    await house.act(case_id, "complete_task", actor=OPERATOR, outcome="weigh")


async def start(house: Installation, case_id: str) -> None:
    opening = OpenCaseInput(data=dict(COMPLAINT))
    await house.client.start_workflow("Complaint", opening, id=case_id, task_queue=house.settings.task_queue)


async def acknowledge(house: Installation, case_id: str) -> None:
    await house.act(case_id, "complete_task", **ACTS[0])


async def classify(house: Installation, case_id: str) -> None:
    await complain(house, case_id)
    for act in ACTS[:2]:
        await house.act(case_id, "complete_task", **act)


async def assign(house: Installation, case_id: str) -> None:
    """Tells who is to look into it, by an activity of the case."""
    await house.act(case_id, "complete_task", **ACTS[2])


async def comment(house: Installation, case_id: str) -> None:
    await house.act(case_id, "comment", actor=OPERATOR, text="I was here")


async def moon_rises(house: Installation, case_id: str) -> None:
    await house.signal(case_id, "moon.rose")


async def correct_tables(house: Installation, case_id: str) -> None:
    await house.handle(case_id).signal(REFERENCE_DATA)


async def set_deadline(house: Installation, case_id: str) -> None:
    to = datetime.now(UTC) + RINGS_AFTER
    await house.act(case_id, "move_deadline", actor="zhao.min", clock="first_response", to=to, reason="now")


async def end_child(house: Installation, case_id: str) -> None:
    await house.handle(f"{case_id}.walk").terminate("by mistake")


async def report_child(house: Installation, case_id: str) -> None:
    run_id = (await house.handle(f"{case_id}.walk").describe()).run_id
    report = ChildReport(key="walking#1", case_id=f"{case_id}.walk", run_id=run_id, outcome="home", result={})
    await house.handle(case_id).signal(CHILD_REPORT, report)


RECIPES: Mapping[str, Recipe] = {
    "load": Recipe(begin=start, act=acknowledge),
    "signal while loading": Recipe(begin=start, happen=moon_rises, act=acknowledge),
    "notice's end": Recipe(prepare=classify, begin=assign, act=comment),
    "work's end": Recipe(prepare=journey, begin=weigh, act=comment),
    "corrected tables": Recipe(prepare=complain, begin=correct_tables, act=comment),
    "deadline": Recipe(prepare=complain, begin=set_deadline),
    "deadline and act": Recipe(prepare=complain, begin=set_deadline, act=comment),
    "signal": Recipe(prepare=complain, happen=moon_rises, act=comment),
    "child's end": Recipe(prepare=walk, happen=end_child, act=comment),
    "child's report": Recipe(prepare=walk, happen=report_child, act=comment),
}

AGAIN = Recipe(happen=moon_rises, act=comment)


@dataclass(frozen=True)
class Shift:
    """Workers of one process that come and go, whole or in part."""

    house: Installation
    activities: Any

    def at(self, task_queue: str) -> Shift:
        """The same at a task queue of its own."""
        settings = self.house.settings.model_copy(update={"task_queue": task_queue})
        return replace(self, house=replace(self.house, settings=settings))

    @asynccontextmanager
    async def works(self, *, cases: bool = True, tasks: bool = True) -> AsyncIterator[None]:
        """A worker that runs cases, carries out what they ask for, or both."""
        hands = Worker(
            self.house.client,
            task_queue=self.house.settings.task_queue,
            workflows=[CaseWorkflow] if cases else [],
            activities=self.activities,
            activity_executor=ThreadPoolExecutor(worker.THREADS),
            no_remote_activities=not tasks,
        )
        async with serving(hands):
            yield


def shift_of(house: Installation, folder: Path) -> Shift:
    """The workers of a house that knows journeys too. Their definitions are written to the folder."""
    root = folder / "sop_definitions"
    shutil.copytree(content_root(), root)
    (root / "service" / "Journey.yaml").write_text(JOURNEY, encoding="utf-8")
    (root / "service" / "Walk.yaml").write_text(WALK, encoding="utf-8")
    library = load_library(root)
    rules = load_work_rules(library.root, None)
    PRESENT.organization, PRESENT.places = library.organization, rules.places
    return Shift(house, worker.activities(house.settings, library, house.engine, rules))


async def ask_before_it_happens(shift: Shift, recipes: Mapping[str, Recipe]) -> list[str]:
    """Leads many cases, by their ids, through their recipes at once. Returns what the questions were answered."""
    house = shift.house

    async def each(step: str) -> None:
        await asyncio.gather(*(getattr(recipe, step)(house, case_id) for case_id, recipe in recipes.items()))

    async def all_have(is_due: bool) -> None:
        await asyncio.gather(*(has_task(house, case_id, is_due) for case_id in recipes))

    async with shift.works():
        await each("prepare")
    async with shift.works(tasks=False):
        await each("begin")
        await all_have(is_due=False)
    questions = [asyncio.create_task(ask(house, case_id)) for case_id in recipes]
    await asyncio.sleep(QUESTIONS_ARRIVE_WITHIN)
    await each("happen")
    async with shift.works(cases=False):
        await all_have(is_due=True)
    acts = [asyncio.create_task(recipe.act(house, case_id)) for case_id, recipe in recipes.items()]
    async with shift.works():
        await asyncio.gather(*acts)
        answers = await asyncio.gather(*questions)
        await all_have(is_due=False)
    return answers


async def ask(house: Installation, case_id: str) -> str:
    try:
        return (await house.view(case_id)).case_id
    except SopError as error:
        return error.text()


async def has_task(house: Installation, case_id: str, is_due: bool) -> None:
    """Waits until a workflow task of the case is due, or none is."""

    async def is_so() -> bool:
        described = (await house.handle(case_id).describe()).raw_description
        return described.HasField("pending_workflow_task") is is_due

    await until(is_so, f"{'a' if is_due else 'no'} workflow task of {case_id}")


async def lose_a_task(shift: Shift, case_id: str) -> None:
    """Lets a case be asked by many, a worker take the task of an event with it, and another come."""
    house = shift.house
    async with shift.works():
        await house.start("Complaint", case_id, COMPLAINT)
        await until(lambda: house.view(case_id), f"view of {case_id}")
    questions = [asyncio.create_task(ask(house, case_id)) for _ in range(QUESTIONS)]
    await asyncio.sleep(QUESTIONS_ARRIVE_WITHIN)
    await moon_rises(house, case_id)
    await take_and_lose(house)
    async with shift.works():
        await comment(house, case_id)
    for question in questions:
        question.cancel()


async def take_and_lose(house: Installation) -> None:
    """Takes a workflow task and does nothing with it, as a worker that is killed. Some questions are lost with it."""
    request = PollWorkflowTaskQueueRequest(
        namespace=house.client.namespace, task_queue=TaskQueue(name=house.settings.task_queue), identity="lost"
    )

    has_taken = asyncio.Event()

    async def poll() -> None:
        while not has_taken.is_set():
            with suppress(RPCError):
                taken = await house.client.workflow_service.poll_workflow_task_queue(request, timeout=POLL)
                if taken.started_event_id:
                    has_taken.set()

    # One poller alone may wait at a partition of the queue where nothing is.
    await asyncio.gather(*(poll() for _ in range(POLLERS)))
