"""What an import declaration can be told before it is entered: the customs value of each line from the sale, its rates
from the tariff. What cannot be worked out is named, and stays with the declarant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.customs.tariff import ImportRate, Origin, TariffTable
from sop_engine.freight.customs.tax_rates import CURRENCY
from sop_engine.freight.customs.value import (
    WITHOUT_FREIGHT,
    WITHOUT_INSURANCE,
    Adjustment,
    CustomsValue,
    CustomsValueRule,
    Terms,
    Transaction,
    customs_value,
)
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.money import Money, total
from sop_engine.freight.rules import RuleError

PROPOSED = (
    "value", "duty_rate", "duty_per_unit", "remedy_rate", "consumption_rate", "consumption_per_unit", "vat_rate",
)  # fmt: skip
"""The fields of a line that are filled in where they can be worked out."""

_ANY_VALUE = Decimal(100)
"""Rates of the value alone compare the same on every value."""


class DeclaredLine(BaseModel):
    """What a line of the declaration says of its goods. What it says beside this is nothing to a proposal."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    goods: str
    hs_code: str
    origin_country: str | None = None
    agreement: str | None = None
    """The agreement under which a certificate of origin is presented."""
    within_quota: bool | None = None
    producer: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    consumption_quantity: Decimal | None = None
    price: Money | None = None
    """On the invoice, in its currency."""
    value: Money | None = None
    """The customs value, where it was typed."""


_LINES = TypeAdapter(list[DeclaredLine])


class Sale(Frozen):
    """The sale as far as it has been entered. Amounts may be in several currencies."""

    origin_country: str | None = None
    """Of lines that name none themselves."""
    terms: str | None = None
    total: Money | None = None
    inland: Money | None = None
    freight: Money | None = None
    freight_rate: Decimal | None = None
    insurance: Money | None = None
    insurance_rate: Decimal | None = None
    additions: tuple[Adjustment, ...] = ()
    deductions: tuple[Adjustment, ...] = ()


class ProposedLine(BaseModel):
    """What was worked out for one line; what is None was not."""

    model_config = ConfigDict(frozen=True)

    goods: str
    hs_code: str
    value: Money | None = None
    rate_kind: str | None = None
    duty_rate: Decimal | None = None
    duty_per_unit: Decimal | None = None
    remedy_rate: Decimal | None = None
    consumption_rate: Decimal | None = None
    consumption_per_unit: Decimal | None = None
    vat_rate: Decimal | None = None
    basis: str | None = None
    """Why these rates."""
    holds_to: date | None = None
    """The last day of the tariff line; None where it has no end."""


class Proposal(NamedTuple):
    """The lines with what could be filled in, what was worked out for each, and what could not be."""

    items: list[dict[str, Any]]
    proposed: list[ProposedLine]
    value_basis: str | None
    gaps: list[str]
    holds_to: date | None
    """The last day on which all of it comes to the same; None where nothing used has an end."""


@dataclass(frozen=True)
class ProposalTables:
    """The firm's tables and the rule of the day."""

    rates: ExchangeRates
    tariff: TariffTable
    value_rule: CustomsValueRule


def propose(
    items: Sequence[Mapping[str, Any]],
    sale: Sale,
    former: Sequence[ProposedLine],
    declared_on: date,
    tariff_day: date,
    tables: ProposalTables,
) -> Proposal:
    """Fills what stands empty, and what still is as it was proposed before; what somebody wrote stays.

    Values are in CNY at the rates of exchange of the day of the declaration; rates of duty are those of `tariff_day`.
    What is missing (a price, a rate of exchange, a tariff line) is said in `gaps`. Raises ValidationError for items
    that cannot be read.
    """
    lines = _LINES.validate_python(
        [{**item, "origin_country": item.get("origin_country") or sale.origin_country} for item in items]
    )
    gaps: list[str] = []
    valued = _valued(lines, sale, declared_on, tables, gaps)
    values = [None] * len(lines) if valued is None else valued.lines
    proposed = [
        _line(line, line.value if value is None else value, value, tariff_day, tables.tariff, gaps)
        for line, value in zip(lines, values, strict=True)
    ]
    ends = [None if valued is None else valued.holds_to, *(line.holds_to for line in proposed)]
    before = [*former, *([None] * len(lines))]
    return Proposal(
        [_filled(*each) for each in zip(items, proposed, before, strict=False)],
        proposed,
        None if valued is None else valued.basis,
        gaps,
        min((end for end in ends if end is not None), default=None),
    )


def _filled(item: Mapping[str, Any], proposed: ProposedLine, former: ProposedLine | None) -> dict[str, Any]:
    now, before = proposed.model_dump(), {} if former is None else former.model_dump()
    is_ours = {name: item.get(name) is None or item[name] == before.get(name) for name in PROPOSED}
    return {**item, **{name: now[name] for name in PROPOSED if is_ours[name]}}


