"""The item that an entry opens on a control account: how a posting rule names it, and how it is read from values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.subledger.allocation import Wanted

_DAY = TypeAdapter(date)
_WANTED = TypeAdapter(tuple[Wanted, ...])


class ItemRule(Frozen):
    """How an entry opens an item on a control account: the names of the values that say whose it is, and since when."""

    account: str
    party: str
    reference: str = "business_key"
    dated_on: str | None = None
    """The day of the posting where it is not said."""
    due_on: str | None = None
    """The day it is dated where it is not said."""
    settles: tuple[str, ...] = ()
    """The first of these that says something says what the entry settles: references, or `oldest`."""
    takes_credit: bool = False
    """Then settles whatever stands against it, also what comes later."""


class OpeningItem(Frozen):
    """What an entry opens on a control account."""

    account: str
    party: str
    """Empty where nobody said whose money it is."""
    reference: str
    dated_on: date | None
    due_on: date | None
    amount: Decimal
    settles: tuple[Wanted, ...] = ()
    oldest_first: bool = False
    takes_credit: bool = False


def read_item(rule: ItemRule, known: Mapping[str, Any], business_key: str, faults: list[Fault]) -> OpeningItem:
    """The item as far as the values tell it, its amount still to come; faults are added to the list."""
    wanted = next((known[name] for name in rule.settles if known.get(name)), ())
    if isinstance(wanted, str):
        wanted = "oldest" if wanted == "oldest" else [{"reference": wanted}]
    settles: tuple[Wanted, ...] = ()
    if wanted != "oldest":
        try:
            settles = _WANTED.validate_python(wanted)
        except ValidationError:
            fault = Fault(where="values.settles", what=f"{wanted!r} cannot be read", allowed="references with amounts")
            faults.append(fault)
    return OpeningItem(
        account=rule.account,
        party=text_of(known.get(rule.party)) or "",
        reference=text_of(known.get(rule.reference)) or business_key,
        dated_on=read_value(known, rule.dated_on, _DAY, "a date", faults),
        due_on=read_value(known, rule.due_on, _DAY, "a date", faults),
        amount=Decimal(),
        settles=settles,
        oldest_first=wanted == "oldest",
        takes_credit=rule.takes_credit,
    )


def read_value(
    known: Mapping[str, Any], name: str | None, adapter: TypeAdapter[Any], allowed: str, faults: list[Fault]
) -> Any:
    """A value by its name, none where it is not said; one that cannot be read is a fault."""
    value = known.get(name) if name is not None else None
    if value in (None, "", ()):
        return None
    try:
        return adapter.validate_python(value)
    except ValidationError:
        faults.append(Fault(where=f"values.{name}", what=f"{value!r} cannot be read", allowed=allowed))
        return None


def text_of(value: Any) -> str | None:
    """Text that says something."""
    return value.strip() or None if isinstance(value, str) else None
