"""Finds in an SOP what compiles and yet cannot work: names that do not exist, events that nobody reports or takes,
four eyes that are one person's, expressions that fail at three in the morning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sop_engine.cases.lint.addressees import lint_addressees
from sop_engine.cases.lint.copied import lint_copied
from sop_engine.cases.lint.days import lint_days
from sop_engine.cases.lint.effects import lint_effects
from sop_engine.cases.lint.ends import lint_ends
from sop_engine.cases.lint.events import lint_events
from sop_engine.cases.lint.filled import lint_filled
from sop_engine.cases.lint.findings import Finding, Notebook, Surroundings
from sop_engine.cases.lint.four_eyes import lint_four_eyes
from sop_engine.cases.lint.gaps import lint_gaps
from sop_engine.cases.lint.past import lint_past
from sop_engine.cases.lint.promises import lint_promises
from sop_engine.cases.lint.reads import lint_reads
from sop_engine.cases.lint.silence import lint_silence
from sop_engine.cases.lint.streams import lint_streams
from sop_engine.cases.lint.visibility import lint_visibility
from sop_engine.cases.lint.work import lint_work
from sop_engine.cases.written.fields import read_value
from sop_engine.cases.written.procedure import SYSTEM_NAMES, Procedure
from sop_engine.statechart.verify import verify
from sop_engine.timekeeping.ladders import Ladder

CLIMBING = ("assignee", "supervisor", "owner")
"""Whom a rung names by their place, not their role."""

__all__ = ["Finding", "Surroundings", "lint", "lint_ladder"]


def lint(procedure: Procedure, around: Surroundings) -> tuple[Finding, ...]:
    """Everything to look at in one SOP, errors and warnings, each with its path in the definition."""
    notes = Notebook(procedure, around)
    for notes.check, look in CHECKS.items():
        look(notes)
    if all(finding.severity == "warning" for finding in notes.findings):
        for notes.check, look in DEEPER.items():
            look(notes)
    return tuple(dict.fromkeys(notes.findings))


def _chart(notes: Notebook) -> None:
    for fault in verify(notes.procedure.chart):
        # Whoever waits for an event, a clock included, is known better to `lint_events`.
        if "no transition waits" not in fault.message:
            notes.error(fault.path, fault.message)


def _head(notes: Notebook) -> None:
    definition = notes.procedure.definition
    notes.known(("owner",), "role", definition.owner, notes.procedure.bundle.superiors)
    notes.fields(("reference",), definition.reference)
    if definition.retention is not None:
        notes.period(("retention",), definition.retention)
    for name, spec in definition.data.items():
        for key in ("default", "example"):
            for fault in read_value(spec, getattr(spec, key), key)[1]:
                notes.error(("data", name, key), fault.what)
    for event, declared in definition.events.items():
        for name, spec in declared.data.items():
            for fault in read_value(spec, spec.example, "example")[1]:
                notes.error(("events", event, "data", name, "example"), fault.what)


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


CHECKS: Mapping[str, Callable[[Notebook], None]] = MappingProxyType(
    {
        "head": _head,
        "names": _names,
        "work": lint_work,
        "four_eyes": lint_four_eyes,
        "events": lint_events,
        "effects": lint_effects,
        "addressees": lint_addressees,
        "days": lint_days,
        "copied": lint_copied,
        "past": lint_past,
        "reads": lint_reads,
        "streams": lint_streams,
        "visibility": lint_visibility,
        "chart": _chart,
    }
)
"""What looks at each name and expression, by the name that its findings bear."""

DEEPER: Mapping[str, Callable[[Notebook], None]] = MappingProxyType(
    {
        "silence": lint_silence,
        "filled": lint_filled,
        "promises": lint_promises,
        "ends": lint_ends,
        "gaps": lint_gaps,
    }
)
"""What follows the ways through a chart, in which every name leads somewhere."""


def lint_ladder(ladder: Ladder, around: Surroundings) -> tuple[Finding, ...]:
    """Roles and notices that a ladder names."""
    findings: list[Finding] = []
    places = {rung.key: ("rungs", rung.key) for rung in ladder.rungs}
    for rung in (*ladder.rungs, *((ladder.reminder,) if ladder.reminds and ladder.reminder else ())):
        path = (ladder.name, *places.get(rung.key, ("then", "notify")))
        named = [name for name in (*rung.notify, rung.reassign) if name is not None and name not in CLIMBING]
        organization = around.organization
        for name in named if organization is not None else ():
            if organization is None or name not in organization.roles:
                findings.append(Finding(path, f"unknown role {name!r}"))
            elif not organization.people_of(name):
                findings.append(Finding(path, f"nobody holds the role '{name}'"))
        if rung.template is not None and around.notices is not None and rung.template not in around.notices:
            findings.append(Finding(path, f"unknown notice {rung.template!r}"))
    return tuple(findings)
