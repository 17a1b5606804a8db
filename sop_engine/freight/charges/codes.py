"""The one list of charge codes: each name has one meaning, and each charge one code."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal, Self, get_args

from pydantic import ConfigDict, Field, RootModel, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.rules import Rule, RuleError, rule_on

TaxTreatment = Literal["agency", "transport", "exempt", "outside"]
"""Which VAT a charge bears: that of agency services, that of transport, none by exemption, or none at all because it is
not our turnover (passed through in the customer's name)."""


class ChargeCode(Frozen):
    """One kind of charge."""

    code: str = Field(pattern=r"^[A-Z0-9]{2,6}$")
    en: str
    zh: str
    direction: Literal["receivable", "payable", "both"] = "both"
    """Whether it may be billed to customers, paid to suppliers, or both."""
    tax: TaxTreatment
    pass_through: bool = False
    """A disbursement: paid for the customer and claimed back as it is, without margin."""
    aliases: tuple[str, ...] = ()
    """Other names of the same charge, of carriers and older systems."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.pass_through is not (self.tax == "outside"):
            raise ValueError(f"{self.code}: what is passed through is outside VAT, and nothing else is")
        return self


class ChargeCodes(RootModel[tuple[ChargeCode, ...]]):
    """The governed list. A code, name or alias that stands for two charges is refused, each clash named."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _one_meaning_each(self) -> Self:
        owners: dict[str, str] = {}
        faults = [
            f"'{name}' means {owners[_key(name)]} and {charge.code}"
            for charge in self.root
            for name in _names(charge)
            if owners.setdefault(_key(name), charge.code) != charge.code or _repeated(charge, name)
        ]
        codes = [charge.code for charge in self.root]
        faults += [f"{code} stands twice" for code in dict.fromkeys(codes) if codes.count(code) > 1]
        if faults:
            raise ValueError("; ".join(dict.fromkeys(faults)))
        return self

    @cached_property
    def _by_name(self) -> dict[str, ChargeCode]:
        return {_key(name): charge for charge in self.root for name in _names(charge)}

    def get(self, name: str) -> ChargeCode | None:
        """The charge of a code, a name in either language or an alias; none for what is not on the list."""
        return self._by_name.get(_key(name))

    def find(self, name: str) -> ChargeCode:
        """As `get`. Raises RuleError with what is meant perhaps."""
        charge = self.get(name)
        if charge is None:
            near = [each.code for each in self.root if _key(name)[:2] == _key(each.code)[:2]]
            raise RuleError([Fault("charge", f"there is no charge '{name}'", ", ".join(near) or "a code of the list")])
        return charge

    def code_of(self, name: str) -> str:
        """The code of a charge under any of its names; what is on no list stays as it is called."""
        charge = self.get(name)
        return charge.code if charge is not None else name

    def passes_through(self, name: str) -> bool:
        """Whether it is a charge of the list that is paid for the customer and claimed back as it is."""
        charge = self.get(name)
        return charge is not None and charge.pass_through


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ServiceVat(Rule):
    """The VAT rate of each treatment, as fractions of one. Every treatment has one."""

    rates: Mapping[TaxTreatment, Decimal]

    def __post_init__(self) -> None:
        super().__post_init__()
        if missing := [each for each in get_args(TaxTreatment) if each not in self.rates]:
            raise ValueError(f"no rate for {', '.join(missing)}")


class ChargeRules(Frozen):
    """The list and the VAT of its treatments by date."""

    vat: tuple[ServiceVat, ...] = Field(min_length=1)
    codes: ChargeCodes

    def vat_rate(self, charge: str, day: date) -> Decimal:
        """The rate that a charge bears on a day. Raises RuleError for an unknown charge, or a day before all rules."""
        return rule_on(self.vat, day).rates[self.codes.find(charge).tax]


def _names(charge: ChargeCode) -> Iterator[str]:
    yield from (charge.code, charge.en, charge.zh, *charge.aliases)


def _repeated(charge: ChargeCode, name: str) -> bool:
    return [_key(each) for each in charge.aliases].count(_key(name)) > 1


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())
