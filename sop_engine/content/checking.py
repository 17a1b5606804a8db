"""Checks a whole library: every SOP compiled and linted against the others, every ladder against the organisation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple, get_args

from sop_engine.cases.duties.checking import DutySurroundings, lint_duties
from sop_engine.cases.exploration.exploring import Exploration, explore
from sop_engine.cases.exploration.search import GoOn
from sop_engine.cases.lint.events import outcomes_of
from sop_engine.cases.lint.findings import Severity
from sop_engine.cases.lint.linting import Finding, Surroundings, lint, lint_ladder
from sop_engine.cases.lint.silence import falls_silent
from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.running.effects.kinds import EFFECTS
from sop_engine.cases.written.procedure import DefinitionError
from sop_engine.cases.written.retention import LEGAL_RULE, faults_of_retention
from sop_engine.content.library import Library, definition_faults
from sop_engine.content.yaml_files import YamlError, YamlFault, read_file
from sop_engine.freight.rules import RuleError
from sop_engine.work.catalogue import WORKS


class Placed(NamedTuple):
    """A finding with its place in a file; the fault's message is all of it in words."""

    fault: YamlFault
    severity: Severity
    check: str
    way: tuple[str, ...] = ()
    mend: str = ""


SEEN = "; seen: "
"""Between what was found and the way there."""
LADDERS_FILE = "ladders.yaml"
LEDGER_FILE = "ledger.yaml"


def check_sop(
    library: Library, sop: str, around: Surroundings | None = None
) -> tuple[list[YamlFault], list[YamlFault]]:
    """Errors and warnings in one SOP, for a case that opens today. Raises KeyError for an unknown one."""
    found = look_at(library, sop, around)
    errors, warnings = ([each.fault for each in found if each.severity == said] for said in get_args(Severity))
    return errors, warnings


def look_at(library: Library, sop: str, around: Surroundings | None = None) -> list[Placed]:
    """All that is found in one SOP, for a case that opens today. Raises KeyError for an unknown one."""
    sop_file = library.sops[sop]
    try:
        procedure = compile_procedure(library.bundle(sop, datetime.now(UTC).date()))
    except DefinitionError as error:
        return [Placed(fault, "error", "shape") for fault in definition_faults(sop_file, error)]
    return [
        Placed(sop_file.place(found.path, found.text), found.severity, found.check, found.way, found.mend)
        for found in lint(procedure, around or surroundings_of(library))
    ]


def explore_sop(
    library: Library, sop: str, now: datetime, budgets: tuple[GoOn, GoOn]
) -> tuple[Exploration, list[Placed]]:
    """Explores one SOP on the core that runs cases: what it came to, and what was found, placed in its file.

    The budgets say for each of the two passes whether there is still time. Raises KeyError for an unknown SOP,
    DefinitionError for one that cannot run.
    """
    sop_file = library.sops[sop]
    procedure = compile_procedure(library.bundle(sop, now.date()))
    explored = explore(procedure, {name: each.definition for name, each in library.sops.items()}, now, budgets)
    found = [
        Placed(
            sop_file.place(each.finding.path, each.finding.text + (f"{SEEN}{each.told()}" if each.way else "")),
            each.finding.severity,
            "exploration",
        )
        for each in explored.found
    ]
    return explored, found


def surroundings_of(library: Library) -> Surroundings:
    """What the SOPs of a library may name."""
    around = Surroundings(
        ladders=library.ladders,
        calendars=tuple(library.calendars),
        effects=EFFECTS,
        sops={name: sop.definition for name, sop in library.sops.items()},
        organization=library.organization,
        documents=library.templates,
        notices=library.notices,
        works=WORKS,
        entries=_entries(library),
        registers=library.registers,
        streams=library.streams,
        channels=library.channels.channels,
    )
    known: dict[str, bool] = {}

    def silent(sop: str) -> bool:
        if sop not in known and sop in library.sops:
            # Of a case that waits for another of its own kind, the rest says whether it falls silent.
            known[sop] = False
            try:
                procedure = compile_procedure(library.bundle(sop, datetime.now(UTC).date()))
                known[sop] = falls_silent(procedure, watched)
            except DefinitionError:
                return False
        return known.get(sop, False)

    watched = replace(around, falls_silent=silent)
    return watched


def _entries(library: Library) -> tuple[str, ...] | None:
    """The posting rules of the ledger; None where it cannot be read, which its own reader reports."""
    path = library.root / LEDGER_FILE
    try:
        return tuple((read_file(path).value or {}).get("entries") or ()) if path.exists() else None
    except YamlError:
        return None


def check_duties(library: Library) -> list[YamlFault]:
    """Every error in the recurring duties."""
    sops = {name: sop.definition for name, sop in library.sops.items()}
    found = lint_duties(library.schedules.duties, DutySurroundings(sops, library.festivals, library.registers))
    return [library.schedules.file.fault(finding.path, finding.message) for finding in found]


def check_channels(library: Library) -> list[YamlFault]:
    """Every error in the ways out."""
    outcomes = {name: outcomes_of(sop.definition) for name, sop in library.sops.items()}
    return library.channels.faults(library.calendars, outcomes)


def check_retention(library: Library) -> list[YamlFault]:
    """Every error in what is said about keeping files."""
    file, retention = library.retention
    if retention is None:
        return []
    fields = {name: spec.fields for name, spec in library.registers.items()}
    found = faults_of_retention(retention, library.sops, library.organization.roles, fields)
    for name, rule in retention.rules.items():
        if rule.legal is not None:
            try:
                library.legal_clocks.one(LEGAL_RULE, datetime.now(UTC).date(), rule.legal)
            except RuleError as error:
                found.append((("rules", name, "legal"), str(error)))
    return [file.fault(place, what) for place, what in found]


def check_ladders(library: Library, around: Surroundings | None = None) -> list[YamlFault]:
    """Every error in the ladders."""
    known = around or surroundings_of(library)
    path = library.root / LADDERS_FILE
    file = read_file(path)

    def placed(finding: Finding) -> YamlFault:
        return file.fault(finding.path, finding.message)

    return [placed(found) for ladder in library.ladders.values() for found in lint_ladder(ladder, known)]
