"""The shape of an SOP file: what an operations person writes, read strictly (unknown keys are faults).

These models hold the file as written. `sop_engine.cases.written.procedure` turns one into a `Procedure`: the chart
compiled, names and types checked. The statechart's own keys (`on`, `after`, `entry`, …) are those of
`sop_engine.statechart.parse`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from sop_engine.basis.models import Frozen, Title
from sop_engine.cases.contracts.limits import LIST_ENTRIES
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.stream_use import StreamUse
from sop_engine.cases.written.terms import Names, Until

Mark = Literal["F", "E", "X", "V", "P"]
"""Where a figure comes from: firm, example, left blank by the source, said in words only, proposed by us."""


def _stop(value: Any) -> Any:
    return value if isinstance(value, Mapping) else {"met": value}


def _figure(value: Any) -> Any:
    if isinstance(value, list | tuple) and (fault := fault_of_list(value)) is not None:
        raise ValueError(fault)
    return value


def fault_of_list(values: Sequence[Any]) -> str | None:
    """Why these are no list of figures; none where they are one."""
    if len(values) > LIST_ENTRIES:
        return f"{len(values)} figures are too many: a list has up to {LIST_ENTRIES}"
    if all(isinstance(value, str) and value.strip() for value in values):
        return None
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return None
    return "a list of figures holds texts, none of them empty, or numbers"


Figure = Annotated[int | float | str | bool | list[int | float | str], BeforeValidator(_figure)]


class ParameterSpec(Frozen):
    """A figure of the SOP: a tunable one, which a site overrides in its parameters file, or one that a rule sets."""

    default: Figure | None = None
    """Periods are text (`2 hours`, `3 working days`); numbers are read as Decimal; a list holds texts or numbers."""
    rule: str | None = None
    """In place of `default`: the legal period of this id, in the text that holds when the case opens."""
    facts: dict[str, str] = {}
    """What the rule asks for to be applicable, such as `{record: invoice}`."""
    counted_in: Literal["minutes", "hours", "days", "weeks", "months", "years"] | None = None
    """The parameter is the rule's number of these (14); without it, the rule's period as text (`14 days`)."""
    mark: Mark | None = None
    title: Title | None = None
    unit: str | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> ParameterSpec:
        if self.rule is None:
            if self.default is None or self.mark is None:
                raise ValueError("a figure has a `default` with its `mark`, or the `rule` that sets it")
            if self.facts or self.counted_in is not None:
                raise ValueError("`facts` and `counted_in` belong to a `rule`")
        elif any(value is not None for value in (self.default, self.mark, self.source)):
            raise ValueError("the `rule` brings its own figure and source; leave out `default`, `mark` and `source`")
        return self


Trigger = Literal["stop", "end", "pause", "resume", "reset", "start"]
TRIGGERS: tuple[Trigger, ...] = get_args(Trigger)
"""What moves a clock, in the order in which one event acts."""


class StopSpec(Frozen):
    """What closes a clock of the SOP: with its promise kept, or with nothing more to promise."""

    met: Names = ()
    ended: Names = ()
    """The clock is closed without a verdict; one that is breached stays so."""

    @property
    def both(self) -> tuple[str, ...]:
        return (*self.met, *self.ended)


class ClockSpec(Frozen):
    """A promise about time. On the SOP it runs between events; on a state or task from entry to exit."""

    within: str | None = None
    """A period, or the name of a parameter that holds one."""
    until: str | None = None
    """An instant of the case: a field or expression, optionally `- 24 hours` behind it (`cut_off - 24 hours`)."""
    since: str | None = None
    """The instant from which `within` counts, a field or expression; where absent or not filled, that of the start."""
    expects: Literal["maybe"] | None = None
    """`maybe`: what `until` names may stay empty, and then there is nothing to watch."""
    start: str | None = None
    """`opened`, an event name, `in <state>` or `when <expression>`. Only on the SOP's clocks."""
    stop: Annotated[StopSpec, BeforeValidator(_stop, json_schema_input_type=StopSpec | str | tuple[str, ...])] = (
        StopSpec()
    )
    """What closes it; a name or a list of them says that the promise is kept then."""
    pause: Names = ()
    resume: Names = ()
    reset: Names = ()
    calendar: str | None = None
    """Defaults to the SOP's calendar; only consulted for working units, months' ends and rolls."""
    roll: Literal["none", "next_working_day", "previous_working_day"] = "none"
    warn: int = Field(default=80, ge=1, le=99)
    ladder: str = "standard"
    on_hold: Literal["pause", "run"] = "pause"
    title: Title | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> ClockSpec:
        if (self.within is None) == (self.until is None):
            raise ValueError("a clock has either `within` (a period) or `until` (an instant)")
        if self.since is not None and self.within is None:
            raise ValueError("`since` says from when `within` counts; an `until` is an instant of its own")
        if self.expects is not None and self.until is None:
            raise ValueError("`expects: maybe` is of a clock with `until`; a `within` must be filled when it starts")
        return self

    @property
    def triggers(self) -> tuple[tuple[Trigger, Names], ...]:
        """What stops, ends, pauses, resumes, resets and starts it."""
        start = () if self.start is None else (self.start,)
        texts = {"stop": self.stop.met, "end": self.stop.ended, "start": start}
        return tuple((kind, texts[kind] if kind in texts else getattr(self, kind)) for kind in TRIGGERS)


