"""The costing of a shipment as its clerk writes it: which charges it has at which stage, and what needs a manager."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sop_engine.freight.charges.codes import ChargeCodes
from sop_engine.freight.charges.shipment import (
    ComparedCharge,
    Margin,
    ShipmentCharge,
    Side,
    beyond_tolerance,
    compare_charges,
    shipment_margin,
)
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.money import Money
from sop_engine.freight.rules import Fault, RuleError

Name = Annotated[str, Field(min_length=1)]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuotedLine(_Line):
    """What was offered to the customer, or asked by a supplier when it was."""

    charge: Name
    side: Side
    amount: Money


class CostLine(_Line):
    """A charge of a supplier, without VAT."""

    charge: Name
    payee: Name
    basis: str | None = None
    agreed: Money | None = None
    """The price agreed, where the booking does not hold it: of a quotation or a contract tariff."""
    amount: Money
    """What it comes to as it was carried out."""


class SoldLine(_Line):
    """A service charged to the customer, without VAT."""

    service: Name
    amount: Money


class AgreedCost(NamedTuple):
    """A cost line under the code of its charge, with the price agreed."""

    charge: str
    payee: str
    basis: str | None
    agreed: Money
    amount: Money


Lines = BeforeValidator(lambda given: given if given is not None else ())


class Costing(_Line):
    """Everything that is known of a shipment's charges when they are costed."""

    quoted_lines: Annotated[tuple[QuotedLine, ...], Lines] = ()
    quoted_on: date | None = None
    supplier: str | None = None
    """Who was booked."""
    booked_cost: Money | None = None
    """The booked supplier's price for all that he does, but for lines that name a price of their own."""
    booked_on: date | None = None
    cost_lines: tuple[CostLine, ...] = Field(min_length=1)
    revenue_lines: tuple[SoldLine, ...] = Field(min_length=1)


class Costed(NamedTuple):
    """What the costing comes to, in book currency."""

    costs: tuple[AgreedCost, ...]
    compared: tuple[ComparedCharge, ...]
    margin: Margin
    """Of what was carried out."""
    doubts: tuple[str, ...]
    """Why a manager decides before the customer is billed; none where nothing is out of the ordinary."""


def cost_shipment(
    costing: Costing, codes: ChargeCodes, rates: ExchangeRates, tolerance: Decimal, today: date, book: str = "CNY"
) -> Costed:
    """Compares quoted, booked and actual, and says what was earned; a day that is not said is today.

    Raises RuleError with every fault: unknown charges, one twice of a supplier, sales of what is passed through.
    """
    _check(costing, codes)
    costs = agreed_costs(costing, codes, rates, today)
    charges = _charges(costing, costs, today)
    compared = compare_charges(charges, codes, rates, book)
    margin = shipment_margin(charges, codes, rates, "actual", book)
    return Costed(costs, compared, margin, _doubts(compared, margin, codes, tolerance))


def agreed_costs(costing: Costing, codes: ChargeCodes, rates: ExchangeRates, today: date) -> tuple[AgreedCost, ...]:
    """The cost lines with the price agreed for each: its own, its share of what was booked, or else its amount."""
    lines = costing.cost_lines
    booked = [index for index, line in enumerate(lines) if line.agreed is None and line.payee == costing.supplier]
    weights = [lines[index].amount.amount for index in booked]
    shares: dict[int, Money] = {}
    if costing.booked_cost is not None and sum(weights) > 0:
        currency = lines[booked[0]].amount.currency
        whole = rates.convert(costing.booked_cost, costing.booked_on or today, currency)
        shares = dict(zip(booked, Money.rounded(whole.amount, currency).split(weights), strict=True))
    return tuple(
        AgreedCost(
            codes.find(line.charge).code,
            line.payee,
            line.basis,
            line.agreed or shares.get(index, line.amount),
            line.amount,
        )
        for index, line in enumerate(lines)
    )


def overruns(compared: Sequence[ComparedCharge], codes: ChargeCodes, tolerance: Decimal) -> tuple[ComparedCharge, ...]:
    """The costs above what was quoted for them by more than the tolerance, and costs that a quotation left out.

    Nothing is above a quotation that names no costs. What is passed through is the customer's.
    """
    costs = [line for line in compared if line.side == "payable" and not codes.find(line.charge).pass_through]
    if all(line.quoted is None for line in costs):
        return ()
    return tuple(line for line in beyond_tolerance(costs, tolerance) if line.change.amount > 0)


def _check(costing: Costing, codes: ChargeCodes) -> None:
    faults: list[Fault] = []
    named = [
        *((f"quoted_lines.{index}", line.charge) for index, line in enumerate(costing.quoted_lines)),
        *((f"cost_lines.{index}", line.charge) for index, line in enumerate(costing.cost_lines)),
        *((f"revenue_lines.{index}", line.service) for index, line in enumerate(costing.revenue_lines)),
    ]
    found: dict[str, str] = {}
    for where, name in named:
        try:
            charge = codes.find(name)
        except RuleError as error:
            faults += [(where, what, allowed) for _, what, allowed in error.faults]
            continue
        found[where] = charge.code
        if where.startswith("revenue") and charge.pass_through:
            faults.append((where, f"{charge.en} is passed on at cost", "services of our own; it is billed by itself"))
    owed = Counter(
        (found[f"cost_lines.{index}"], line.payee)
        for index, line in enumerate(costing.cost_lines)
        if f"cost_lines.{index}" in found
    )
    faults += [
        ("cost_lines", f"{code} of {payee} stands {count} times", "once, with the whole amount")
        for (code, payee), count in owed.items()
        if count > 1
    ]
    if faults:
        raise RuleError(faults)


def _charges(costing: Costing, costs: Sequence[AgreedCost], today: date) -> list[ShipmentCharge]:
    quoted_on, booked_on = costing.quoted_on or today, costing.booked_on or today
    said: list[tuple[str, str, str, Money, date]] = [
        *((line.charge, line.side, "quoted", line.amount, quoted_on) for line in costing.quoted_lines),
        *((line.charge, "payable", "booked", line.agreed, booked_on) for line in costs),
        *((line.service, "receivable", "actual", line.amount, today) for line in costing.revenue_lines),
        *((line.charge, "payable", "actual", line.amount, today) for line in costs),
    ]
    names = ("charge", "side", "stage", "amount", "booked_on")
    return [ShipmentCharge.model_validate(dict(zip(names, each, strict=True))) for each in said]


def _doubts(
    compared: Sequence[ComparedCharge], margin: Margin, codes: ChargeCodes, tolerance: Decimal
) -> tuple[str, ...]:
    doubts = []
    if margin.margin.amount < 0:
        doubts.append(f"the margin is negative: {margin.margin}")
    for line in overruns(compared, codes, tolerance):
        above = f"{line.change} above the quotation" if line.quoted is not None else f"{line.change} not quoted"
        doubts.append(f"{codes.find(line.charge).en} ({line.charge}): {above}")
    return tuple(doubts)
