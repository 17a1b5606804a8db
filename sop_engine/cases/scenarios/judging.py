"""Whether what was expected of a scenario came, and what came instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sop_engine.basis.faults import NotFound
from sop_engine.basis.plain import plain
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.state import RunningClock
from sop_engine.cases.running.turn import CHART_FAILURES, Turn
from sop_engine.cases.scenarios import model
from sop_engine.cases.scenarios.instants import When, length_text, local_text, read_when
from sop_engine.cases.scenarios.rehearsal import Rehearsal
from sop_engine.cases.scenarios.timeline import NOTICE, PAPER, POSTING, ROW, WORK, Happening
from sop_engine.cases.written.procedure import Procedure
from sop_engine.statechart.faults import Path
from sop_engine.timekeeping.ladders import STILL_OVERDUE


@dataclass(frozen=True)
class Verdict:
    """Of one expectation: whether it holds, and in words what is so or what came instead."""

    path: Path
    """In the scenario's file."""
    holds: bool
    message: str
    at: datetime | None = None
    """The instant around which to look, where there is one."""


def judge(
    rehearsal: Rehearsal, expected: model.Expectation, path: Path, case: str | None = None
) -> tuple[Verdict, ...]:
    """What is to be said of one expectation, of the case below `case` that it names."""
    try:
        case_id = rehearsal.case_below(expected.case, rehearsal.case_below(case))
    except NotFound as error:
        return (Verdict(path, False, str(error)),)
    return tuple(_JUDGES[type(expected)](_View(rehearsal, case_id, path), expected))


def unexpected_incidents(
    rehearsal: Rehearsal, expected: Sequence[model.IncidentExpected], path: Path
) -> Iterator[Verdict]:
    """A verdict for each incident that no expectation speaks of."""
    for line in rehearsal.lines:
        if line.kind == "incident" and not any(each.incident in str(line.note) for each in expected):
            calendar = rehearsal.procedure(line.case_id).calendar
            when = local_text(line.at, calendar)
            message = f"{line.case_id} has an incident {line.name} since {when}: {line.note}"
            yield Verdict(path, False, message, line.at)


@dataclass(frozen=True)
class _View:
    """One case of a rehearsal, as an expectation looks at it."""

    rehearsal: Rehearsal
    case_id: str
    path: Path

    @property
    def procedure(self) -> Procedure:
        return self.rehearsal.procedure(self.case_id)

    @property
    def lines(self) -> tuple[Happening, ...]:
        return tuple(line for line in self.rehearsal.lines if line.case_id == self.case_id)

    def verdict(self, place: Path, holds: bool, message: str, at: datetime | None = None) -> Verdict:
        return Verdict((*self.path, *place), holds, message, at)

    def text(self, at: datetime) -> str:
        return local_text(at, self.procedure.calendar)

    def texts(self, instants: Sequence[datetime]) -> str:
        return ", ".join(map(self.text, instants)) or "never"

    def when(self, text: str) -> When:
        return read_when(text, self.procedure.calendar)

    def working(self, since: datetime, until: datetime) -> str:
        return f"{length_text(self.procedure.calendar.between(since, until))} working time"

    def since_opening(self, at: datetime) -> str:
        """How long after the opening, in working time."""
        opened_at = self.rehearsal.states[self.case_id].opened_at
        return f"{self.working(opened_at, at)} {'after' if at >= opened_at else 'before'} the opening"

    # -- instants ------------------------------------------------------------------------------------------------------

    def came(self, place: Path, what: str, texts: Sequence[str], came: Sequence[datetime]) -> Verdict:
        """Whether something came at the instants expected, and at no others."""
        if model.NEVER in texts:
            first = came[0] if came else None
            message = f"{what} never comes" if first is None else f"{what} came at {self.texts(came)}, expected never"
            return self.verdict(place, first is None, message, first)
        missing, others = [], list(came)
        for expected in map(self.when, texts):
            found = next((at for at in others if abs(at - expected.at) <= expected.within), None)
            if found is None:
                missing.append(expected.at)
            else:
                others.remove(found)
        if not missing and not others:
            return self.verdict(place, True, f"{what} at {self.texts(came)}", came[0] if came else None)
        return self.verdict(place, False, self._missed(what, missing, others, came), (missing or others)[0])

    def _missed(self, what: str, missing: list[datetime], others: list[datetime], came: Sequence[datetime]) -> str:
        told = []
        for expected, at in zip(missing, others, strict=False):
            how = "late" if at > expected else "early"
            by = f"{how} by {length_text(at - expected)} ({self.working(expected, at)})"
            told.append(f"{what} came at {self.text(at)}, expected {self.text(expected)}: {by}")
        for expected in missing[len(others) :]:
            instead = f"it came at {self.texts(came)}" if came else "it never came"
            when = f"{self.text(expected)} ({self.since_opening(expected)})"
            told.append(f"{what} did not come at {when}; {instead}")
        told += [f"{what} came at {self.text(at)} too ({self.since_opening(at)})" for at in others[len(missing) :]]
        return "; ".join(told)

    def counted(self, expected: Any, what: str, found: Sequence[Happening], note: str = "") -> Iterator[Verdict]:
        """Judges `times` and `at` of an expectation; without either, that something came at all."""
        came = [line.at for line in found]
        if expected.times is not None:
            holds = len(found) == expected.times
            message = f"{what}: {len(found)} times" + (
                "" if holds else f", not {expected.times}{self._seen(found) or note}"
            )
            yield self.verdict(("times",), holds, message, came[0] if came else None)
        if expected.at:
            yield self.came(("at",), what, expected.at, came)
        if expected.times is None and not expected.at:
            yield self.verdict((), bool(found), f"{what} at {self.texts(came)}" if found else f"no {what}{note}")

    def _seen(self, found: Sequence[Happening]) -> str:
        seen = "; ".join(f"{self.text(line.at)}" + (f" to {line.to}" if line.to else "") for line in found)
        return f": {seen}" if seen else ""

    # -- clocks --------------------------------------------------------------------------------------------------------

    def clock_key(self, clock: str) -> str:
        """The key of a clock's first run, or the one that is named."""
        if "#" in clock:
            return clock
        keys = (key for turn in self.turns for key, each in turn.state.clocks.items() if each.name == clock)
        return next(keys, f"{clock}#1")

    def clock(self, key: str) -> RunningClock | None:
        """The clock as it was last seen."""
        return next((turn.state.clocks[key] for turn in reversed(self.turns) if key in turn.state.clocks), None)

    @property
    def turns(self) -> list[Turn]:
        return [turn for turn in self.rehearsal.turns if turn.state.case_id == self.case_id]


