"""Checks a whole library: every SOP compiled and linted against the others, every ladder against the organisation."""

from __future__ import annotations

from datetime import UTC, datetime

from sop_engine.cases.compiling import compile_procedure
from sop_engine.cases.lint import Finding, Surroundings, lint, lint_ladder
from sop_engine.cases.lint_findings import Severity
from sop_engine.cases.procedure import DefinitionError
from sop_engine.content.library import Library, definition_faults
from sop_engine.content.yaml_files import YamlError, YamlFault, read_file
from sop_engine.work.catalogue import WORKS

LADDERS_FILE = "ladders.yaml"
LEDGER_FILE = "ledger.yaml"


def check_library(library: Library) -> list[YamlFault]:
    """Every error in all SOPs and ladders, with its file and line."""
    around = surroundings_of(library)
    faults = (fault for sop in library.sops for fault in check_sop(library, sop, around)[0])
    return [*check_ladders(library, around), *faults]


def check_sop(
    library: Library, sop: str, around: Surroundings | None = None
) -> tuple[list[YamlFault], list[YamlFault]]:
    """Errors and warnings in one SOP, for a case that opens today. Raises KeyError for an unknown one."""
    sop_file = library.sops[sop]
    try:
        procedure = compile_procedure(library.bundle(sop, datetime.now(UTC).date()))
    except DefinitionError as error:
        return definition_faults(sop_file, error), []
    found = lint(procedure, around or surroundings_of(library))

    def placed(severity: Severity) -> list[YamlFault]:
        return [sop_file.place(finding.path, finding.message) for finding in found if finding.severity == severity]

    return placed("error"), placed("warning")


def surroundings_of(library: Library) -> Surroundings:
    """What the SOPs of a library may name."""
    return Surroundings(
        ladders=library.ladders,
        calendars=tuple(library.calendars),
        sops={name: sop.definition for name, sop in library.sops.items()},
        organization=library.organization,
        documents=library.templates,
        notices=library.notices,
        works=WORKS,
        entries=_entries(library),
    )


def _entries(library: Library) -> tuple[str, ...] | None:
    """The posting rules of the ledger; None where it cannot be read, which its own reader reports."""
    path = library.root / LEDGER_FILE
    try:
        return tuple((read_file(path).value or {}).get("entries") or ()) if path.exists() else None
    except YamlError:
        return None


def check_ladders(library: Library, around: Surroundings | None = None) -> list[YamlFault]:
    """Every error in the ladders."""
    known = around or surroundings_of(library)
    path = library.root / LADDERS_FILE
    file = read_file(path)

    def placed(finding: Finding) -> YamlFault:
        return YamlFault(file.name, *file.place(finding.path), ".".join(map(str, finding.path)), finding.message)

    return [placed(found) for ladder in library.ladders.values() for found in lint_ladder(ladder, known)]