def _valued(
    lines: Sequence[DeclaredLine], sale: Sale, declared_on: date, tables: ProposalTables, gaps: list[str]
) -> CustomsValue | None:
    """The customs value of all lines, since what is added to the price is spread over all of them."""
    prices = [line.price for line in lines if line.price is not None]
    terms = (sale.terms or "").strip().upper()
    if len(prices) < len(lines):
        without = ", ".join(line.goods for line in lines if line.price is None)
        gaps.append(f"Customs value: no invoice price for {without}; enter the price, or the value itself.")
        return None
    if terms not in get_args(Terms):
        said = f"'{terms}' is no Incoterm" if terms else "the terms of the transaction are missing"
        gaps.append(f"Customs value: {said}; allowed: {', '.join(get_args(Terms))}.")
        return None
    if sale.total is not None and {price.currency for price in prices} == {sale.total.currency}:
        added = total(prices, sale.total.currency)
        if added != sale.total:
            gaps.append(f"Customs value: the prices add up to {added}, the transaction total is {sale.total}.")
    inside = tuple(_inside_the_price(sale, terms))
    gaps.extend(f"Customs value: {name} is inside a price {terms} and not added again." for name in inside)
    written = sale.model_dump(exclude_none=True, exclude={"origin_country", "total", *inside})
    try:
        transaction = Transaction.model_validate({**written, "terms": terms, "goods": prices})
        return customs_value(transaction, tables.rates, declared_on, tables.value_rule)
    except ValueError as error:
        gaps.extend(f"Customs value: {fault}." for fault in _faults(error))
        return None


def _inside_the_price(sale: Sale, terms: str) -> Iterator[str]:
    for name, outside in (("freight", WITHOUT_FREIGHT), ("insurance", WITHOUT_INSURANCE)):
        if terms not in outside:
            yield from (each for each in (name, f"{name}_rate") if getattr(sale, each) is not None)


def _line(
    line: DeclaredLine,
    value: Money | None,
    computed: Money | None,
    day: date,
    tariff: TariffTable,
    gaps: list[str],
) -> ProposedLine:
    """`value` is what the line is declared at so far, `computed` what the sale gave."""
    named = ProposedLine(goods=line.goods, hs_code=line.hs_code, value=computed)
    try:
        rate = _rate(line, value, day, tariff)
    except ValueError as error:
        gaps.extend(f"{line.goods} ({line.hs_code}), rates: {fault}." for fault in _faults(error))
        return named
    gaps.extend(f"{line.goods} ({line.hs_code}): {doubt}." for doubt in _doubts(line, rate))
    consumption = rate.line.consumption
    return named.model_copy(
        update={
            "rate_kind": rate.kind,
            "duty_rate": rate.rate.ad_valorem,
            "duty_per_unit": rate.rate.per_unit or None,
            "remedy_rate": rate.remedy_rate or None,
            "consumption_rate": consumption.ad_valorem or None,
            "consumption_per_unit": consumption.per_unit or None,
            "vat_rate": rate.line.vat,
            "basis": f"{rate.basis}. Tariff: {rate.line.source}.",
            "holds_to": rate.line.valid_to,
        }
    )


def _rate(line: DeclaredLine, value: Money | None, day: date, tariff: TariffTable) -> ImportRate:
    if not line.origin_country:
        raise RuleError([Fault("origin_country", "is missing", "the code of a country, such as DE")])
    origin = Origin(
        country=line.origin_country,
        agreement=line.agreement,
        within_quota=bool(line.within_quota),
        producer=line.producer,
    )
    if value is not None and value.currency != CURRENCY:
        raise RuleError([Fault("value", f"{value} is not in {CURRENCY}", f"the customs value in {CURRENCY}")])
    row = tariff.line(line.hs_code, day)
    if value is None and any(rate.per_unit for rate in (row.mfn, row.provisional, *row.agreements.values()) if rate):
        raise RuleError([Fault("value", "is missing", f"the customs value in {CURRENCY}, for rates per unit")])
    return tariff.import_rate(line.hs_code, origin, day, _ANY_VALUE if value is None else value.amount, line.quantity)


def _doubts(line: DeclaredLine, rate: ImportRate) -> Iterator[str]:
    """What the declarant has to add before the taxes are right."""
    unit, other = rate.line.unit, rate.line.consumption_unit
    if rate.rate.per_unit and line.unit and line.unit != unit:
        yield f"duty is {CURRENCY} {rate.rate.per_unit} per {unit}; the quantity is in {line.unit}"
    if rate.line.consumption.per_unit and other and other != unit and line.consumption_quantity is None:
        tax = rate.line.consumption.per_unit
        yield f"consumption tax is {CURRENCY} {tax} per {other}; enter the quantity in {other}"


def _faults(error: ValueError) -> list[str]:
    match error:
        case RuleError(faults=faults):
            return [str(fault) for fault in faults]
        case ValidationError():
            return [_said(fault) for fault in error.errors()]
        case _:
            return [str(error)]


def _said(fault: Mapping[str, Any]) -> str:
    where = ".".join(map(str, fault["loc"]))
    what = str(fault["msg"]).removeprefix("Value error, ")
    return f"{where}: {what}" if where else what
