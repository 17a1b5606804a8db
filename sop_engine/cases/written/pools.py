"""The values that are tried for a field, where conditions are tried out: few, in a fixed order, the plainest first.

They are the example that the field gives, the ends of what it takes, each choice, what the procedure compares it with,
empty lists and lists of one entry; for dates and instants yesterday, today and later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice, product
from types import MappingProxyType
from typing import Any, assert_never

from sop_engine.basis.models import Title
from sop_engine.cases.written.fields import FieldSpec, read_value
from sop_engine.cases.written.file_samples import samples_for
from sop_engine.statechart import expression_tree as tree
from sop_engine.statechart.expressions import Expression
from sop_engine.work.shapes import Shape

Place = tuple[str, ...]
"""The keys that lead to a value: a field, then what lies in it. The entries of a list are not counted."""

LATER = timedelta(days=30)
MAXIMUM_ENTRIES = 8
"""Of the lists and records that are tried for one field."""
MAXIMUM_COMBINATIONS = 48
"""Of the values of fields that one condition reads together."""

SAMPLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "container_no": ("CSQU3054383",),
        "awb": ("157-53806270",),
        "uscc": ("91110000600037341L",),
        "imo": ("9321483",),
        # The ninth digit says whether it is of an import or an export.
        "declaration_no": ("224820261000012345", "531620260123456789"),
        "hs_code": ("8517130010",),
        "un_locode": ("CNSHA",),
        "customs_enterprise_code": ("310123000A",),
        "tax_invoice_no": ("24312000000012345678",),
        "paper_tax_invoice_no": ("3100194130-12345678",),
        "scac": ("MAEU",),
        "vessel_name": ("EVER GIVEN",),
        "voyage": ("0123W",),
        "universal_voyage": ("2601W",),
        "resident_id": ("11010519491231002X",),
        "lei": ("213800KUD8LAJWSQ9D15",),
        "iban": ("DE89370400440532013000",),
        "bic": ("BKCHCNBJ",),
        "email": ("ops@blue-lake.example",),
        "phone": ("+8613800000000",),
        "accounting_month": ("2026-02",),
        "currency": ("CNY", "USD"),
    }
)
"""One of each identifier that a field may ask for, and more where conditions look into it."""


@dataclass(frozen=True)
class Pools:
    """Tries values at one instant."""

    constants: Mapping[Place, Sequence[Any]]
    """What each place is compared with."""
    places: frozenset[Place]
    """The places that conditions read."""
    now: datetime
    today: date
    named: frozenset[Place] = frozenset()
    """Those that take no word but what they are compared with, such as roles."""

    def of(self, spec: FieldSpec, place: Place) -> tuple[Any, ...]:
        """What is tried for a field, the plainest first; none stands last, where the field may be left empty."""
        values: list[Any] = []
        for value in (spec.example, *self._values(spec, place)):
            read, faults = read_value(spec, value, "")
            if not faults and read is not None and read not in values:
                values.append(read)
        return tuple(values)

    def _values(self, spec: FieldSpec, place: Place) -> Iterator[Any]:
        constants = self.constants.get(place, ())
        match spec.type:
            case "text" | "long_text" | "reference" | "person" | "unit":
                yield from (text for text in constants if isinstance(text, str))
                if place not in self.named:
                    yield from SAMPLES[spec.format] if spec.format is not None else ("plain",)
            case "integer" | "decimal":
                yield from self._numbers(spec, constants)
            case "money":
                yield from self._money(spec, place)
            case "date":
                yield from self._dates(spec)
            case "datetime":
                yield from ((self.now,) if spec.past else (self.now + LATER,))
                yield self.now - timedelta(days=1)
            case "duration":
                yield timedelta(hours=2)
            case "boolean":
                yield from (True, False)
            case "choice":
                yield from spec.choices()
            case "file":
                yield from samples_for(spec.accept, 2 if place in self.places else 1)
            case "list":
                entries = self.of(spec.element(), place)
                yield from ([entry] for entry in entries[:1])
                yield []
                yield from ([entry] for entry in entries[1:MAXIMUM_ENTRIES])
            case "record":
                yield from islice(self._records(spec.fields or {}, place), MAXIMUM_ENTRIES)
            case unknown:
                assert_never(unknown)

    def _numbers(self, spec: FieldSpec, constants: Sequence[Any]) -> Iterator[Any]:
        yield 1
        for constant in constants:
            if isinstance(constant, int | Decimal) and not isinstance(constant, bool):
                yield from (constant, constant - 1, constant + 1)
        yield 0
        yield from (bound for bound in (spec.min, spec.max) if bound is not None)

    def _money(self, spec: FieldSpec, place: Place) -> Iterator[Any]:
        amounts = self.constants.get((*place, "amount"), ())
        yield {"amount": 100, "currency": "CNY"}
        yield {"amount": 0, "currency": "CNY"}
        yield from ({"amount": amount, "currency": "CNY"} for amount in amounts if isinstance(amount, int | Decimal))
        yield {"amount": 200, "currency": "CNY"}
        if (*place, "currency") in self.places:
            yield {"amount": 100, "currency": "USD"}
        if spec.signed:
            yield {"amount": -100, "currency": "CNY"}

    def _dates(self, spec: FieldSpec) -> Iterator[date]:
        yield self.today if spec.past else self.today + LATER
        yield self.today - timedelta(days=1)
        yield self.today

    def _records(self, fields: Mapping[str, FieldSpec], place: Place) -> Iterator[dict[str, Any]]:
        pools = {name: self.of(spec, (*place, name)) for name, spec in fields.items()}
        plain = {name: pool[0] for name, pool in pools.items() if pool}
        yield plain
        for name, pool in pools.items():
            if (*place, name) in self.places:
                yield from ({**plain, name: value} for value in pool[1:])
                if not fields[name].required:
                    yield {key: value for key, value in plain.items() if key != name}


def compared_values(conditions: Iterable[Expression], parameters: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    """What conditions compare each place with: figures and words written out, and those of parameters."""
    for condition in conditions:
        for place, node in tree.compared(condition.node):
            yield from ((own_place(place), value) for value in _written(node, parameters))


def own_place(place: Place) -> Place:
    """The place, that of an event's datum by the name of the datum alone."""
    return ("_event", *place[2:]) if place[:2] == ("_event", "data") else place


