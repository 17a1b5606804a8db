"""What lint looks with: the surroundings of an SOP, and a notebook of what is wrong in it, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.written.channels import ChannelSpec
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.filling import Filling
from sop_engine.cases.written.places import Written, paths_of_states, walk
from sop_engine.cases.written.procedure import Procedure, field_type
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.cases.written.stream import StreamSpec
from sop_engine.statechart.expressions import Expression, ExpressionError
from sop_engine.statechart.faults import Path
from sop_engine.statechart.routes import routes
from sop_engine.timekeeping.ladders import Ladder
from sop_engine.timekeeping.periods import PeriodError, parse_period, split_offset
from sop_engine.work.contract import Work

Severity = Literal["error", "warning"]

SHOWN = 6
"""Events of a way that a sentence tells."""

INSTANTS = ("datetime", "date", "any")
"""Kinds of value that a clock may run until and a milestone may be at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, with its place in the definition. A warning may be meant; an error cannot."""

    path: Path
    message: str
    severity: Severity = "error"
    check: str = "names"
    """Which check found it."""
    way: tuple[str, ...] = ()
    """The events that lead there from the opening of a case."""
    mend: str = ""

    @property
    def text(self) -> str:
        """All of it as a sentence."""
        shown = self.way if len(self.way) <= SHOWN else ("…", *self.way[-SHOWN:])
        led = f" (after {' > '.join(shown)})" if shown else ""
        return f"{self.message}{led}" + (f"; {self.mend}" if self.mend else "")


class WrittenEffect(NamedTuple):
    """An effect as it stands in a file."""

    path: Path
    kind: str
    body: Mapping[str, Any]
    given: Mapping[str, Any]
    """Its `with`."""

    @property
    def target(self) -> str:
        return str(self.body[self.kind])

    @property
    def place(self) -> Path:
        """Of the target."""
        return (*self.path, self.kind)


class Effect(Protocol):
    """A kind of effect, as far as lint asks it."""

    @property
    def keys(self) -> tuple[str, ...]: ...

    @property
    def lint(self) -> Callable[[Notebook, WrittenEffect], None]: ...


@dataclass(frozen=True)
class Surroundings:
    """What an SOP may name. None: not known here, and so not judged."""

    ladders: Mapping[str, Ladder]
    calendars: tuple[str, ...]
    effects: Mapping[str, Effect]
    sops: Mapping[str, SopDefinition]
    organization: Organization | None = None
    documents: tuple[str, ...] | None = None
    notices: tuple[str, ...] | None = None
    works: Mapping[str, Work[Any]] | None = None
    entries: tuple[str, ...] | None = None
    """The posting rules of the ledger."""
    registers: Mapping[str, RegisterSpec] | None = None
    streams: Mapping[str, StreamSpec] | None = None
    channels: Mapping[str, ChannelSpec] | None = None
    falls_silent: Callable[[str], bool] | None = None
    """Whether a case of an SOP may wait while no clock of its own runs."""


@dataclass
class Notebook:
    """Collects findings about one procedure."""

    procedure: Procedure
    around: Surroundings
    findings: list[Finding] = field(default_factory=list)
    check: str = "names"
    """The one that looks at present."""

    @cached_property
    def places(self) -> Mapping[str, Path]:
        """Where each state stands."""
        return paths_of_states(self.procedure.bundle.definition)

    @cached_property
    def actions(self) -> tuple[Written, ...]:
        """Every action of the chart, with its place."""
        return tuple(walk(self.procedure.bundle.definition))

    def may_empty(self, text: str, filled: frozenset[str]) -> tuple[str, ...]:
        """The fields that may leave an instant empty, given those that are filled; `none` where its text says so."""
        try:
            offset = split_offset(text)
            expression = self.procedure.expression(offset.base if offset is not None else text)
        except (PeriodError, ExpressionError):
            return ()
        return tuple(sorted(expression.may_empty(filled) & {*self.procedure.definition.data, "none"}))

    @cached_property
    def filling(self) -> Filling:
        return Filling(self.procedure)

    @cached_property
    def routes(self) -> Mapping[str, tuple[str, ...]]:
        """The shortest sequence of events to each state; one that is never reached is missing."""
        return routes(self.procedure.chart)

    def error(self, path: Path, message: str, *, at: str = "", mend: str = "") -> None:
        self._note(path, message, "error", at, mend)

    def warn(self, path: Path, message: str, *, at: str = "", mend: str = "") -> None:
        """Notes what may be meant; `at` is the state whose way is told."""
        self._note(path, message, "warning", at, mend)

    def _note(self, path: Path, message: str, severity: Severity, at: str, mend: str) -> None:
        self.findings.append(Finding(path, message, severity, self.check, self.routes.get(at, ()), mend))

    def known(self, path: Path, kind: str, name: str, names: Iterable[str] | None) -> bool:
        """Whether a name is among the known ones; where they are not known it passes."""
        if names is None:
            return True
        listed = tuple(names)
        if name not in listed:
            self.error(path, f"unknown {kind} {name!r}{suggestion(name, listed)}")
        return name in listed

    def expression(self, path: Path, source: str, kinds: tuple[str, ...] = ()) -> Expression | None:
        """Compiles an expression against the case's types; `kinds` are those that its value may have."""
        try:
            compiled = self.procedure.expression(source)
        except ExpressionError as error:
            self.error(path, str(error))
            return None
        for state in compiled.states:
            self.known(path, "state", state, self.procedure.shapes)
        if kinds and compiled.type.kind not in (*kinds, "any"):
            self.error(path, f"gives {compiled.type.kind}, not {' or '.join(kinds)} (in: {source})")
        return compiled

    def values(self, path: Path, values: Any) -> None:
        """Every text in a `with` is an expression."""
        if isinstance(values, str):
            self.expression(path, values)
        elif isinstance(values, Mapping):
            for key, value in values.items():
                self.values((*path, key), value)
        elif isinstance(values, list | tuple):
            for index, value in enumerate(values):
                self.values((*path, index), value)

    def period(self, path: Path, text: str) -> None:
        """A length of time, or the name of a parameter or field that holds one."""
        held = self.procedure.parameters.get(text)
        if held is None and self.holds_period(text):
            return
        written = text if held is None else str(held)
        try:
            period = parse_period(written)
        except PeriodError as error:
            names = tuple(self.procedure.parameters)
            self.error(path, f"{error}" + (suggestion(text, names) if held is None else f" (parameter {text})"))
            return
        if not period.amount:
            self.error(path, f"'{written}' is over at once")

    def holds_period(self, name: str) -> bool:
        """Whether a field of this name may hold a length of time."""
        spec = self.procedure.definition.data.get(name)
        return spec is not None and spec.type in ("text", "choice", "duration")

    def instant(self, path: Path, text: str) -> None:
        """An instant of the case: a field or expression, with or without an offset."""
        try:
            offset = split_offset(text)
        except PeriodError as error:
            self.error(path, str(error))
            return
        self.expression(path, offset.base if offset is not None else text, INSTANTS)

    def fields(self, path: Path, names: Iterable[str]) -> None:
        for name in names:
            self.known(path, "field", name, self.procedure.definition.data)

    def opens(self, path: Path, sop: str, values: Mapping[str, Any]) -> None:
        """The `with` of a case that is started: fields that it has, values that fit, nothing left out."""
        child = self.around.sops[sop]
        for name, value in values.items():
            place = (*path, "with", name)
            if self.known(place, f"field of {sop}", name, child.data):
                self.accepts(place, child, name, value)
        for name, spec in child.data.items():
            if spec.required and spec.default is None and name not in values:
                self.error((*path, "with"), f"{sop} needs {name} to open")

    def accepts(self, path: Path, child: SopDefinition, name: str, source: Any) -> None:
        """Whether the field of another SOP may hold what an expression gives."""
        if not isinstance(source, str) or name not in child.data:
            return
        try:
            given = self.procedure.expression(source).type
        except ExpressionError:
            return
        wanted = field_type(child.data[name])
        if not wanted.accepts(given):
            self.error(path, f"{child.sop}.{name} is {child.data[name].type}, the value {given.kind}")