class WorkSpec(Frozen):
    """Automated work: a registered activity whose result is stored; `<state>.done` reports it."""

    activity: str
    title: Title | None = None
    with_: dict[str, Any] = Field(default={}, alias="with")
    """Each text is an expression; other values are literal."""
    store: dict[str, str] = {}
    """Field of the case <- key of the result."""
    attempts: int = Field(default=5, ge=1, le=100)
    """After so many failures it becomes an incident; a permanent failure at once."""


class ChildSpec(Frozen):
    """A child case; its outcome reports as `<state>.<outcome>`."""

    sop: str
    id: str | None = None
    """What follows the parent's id, defaults to the state's name."""
    title: Title | None = None
    with_: dict[str, Any] = Field(default={}, alias="with")
    """Field of the child <- expression over this case."""
    follow: Names = ()
    """Names of `with` that the child is told again as long as it lives, whenever they change here."""
    keeps: dict[str, Title] = {}
    """Names of `with` that stay in the child as they were although they may change here: a reason that people read."""
    store: dict[str, str] = {}
    """Field of this case <- key of the child's result (`with` of its final state)."""
    detached: bool = False
    """Started and not waited for; reports nothing."""
    for_each: str | None = None
    key: str | None = None
    """A name of `with`: an event that is passed on and carries it goes to the child for which it is the same."""
    until: Until = "all"


class EventSpec(Frozen):
    """An event that other systems or people may send to the case."""

    title: Title
    data: dict[str, FieldSpec] = {}
    roles: Names = ()
    """Who may send it by hand; empty for the owner's role and those above it, and for every other system."""
    machines: bool = False
    """Whether other systems and cases may report an event that has roles."""
    store: bool = True
    """Values whose names are fields of the case are stored before the chart sees the event."""


READS = "reads"
"""The head of the events by which the chart hears of what was read."""


class ReadSpec(Frozen):
    """Fields of a register's row, or of what another case publishes, that a case reads under a name of its own."""

    of: str | None = Field(default=None, alias="register")
    """The register."""
    key: Names = ()
    """An expression for each field of the register's key; the row is read again when one gives something else."""
    case: str | None = None
    """In place of `register` and `key`: an expression for the id of another case; its `sop` says what it publishes."""
    sop: str | None = None
    fields: Names = Field(min_length=1)
    """The fields of the row that the case is to know."""
    fresh: str | None = None
    """How old what was read may be when somebody completes a task: a period, or the parameter that holds one. However
    old, where absent: a change of the row is told anyway."""
    title: Title | None = None

    @model_validator(mode="after")
    def _one_source(self) -> ReadSpec:
        if (self.of is None) == (self.case is None):
            raise ValueError("a read has a `register` with its `key`, or a `case` with its `sop`")
        if (self.of is None) != (not self.key) or (self.case is None) != (self.sop is None):
            raise ValueError("`register` goes with `key`, `case` with `sop`")
        return self

    @property
    def source(self) -> str:
        """The register, or the SOP of the case."""
        return self.of or self.sop or ""

    @property
    def keys(self) -> Names:
        """The expressions by which the row or the case is known."""
        return self.key if self.case is None else (self.case,)

    @property
    def told(self) -> str:
        """Where it is read, in words."""
        return f"the register {self.of}" if self.of is not None else f"a case of {self.sop}"


