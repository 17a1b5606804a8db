"""A scenario as it is written: what is given, what happens when, and what must have come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from sop_engine.basis.models import Frozen, Title
from sop_engine.cases.written.terms import Names
from sop_engine.statechart.faults import Path
from sop_engine.timekeeping.sla_clock import ClockStatus

NEVER = "never"
"""In place of an instant: it must not come."""


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Instants = Annotated[tuple[str, ...], BeforeValidator(_several, json_schema_input_type=str | tuple[str, ...])]
"""One instant or several, each as `instants.read_when` reads it."""
Values = dict[str, Any]


class _Written(Frozen):
    """Part of a scenario; `word` is the key by which its kind is known."""

    word: ClassVar[str] = ""


# -- given -------------------------------------------------------------------------------------------------------------


class ChildFake(_Written):
    """A child that is not played: it ends as is said, or says nothing."""

    ends: str | None = None
    after: str | None = None
    """A period from its start; at once where nothing is said."""
    with_: Values = Field(default={}, alias="with")
    """Its result."""


class Given(_Written):
    """How the case begins, and what answers it."""

    at: str
    data: Values = {}
    by: str | None = None
    """The person who opens it."""
    answers: dict[str, Any] = {}
    """Automated work -> its result, a list of results for one call after another, or `{fails: why}`."""
    reads: dict[str, Any] = {}
    """Read -> the fields of its row, a list of rows for one answer after another, or none where there is none."""
    unique: dict[str, str] = {}
    """Unique value -> another case that has it; one that is not named here is the case's own."""
    notices: dict[str, Literal["kept", "failed", "silent"]] = {}
    """Notice that is waited for -> what comes of it at once; one that is not named here is kept. Of a silent one a step
    tells what came."""
    children: dict[str, ChildFake | None] = {}
    """State -> the child that is faked there; others are played, as is one that is none."""


# -- when --------------------------------------------------------------------------------------------------------------


class Moment(_Written):
    """One thing that happens, at an instant or at once after the step before it."""

    at: str | None = None


class Step(Moment):
    """One that happens to the case, or to one below it."""

    case: str | None = None
    """The way to a case below: the state that waits for it, `intake` or `intake/booking`."""


class Act(Step):
    """What a person does."""

    person: str
    with_: Values = Field(default={}, alias="with")
    reason: str | None = None
    refused: str | None = None
    """Words of the refusal that is expected; the case goes on as if nothing had been said."""


class Completes(Act):
    """A task is completed: `<state>.<outcome>`."""

    word: ClassVar[str] = "completes"
    completes: str
    ticks: Names | None = None
    """What is ticked of the checklist; all of it where nothing is said."""
    attaches: dict[str, tuple[Any, ...]] = {}
    """Kind -> files, by name or as `{file: name, content: text}`; as many as the task wants where nothing is said."""
    happened_at: str | None = None


class Reports(Act):
    """A person reports an event."""

    word: ClassVar[str] = "reports"
    reports: str
    happened_at: str | None = None


class Does(Act):
    """Any other act, by its name; `with` has what it takes."""

    word: ClassVar[str] = "does"
    does: str


class Hears(Step):
    """Another system tells an event."""

    word: ClassVar[str] = "machine"
    machine: str
    with_: Values = Field(default={}, alias="with")


class ReadingsCome(Moment):
    """Readings of a stream come, all at once; cases hear of the episodes in them."""

    word: ClassVar[str] = "readings"
    readings: str
    with_: Values = Field(default={}, alias="with")
    """What each of them says."""
    rows: tuple[Values, ...] = Field(default=({},), min_length=1)
    """What each says beside: `at`, when it was taken, where that is not when it came, and fields of the stream."""


class ChildEnds(Step):
    """A child that is faked without an end ends now."""

    word: ClassVar[str] = "child"
    child: str
    ends: str
    with_: Values = Field(default={}, alias="with")


class NoticeComes(Step):
    """What comes of a notice that is waited for: `<as>.kept`, `<as>.failed`, `<as>.withdrawn`."""

    word: ClassVar[str] = "hears"
    hears: str
    happened_at: str | None = None


