"""How facts are written in notices. Every filter leaves a missing value missing, and odd text as it is.

{{ data.total | money }}            CNY 1,250.00         {{ "12.5" | money("USD") }}   USD 12.50
{{ data.total | capitals }}         人民币壹仟贰佰伍拾元整
{{ data.weight | number * 2 }}      text as an exact number, to compute with
{{ data.eta | day }}                2026-03-02           (in the case's zone)
{{ at | instant }}                  2026-03-02 09:00 +08:00
{{ values.due_at | deadline }}      2026-03-02 24:00 +08:00, where it ends with its day
{{ at | instant("Europe/Berlin") }} 2026-03-02 02:00 +01:00
{{ case.title | label }}            Complaint 客户投诉    (`label("zh")` for one)
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import wraps
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context

from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.documents.missing import Missing
from sop_engine.freight.amount_words import rmb_capitals
from sop_engine.freight.money import decimal_places
from sop_engine.timekeeping.instants import deadline_text

Filter = Callable[..., Any]


def _lenient(apply: Filter) -> Filter:
    """A filter that hands back text it cannot read, and a dash for an incomplete amount."""

    @wraps(apply)
    def applied(value: Any, *arguments: Any) -> Any:
        if isinstance(value, Missing):
            return value
        try:
            return apply(value, *arguments)
        except (ValueError, InvalidOperation):
            return Missing() if isinstance(value, Mapping) else value

    return applied


@_lenient
def money(value: Any, currency: str | None = None) -> str:
    """`CNY 1,250.00`, with at least the currency's decimal places; without a known currency, the digits as they are."""
    amount, currency = _amount(value, currency)
    if currency is None:
        return f"{amount:,f}"
    written = -int(amount.as_tuple().exponent)
    return f"{currency} {amount:,.{max(written, decimal_places(currency))}f}"


@_lenient
def capitals(value: Any) -> str:
    """Renminbi in capitals; an amount in another currency is written as `money` does."""
    amount, currency = _amount(value, "CNY")
    return f"人民币{rmb_capitals(amount)}" if currency == "CNY" else money(value)


@_lenient
def number(value: Any) -> Decimal:
    """The exact number that text holds."""
    return Decimal(str(value))


def day(context: Context, value: Any) -> Any:
    """The calendar day, an instant's in the case's zone."""
    return local_day(value, _zone(context))


def instant(context: Context, value: Any, zone: str | None = None) -> Any:
    """The local time in a zone, the case's unless named, with its offset from UTC."""
    return local_instant(value, zone or _zone(context))


def deadline(context: Context, value: Any) -> Any:
    """As `instant`, but with the day that it ends where it ends with one: 24:00, never 00:00 of the following day."""
    return local_deadline(value, _zone(context))


def label(value: Any, language: str | None = None) -> Any:
    """A title in one language or both; other values as they are."""
    if not isinstance(value, Mapping) or "en" not in value or "zh" not in value:
        return value
    return value[language] if language in ("en", "zh") else f"{value['en']} {value['zh']}"


@_lenient
def local_day(value: Any, zone: str) -> str:
    """The calendar day in a zone, as `2026-03-02`."""
    if isinstance(value, str) and len(value) == len("2026-03-02"):
        return date.fromisoformat(value).isoformat()
    return _read_instant(value).astimezone(ZoneInfo(zone)).date().isoformat()


@_lenient
def local_instant(value: Any, zone: str) -> str:
    """The local time in a zone with its offset, as `2026-03-02 09:00 +08:00`."""
    return _read_instant(value).astimezone(ZoneInfo(zone)).isoformat(sep=" ", timespec="minutes").replace("+", " +")


@_lenient
def local_deadline(value: Any, zone: str) -> str:
    """A deadline in a zone with its offset, as `2026-03-02 24:00 +08:00`."""
    return deadline_text(_read_instant(value).astimezone(ZoneInfo(zone))).replace("+", " +")


def due_days(facts: CaseFacts) -> dict[str, dict[str, str]]:
    """Each clock's `due_at` and `due_on`, the day in the case's zone that ends no earlier: 24:00 belongs to its day."""
    moment = timedelta(microseconds=1)
    return {
        name: {"due_at": due_at, "due_on": local_day(datetime.fromisoformat(due_at) - moment, facts.zone)}
        for name, due_at in facts.clocks.items()
    }


def _read_instant(value: Any) -> datetime:
    read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if read.tzinfo is None:
        raise ValueError(f"{read} has no zone")
    return read


def _amount(value: Any, currency: str | None) -> tuple[Decimal, str | None]:
    if isinstance(value, Mapping):
        return Decimal(str(value.get("amount"))), value.get("currency") or currency
    return Decimal(str(value)), currency


def _zone(context: Context) -> str:
    return str(context.resolve("case")["zone"])


FILTERS: Mapping[str, Filter] = MappingProxyType(
    {
        "money": money,
        "capitals": capitals,
        "number": number,
        "day": pass_context(day),
        "instant": pass_context(instant),
        "deadline": pass_context(deadline),
        "label": label,
    }
)
