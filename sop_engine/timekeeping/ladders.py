"""Escalation ladders: named policies that say who is told, and what else happens, as a clock nears its due instant
and passes it."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import Field, ValidationError, model_validator

from sop_engine.basis.faults import Fault, FaultyError, faults_of
from sop_engine.basis.models import Frozen, Title
from sop_engine.timekeeping.periods import Period, PeriodError, parse_period

AT_RISK = "at_risk"
BREACHED = "breached"
STILL_OVERDUE = "still_overdue"
"""The rung that a ladder with a `then` reaches again and again, above its last one."""
WARN_PERCENT = Decimal(80)
BREACH_PERCENT = Decimal(100)

_PERCENT = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)\s*%", re.ASCII)
_OFFSET = re.compile(r"([+-])\s*(\d.*)", re.ASCII)
_EVERY = re.compile(r"every\s+(.+)", re.ASCII)
_ZERO = re.compile(r"0\s*[a-z ]+", re.ASCII)
_ALLOWED = '"80 %" of the budget, "-7 days" before due, "0 days" at due, "+2 working days" after it'


class LadderError(FaultyError):
    """A ladder that cannot be used; places are those within the ladder."""


class Rung(Frozen):
    """One step of a ladder: when, and what then. The clock reports it as the event `<clock>.<key>`.

    When is either a percentage of the clock's budget, or a period before or after its due instant.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    percent: Decimal | None = None
    offset: Period | None = None
    before: bool = False
    notify: tuple[str, ...] = ()
    reassign: str | None = None
    priority: int | None = None
    template: str | None = None


class Ladder(Frozen):
    """A named escalation policy."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Title
    rungs: tuple[Rung, ...] = ()
    every: Period | None = None
    """How long after its last rung, and after each reminder, somebody is told again, until the clock stops."""
    reminds: tuple[str, ...] = ()
    """Whom each reminder tells; empty for those whom the last rung told."""

    @property
    def reminder(self) -> Rung | None:
        """The rung that is reached again and again; None where the ladder ends with its last one."""
        if self.every is None:
            return None
        told = next((rung for rung in reversed(self.rungs) if rung.notify), None)
        template = told.template if told else None
        return Rung(key=STILL_OVERDUE, notify=self.reminds or (told.notify if told else ()), template=template)

    def rung(self, key: str) -> Rung:
        """The rung of that key. Raises KeyError for one that the ladder does not have."""
        own = {rung.key: rung for rung in (*self.rungs, self.reminder) if rung is not None}
        return own[key]

    def with_warning(self, warn: Decimal = WARN_PERCENT) -> "Ladder":
        """The ladder with the two rungs that each clock has: `at_risk` at the warning percentage, `breached` at 100 %.

        A rung of that name, or at exactly that percentage, stands in for it.
        """
        keys, shares = [rung.key for rung in self.rungs], [rung.percent for rung in self.rungs]
        missing = tuple(
            Rung(key=key, percent=share)
            for key, share in ((AT_RISK, warn), (BREACHED, BREACH_PERCENT))
            if key not in keys and share not in shares
        )
        return self.model_copy(update={"rungs": (*missing, *self.rungs)})


class _WrittenRung(Frozen):
    at: str
    notify: tuple[str, ...] = ()
    reassign: str | None = None
    priority: int | None = None
    template: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_addressee(cls, written: Any) -> Any:
        if isinstance(written, Mapping) and isinstance(written.get("notify"), str):
            return {**written, "notify": (written["notify"],)}
        return written


class _WrittenThen(Frozen):
    every: str
    notify: tuple[str, ...] = Field(min_length=1)


class _WrittenLadder(Frozen):
    ladder: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Title
    rungs: dict[str, _WrittenRung] = Field(default_factory=dict)
    then: str | _WrittenThen | None = None


def parse_ladder(mapping: Mapping[str, Any]) -> Ladder:
    """Read a ladder: `ladder` (its name), `title`, `rungs` by key, each with `at` and what it does, and `then`.

    Raises LadderError listing every fault.
    """
    try:
        written = _WrittenLadder.model_validate(mapping)
    except ValidationError as error:
        raise LadderError(faults_of(error)) from None
    rungs: list[Rung] = []
    faults: list[Fault] = []
    for key, rung in written.rungs.items():
        try:
            rungs.append(
                Rung.model_validate({"key": key, **parse_rung_time(rung.at), **rung.model_dump(exclude={"at"})})
            )
        except ValidationError:
            faults.append(Fault(f"rungs.{key}", "a key is lower case letters, digits and underscores"))
        except ValueError as error:
            faults.append(Fault(f"rungs.{key}.at", str(error)))
    for index, rung_read in enumerate(rungs):
        place = f"rungs.{rung_read.key}.at"
        same = (other.key for other in rungs[:index] if _when(other) == _when(rung_read))
        faults.extend(Fault(place, f"'{other}' is there already") for other in same)
        if rung_read.key == BREACHED and rung_read.percent != BREACH_PERCENT:
            faults.append(Fault(place, "must be 100 %, where every clock is breached"))
    every = None
    reminds: tuple[str, ...] = ()
    if written.then is not None:
        if isinstance(then := written.then, _WrittenThen):
            text, reminds = f"every {then.every}", then.notify
        else:
            text = then
        try:
            every = _parse_then(text)
        except ValueError as error:
            faults.append(Fault("then", str(error)))
        if not reminds and not any(rung.notify for rung in rungs):
            faults.append(Fault("then", "no rung tells anybody, so there is nobody to tell again"))
    if any(rung.key == STILL_OVERDUE for rung in rungs):
        faults.append(Fault(f"rungs.{STILL_OVERDUE}", "is what `then` reaches; name the rung otherwise"))
    if faults:
        raise LadderError(faults)
    return Ladder(name=written.ladder, title=written.title, rungs=tuple(rungs), every=every, reminds=reminds)


def _parse_then(text: str) -> Period:
    """How often somebody is reminded: `every 1 working day`. Raises ValueError."""
    match = _EVERY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' does not say how often; write \"every 1 working day\"")
    period = parse_period(match[1])
    if not (period.counts_days and period.amount):
        raise ValueError(f"'{text}' would fill a case's history; write a working day, a day or more")
    return period


def parse_rung_time(text: str) -> dict[str, Any]:
    """When a rung is reached, as the fields `percent`, or `offset` and `before`. At due is 100 %.

    Raises ValueError.
    """
    stripped = text.strip()
    if match := _PERCENT.fullmatch(stripped):
        if not Decimal(match[1]):
            raise ValueError(f"'{text}': a clock is opened at 0 %; write more")
        return {"percent": Decimal(match[1])}
    if _ZERO.fullmatch(stripped):
        parse_period(stripped)
        return {"percent": BREACH_PERCENT}
    match = _OFFSET.fullmatch(stripped)
    if match is None:
        raise ValueError(f"'{text}' is not a place on a ladder; write {_ALLOWED}")
    try:
        period = parse_period(match[2])
    except PeriodError as error:
        raise ValueError(f"'{text}': {error.reason}; write {_ALLOWED}") from None
    return {"offset": period, "before": match[1] == "-"} if period.amount else {"percent": BREACH_PERCENT}


def _when(rung: Rung) -> tuple[Decimal | None, Period | None, bool]:
    return rung.percent, rung.offset, rung.before