def _clock(view: _View, expected: model.ClockExpected) -> Iterator[Verdict]:
    key = view.clock_key(expected.clock)
    rungs: dict[str, list[datetime]] = {}
    for line in view.lines:
        if line.is_rung(key) and line.values is not None:
            rungs.setdefault(str(line.values["rung"]), []).append(line.at)
    for rung, texts in expected.reaches.items():
        yield view.came(("reaches", rung), f"{expected.clock}.{rung}", texts, rungs.get(rung, []))
    if expected.reaches and expected.only:
        for rung, came in rungs.items():
            if rung not in expected.reaches and rung != STILL_OVERDUE:
                message = f"{expected.clock}.{rung} came at {view.texts(came)} ({view.since_opening(came[0])})"
                yield view.verdict(("reaches",), False, f"{message}, and nobody expects it", came[0])
    yield from _told(view, expected, key)
    running = view.clock(key)
    if expected.status is not None:
        is_so = running.clock.status if running is not None else "not started"
        message = f"the clock {expected.clock} is {is_so}" + (
            "" if is_so == expected.status else f", not {expected.status}"
        )
        yield view.verdict(("status",), is_so == expected.status, message)
    if expected.due is not None:
        due = [running.due_at] if running is not None and running.due_at is not None else []
        yield view.came(("due",), f"the due instant of {expected.clock}", (expected.due,), due)


def _told(view: _View, expected: model.ClockExpected, key: str) -> Iterator[Verdict]:
    notices = [line for line in view.lines if line.kind == NOTICE and (line.values or {}).get("clock") == key]
    for rung, names in expected.tells.items():
        told = dict.fromkeys(line.to for line in notices if (line.values or {}).get("rung") == rung)
        holds = set(told) == set(names)
        message = f"{expected.clock}.{rung} told {', '.join(told) or 'nobody'}"
        yield view.verdict(("tells", rung), holds, message + ("" if holds else f", not {', '.join(names)}"))


def _notice(view: _View, expected: model.NoticeExpected) -> Iterator[Verdict]:
    sent = [line for line in view.lines if line.kind == NOTICE and line.name == expected.notice]
    wanted = plain(expected.with_)
    found = [line for line in sent if expected.to in (None, line.to) and _contains(plain(line.values), wanted)]
    what = f"notice '{expected.notice}'" + (f" to {expected.to}" if expected.to else "")
    others = ", ".join(dict.fromkeys(line.to for line in sent))
    note = f"; it went to {others}" if others else "; it went to nobody"
    said = f" with {plain(sent[-1].values)}" if sent and wanted else ""
    yield from view.counted(expected, what + (f" with {wanted}" if wanted else ""), found, note + said)


def _enters(view: _View, expected: model.EntryExpected) -> Iterator[Verdict]:
    found = [line for line in view.lines if expected.enters in line.entered]
    yield from view.counted(expected, f"entry of '{expected.enters}'", found, _where(view))


