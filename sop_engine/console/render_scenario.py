"""Scenarios on a screen: what happened one line after another, verdicts, and what no scenario comes past."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sop_engine.cases.scenarios.coverage import Coverage
from sop_engine.cases.scenarios.instants import length_text, local_text
from sop_engine.cases.scenarios.judging import Verdict
from sop_engine.cases.scenarios.playing import Played
from sop_engine.cases.scenarios.timeline import NOTICE, PAPER, POSTING, ROW, Happening, doubts, elapsed
from sop_engine.console.render_values import EMPTY, heading, table
from sop_engine.console.words import word
from sop_engine.content.scenario_files import ScenarioFile

AROUND = 3
"""Lines of the timeline that are shown before and behind an instant at which something else was expected."""


def render_played(file: ScenarioFile, played: Played, language: str) -> RenderableType:
    """One scenario in full."""
    parts: list[RenderableType] = [
        Text(f"{file.place(played.scenario.path)}  {played.scenario.title.text(language)}", style="bold"),
        Text(),
        _timeline(played, played.rehearsal.lines, language),
        *_told(played, language),
    ]
    if played.verdicts:
        parts += [Text(), heading("expectations", language), _verdicts([(file, played)], language)]
    return Group(*parts)


def render_verdicts(played: Sequence[tuple[ScenarioFile, Played]], language: str) -> RenderableType:
    """Several scenarios: a verdict on each, and what happened around what failed."""
    made = table(("scenario", "title", "expectations", "verdict"), language, right=("expectations",))
    for _, each in played:
        verdict = word("holds" if each.holds else "fails", language)
        made.add_row(each.scenario.name, each.scenario.title.text(language), str(len(each.verdicts)), verdict)
    parts: list[RenderableType] = [made]
    for file, each in played:
        if not each.holds:
            place = Text(f"{file.place(each.scenario.path)}  {each.scenario.title.text(language)}", style="bold")
            parts += [Text(), place, _timeline(each, _around(each), language)]
    return Group(*parts)


def render_coverage(found: Iterable[Coverage], language: str) -> RenderableType:
    """How many elements of each kind are touched, of how many; what is promised and not named stands last."""
    sops = list(found)
    kinds = tuple(dict.fromkeys(count.kind for each in sops for count in each.counts))
    made = table(("sop", *kinds, "unnamed"), language, right=(*kinds, "unnamed"))
    for each in sops:
        told = {count.kind: f"{count.touched}/{count.whole}" for count in each.counts}
        made.add_row(each.sop, *(told.get(kind, EMPTY) for kind in kinds), str(len(each.unnamed)))
    return made


def _timeline(played: Played, lines: Iterable[Happening], language: str) -> Table:
    several = len(played.rehearsal.states) > 1
    made = table(("at", "working_time", *(("case",) if several else ()), "kind", "what", "who"), language)
    if not played.rehearsal.states:
        return made
    procedure = played.rehearsal.procedure(played.rehearsal.root)
    for line in lines:
        working = length_text(elapsed(procedure, played.opened_at, line.at).working)
        case = (line.case_id,) if several else ()
        who = line.to or line.actor
        made.add_row(
            local_text(line.at, procedure.calendar), working, *case, word(line.kind, language), _what(line), who
        )
    return made


def _what(line: Happening) -> str:
    values = line.values or {}
    about = f" ({values['clock']} {values['rung']})" if line.kind == NOTICE and "rung" in values else ""
    led = f" → {', '.join(line.entered)}" if line.entered else ""
    note = f": {line.note}" if line.note and line.kind not in ("task", "child") else ""
    return f"{line.name}{about}{led}{note}"


def _told(played: Played, language: str) -> Iterator[RenderableType]:
    """Notices, papers, postings and rows by name, the work that was answered plainly, and what may still move."""
    for kind in (NOTICE, PAPER, POSTING, ROW):
        counts = Counter(line.name for line in played.rehearsal.lines if line.kind == kind)
        if counts:
            yield Text(f"{word(kind, language)}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    if plain := played.rehearsal.fakes.plain:
        yield Text(
            f"{word('answered_plainly', language)}: " + ", ".join(f"{name} {count}" for name, count in plain.items())
        )
    if played.rehearsal.states:
        procedure = played.rehearsal.procedure(played.rehearsal.root)
        for doubt in doubts(procedure, played.opened_at, played.rehearsal.now):
            yield Text(f"{word('provisional', language)}: {doubt}")


def _verdicts(played: Iterable[tuple[ScenarioFile, Played]], language: str) -> Table:
    made = table(("place", "verdict", "what"), language)
    for file, each in played:
        for verdict in each.verdicts:
            made.add_row(
                file.place(verdict.path), word("holds" if verdict.holds else "fails", language), verdict.message
            )
    return made


def _around(played: Played) -> list[Happening]:
    """What happened about the instants at which something else was expected."""
    lines = played.rehearsal.lines
    shown: dict[int, None] = {}
    for verdict in played.verdicts:
        if not verdict.holds and verdict.at is not None:
            shown.update(dict.fromkeys(_near(lines, verdict)))
    return [lines[number] for number in sorted(shown)]


def _near(lines: Sequence[Happening], verdict: Verdict) -> range:
    assert verdict.at is not None
    first = next((number for number, line in enumerate(lines) if line.at >= verdict.at), len(lines))
    return range(max(0, first - AROUND), min(len(lines), first + AROUND))
