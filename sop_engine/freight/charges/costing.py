"""The costing of a shipment as its clerk writes it: which charges it has at which stage, and what needs a manager."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.charges.billing import ToBill, to_bill
from sop_engine.freight.charges.codes import ChargeCodes
from sop_engine.freight.charges.costing_rates import AppliedRate, CostingRates, EnteredRate
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
from sop_engine.freight.money import Currency, Money
from sop_engine.freight.party_keys import is_same, party_key
from sop_engine.freight.rules import RuleError

Name = Annotated[str, Field(min_length=1)]


class QuotedLine(Frozen):
    """What was offered to the customer, or asked by a supplier when it was."""

    charge: Name
    side: Side
    amount: Money


class CostLine(Frozen):
    """A charge of a supplier, without VAT."""

    charge: Name
    payee: Name
    document: str | None = None
    """The number of the paper that it stands on; tells two services of one payee from one that was written twice."""
    type: str | None = None
    """The kind of cost, by which the ledger is held against the services carried out."""
    basis: str | None = None
    process: str | None = None
    """How the amount was reckoned from its basis."""
    agreed: Money | None = None
    """The price agreed, where the booking does not hold it: of a quotation or a contract tariff."""
    amount: Money
    """What it comes to as it was carried out."""


class SoldLine(Frozen):
    """A service charged to the customer, without VAT."""

    service: Name
    amount: Money


class AgreedCost(NamedTuple):
    """All that a payee is owed for a charge, under its code, with the price agreed; both in the currency of that.

    `basis` says what it rests on and how it was reckoned, for the ledger (000 finance section 1).
    """

    charge: str
    payee: str
    basis: str | None
    agreed: Money
    amount: Money


Lines = BeforeValidator(lambda given: given if given is not None else ())


class Costing(Frozen):
    """Everything that is known of a shipment's charges when they are costed."""

    quoted_lines: Annotated[tuple[QuotedLine, ...], Lines] = ()
    quoted_total: Money | None = None
    """What the customer was offered for everything."""
    supplier: str | None = None
    """Who was booked."""
    booked_cost: Money | None = None
    """The booked supplier's price for all that he does, but for lines that name a price of their own."""
    booked_on: date | None = None
    """The day whose rates of exchange hold for all of it."""
    rates: Annotated[tuple[EnteredRate, ...], Lines] = ()
    """Where the table has none for that day, or another was agreed."""
    cost_lines: tuple[CostLine, ...] = Field(min_length=1)
    revenue_lines: tuple[SoldLine, ...] = Field(min_length=1)
    invoice_currency: Currency | None = None
    """In which the customer is billed; book currency where it is not said."""
    tax_paid: Money | None = None
    """Duty and tax that we paid ourselves, to be billed to the customer with what suppliers laid out for him."""

    def amounts(self) -> Iterator[Money]:
        """Every amount that is counted."""
        lines: tuple[QuotedLine | CostLine | SoldLine, ...] = (
            *self.quoted_lines,
            *self.cost_lines,
            *self.revenue_lines,
        )
        said = (self.quoted_total, self.booked_cost, self.tax_paid, *(line.agreed for line in self.cost_lines))
        yield from (line.amount for line in lines)
        yield from (amount for amount in said if amount is not None)


class Costed(NamedTuple):
    """What the costing comes to, in book currency but for the costs and the bill."""

    costs: tuple[AgreedCost, ...]
    rates: tuple[AppliedRate, ...]
    to_bill: ToBill
    compared: tuple[ComparedCharge, ...]
    margin: Margin
    """Of what was carried out."""
    doubts: tuple[str, ...]
    """Why a manager decides before the customer is billed; none where nothing is out of the ordinary."""


def cost_shipment(
    costing: Costing, codes: ChargeCodes, rates: ExchangeRates, tolerance: Decimal, today: date, book: str = "CNY"
) -> Costed:
    """Compares quoted, booked and actual, and says what was earned and what is to be billed.

    Everything counts at the rates of the day of the booking, of today where nothing was booked. Raises RuleError with
    every fault: unknown charges, one twice of a supplier, sales of what is passed through, currencies without a rate.
    """
    _check(costing, codes)
    billed_in = costing.invoice_currency or book
    currencies = {billed_in, *(amount.currency for amount in costing.amounts())}
    known = CostingRates.of(currencies, costing.rates, rates, costing.booked_on or today, book)
    costs = agreed_costs(costing, codes, known)
    charges = _charges(costing, costs, known.day)
    compared = compare_charges(charges, codes, known.table, book)
    margin = shipment_margin(charges, codes, known.table, "actual", book)
    laid_out = margin.disbursed
    if costing.tax_paid is not None:
        laid_out += known.into(costing.tax_paid, book)
    sold = [(line.service, line.amount) for line in costing.revenue_lines]
    bill = to_bill(sold, laid_out, costing.quoted_total, known, billed_in)
    return Costed(costs, known.applied, bill, compared, margin, _doubts(compared, margin, codes, tolerance))


