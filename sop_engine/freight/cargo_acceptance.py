"""Whether cargo may be carried at all: the list of prohibited goods, and the classes that need a licence.

A screening by words finds what is named openly. It does not replace the person who reviews the commission.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass

from sop_engine.basis.models import Frozen
from sop_engine.freight.document_checklist import CargoClass
from sop_engine.freight.rules import Rule


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ProhibitedGoods(Rule):
    """One kind of goods that nobody may commission us to carry."""

    en: str
    zh: str
    words: tuple[str, ...]
    """Names of such goods; a plural is found by its singular."""


class CargoRules(Frozen):
    """The firm's list."""

    licence_needed: tuple[CargoClass, ...]
    """Cargo classes that are carried only under a licence."""
    prohibited: tuple[ProhibitedGoods, ...]


class OfferedGoods(BaseModel):
    """One line of the commission's goods."""

    model_config = ConfigDict(frozen=True)

    name: str


class OfferedCargo(Frozen):
    """What a customer commissions us to carry."""

    goods: tuple[OfferedGoods, ...] = Field(min_length=1)
    cargo_class: CargoClass
    licensed: bool | None = None
    """Whether the firm holds the licence for this cargo; not said is no."""


class Acceptance(NamedTuple):
    """The answer, and why, in English and Chinese."""

    acceptable: bool
    reason: str


def cargo_acceptance(cargo: OfferedCargo, rules: CargoRules, day: date) -> Acceptance:
    """Screens by the rules in force on a day; the reason names everything that stands against the cargo."""
    objections = tuple(_objections(cargo, rules, day))
    if objections:
        return Acceptance(False, "; ".join(objections))
    return Acceptance(True, "Nothing stands against this cargo 未发现禁限运情形")


def _objections(cargo: OfferedCargo, rules: CargoRules, day: date) -> Iterator[str]:
    for goods in cargo.goods:
        name = unicodedata.normalize("NFKC", goods.name).casefold()
        for kind in rules.prohibited:
            if kind.valid_from <= day and any(_names(word, name) for word in kind.words):
                yield f"{goods.name}: {kind.en} {kind.zh}, {kind.citation}"
    if cargo.cargo_class in rules.licence_needed and not cargo.licensed:
        yield f"{cargo.cargo_class} cargo needs a licence that we do not hold 本公司无该类货物承运资质"


def _names(word: str, name: str) -> bool:
    if not word.isascii():
        return word in name
    return re.search(rf"\b{re.escape(word.casefold())}(?:e?s)?\b", name) is not None