def _written(node: tree.Node, parameters: Mapping[str, Any]) -> Iterator[Any]:
    match node:
        case tree.Literal(value=value) if value is not None:
            yield value
        case tree.Name(name=name) if name in parameters:
            held = parameters[name]
            yield from held if isinstance(held, list) else (held,)
        case tree.Listing(items=items):
            for item in items:
                yield from _written(item, parameters)
        case _:
            pass


def spec_of(shape: Shape, name: str) -> FieldSpec | None:
    """A field that takes what a shape describes; none for a shape that may be anything."""
    if shape.kind == "any":
        return None
    title = Title(en=name, zh=name)
    if shape.kind == "list":
        item = spec_of(shape.item, name) if shape.item is not None else None
        return None if item is None else FieldSpec(type="list", title=title, item=item)
    if shape.kind == "record":
        parts = {key: spec_of(part.shape, key) for key, part in shape.parts.items()}
        known = {key: spec for key, spec in parts.items() if spec is not None}
        return FieldSpec(type="record", title=title, fields=known) if known else None
    if shape.choices:
        return FieldSpec(type="choice", title=title, of=shape.choices)
    if name == "currency":
        return FieldSpec(type="text", title=title, format="currency")
    return FieldSpec.model_validate({"type": shape.kind, "title": title})


def variations(
    pools: Mapping[str, Sequence[Any]], groups: Sequence[Sequence[str]], plain: Mapping[str, int] | None = None
) -> Iterator[dict[str, int]]:
    """Which value of each pool to take: the plain ones; then each other value by itself; then, of what one condition
    reads together, every combination.
    """
    base = {name: (plain or {}).get(name, 0) for name in pools}
    yield base
    for name, pool in pools.items():
        yield from ({**base, name: index} for index in range(len(pool)) if index != base[name])
    for names in together(pools, groups):
        yield from combinations(pools, names, base)


def together(pools: Mapping[str, Sequence[Any]], groups: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The names with several values that conditions read together."""
    found = (tuple(name for name in group if len(pools.get(name, ())) > 1) for group in groups)
    return tuple(dict.fromkeys(names for names in found if len(names) > 1))


def combinations(
    pools: Mapping[str, Sequence[Any]], names: Sequence[str], base: Mapping[str, int]
) -> Iterator[dict[str, int]]:
    """Every combination of the values of some names, the others as they are."""
    each = product(*(range(len(pools[name])) for name in names))
    for indices in islice(each, MAXIMUM_COMBINATIONS):
        yield {**base, **dict(zip(names, indices, strict=True))}