class Silence(_Written):
    """Nobody does anything until an instant; what is due at that very instant has happened then."""

    word: ClassVar[str] = "silence"
    silence: str


# -- then --------------------------------------------------------------------------------------------------------------


class Expectation(_Written):
    """Something that must hold, of the case or of one below it."""

    case: str | None = None


class ClockExpected(Expectation):
    """When the first run of a clock, or the one that is named (`posting#2`), reached which rung, and how it ended."""

    word: ClassVar[str] = "clock"
    clock: str
    reaches: dict[str, Instants] = {}
    only: bool = True
    """Whether a rung that is not named is a fault. Reminders after the last rung are none."""
    tells: dict[str, Names] = {}
    """Rung -> every role, person or address that its notices went to."""
    status: ClockStatus | None = None
    due: str | None = None


class NoticeExpected(Expectation):
    """Notices of a template, each as it went out with what is named among its values."""

    word: ClassVar[str] = "notice"
    notice: str
    to: str | None = None
    with_: Values = Field(default={}, alias="with")
    times: int | None = None
    at: Instants = ()


class EntryExpected(Expectation):
    """The case came into a state."""

    word: ClassVar[str] = "enters"
    enters: str
    times: int | None = None
    at: Instants = ()


class DelayExpected(Expectation):
    """A delay of the chart fell due: `after.<state>.<text>`, or the event that was sent."""

    word: ClassVar[str] = "delay"
    delay: str
    times: int | None = None
    at: Instants = ()


class PaperExpected(Expectation):
    """A document was made."""

    word: ClassVar[str] = "paper"
    paper: str
    times: int | None = None
    at: Instants = ()


class PostingExpected(Expectation):
    """An entry was asked for, by its posting rule."""

    word: ClassVar[str] = "posting"
    posting: str
    times: int | None = None
    at: Instants = ()


class WorkExpected(Expectation):
    """Automated work was asked for, with what is named among its input."""

    word: ClassVar[str] = "work"
    work: str
    with_: Values = Field(default={}, alias="with")
    times: int | None = None
    at: Instants = ()


class KeptExpected(Expectation):
    """A row of a register was to be kept, with what is named among its fields."""

    word: ClassVar[str] = "keeps"
    keeps: str
    with_: Values = Field(default={}, alias="with")
    times: int | None = None
    at: Instants = ()


class EndExpected(Expectation):
    """The case is closed with an outcome."""

    word: ClassVar[str] = "ends"
    ends: str
    at: Instants = ()


class InExpected(Expectation):
    """The case is in a state, or in several."""

    word: ClassVar[str] = "in"
    in_: Names = Field(alias="in")


class HoldsExpected(Expectation):
    """A condition over the case's data."""

    word: ClassVar[str] = "holds"
    holds: str


class IncidentExpected(Expectation):
    """An incident is open whose message has these words; any other incident is a fault."""

    word: ClassVar[str] = "incident"
    incident: str


class Expects(Step):
    """What must hold between two steps."""

    word: ClassVar[str] = "expect"
    expect: tuple[Expectation, ...]


def _by_word(*kinds: type[_Written]) -> Mapping[str, type[_Written]]:
    return MappingProxyType({kind.word: kind for kind in kinds})


STEPS = _by_word(Completes, Reports, Does, Hears, ReadingsCome, ChildEnds, NoticeComes, Silence, Expects)
"""Every kind of step, by the key that it is known by."""
EXPECTATIONS = _by_word(
    ClockExpected,
    NoticeExpected,
    EntryExpected,
    DelayExpected,
    PaperExpected,
    PostingExpected,
    WorkExpected,
    KeptExpected,
    EndExpected,
    InExpected,
    HoldsExpected,
    IncidentExpected,
)
"""Every kind of expectation, by the key that it is known by."""


@dataclass(frozen=True)
class Scenario:
    """One scenario; `path` is where it stands in its file."""

    name: str
    title: Title
    sop: str
    given: Given
    steps: tuple[_Written, ...]
    expectations: tuple[Expectation, ...]

    @property
    def path(self) -> Path:
        return ("scenarios", self.name)