UNIQUE = "unique"
"""The head of the events by which the chart hears whether it has a value alone."""


class AddresseeSpec(Frozen):
    """How the case knows somebody outside: an expression for each way to reach them."""

    called: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    url: str | None = None
    language: str | None = None
    customer: str | None = None
    """The key of their row in the register of customers."""

    def sources(self) -> dict[str, str]:
        """The expressions that are written."""
        return {name: source for name, source in self if source is not None}


class UniqueSpec(Frozen):
    """A value that one case of the SOP alone may have, such as the number of a voucher."""

    value: str
    """An expression; while it gives nothing, nothing is asked."""


class ReaderSpec(Frozen):
    """A reader whom a field of the case names."""

    person: str


class SopDefinition(Frozen):
    """An SOP file as written. `states` and `on` hold the chart with the work of each state inside."""

    sop: str = Field(pattern=r"^[A-Z][A-Za-z0-9]{1,63}$")
    version: int = Field(ge=1)
    title: Title
    purpose: Title | None = None
    source: str | None = None
    owner: str
    reference: Names = ()
    """The fields a case is found by."""
    calendar: str
    parameters: dict[str, ParameterSpec] = {}
    data: dict[str, FieldSpec] = {}
    events: dict[str, EventSpec] = {}
    clocks: dict[str, ClockSpec] = {}
    reads: dict[str, ReadSpec] = {}
    """Rows of registers that the case knows, each as a field of this name."""
    addressees: dict[str, AddresseeSpec] = {}
    """Those outside to whom notices go that wait for something, by a name that is no role."""
    publishes: Names = ()
    """The fields that other cases may read by their `reads` once a case of the SOP is completed."""
    unique: dict[str, UniqueSpec] = {}
    """Values that no two cases of the SOP may have."""
    streams: dict[str, StreamUse] = {}
    """Streams of readings, by name, of which the case hears the episodes."""
    initial: Any = None
    parallel: bool = False
    states: dict[str, Any]
    on: Any = None
    cancel: tuple[dict[str, Any], ...] = ()
    """Effects carried out when the case is cancelled, after what undoes each completed effect."""
    cancelled_with: dict[str, Any] = {}
    """The result that a parent reads where the case is cancelled, beside the reason."""
    retention: str | None = None
    readers: tuple[str | ReaderSpec, ...] = ()
    """Who may see the data of its cases: roles, and `{person: field}`. Where nobody is named, whoever may act on it."""
    hidden_from: tuple[ReaderSpec, ...] = ()
    """Persons who see nothing of a case and do nothing in it, whatever roles they have."""

    def kept_from(self, facts: Mapping[str, Any]) -> tuple[str, ...]:
        """From whom a case with these facts, its data by name, is hidden: nobody while the fields name nobody."""
        named = (facts.get(each.person) for each in self.hidden_from)
        return tuple(str(person) for person in named if person is not None)

    def exact(self) -> SopDefinition:
        """The same SOP, asking of every amount of money that its currency exists and that it may be below nought."""
        events = {
            name: event.model_copy(update={"data": exact_fields(event.data)}) for name, event in self.events.items()
        }
        return self.model_copy(update={"data": exact_fields(self.data), "events": events})


WORK_KEYS = ("task", "work", "case", "clocks", "no_clock", "stage", "title")
"""Keys of a state that belong to the BPM layer, not to the statechart."""


def exact_fields(specs: Mapping[str, FieldSpec]) -> dict[str, FieldSpec]:
    """The same fields, with what is asked of every amount of money in them."""
    return {name: _exact(spec) for name, spec in specs.items()}


def _exact(spec: FieldSpec) -> FieldSpec:
    return spec.model_copy(
        update={
            "is_exact": True,
            "item": _exact(spec.item) if spec.item is not None else None,
            "fields": exact_fields(spec.fields) if spec.fields is not None else None,
        }
    )
