"""What answers a case in a scenario in place of the world: results of automated work, typed by its contract, and what
the records say of rows and unique values.

A result is what the scenario says; what it does not say is what was handed over under the same name, or as plain as can
be. Work that was answered so without a word of the scenario is listed, for a plain answer may hide a mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sop_engine.basis.faults import Fault
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.contracts.commands import SendNotice
from sop_engine.cases.running.effects.read import ReadResult, ReadRow
from sop_engine.cases.running.effects.unique import TakeValue, UniqueResult
from sop_engine.cases.written.definition import READS
from sop_engine.cases.written.fields import read_value
from sop_engine.cases.written.pools import spec_of
from sop_engine.freight.money import Money, MoneyError
from sop_engine.work.catalogue import WORKS
from sop_engine.work.plain import answered
from sop_engine.work.shapes import Part, Shape, of_model

FAILS = "fails"
"""The key of an answer that says why the work fails for good."""


@dataclass(frozen=True)
class Failure:
    """The work fails for good."""

    why: str


@dataclass
class Fakes:
    """The answers of one scenario."""

    answers: Mapping[str, Any]
    rows: Mapping[str, Any] = field(default_factory=dict)
    """Read -> the row that is found, a list of rows for one answer after another, or none."""
    holders: Mapping[str, str] = field(default_factory=dict)
    """Unique value -> the other case that has it."""
    notices: Mapping[str, str] = field(default_factory=dict)
    """Notice that is waited for -> what comes of it at once; kept where nothing is said, nothing where it is silent."""
    calls: Counter[str] = field(default_factory=Counter)
    plain: Counter[str] = field(default_factory=Counter)
    """Work that no answer was given for, and how often it was asked for."""

    def result(self, activity: str, values: Mapping[str, Any]) -> dict[str, Any] | Failure:
        """What comes of a piece of work that is given some values. Raises KeyError for a work that there is not."""
        said = self._next(activity, self.answers.get(activity))
        if said is None:
            self.plain[activity] += 1
        elif FAILS in said:
            return Failure(str(said[FAILS]))
        contract = WORKS[activity]
        parts = of_model(contract.gives).parts
        read = {key: _read(parts[key], key, value)[0] for key, value in (said or {}).items()}
        echoed = {key: values[key] for key in parts if key not in read and _fits(parts[key], key, values)}
        return answered(contract, {**echoed, **read})

    def row(self, asked: ReadRow) -> ReadResult:
        """What a read finds; nothing where the scenario does not say a word of it."""
        key = f"{READS}.{asked.name}"
        if asked.name not in self.rows:
            self.plain[key] += 1
        values = self._next(key, self.rows.get(asked.name))
        return ReadResult(values=None if values is None else dict(values), version=self.calls[key])

    def holder(self, asked: TakeValue) -> UniqueResult:
        """Who has a unique value: the case itself, unless the scenario names another one."""
        own = None if asked.value is None else asked.facts.case_id
        return UniqueResult(holder=self.holders.get(asked.name, own))

    def notice(self, asked: SendNotice) -> str | None:
        """What comes of a notice that is waited for: a word, or none where the scenario tells it later."""
        self.calls[f"notices.{asked.given.name}"] += 1
        comes = self.notices.get(asked.given.name, "kept")
        return None if comes == "silent" else comes

    def _next(self, key: str, written: Any) -> Mapping[str, Any] | None:
        """The answer to the next call; the last of a list stays."""
        number = self.calls[key]
        self.calls[key] += 1
        said: Mapping[str, Any] | None = written
        if isinstance(written, list):
            said = written[min(number, len(written) - 1)] if written else None
        return said


def faults_of_answer(activity: str, written: Any) -> list[Fault]:
    """What is wrong with the answer to a work, each with its place below the work's name."""
    if activity not in WORKS:
        return [Fault("", f"there is no work {activity!r}{suggestion(activity, WORKS)}")]
    several = [(str(number), each) for number, each in enumerate(written)] if isinstance(written, list) else []
    faults = []
    for place, each in several or [("", written)]:
        found = _faults_of_one(activity, each)
        faults += [fault.under(place) for fault in found] if place else found
    return faults


def _faults_of_one(activity: str, written: Any) -> list[Fault]:
    if not isinstance(written, Mapping):
        return [Fault("", "an answer is a mapping of what the work gives, or `fails: why`")]
    if FAILS in written:
        return [Fault("", f"`{FAILS}` stands alone")] if len(written) > 1 else []
    parts = of_model(WORKS[activity].gives).parts
    faults = []
    for key, value in written.items():
        if key not in parts:
            what = f"{activity} gives no {key!r}{suggestion(key, parts)}"
            faults.append(Fault(key, what, ", ".join(parts) or "nothing"))
        else:
            faults += _read(parts[key], key, value)[1]
    return faults


def _read(part: Part, key: str, value: Any) -> tuple[Any, list[Fault]]:
    """A value of a result as the contract types it, and what is wrong with it."""
    return (None, []) if value is None else _read_shape(part.shape, key, value, key)


def _fits(part: Part, key: str, values: Mapping[str, Any]) -> bool:
    """Whether what was handed over under the name of a result is such a result."""
    return values.get(key) is not None and not _read(part, key, values[key])[1]


def _read_shape(shape: Shape, name: str, value: Any, where: str) -> tuple[Any, list[Fault]]:
    """A value by its shape; a sum may be written `CNY 100`, and what is not said of a record is left out of it."""
    if shape.kind == "list" and shape.item is not None and isinstance(value, list | tuple):
        several = [_read_shape(shape.item, name, each, f"{where}.{number}") for number, each in enumerate(value)]
        return [each for each, _ in several], [fault for _, faults in several for fault in faults]
    if shape.kind == "record" and shape.parts.keys() == {"amount", "currency"} and isinstance(value, str):
        try:
            money = Money.parse(value)
        except MoneyError as error:
            return None, [Fault(where, str(error))]
        return {"amount": money.amount, "currency": money.currency}, []
    if shape.kind == "record" and shape.parts and isinstance(value, Mapping):
        return _read_record(shape, value, where)
    spec = spec_of(shape, name)
    return (value, []) if spec is None else read_value(spec, value, where)


def _read_record(shape: Shape, value: Mapping[str, Any], where: str) -> tuple[Any, list[Fault]]:
    read: dict[str, Any] = {}
    faults: list[Fault] = []
    for key, each in value.items():
        part = shape.parts.get(key)
        if part is None:
            faults.append(
                Fault(f"{where}.{key}", f"unknown field{suggestion(key, shape.parts)}", ", ".join(shape.parts))
            )
        elif each is None:
            read[key] = None
        else:
            read[key], found = _read_shape(part.shape, key, each, f"{where}.{key}")
            faults += found
    return read, faults
