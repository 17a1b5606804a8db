"""What a paper is told of a case: JSON in which everything is written as it shall be read.

    {"case": {"case_id", "sop", "title"}, "firm": {"en", "zh", "address", "uscc", "phone", "accounts"},
     "on": "2026-03-02", "at": "2026-03-02 09:00 +08:00",
     "clocks": {"tax_deadline": {"due_at", "due_on"}}, "data": {…}}

`data` is the case's, with the effect's `with` laid over it. Its instants (`…_at`) and days (`…_on`) are local to the
case, an amount of money also has `text`, `words` and `capitals`. What is not filled in is null.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from unicodedata import category, normalize

from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.people.firm import Firm
from sop_engine.documents.filters import due_days, local_day, local_instant, money
from sop_engine.freight.amount_words import amount_in_words, rmb_capitals

UNPRINTABLE = "〓"
"""Stands for a character that no embedded font has, as printers have always marked a missing type."""
_CURRENCIES: Mapping[str, str] = MappingProxyType(
    {
        "AUD": "澳元",
        "CAD": "加元",
        "CHF": "瑞士法郎",
        "CNY": "人民币",
        "EUR": "欧元",
        "GBP": "英镑",
        "HKD": "港元",
        "JPY": "日元",
        "SGD": "新加坡元",
        "USD": "美元",
    }
)


def paper_facts(facts: CaseFacts, values: Mapping[str, Any], firm: Firm) -> str:
    """The JSON that a template reads. The same facts give the same text."""
    case = {"case_id": facts.case_id, "sop": facts.sop, "title": facts.title}
    given = {
        "case": _written(case, "", facts.zone),
        "firm": _written(firm.particulars(), "", facts.zone),
        "on": local_day(facts.at, facts.zone),
        "at": local_instant(facts.at, facts.zone),
        "clocks": _written(due_days(facts), "", facts.zone),
        "data": _written({**facts.data, **values}, "", facts.zone),
    }
    return json.dumps(given, ensure_ascii=False, sort_keys=True, default=str)


def _written(value: Any, key: str, zone: str) -> Any:
    match value:
        case {"amount": amount, "currency": currency, **rest} if not rest:
            return _money(amount, currency)
        case Mapping():
            return {_printable(str(name)): _written(entry, str(name), zone) for name, entry in value.items()}
        case list() | tuple():
            return [_written(entry, key, zone) for entry in value]
        case str() if key.endswith("_at"):
            return _printable(local_instant(value, zone))
        case str() if key.endswith("_on"):
            return _printable(local_day(value, zone))
        case str():
            return _printable(value)
        case _:
            return value


def _money(amount: Any, currency: Any) -> dict[str, str] | str | None:
    """The amount with its currency, and in words where it has some; text that holds no amount is left as it is."""
    if amount is None:
        return None
    text = money({"amount": amount, "currency": currency})
    if not isinstance(text, str) or currency is None:
        return _printable(f"{amount} {currency or ''}".strip())
    written = {"amount": text.removeprefix(f"{currency} ").replace(",", ""), "currency": str(currency), "text": text}
    try:
        exact = Decimal(written["amount"])
        return {**written, "words": amount_in_words(exact, currency), "capitals": _capitals(exact, currency) or text}
    except ValueError:  # a price finer than the coin
        return written


def _capitals(amount: Decimal, currency: str) -> str | None:
    """大写 with the currency in front; none for a currency that has no customary name here."""
    name = _CURRENCIES.get(currency)
    return None if name is None else f"{name}{rmb_capitals(amount)}"


def _printable(text: str) -> str:
    """Without what has no shape: format characters could turn the reading direction, controls have no glyph.

    Letters are put together with their accents, which fonts set better than they stack them.
    """
    if text.isascii() and text.isprintable():
        return text
    plain = normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return "".join(_shaped(character) for character in plain)


def _shaped(character: str) -> str:
    if character == "\n":
        return character
    kind = category(character)
    return "" if kind == "Cf" else UNPRINTABLE if kind.startswith("C") else character
