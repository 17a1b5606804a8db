"""`sop definition lint`: what is wrong with SOPs, on the screen, as JSON and as SARIF."""

import json
from datetime import UTC, datetime
from time import process_time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.console.command import command
from sop_engine.console.context import Session
from sop_engine.console.definition import SopNames, definition, read_library, unknown_sop
from sop_engine.console.file_faults import place_faults

if TYPE_CHECKING:
    from sop_engine.content.checking import Placed
    from sop_engine.content.library import Library
    from sop_engine.content.yaml_files import YamlFault

__all__ = ["definition"]
"""The group, with the command that is here."""

Deep = Annotated[bool, typer.Option("--deep", help="Play cases on the engine itself, and say what was seen.")]
Seconds = Annotated[float, typer.Option("--seconds", min=0.1, help="With --deep: seconds of computing for each SOP.")]
AsSarif = Annotated[bool, typer.Option("--sarif", help="Print the findings as SARIF 2.1.0.")]


class LintFinding(BaseModel):
    """One thing that lint found."""

    file: str
    line: int
    column: int
    path: str
    severity: str
    check: str
    message: str
    way: tuple[str, ...]
    """The events that lead there."""
    mend: str


class Explored(BaseModel):
    """How far the cases of one SOP were played."""

    sop: str
    complete: bool
    """Nothing was left to try, for the values that are tried."""
    moves: int
    states: tuple[int, int]
    """Shown, of how many."""
    transitions: tuple[int, int]

    def told(self) -> str:
        states, transitions = (f"{shown} of {all_of_them}" for shown, all_of_them in (self.states, self.transitions))
        end = "nothing left to try" if self.complete else "time was up"
        return f"{self.sop}: {states} states and {transitions} transitions shown by {self.moves:,} moves; {end}"


class LintResult(BaseModel):
    checked: tuple[str, ...]
    findings: tuple[LintFinding, ...]
    faults: tuple[str, ...]
    """Each as it is shown on the screen."""
    warnings: tuple[str, ...] = ()
    explored: tuple[Explored, ...] = ()


@command(definition, "lint", reads=True, local=True)
def lint(
    session: Session, sops: SopNames = None, deep: Deep = False, seconds: Seconds = 10, as_sarif: AsSarif = False
) -> None:
    """Check SOPs and the scenarios beside them; every fault is listed with its file and line.

    With --deep cases are played on the engine itself: which states fall silent, where acts fail, what was not shown.
    """
    from sop_engine.console.sarif import sarif
    from sop_engine.content.scenario_files import check_scenarios

    library = read_library(session)
    checked = tuple(each for sop in sops for each in _with_inner(library, sop)) if sops else tuple(sorted(library.sops))
    found, explored = look_through(library, checked, seconds if deep else None)
    found += check_scenarios(library, checked)
    found += [] if sops else shared_findings(library)
    faults = place_faults(each.fault for each in found if each.severity == "error")
    warnings = place_faults(each.fault for each in found if each.severity == "warning")
    if as_sarif:
        session.line(json.dumps(sarif(found, library.root), ensure_ascii=False, indent=2))
    elif session.as_json:
        session.json(
            LintResult(
                checked=checked,
                findings=tuple(LintFinding(**each.fault._asdict(), **_said(each)) for each in found),
                faults=tuple(map(str, faults)),
                warnings=tuple(map(str, warnings)),
                explored=tuple(explored),
            )
        )
    else:
        for played in explored:
            session.say(played.told())
        for warning in warnings:
            session.say(f"warning: {warning}")
    if faults:
        raise InvalidInput(f"{len(faults)} faults in {len(checked)} SOPs", faults)
    session.say(f"No fault in {len(checked)} SOPs")


def _with_inner(library: "Library", sop: str) -> tuple[str, ...]:
    """An SOP with those that are written inside its file; also one that there is not, which is told later."""
    found = library.sops.get(sop)
    return (sop,) if found is None else tuple(each.definition.sop for each in found.and_inner())


def look_through(
    library: "Library", sops: tuple[str, ...], seconds: float | None = None
) -> tuple[list["Placed"], list[Explored]]:
    """What is found in SOPs, each in the order of its file, and how far their cases were played for so many seconds.

    Raises `NotFound` for an unknown one.
    """
    from sop_engine.content.checking import look_at, surroundings_of

    for sop in sops:
        if sop not in library.sops:
            raise unknown_sop(library, sop)
    around = surroundings_of(library)
    found: list[Placed] = []
    explored = []
    for sop in sops:
        seen = sorted(look_at(library, sop, around))
        # What cannot run is not played; its faults are told already.
        if seconds is not None and all(each.severity != "error" for each in seen):
            played, discovered = play(library, sop, seconds)
            explored.append(played)
            seen += sorted(discovered)
        found += seen
    return found, explored


def shared_findings(library: "Library") -> list["Placed"]:
    """What is found in that which all SOPs share."""
    from sop_engine.content.checking import Placed, check_channels, check_duties, check_ladders, check_retention
    from sop_engine.content.shared.words import check_parts

    ladders = [Placed(fault, "error", "ladders") for fault in check_ladders(library)]
    duties = [Placed(fault, "error", "duties") for fault in check_duties(library)]
    channels = [Placed(fault, "error", "channels") for fault in check_channels(library)]
    kept = [Placed(fault, "error", "retention") for fault in check_retention(library)]
    parts = [Placed(fault, "warning", "shared parts") for fault in check_parts(library)]
    return [
        *ladders,
        *duties,
        *channels,
        *kept,
        *parts,
        *(Placed(fault, "error", "notices") for fault in _notice_faults(library)),
    ]


def _notice_faults(library: "Library") -> list["YamlFault"]:
    """Notices that cannot be read, and names in them that nobody provides: where such a name stands, nothing would."""
    from sop_engine.basis.suggestion import suggestion
    from sop_engine.content.library import NOTICES
    from sop_engine.content.yaml_files import YamlFault
    from sop_engine.documents.environment import KNOWN_NAMES, TemplateError
    from sop_engine.documents.notices import NoticeTemplates

    notices, found = NoticeTemplates(library.root / NOTICES), list[YamlFault]()
    for name in library.notices:
        try:
            for file, line, word in notices.undeclared(name):
                what = f"unknown name {word!r}{suggestion(word, KNOWN_NAMES)}; a notice knows {', '.join(KNOWN_NAMES)}"
                found.append(YamlFault(file, line, 1, "", what))
        except TemplateError as error:
            found += (_in_template(name, fault) for fault in error.faults)
    return list(dict.fromkeys(found))


def _in_template(name: str, fault: Fault) -> "YamlFault":
    """A fault whose place is `name.j2:3`."""
    from sop_engine.content.yaml_files import YamlFault

    file, _, line = fault.where.rpartition(":")
    return YamlFault(file or f"{name}.j2", int(line) if line.isdecimal() else 1, 1, "", fault.what)


def play(library: "Library", sop: str, seconds: float) -> tuple[Explored, list["Placed"]]:
    """Explores one SOP for so many seconds of computing: half of them for how far it comes, the rest for silence."""
    from sop_engine.content.checking import explore_sop

    begun = process_time()
    budgets = (lambda: process_time() < begun + seconds / 2, lambda: process_time() < begun + seconds)
    explored, found = explore_sop(library, sop, datetime.now(UTC), budgets)
    told = Explored(
        sop=sop,
        complete=explored.is_complete,
        moves=explored.moves,
        states=explored.states,
        transitions=explored.transitions,
    )
    return told, found


def _said(found: "Placed") -> dict[str, Any]:
    return {name: value for name, value in found._asdict().items() if name != "fault"}
