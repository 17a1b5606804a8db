"""What scenarios come past in an SOP and what they name of it, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sop_engine.cases.lint.events import outcomes_of
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.scenarios import model
from sop_engine.cases.scenarios.playing import Played
from sop_engine.cases.scenarios.promises import clocks_of, delays_of, finals_of, first_alike, rungs_of
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.places import paths_of_states
from sop_engine.cases.written.procedure import Procedure
from sop_engine.statechart.faults import Path

Kind = Literal[
    "state",
    "transition",
    "guard",
    "outcome",
    "check",
    "event",
    "work",
    "child",
    "clock",
    "rung",
    "delay",
    "final",
    "episode",
]
"""Of a guard it is come past both ways: it held, and it did not."""
PROMISED: tuple[Kind, ...] = ("rung", "delay", "final")
"""Of these every one must be named by a scenario; of the others it is enough to come past, and none must."""


class Element(NamedTuple):
    """Something of an SOP that a scenario may come past."""

    kind: Kind
    name: str
    path: Path = ()


class Count(NamedTuple):
    """How many elements of a kind there are, and how many of them scenarios come past."""

    kind: Kind
    touched: int
    whole: int


@dataclass(frozen=True)
class Coverage:
    """What scenarios do with an SOP."""

    sop: str
    counts: tuple[Count, ...]
    missing: tuple[Element, ...]
    """What no scenario comes past."""
    unnamed: tuple[Element, ...]
    """What the SOP promises and no scenario names."""


def cover(procedure: Procedure, sops: Mapping[str, SopDefinition], played: Iterable[Played]) -> Coverage:
    """What some played scenarios come past in an SOP, and which of its promises they name."""
    whole = tuple(dict.fromkeys(_elements(procedure, sops)))
    turns = [turn for each in played for turn in each.rehearsal.turns if turn.procedure.sop == procedure.sop]
    named = {found for each in played for found in _named(each, procedure.sop)}
    touched = {(found.kind, found.name) for turn in turns for found in _touched(turn)} | named
    held = {name for kind, name in touched if kind == "transition"}
    touched |= {("guard", name) for name in held & {name for turn in turns for name in _passed_over(turn)}}
    kinds = dict.fromkeys(each.kind for each in whole)
    counts = []
    for kind in kinds:
        of_kind = {each.name for each in whole if each.kind == kind}
        counts.append(Count(kind, sum((kind, name) in touched for name in of_kind), len(of_kind)))
    missing = tuple(each for each in whole if (each.kind, each.name) not in touched)
    alike = first_alike(procedure)
    promised = {(kind, _of_one(name, alike)) for kind, name in named}
    unnamed = tuple(
        each for each in whole if each.kind in PROMISED and (each.kind, _of_one(each.name, alike)) not in promised
    )
    return Coverage(procedure.sop, tuple(counts), missing, unnamed)


def _of_one(name: str, alike: Mapping[str, str]) -> str:
    """The name of a rung by the first clock that is written alike."""
    clock, _, rung = name.rpartition(".")
    return f"{alike[clock]}.{rung}" if clock in alike else name


# -- what there is -----------------------------------------------------------------------------------------------------


def _elements(procedure: Procedure, sops: Mapping[str, SopDefinition]) -> Iterator[Element]:
    places = paths_of_states(procedure.bundle.definition)
    for state in procedure.chart.states.values():
        place = places.get(state.id, ())
        if state.id and state.kind != "history":
            yield Element("state", state.id, place)
        for transition in state.transitions:
            key = ("on", transition.events[0]) if transition.events else ("after" if transition.delay else "always",)
            yield Element("transition", _transition(transition.source, transition.index), (*place, *key))
            if transition.when is not None:
                yield Element("guard", _transition(transition.source, transition.index), (*place, *key))
    for name, shape in procedure.shapes.items():
        place = places.get(name, ())
        if shape.task is not None:
            for outcome in shape.task.outcomes:
                yield Element("outcome", f"{name}.{outcome}", (*place, "task", "outcomes", outcome))
            for check in shape.task.checks:
                yield Element("check", f"{name}.{check}", (*place, "task", "checks", check))
        if shape.work is not None:
            known = ("done", "failed") if "failed" in procedure.heard_after(name) else ("done",)
            yield from (Element("work", f"{name}.{end}", (*place, "work")) for end in known)
        if shape.child is not None and not shape.child.detached:
            child = sops.get(shape.child.sop)
            ends = tuple(outcomes_of(child)) if child is not None and shape.child.for_each is None else ("all",)
            yield from (Element("child", f"{name}.{end}", (*place, "case")) for end in ends)
    for name in procedure.definition.events:
        yield Element("event", name, ("events", name))
    for name, spec, place in clocks_of(procedure):
        yield Element("clock", name, place)
        yield from (Element("rung", f"{name}.{rung}", place) for rung in rungs_of(procedure, spec))
    for stream, use in procedure.definition.streams.items():
        for rule, body in use.rules.items():
            for word in body.tell:
                yield Element("episode", f"{stream}.{rule}.{word}", ("streams", stream, "rules", rule, "tell", word))
    yield from (Element("delay", name, place) for name, place in delays_of(procedure))
    yield from (Element("final", state, place) for state, _, place in finals_of(procedure))


def _transition(source: str, index: int) -> str:
    return f"{source or 'the root'}[{index}]"


# -- what scenarios come past ------------------------------------------------------------------------------------------


def _touched(turn: Turn) -> Iterator[Element]:
    """What one turn of a case comes past."""
    for taken in turn.taken:
        yield Element("transition", _transition(taken.source, taken.index))
    for running in turn.state.clocks.values():
        yield Element("clock", running.name)
    shapes = turn.procedure.shapes
    episodes = _told_of_episodes(turn.procedure)
    for step in turn.steps:
        yield from (Element("state", state) for state in step.entered)
        yield from (Element("final", state) for state in step.entered)
        match step.kind:
            case "task":
                state, _, outcome = step.name.rpartition(".")
                yield Element("outcome", step.name)
                task = shapes[state].task if state in shapes else None
                for name, check in task.checks.items() if task is not None else ():
                    if not check.outcomes or outcome in check.outcomes:
                        yield Element("check", f"{state}.{name}")
            case "work" | "child":
                yield Element(step.kind, step.name)
            case "event":
                yield Element("event", step.name)
                yield from (Element("episode", name) for name in episodes.get(step.name, ()))
                # A work that fails is told as an event of its state.
                yield Element("work", step.name)
            case "rung":
                yield Element("rung", step.name)
            case "timer":
                yield Element("delay", step.name)
            case _:
                # Acts that change no chart come past nothing.
                pass


def _told_of_episodes(procedure: Procedure) -> dict[str, list[str]]:
    """Event -> the words of episodes that it tells."""
    found: dict[str, list[str]] = {}
    for stream, use in procedure.definition.streams.items():
        for rule, body in use.rules.items():
            for word, event in body.tell.items():
                found.setdefault(event, []).append(f"{stream}.{rule}.{word}")
    return found


def _passed_over(turn: Turn) -> Iterator[str]:
    """The transitions whose guards did not hold: those of the same trigger written before one that was taken."""
    chart = turn.procedure.chart
    for taken in turn.taken:
        source = chart.states[taken.source].transitions if taken.source else chart.root.transitions
        chosen = next(each for each in source if each.index == taken.index)
        for before in source:
            is_alike = set(before.events) & set(chosen.events) or before.events == chosen.events
            if before.index < chosen.index and before.when is not None and is_alike:
                yield _transition(before.source, before.index)


def _named(played: Played, sop: str) -> Iterator[tuple[str, str]]:
    """What the expectations of a scenario name of an SOP."""
    for expected, above in _expectations(played):
        procedure = played.rehearsal.procedure(above)
        if procedure.sop != sop:
            continue
        match expected:
            case model.ClockExpected():
                clock = expected.clock.split("#", 1)[0]
                yield from (("rung", f"{clock}.{rung}") for rung in expected.reaches)
            case model.DelayExpected():
                yield "delay", expected.delay
            case model.EntryExpected():
                yield "final", expected.enters
            case model.EndExpected():
                ended = {
                    state for turn in played.rehearsal.turns if turn.state.case_id == above for state in _entered(turn)
                }
                yield from (("final", state) for state, _, _ in finals_of(procedure) if state in ended)
            case _:
                # Nothing else is a promise.
                pass


def _expectations(played: Played) -> Iterator[tuple[model.Expectation, str]]:
    """The expectations of a scenario that was played to its end, each with the id of its case."""
    if not played.holds:
        return
    for step in played.scenario.steps:
        if isinstance(step, model.Expects):
            above = played.rehearsal.case_below(step.case)
            yield from ((each, played.rehearsal.case_below(each.case, above)) for each in step.expect)
    yield from ((each, played.rehearsal.case_below(each.case)) for each in played.scenario.expectations)


def _entered(turn: Turn) -> Iterator[str]:
    return (state for step in turn.steps for state in step.entered)
