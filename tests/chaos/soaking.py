"""One soak from the first case to the last look: everything at work, then everything at rest, then the audit."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from temporalio.service import RPCError

from sop_engine.channels.mail import MailServer
from sop_engine.content.library import load_library
from tests.chaos.audit_effects import check_effects, doubled_mails
from tests.chaos.audit_journal import check_journals
from tests.chaos.audit_replays import check_replays, failed_tasks
from tests.chaos.audit_state import check_word
from tests.chaos.auditing import Difference, Found, Word, word_of
from tests.chaos.evidence import Evidence
from tests.chaos.foreboding import Foreboding
from tests.chaos.hands import GaveUpError, Hands
from tests.chaos.killer import Killer
from tests.chaos.lives import Life, life_of
from tests.chaos.options import Options
from tests.chaos.readers import Readers
from tests.chaos.report import Outcome
from tests.chaos.resting import at_rest, looked, running_cases
from tests.chaos.stack import Stack, running
from tests.replay.cold import replay_cold, runs_of

Say = Callable[[str], None]

PAUSE = 0.2
"""The longest pause of a hand between two cases."""
AT_ONCE = 200
"""Cases that are opened before anything else happens."""
ENDED = 0.4
"""Share of the cases that are cancelled at the end."""


async def soak(options: Options, folder: Path, say: Say = lambda _: None) -> Outcome:
    """Runs a soak in an empty folder, which keeps what was found."""
    began = time.monotonic()
    evidence = Evidence()
    async with running(folder, options, evidence) as stack:
        say(f"{time.monotonic() - began:5.0f} s  server and {options.workers} workers answer")
        await _work(stack, evidence, options, say)
        say(f"{time.monotonic() - began:5.0f} s  the last kill is over; waiting for rest")
        busy = await at_rest(stack.house.client, evidence.opened, options.patience)
        say(f"{time.monotonic() - began:5.0f} s  at rest" if not busy else f"still busy: {len(busy)}")
        if not await looked(stack.house.client, stack.house.settings.task_queue, options.patience):
            evidence.oddities.append("the watch did not look")
        outcome = await _audit(stack, evidence, options, busy, folder, say)
    outcome.took = time.monotonic() - began
    return outcome


async def _work(stack: Stack, evidence: Evidence, options: Options, say: Say) -> None:
    """The cases at work under kills, for the soak's time; then all are brought to where somebody has answered."""
    chance = random.Random(options.seed)
    hands = Hands(stack.house, evidence, random.Random(chance.random()))
    lives = [life_of(number, hands, random.Random(chance.random())) for number in range(options.cases)]
    readers = Readers(evidence, options, random.Random(chance.random()))
    await readers.connect(stack.house)
    foreboding = Foreboding(lives, hands, random.Random(chance.random()))

    def outage() -> None:
        readers.gather_round(foreboding.ringing)

    killer = Killer(stack, evidence, options, random.Random(chance.random()), foreboding.prepare, outage)
    over, unread = asyncio.Event(), asyncio.Event()
    asking = asyncio.create_task(readers.run(unread))
    watching = asyncio.create_task(_watch(stack, readers, over))
    free: asyncio.Queue[Life] = asyncio.Queue()
    coming = asyncio.create_task(_come(lives, free, options))
    working = [asyncio.create_task(_hand(free, over, random.Random(chance.random()))) for _ in range(options.hands)]
    killing = asyncio.create_task(killer.run(over))
    patience = 0.0
    """None for answers where a part of the soak itself broke."""
    try:
        await _for_a_while(options, [asking, watching, killing, *working], evidence, say)
        patience = options.patience
    finally:
        over.set()
        hands.deadline = asyncio.get_running_loop().time() + patience
    coming.cancel()
    await asyncio.gather(killing, watching, *working)
    await foreboding.finish()
    await _end_some(lives, chance, options)
    unread.set()
    await asking


async def _for_a_while(options: Options, tasks: list[asyncio.Task[None]], evidence: Evidence, say: Say) -> None:
    """Lets everything run for the soak's time or kills; a part that breaks ends the soak at once."""
    began = time.monotonic()
    until = began + options.seconds if options.kills is None else math.inf
    while (left := until - time.monotonic()) > 0:
        done, _ = await asyncio.wait(tasks, timeout=min(left, 30), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
        done_so_far = f"{len(evidence.opened)} cases, {evidence.answers} messages, {len(evidence.kills)} kills"
        say(f"{time.monotonic() - began:5.0f} s  {done_so_far}")
        if done:
            return


async def _come(lives: list[Life], free: asyncio.Queue[Life], options: Options) -> None:
    """The first cases at once, the others one by one until half of the time is over: as on days, not as in a flood."""
    for life in lives[:AT_ONCE]:
        free.put_nowait(life)
    later = lives[AT_ONCE:]
    for life in later:
        await asyncio.sleep(options.seconds / 2 / len(later))
        free.put_nowait(life)


async def _hand(free: asyncio.Queue[Life], over: asyncio.Event, chance: random.Random) -> None:
    """Goes from case to case."""
    while not over.is_set():
        life = await free.get()
        try:
            if life.case_id:
                await life.step()
            else:
                await life.open()
        except GaveUpError:
            return
        free.put_nowait(life)
        await asyncio.sleep(chance.random() * PAUSE)


async def _watch(stack: Stack, readers: Readers, over: asyncio.Event) -> None:
    """Tells the readers of cases that other cases started."""
    while not over.is_set():
        with suppress(RPCError):  # the server is down: what was known stays known
            readers.children = await running_cases(stack.house.client)
        await asyncio.sleep(2)


async def _end_some(lives: list[Life], chance: random.Random, options: Options) -> None:
    limit = asyncio.Semaphore(options.hands)

    async def end(life: Life) -> None:
        async with limit:
            try:
                await life.cancel()
            except GaveUpError:
                return

    chosen = [life for life in lives if life.case_id and chance.random() < ENDED]
    await asyncio.gather(*(end(life) for life in chosen))


async def _audit(
    stack: Stack, evidence: Evidence, options: Options, busy: list[str], folder: Path, say: Say
) -> Outcome:
    house = stack.house
    found = Found(evidence)
    found.read(house.engine)
    sops = load_library().sops
    listed = {each.id: each.workflow_type async for each in house.client.list_workflows()}
    cases = sorted({*found.cases, *evidence.opened} | {each for each, sop in listed.items() if sop in sops})
    limit = asyncio.Semaphore(8)

    async def ask(case_id: str) -> Word | str:
        async with limit:
            return await word_of(house, case_id)

    words = dict(zip(cases, await asyncio.gather(*map(ask, cases)), strict=True))
    say(f"{len(cases)} cases were asked")
    await stack.stop_workers()
    # Nothing moves any more: rows and histories are of one moment.
    found.read(house.engine)
    found.histories = [history for case_id in cases for history in await runs_of(house.client, case_id)]
    (folder / "histories").mkdir()
    say(f"{len(found.histories)} histories are replayed")
    found.replays = await replay_cold(found.histories, folder / "histories")
    sender = MailServer(host="", port=0, sender=house.settings.smtp_from)
    differences = [Difference("rest", *map(str.strip, each.split(":", 1))) for each in busy]
    differences += [Difference("process", "the soak", oddity) for oddity in evidence.oddities]
    differences += [found_one for case_id in cases for found_one in check_word(case_id, words[case_id])]
    differences += check_journals(found)
    differences += check_effects(found, stack.office.taken, sender)
    differences += check_replays(found)
    failures = [why for history in found.histories for why in failed_tasks(history)]
    return Outcome(options, found, differences, doubled_mails(stack.office.taken), failures)