def _delay(view: _View, expected: model.DelayExpected) -> Iterator[Verdict]:
    found = [line for line in view.lines if line.kind == "timer" and line.name == expected.delay]
    yield from view.counted(expected, f"delay '{expected.delay}'", found)


def _paper(view: _View, expected: model.PaperExpected) -> Iterator[Verdict]:
    yield from _named(view, expected, PAPER, expected.paper)


def _posting(view: _View, expected: model.PostingExpected) -> Iterator[Verdict]:
    yield from _named(view, expected, POSTING, expected.posting)


def _named(view: _View, expected: Any, kind: str, name: str) -> Iterator[Verdict]:
    found = [line for line in view.lines if line.kind == kind and line.name == name]
    yield from view.counted(expected, f"{kind} '{name}'", found)


def _work(view: _View, expected: model.WorkExpected) -> Iterator[Verdict]:
    yield from _asked(view, expected, WORK, f"work '{expected.work}'", expected.work)


def _keeps(view: _View, expected: model.KeptExpected) -> Iterator[Verdict]:
    yield from _asked(view, expected, ROW, f"row of '{expected.keeps}'", expected.keeps)


def _asked(
    view: _View, expected: model.WorkExpected | model.KeptExpected, kind: str, what: str, name: str
) -> Iterator[Verdict]:
    asked = [line for line in view.lines if line.kind == kind and line.name == name]
    wanted = plain(expected.with_)
    found = [line for line in asked if _contains(plain(line.values), wanted)]
    note = f"; it was asked with {plain(asked[-1].values)}" if asked and wanted else ""
    yield from view.counted(expected, what + (f" with {wanted}" if wanted else ""), found, note)


def _contains(whole: Any, part: Any) -> bool:
    """Whether what is named in a part is so in the whole; figures may be written as text."""
    if isinstance(part, Mapping):
        return isinstance(whole, Mapping) and all(key in whole and _contains(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(_contains, whole, part))
    return bool(whole == part) or (not isinstance(part, bool) and str(whole) == str(part))


def _ends(view: _View, expected: model.EndExpected) -> Iterator[Verdict]:
    closed = [line for line in view.lines if line.kind == "closed"]
    outcome = closed[0].name if closed else None
    holds = outcome == expected.ends
    so = f"the case ended as {outcome}" if closed else f"the case is open{_where(view)}"
    at = closed[0].at if closed else None
    yield view.verdict((), holds, so if holds else f"{so}, not as {expected.ends}", at)
    if holds and expected.at:
        yield view.came(("at",), f"the end as {outcome}", expected.at, [line.at for line in closed])


def _in(view: _View, expected: model.InExpected) -> Iterator[Verdict]:
    configuration = view.rehearsal.states[view.case_id].snapshot.configuration
    absent = [state for state in expected.in_ if state not in configuration]
    message = f"the case is not in {', '.join(absent)}{_where(view)}" if absent else f"in {', '.join(expected.in_)}"
    yield view.verdict((), not absent, message, view.rehearsal.now)


def _holds(view: _View, expected: model.HoldsExpected) -> Iterator[Verdict]:
    turn = Turn(view.procedure, view.rehearsal.states[view.case_id], view.rehearsal.now)
    turn.face(view.rehearsal.now, SYSTEM)
    try:
        holds, why = turn.holds(expected.holds), ""
    except CHART_FAILURES as error:
        holds, why = False, f"; {error}"
    reads = {name: plain(turn.data.get(name)) for name in view.procedure.expression(expected.holds).reads}
    message = f"holds: {expected.holds}" if holds else f"does not hold: {expected.holds}; {reads}{why}"
    yield view.verdict((), holds, message, view.rehearsal.now)


def _incident(view: _View, expected: model.IncidentExpected) -> Iterator[Verdict]:
    notes = [str(line.note) for line in view.lines if line.kind == "incident"]
    holds = any(expected.incident in note for note in notes)
    instead = "; ".join(notes) or "there is none"
    yield view.verdict(
        (), holds, f"incident: {expected.incident}" if holds else f"no incident with '{expected.incident}': {instead}"
    )


def _where(view: _View) -> str:
    """Where the case stands."""
    state = view.rehearsal.states[view.case_id]
    return f" (it ended as {state.outcome})" if state.is_closed else f" (in {', '.join(state.snapshot.configuration)})"


_JUDGES: Mapping[type[model.Expectation], Callable[[_View, Any], Iterator[Verdict]]] = MappingProxyType(
    {
        model.ClockExpected: _clock,
        model.NoticeExpected: _notice,
        model.EntryExpected: _enters,
        model.DelayExpected: _delay,
        model.PaperExpected: _paper,
        model.PostingExpected: _posting,
        model.WorkExpected: _work,
        model.KeptExpected: _keeps,
        model.EndExpected: _ends,
        model.InExpected: _in,
        model.HoldsExpected: _holds,
        model.IncidentExpected: _incident,
    }
)
