"""The charges of one shipment: what was quoted, booked and billed side by side, and what it earned."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.charges.codes import ChargeCodes
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.money import Money, total
from sop_engine.freight.rules import RuleError

Stage = Literal["quoted", "booked", "actual"]
Side = Literal["receivable", "payable"]


class ShipmentCharge(Frozen):
    """One charge of a shipment at one stage, without VAT."""

    charge: str
    """A code, name or alias of the list."""
    side: Side
    stage: Stage
    amount: Money
    booked_on: date
    """The day whose rate of exchange turns it into book currency."""


class ComparedCharge(NamedTuple):
    """One charge through its stages, in book currency; None where a stage does not have it."""

    charge: str
    side: Side
    quoted: Money | None
    booked: Money | None
    actual: Money | None
    change: Money
    """From the first stage that has it to the last; a charge nobody quoted is a change of its whole amount."""
    percent: Decimal | None
    """Of the quoted amount, to one decimal; None for what was not quoted."""


class Margin(NamedTuple):
    """What a shipment earned at one stage. What is passed through stands apart and earns nothing."""

    revenue: Money
    cost: Money
    margin: Money
    percent: Decimal | None
    """Of revenue, to one decimal; None without revenue."""
    disbursed: Money
    """Paid for the customer."""
    reclaimed: Money
    """Billed to the customer for it."""
    open_disbursements: Money
    """Still to be billed, or, below nought, billed too much."""


def compare_charges(
    charges: Sequence[ShipmentCharge], codes: ChargeCodes, rates: ExchangeRates, book: str = "CNY"
) -> tuple[ComparedCharge, ...]:
    """Quote, booking and actual per charge and side, in the order in which the charges first appear.

    Raises RuleError with every unknown charge, wrong side and missing rate.
    """
    lines = _in_book(charges, codes, rates, book)
    compared = []
    for code, side in dict.fromkeys((line.charge, line.side) for line in lines):
        mine = [line for line in lines if (line.charge, line.side) == (code, side)]
        quoted, booked, actual = (_of_stage(mine, stage, book) for stage in ("quoted", "booked", "actual"))
        stages = [amount for amount in (quoted, booked, actual) if amount is not None]
        first = quoted or Money(amount=Decimal(), currency=book)
        change = stages[-1] - first
        compared.append(ComparedCharge(code, side, quoted, booked, actual, change, _percent(change, first)))
    return tuple(compared)


def shipment_margin(
    charges: Sequence[ShipmentCharge], codes: ChargeCodes, rates: ExchangeRates, stage: Stage, book: str = "CNY"
) -> Margin:
    """Revenue less cost in book currency, each charge at the rate of its own booking date.

    Raises RuleError with every unknown charge, wrong side and missing rate.
    """
    lines = [line for line in _in_book(charges, codes, rates, book) if line.stage == stage]

    def summed(side: Side, passed_through: bool) -> Money:
        return total(
            (
                line.amount
                for line in lines
                if line.side == side and codes.find(line.charge).pass_through is passed_through
            ),
            book,
        )

    revenue, cost = summed("receivable", False), summed("payable", False)
    reclaimed, disbursed = summed("receivable", True), summed("payable", True)
    return Margin(revenue, cost, *margin_of(revenue, cost), disbursed, reclaimed, disbursed - reclaimed)


def margin_of(revenue: Money, cost: Money) -> tuple[Money, Decimal | None]:
    """Revenue less cost, and its percentage of revenue to one decimal; None without revenue."""
    margin = revenue - cost
    return margin, _percent(margin, revenue)


def beyond_tolerance(compared: Sequence[ComparedCharge], tolerance: Decimal) -> tuple[ComparedCharge, ...]:
    """The charges that moved by more than a fraction of what was quoted, and all that were not quoted."""
    return tuple(
        line
        for line in compared
        if line.change.amount and (line.quoted is None or abs(line.change.amount) > abs(line.quoted.amount) * tolerance)
    )


def _in_book(
    charges: Sequence[ShipmentCharge], codes: ChargeCodes, rates: ExchangeRates, book: str
) -> list[ShipmentCharge]:
    lines: list[ShipmentCharge] = []
    faults: list[Fault] = []
    for index, charge in enumerate(charges):
        try:
            found = codes.find(charge.charge)
            converted = rates.convert(charge.amount, charge.booked_on, book)
        except RuleError as error:
            faults.extend(fault.under(f"charges.{index}") for fault in error.faults)
            continue
        if found.direction not in (charge.side, "both"):
            faults.append(Fault(f"charges.{index}", f"{found.code} is not {charge.side}", found.direction))
        amount = Money.rounded(converted.amount, book)
        lines.append(charge.model_copy(update={"charge": found.code, "amount": amount}))
    if faults:
        raise RuleError(faults)
    return lines


def _of_stage(lines: Sequence[ShipmentCharge], stage: str, book: str) -> Money | None:
    found = [line.amount for line in lines if line.stage == stage]
    return total(found, book) if found else None


def _percent(part: Money, whole: Money) -> Decimal | None:
    return (part.amount / whole.amount * 100).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole.amount else None
