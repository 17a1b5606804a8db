"""The customs tariff as dated data, and which of its rates goods bear (Tariff Law Arts. 10-14, 16-20)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.customs.tax_rates import Fraction, TaxRate
from sop_engine.freight.identifiers import hs_code
from sop_engine.freight.rules import Rule, RuleError, overlaps, rule_on

RateKind = Literal[
    "mfn", "mfn_provisional", "agreement", "preferential", "quota", "quota_provisional", "general", "export",
    "export_provisional",
]  # fmt: skip
Code = Annotated[str, AfterValidator(hs_code)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class TariffLine(Rule):
    """One tariff line while its rates stand, usually a year. VAT and consumption tax of the goods stand with it."""

    hs_code: Code
    goods: str
    unit: str
    """Legal unit of the rates per unit."""
    mfn: TaxRate
    general: TaxRate
    provisional: TaxRate | None = None
    agreements: Mapping[str, TaxRate] = Field(default_factory=dict)
    """By the name of the agreement or of the preferential arrangement."""
    quota: TaxRate | None = None
    quota_provisional: TaxRate | None = None
    export: TaxRate | None = None
    export_provisional: TaxRate | None = None
    consumption: TaxRate = TaxRate()
    consumption_unit: str = ""
    vat: Fraction


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Agreement(Rule):
    """A trade agreement, or a preference that China grants by itself, and whose goods it is for."""

    name: str
    kind: Literal["agreement", "preferential"] = "agreement"
    origins: tuple[Country, ...]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class TradeRemedy(Rule):
    """An anti-dumping, countervailing, safeguard or retaliatory duty on goods of one origin."""

    kind: Literal["anti_dumping", "countervailing", "safeguard", "retaliatory"]
    hs_codes: tuple[Code, ...]
    """Lines or whole subheadings, by the beginning of the code."""
    origins: tuple[Country, ...]
    rate: Fraction
    """Of producers without a rate of their own: the highest."""
    producers: Mapping[str, Fraction] = Field(default_factory=dict)

    def rate_of(self, producer: str | None) -> Decimal:
        """The producer's own rate, or the rate of all others."""
        return self.producers.get(producer or "", self.rate)


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class VolumeRule(Rule):
    """Litres of one tonne, by kind of goods."""

    litres_per_tonne: Mapping[str, Decimal]


class Origin(Frozen):
    """Where goods come from, and what proves it."""

    country: Country | None = None
    """None: not known."""
    agreement: str | None = None
    """The agreement under which a certificate of origin is presented."""
    within_quota: bool = False
    producer: str | None = None
    proved: bool = True
    """False where customs cannot rule out an origin that bears a trade remedy (Art. 19)."""


class ImportRate(NamedTuple):
    """The rate that goods bear, and why that one."""

    kind: RateKind
    rate: TaxRate
    remedy_rate: Decimal
    line: TariffLine
    basis: str


class TariffTable(Frozen):
    """The lines on file. A line that stands twice on one day is refused."""

    lines: tuple[TariffLine, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    remedies: tuple[TradeRemedy, ...] = ()
    general_origins: tuple[Country, ...] = ()
    """Countries whose goods have no claim to most-favoured-nation treatment."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = tuple(agreement.name for agreement in self.agreements)
        faults = [
            f"lines: {line.hs_code} names the agreement {name}; known: {', '.join(names) or 'none'}"
            for line in self.lines
            for name in line.agreements
            if name not in names
        ]
        faults += overlaps(self.lines, lambda line: line.hs_code)
        faults += overlaps(self.agreements, lambda agreement: agreement.name)
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def line(self, code: str, day: date) -> TariffLine:
        """The line of a commodity code, or else of its first 8 digits. Raises RuleError when there is none."""
        for digits in (code[:10], code[:8]):
            if found := [line for line in self.lines if line.hs_code == digits]:
                return rule_on(found, day, f"tariff line {digits}")
        raise RuleError([Fault("hs_code", f"the tariff on file has no line {code}", "enter it in the tariff table")])

    def import_rate(self, code: str, origin: Origin, day: date, value: Decimal, quantity: Decimal | None) -> ImportRate:
        """The duty that goods bear: lower rates are told by the duty on this value and quantity.

        `day` is that of `duty_day`; codes of 10 digits fall back to their first 8.
        Raises RuleError for an unknown line or agreement, or one that is not for this origin.
        """
        line = self.line(code, day)
        kind, rate, reason = self._normal(line, origin, day, value, quantity)
        remedies = [each for each in self.remedies if each.holds_on(day) and code.startswith(each.hs_codes)]
        if remedies and (origin.country is None or not origin.proved):
            highest = sum((max((each.rate, *each.producers.values())) for each in remedies), Decimal())
            if line.general.on(value, quantity) > rate.on(value, quantity) + value * highest:
                return ImportRate(
                    "general", line.general, Decimal(), line, "origin not proved: the general rate, Art. 19"
                )
            return ImportRate(kind, rate, highest, line, f"{reason}; origin not proved: highest measures, Art. 19")
        mine = [each for each in remedies if origin.country in each.origins]
        remedy = sum((each.rate_of(origin.producer) for each in mine), Decimal())
        return ImportRate(
            kind, rate, remedy, line, "; ".join([reason, *(f"{each.kind}: {each.source}" for each in mine)])
        )

    def _normal(
        self, line: TariffLine, origin: Origin, day: date, value: Decimal, quantity: Decimal | None
    ) -> tuple[RateKind, TaxRate, str]:
        if origin.within_quota:
            if line.quota is None:
                raise RuleError([Fault("within_quota", f"{line.hs_code} has no quota rate", "out of quota")])
            if line.quota_provisional is not None:
                return "quota_provisional", line.quota_provisional, "provisional beats quota rate, Art. 14"
            return "quota", line.quota, "within the quota, Art. 14"
        favoured: tuple[RateKind, TaxRate] = ("mfn", line.mfn)
        if line.provisional is not None:
            favoured = ("mfn_provisional", line.provisional)
        if origin.agreement is not None:
            agreement = self._agreement(origin.agreement, origin.country, day)
            special = line.agreements.get(agreement.name)
            # Beside a preference only a provisional rate counts; beside an agreement a lower MFN rate does too.
            counts = origin.country not in self.general_origins and (
                agreement.kind == "agreement" or line.provisional is not None
            )
            if special is not None:
                if counts and favoured[1].on(value, quantity) < special.on(value, quantity):
                    return *favoured, f"lower than under {agreement.name}, Art. 13"
                return agreement.kind, special, f"{agreement.name}, Arts. 12, 13"
        if origin.country is None or origin.country in self.general_origins:
            return "general", line.general, "no claim to a better rate, Art. 12"
        beats = "provisional beats MFN, Art. 13" if line.provisional is not None else "MFN, Art. 12"
        return *favoured, beats

    def _agreement(self, name: str, country: str | None, day: date) -> Agreement:
        found = [each for each in self.agreements if each.name == name]
        if not found:
            known = ", ".join(dict.fromkeys(each.name for each in self.agreements)) or "none"
            raise RuleError([Fault("agreement", f"{name} is not on file", known)])
        agreement = rule_on(found, day, f"agreement {name}")
        if country not in agreement.origins:
            raise RuleError([Fault("agreement", f"{name} is not for goods of {country}", ", ".join(agreement.origins))])
        return agreement


def duty_day(declared_on: date, inbound_on: date | None = None) -> date:
    """The day whose rates apply (Art. 20): that of the completed declaration, or, for goods declared before arrival,
    the day on which the carrying transport declares itself inbound."""
    return declared_on if inbound_on is None or inbound_on < declared_on else inbound_on
