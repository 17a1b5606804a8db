"""Finds in an SOP what compiles and yet cannot work: names that do not exist, events that nobody reports or takes,
four eyes that are one person's, expressions that fail at three in the morning."""

from __future__ import annotations

from sop_engine.cases.fields import read_value
from sop_engine.cases.lint_days import lint_days
from sop_engine.cases.lint_effects import lint_effects
from sop_engine.cases.lint_events import lint_events
from sop_engine.cases.lint_findings import Finding, Notebook, Surroundings
from sop_engine.cases.lint_past import lint_past
from sop_engine.cases.lint_work import lint_work
from sop_engine.cases.procedure import SYSTEM_NAMES, Procedure
from sop_engine.statechart.verify import verify
from sop_engine.timekeeping.ladders import Ladder

CLIMBING = ("assignee", "supervisor", "owner")
"""Whom a rung names by their place, not their role."""

__all__ = ["Finding", "Surroundings", "lint", "lint_ladder"]


def lint(procedure: Procedure, around: Surroundings) -> tuple[Finding, ...]:
    """Everything to look at in one SOP, errors and warnings, each with its path in the definition."""
    notes = Notebook(procedure, around)
    _head(notes)
    _names(notes)
    lint_work(notes)
    lint_events(notes)
    lint_effects(notes)
    lint_days(notes)
    lint_past(notes)
    for fault in verify(procedure.chart):
        # Whoever waits for an event, a clock included, is known better to `lint_events`.
        if "no transition waits" not in fault.message:
            notes.error(fault.path, fault.message)
    return tuple(dict.fromkeys(notes.findings))


def _head(notes: Notebook) -> None:
    definition = notes.procedure.definition
    notes.known(("owner",), "role", definition.owner, notes.procedure.bundle.superiors)
    notes.fields(("reference",), definition.reference)
    if definition.retention is not None:
        notes.period(("retention",), definition.retention)
    for name, spec in definition.data.items():
        for fault in read_value(spec, spec.default, "default")[1]:
            notes.error(("data", name, "default"), fault.what)


def _names(notes: Notebook) -> None:
    """Data, parameters and what the engine adds share one set of names."""
    definition = notes.procedure.definition
    system = tuple(name for name, _ in SYSTEM_NAMES)
    for kind, names in (("data", tuple(definition.data)), ("parameters", tuple(definition.parameters))):
        for name in names:
            if name in system:
                notes.error((kind, name), "the name belongs to the engine; expressions read it as such")
            if kind == "parameters" and name in definition.data:
                notes.error((kind, name), "a field has the same name")


def lint_ladder(ladder: Ladder, around: Surroundings) -> tuple[Finding, ...]:
    """Roles and notices that a ladder names."""
    roles = around.organization.roles if around.organization is not None else None
    findings: list[Finding] = []
    for rung in ladder.rungs:
        path = (ladder.name, "rungs", rung.key)
        named = [name for name in (*rung.notify, rung.reassign) if name is not None and name not in CLIMBING]
        findings += [
            Finding(path, f"unknown role {name!r}") for name in named if roles is not None and name not in roles
        ]
        if rung.template is not None and around.notices is not None and rung.template not in around.notices:
            findings.append(Finding(path, f"unknown notice {rung.template!r}"))
    return tuple(findings)
