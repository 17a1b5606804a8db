"""The journal against what was sent and answered: each act that was taken once, none refused, each signal once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from tests.chaos.auditing import Difference, Found, Rows
from tests.chaos.evidence import Sent

MACHINES = frozenset({"system", "machine", "parent"})
WORDLESS = frozenset({"claim_task", "release_task"})
"""Acts that carry no text of their own."""
SLACK = timedelta(seconds=2)
"""By how much an instant may lie outside of sending and answer."""
CLOSED = ("completed", "cancelled")


def check_journals(found: Found) -> Iterator[Difference]:
    for case_id in sorted({*found.journal, *found.cases, *found.evidence.opened}):
        rows = found.journal.get(case_id, ())
        yield from _unbroken(case_id, rows)
        words = _words(rows)
        for act in found.evidence.acts(case_id):
            yield from _act(act, rows, words)
        yield from _signals(found, case_id, rows)
        yield from _strangers(found, case_id, rows)


def _unbroken(case_id: str, rows: Rows) -> Iterator[Difference]:
    steps = [row.step for row in rows]
    if not steps:
        yield Difference("journal", case_id, "it is empty")
    elif steps != list(range(1, len(steps) + 1)):
        missing = sorted({*range(1, steps[-1] + 1)} - {*steps})
        doubled = [step for step, times in Counter(steps).items() if times > 1]
        yield Difference("journal", case_id, f"steps missing {missing}, doubled {doubled}")
    if len({row.first_run_id for row in rows}) > 1:
        yield Difference("journal", case_id, "two chains of runs wrote it")


def _words(rows: Rows) -> dict[str, list[Row[Any]]]:
    """The steps in which each word of ours stands."""
    words: dict[str, list[Row[Any]]] = {}
    for row in rows:
        for word in {*_words_in(row.note), *_words_in(json.dumps(row.data, ensure_ascii=False))}:
            words.setdefault(word, []).append(row)
    return words


def _words_in(text: str | None) -> Iterator[str]:
    rest = text or ""
    while "word " in rest:
        rest = rest[rest.index("word ") :]
        yield rest[:21]
        rest = rest[21:]


def _word_of(values: Mapping[str, Any]) -> str | None:
    return next(_words_in(json.dumps(values, ensure_ascii=False, default=str)), None)


def _act(act: Sent, rows: Rows, words: Mapping[str, list[Row[Any]]]) -> Iterator[Difference]:
    if act.name in WORDLESS:
        return
    word = _word_of(act.values)
    assert word is not None, act
    standing = words.get(word, [])
    taken = [row for row in standing if row.kind != "event_held"]
    held = [row for row in standing if row.kind == "event_held"]
    times = max(len(taken), len(held))
    label = f"{act.name} {act.id} ({word})"
    if act.answer == "taken" and times != 1:
        yield Difference("acts", act.case_id, f"{label} was answered OK and stands {times} times in the journal")
    elif act.answer == "refused" and times:
        yield Difference("acts", act.case_id, f"{label} was refused ({act.said}) and stands in step {standing[0].step}")
    elif times > 1:
        yield Difference("acts", act.case_id, f"{label} got no answer and stands {times} times in the journal")
    if act.answer == "taken" and times == 1:
        yield from _told_right(act, standing[0], label)


def _told_right(act: Sent, row: Row[Any], label: str) -> Iterator[Difference]:
    if row.actor != act.values["actor"]:
        yield Difference("acts", act.case_id, f"{label} stands as {row.actor}'s in step {row.step}")
    if act.step is not None and row.step > act.step:
        yield Difference("acts", act.case_id, f"{label} was answered with step {act.step} and is step {row.step}")
    if act.answered_at is not None and not act.sent_at - SLACK <= row.at <= act.answered_at + SLACK:
        when = f"sent {act.sent_at.isoformat()}, answered {act.answered_at.isoformat()}"
        yield Difference("acts", act.case_id, f"{label}, {when}, stands at {row.at.isoformat()}")


def _signals(found: Found, case_id: str, rows: Rows) -> Iterator[Difference]:
    """Every signal has one effect: taken, refused with a reason, or kept by a case that is held or was closed so."""
    sent = [signal for signal in found.evidence.signals(case_id) if signal.answer != "refused"]
    wordless = Counter(signal.name for signal in sent if _word_of(signal.values) is None)
    words = _words(rows)
    for signal in sent:
        word = _word_of(signal.values)
        if word is None:
            continue
        kinds = Counter(row.kind for row in words.get(word, ()))
        label = f"{signal.name} {signal.id} ({word}), {signal.answer}"
        yield from _effect(found, case_id, label, kinds, times=1, is_sure=signal.answer == "taken")
    for name, times in wordless.items():
        kinds = Counter(row.kind for row in rows if row.name == name and row.actor == "machine")
        is_sure = all(signal.answer == "taken" for signal in sent if signal.name == name)
        yield from _effect(found, case_id, name, kinds, times, is_sure=is_sure)


def _effect(
    found: Found, case_id: str, label: str, kinds: Mapping[str, int], times: int, *, is_sure: bool
) -> Iterator[Difference]:
    ended = sum(kinds.get(kind, 0) for kind in ("event", "event_refused", "event_unheard"))
    kept = kinds.get("event_held", 0)
    case = found.cases.get(case_id)
    may_wait = case is not None and case.status in ("held", *CLOSED)
    heard = max(ended, min(kept + ended, times)) if may_wait else ended
    if ended > times or kept > times:
        yield Difference("signals", case_id, f"{label}: had {ended} effects, was kept {kept} times")
    elif is_sure and heard < times:
        yield Difference("signals", case_id, f"{label}: had {ended} effects of {times}, was kept {kept} times")


def _strangers(found: Found, case_id: str, rows: Rows) -> Iterator[Difference]:
    """Steps of people that nobody of ours did."""
    ours = {_word_of(act.values) for act in found.evidence.acts(case_id)}
    for row in rows:
        is_person = row.actor not in MACHINES and not row.actor.startswith("case ") and row.kind in KINDS_OF_PEOPLE
        if is_person and not {*_words_in(row.note), *_words_in(json.dumps(row.data, ensure_ascii=False))} & ours:
            if _was_told_by_parent(found, case_id, row):
                continue
            yield Difference("acts", case_id, f"step {row.step}, {row.kind} {row.name} by {row.actor}: nobody did that")


def _was_told_by_parent(found: Found, case_id: str, row: Row[Any]) -> bool:
    case = found.cases.get(case_id)
    return case is not None and case.parent is not None and row.kind in ("hold", "resume", "cancel")


KINDS_OF_PEOPLE = frozenset({"comment", "hold", "resume", "cancel", "deadline_moved", "amended", "event", "event_held"})
