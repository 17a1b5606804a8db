"""Prices of carriage and local charges with their validity, and a price computed from them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import ConfigDict, Field, RootModel, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.money import Currency, Money
from sop_engine.freight.rules import Rule, RuleError, overlaps, rule_on

Basis = Literal["container", "bill", "kg", "W/M", "unit"]
Amount = Annotated[Decimal, Field(ge=0)]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Break:
    """A price per kg from a weight on."""

    from_kg: Amount
    rate: Amount


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class FreightTariff(Rule):
    """One price: of one charge, of one supplier, on one lane."""

    charge: str
    supplier: str
    origin: str = ""
    """UN/LOCODE or country; empty for any."""
    destination: str = ""
    currency: Currency
    basis: Basis
    rate: Amount | None = None
    """Per bill, per W/M, per unit, or per kg without breaks."""
    containers: Mapping[str, Amount] = Field(default_factory=dict)
    """Per container, by its type."""
    breaks: tuple[Break, ...] = ()
    minimum: Amount = Decimal()

    def __post_init__(self) -> None:
        super().__post_init__()
        given = [
            *(["rate"] if self.rate is not None else []),
            *(["containers"] if self.containers else []),
            *(["breaks"] if self.breaks else []),
        ]
        allowed = {"container": ["containers"], "kg": ["rate", "breaks"]}.get(self.basis, ["rate"])
        faults = []
        if len(given) != 1 or given[0] not in allowed:
            faults.append(
                f"a price per {self.basis} has {' or '.join(allowed)}, not {' and '.join(given) or 'nothing'}"
            )
        if any(later.from_kg <= earlier.from_kg for earlier, later in pairwise(self.breaks)):
            faults.append("the breaks do not rise")
        if self.breaks and self.breaks[0].from_kg != 0:
            faults.append("the first break begins at 0 kg")
        if faults:
            raise ValueError("; ".join(faults))


class Quantity(Frozen):
    """What is priced. Only what the tariff asks for is needed."""

    containers: Mapping[str, Annotated[int, Field(ge=1)]] = {}
    """By type."""
    bills: Annotated[int, Field(ge=1)] = 1
    chargeable: Annotated[Decimal, Field(gt=0)] | None = None
    """Kilograms or revenue tons, from the chargeable weight."""
    units: Annotated[int, Field(ge=1)] | None = None


class Price(NamedTuple):
    """A price and how it came about."""

    charge: str
    amount: Money
    basis: str


class FreightTariffs(RootModel[tuple[FreightTariff, ...]]):
    """The tariffs on file. Two for the same thing on one day are refused."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _one_a_day(self) -> Self:
        if faults := overlaps(self.root, _name):
            raise ValueError("; ".join(faults))
        return self

    def find(self, charge: str, supplier: str, origin: str, destination: str, day: date) -> FreightTariff:
        """The tariff in force: that of the places goes before that of the countries, and that before any.

        Raises RuleError when there is none.
        """
        found = [
            tariff
            for tariff in self.root
            if (tariff.charge, tariff.supplier) == (charge, supplier)
            and origin.startswith(tariff.origin)
            and destination.startswith(tariff.destination)
        ]
        if not found:
            known = "; ".join(dict.fromkeys(_name(each) for each in self.root))
            wanted = f"{charge} {supplier} {origin} {destination}"
            raise RuleError([Fault("tariff", f"there is none for {wanted}", known or "none on file")])
        nearest = max(len(tariff.origin) + len(tariff.destination) for tariff in found)
        closest = [each for each in found if len(each.origin) + len(each.destination) == nearest]
        return rule_on(closest, day, f"tariff {charge}")


def price(tariff: FreightTariff, quantity: Quantity) -> Price:
    """The price, rounded half up once, at least the minimum.

    By weight breaks the next break is charged, at its own weight, where that is cheaper. Raises RuleError naming
    everything about the quantity that the tariff needs and lacks.
    """
    if faults := _lacking(tariff, quantity):
        raise RuleError([Fault("quantity", fault, f"what a price per {tariff.basis} needs") for fault in faults])
    exact, words = _exact(tariff, quantity)
    if exact < tariff.minimum:
        exact, words = tariff.minimum, f"{words}, minimum {tariff.minimum}"
    amount = Money.rounded(exact, tariff.currency)
    return Price(tariff.charge, amount, f"{words} = {amount}. Tariff: {tariff.source}.")


def _exact(tariff: FreightTariff, quantity: Quantity) -> tuple[Decimal, str]:
    rate = tariff.rate or Decimal()
    if tariff.basis == "container":
        parts = [(count, tariff.containers[kind], kind) for kind, count in quantity.containers.items()]
        return (
            sum((count * each for count, each, _ in parts), Decimal()),
            " + ".join(f"{count} {kind} × {each}" for count, each, kind in parts),
        )
    if tariff.basis == "bill":
        return quantity.bills * rate, f"{quantity.bills} × {rate}"
    if tariff.basis == "unit":
        return (quantity.units or 0) * rate, f"{quantity.units} × {rate}"
    chargeable = quantity.chargeable or Decimal()
    if not tariff.breaks:
        return chargeable * rate, f"{chargeable} {tariff.basis} × {rate}"
    reached = [each for each in tariff.breaks if each.from_kg <= chargeable][-1]
    options = [(chargeable * reached.rate, chargeable, reached.rate)] + [
        (each.from_kg * each.rate, each.from_kg, each.rate) for each in tariff.breaks if each.from_kg > chargeable
    ]
    amount, weight, used = min(options, key=lambda option: option[0])
    as_break = f" (charged as {weight} kg, cheaper)" if weight != chargeable else ""
    return amount, f"{weight} kg × {used}{as_break}"


def _lacking(tariff: FreightTariff, quantity: Quantity) -> list[str]:
    if tariff.basis == "container":
        without = [kind for kind in quantity.containers if kind not in tariff.containers]
        faults = [f"no price for {kind}, only for {', '.join(tariff.containers)}" for kind in without]
        return faults or ([] if quantity.containers else ["no containers"])
    if tariff.basis in ("kg", "W/M"):
        return [] if quantity.chargeable is not None else ["no chargeable weight"]
    return ["no number of units"] if tariff.basis == "unit" and quantity.units is None else []


def _name(tariff: FreightTariff) -> str:
    return " ".join((tariff.charge, tariff.supplier, tariff.origin or "any", tariff.destination or "any"))