def agreed_costs(costing: Costing, codes: ChargeCodes, rates: CostingRates) -> tuple[AgreedCost, ...]:
    """What each payee is owed for each charge, with the price agreed.

    That is of each line its own, its share of what was booked, or else its amount. A payee has the name written first.
    """
    shares = _shares(costing, rates)
    names: dict[str, str] = {}
    found: dict[tuple[str, str], AgreedCost] = {}
    for index, line in enumerate(costing.cost_lines):
        code, payee = codes.find(line.charge).code, names.setdefault(party_key(line.payee), line.payee)
        agreed = line.agreed or shares.get(index, line.amount)
        basis = ": ".join(part for part in (line.basis, line.process) if part) or None
        cost = AgreedCost(code, payee, basis, agreed, line.amount)
        before = found.get((code, payee))
        found[code, payee] = cost if before is None else _together(before, cost)
    return tuple(found.values())


def _together(one: AgreedCost, other: AgreedCost) -> AgreedCost:
    bases = dict.fromkeys(basis for basis in (one.basis, other.basis) if basis)
    return one._replace(
        basis="; ".join(bases) or None, agreed=one.agreed + other.agreed, amount=one.amount + other.amount
    )


def _shares(costing: Costing, rates: CostingRates) -> Mapping[int, Money]:
    """Of each line that names no price, what falls to it of the booked one: first by currency, then by line.

    So lines in one currency add up to the booked price in that currency, to the smallest unit.
    """
    by_currency: defaultdict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(costing.cost_lines):
        if line.agreed is None and is_same(line.payee, costing.supplier or "") and line.amount.amount > 0:
            by_currency[line.amount.currency].append(index)
    if costing.booked_cost is None or not by_currency:
        return {}
    amounts = {
        name: [costing.cost_lines[index].amount.amount for index in lines] for name, lines in by_currency.items()
    }
    worths = [sum(amounts[name], Decimal()) * rates.of_one[name] for name in by_currency]
    shares: dict[int, Money] = {}
    for (currency, lines), part in zip(by_currency.items(), costing.booked_cost.split(worths), strict=True):
        whole = rates.into(part, currency)
        shares.update(zip(lines, whole.split(amounts[currency]), strict=True))
    return shares


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
            faults += [replace(fault, where=where) for fault in error.faults]
            continue
        found[where] = charge.code
        if where.startswith("revenue") and charge.pass_through:
            faults.append(
                Fault(where, f"{charge.en} is passed on at cost", "services of our own; it is billed by itself")
            )
    owed = [
        (found[f"cost_lines.{index}"], party_key(line.payee), line)
        for index, line in enumerate(costing.cost_lines)
        if f"cost_lines.{index}" in found
    ]
    faults += [
        Fault(f"cost_lines.{index}", f"is agreed in {agreed.currency} and carried out in {line.amount.currency}", "one")
        for index, line in enumerate(costing.cost_lines)
        if (agreed := line.agreed) is not None and agreed.currency != line.amount.currency
    ]
    faults += _doubles(owed)
    if faults:
        raise RuleError(faults)


def _doubles(owed: Sequence[tuple[str, str, CostLine]]) -> Iterator[Fault]:
    """What stands twice by charge, payee and document; and a charge that one payee has in two currencies."""
    first: dict[tuple[str, str], CostLine] = {}
    times = Counter((code, payee, party_key(line.document or "")) for code, payee, line in owed)
    for code, payee, line in owed:
        name = first.setdefault((code, payee), line).payee
        count = times.pop((code, payee, party_key(line.document or "")), 1)
        if count > 1:
            by = f" on {line.document}" if line.document else ""
            what = f"{code} of {name}{by} stands {count} times"
            yield Fault("cost_lines", what, "once, with the whole amount, or each with the number of its own document")
        currency = first[code, payee].amount.currency
        if line.amount.currency != currency:
            yield Fault(
                "cost_lines", f"{code} of {name} is in {currency} and in {line.amount.currency}", "one currency"
            )


def _charges(costing: Costing, costs: Sequence[AgreedCost], day: date) -> list[ShipmentCharge]:
    said: list[tuple[str, str, str, Money]] = [
        *((line.charge, line.side, "quoted", line.amount) for line in costing.quoted_lines),
        *((line.charge, "payable", "booked", line.agreed) for line in costs),
        *((line.service, "receivable", "actual", line.amount) for line in costing.revenue_lines),
        *((line.charge, "payable", "actual", line.amount) for line in costs),
    ]
    names = ("charge", "side", "stage", "amount")
    return [ShipmentCharge.model_validate({**dict(zip(names, each, strict=True)), "booked_on": day}) for each in said]


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
