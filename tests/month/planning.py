"""The month's shipments with every figure that will be on a paper, drawn from a seed.

Nothing here knows the ledger. What the papers add up to is worked out by the tests' own arithmetic, half up to the fen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Literal

from tests.month.parties import CARGOES, CUSTOMERS, LANES, Cargo, Customer, Lane

Story = Literal[
    "paid", "two_parts", "short", "unpaid", "refunded", "credited", "conceded", "withdrawn", "answered", "disputed",
    "red_letter",
]  # fmt: skip
"""How the invoice fares. `short`, `unpaid` and `disputed` are still open when the month ends."""

STORIES: tuple[Story, ...] = (
    *("paid",) * 6, *("two_parts",) * 2, *("short",) * 2, *("unpaid",) * 2, *("conceded",) * 2,
    "refunded", "credited", "withdrawn", "answered", "disputed", "red_letter",
)  # fmt: skip
STILL_OPEN = ("short", "unpaid", "disputed")
BROKER, DUTY = "Waigaoqiao Brokers", "Late-declaration fee"
"""Who declares some imports, and what he lays out for the customer."""
CASH_LANE = "Road domestic"
FREIGHT = {"sea": "Ocean freight", "air": "Air freight", "rail": "Rail freight", "road": "Road freight"}
TOLERANCE = Decimal("0.05")
"""A cost above its quotation by more than this share goes to a manager."""
DOLLAR, EVERY = Decimal(7), 10
"""The freight of every so many shipments is sold in dollars, at this many yuan each."""
FEN = Decimal("0.01")
NOUGHT = Decimal()
SMALL = Decimal(50)
"""Up to so much a kind of import tax is not levied."""


def fen(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)


@dataclass(frozen=True)
class Charged:
    """What an invoice or a credit note says."""

    net: Decimal
    rate: Decimal
    disbursed: Decimal = NOUGHT

    @property
    def vat(self) -> Decimal:
        return fen(self.net * self.rate)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat + self.disbursed


@dataclass(frozen=True)
class Receipt:
    """Money from the customer, so many days after the month's run began."""

    amount: Decimal
    days: int


@dataclass(frozen=True)
class Import:
    """What customs levies on one item."""

    value: Decimal
    cargo: Cargo
    we_pay: bool
    is_inspected: bool

    @property
    def tax(self) -> Decimal:
        """Duty, then consumption tax, then VAT: each on what came before, and rounded before the next."""

        def levied(amount: Decimal) -> Decimal:
            return fen(amount) if fen(amount) > SMALL else NOUGHT

        rate = self.cargo.consumption_rate
        duty = levied(self.value * self.cargo.duty_rate)
        consumption = levied((self.value + duty) / (1 - rate) * rate)
        return duty + consumption + levied((self.value + duty + consumption) * self.cargo.vat_rate)


@dataclass(frozen=True)
class Plan:
    """One shipment from the commission to the money."""

    number: int
    customer: Customer
    lane: Lane
    cargo: Cargo
    pieces: int
    weight_kg: Decimal
    volume_m3: Decimal
    goods_value: Decimal
    costs: tuple[tuple[str, str, Decimal], ...]
    """Charge, payee, amount; the first is the carrier's freight. The duty that a broker paid is passed on."""
    quoted_costs: tuple[Decimal, ...]
    """What each of the costs was quoted at; none for a shipment without a quotation of costs."""
    sales: tuple[tuple[str, Decimal], ...]
    story: Story
    imported: Import | None
    cash: Decimal | None
    """Collected on delivery for the shipper."""
    cash_is_held: bool
    """It has not gone to its sender when the month ends, whatever became of the invoice."""
    bills_are_paid: bool
    receipts: tuple[Receipt, ...]
    corrected_sales: tuple[tuple[str, Decimal], ...] | None
    """What replaces the sales after a red letter."""
    credit: Charged | None

    @property
    def freight_in_dollars(self) -> Decimal | None:
        """What the freight is sold for, where it is sold in dollars and billed in yuan."""
        return self.sales[0][1] / DOLLAR if self.number % EVERY == 0 else None

    @property
    def case_id(self) -> str:
        return f"SHP-M-{self.number:04}"

    @property
    def bills(self) -> dict[str, Charged]:
        """Supplier -> the bill for all that he did."""
        nets: dict[str, Decimal] = {}
        for charge, payee, amount in self.costs:
            nets[payee] = nets.get(payee, NOUGHT) + (amount if charge != DUTY else NOUGHT)
        return {
            payee: Charged(net, self.lane.purchase_rate, self.passed_on if payee == BROKER else NOUGHT)
            for payee, net in nets.items()
        }

    @property
    def cost(self) -> Decimal:
        """What the suppliers' services cost, without VAT."""
        return sum((bill.net for bill in self.bills.values()), NOUGHT)

    @property
    def passed_on(self) -> Decimal:
        """What a broker laid out for the customer."""
        return sum((amount for charge, _, amount in self.costs if charge == DUTY), NOUGHT)

    @property
    def needs_a_manager(self) -> bool:
        """Whether it loses money, or costs more than was quoted."""
        costs = [amount for charge, _, amount in self.costs if charge != DUTY]
        over = [cost for cost, quoted in zip(costs, self.quoted_costs, strict=False) if cost > quoted * (1 + TOLERANCE)]
        return bool(over) or sum((amount for _, amount in self.sales), NOUGHT) < self.cost

    @property
    def margin(self) -> Decimal:
        """What is earned in the end."""
        return self.invoices[-1].net - (self.credit.net if self.credit else NOUGHT) - self.cost

    @property
    def disbursed(self) -> Decimal:
        """Duty and tax that we paid to customs for the customer."""
        return self.imported.tax if self.imported and self.imported.we_pay else NOUGHT

    @property
    def invoices(self) -> tuple[Charged, ...]:
        """Every invoice written; all but the last are reversed."""
        versions = (self.sales, *([self.corrected_sales] if self.corrected_sales else []))
        return tuple(
            Charged(sum((amount for _, amount in lines), NOUGHT), self.lane.sale_rate, self.disbursed + self.passed_on)
            for lines in versions
        )

    @property
    def due(self) -> Decimal:
        """What the customer has to pay in the end."""
        return self.invoices[-1].gross - (self.credit.gross if self.credit else NOUGHT)

    @property
    def surplus(self) -> Decimal:
        return max(sum((each.amount for each in self.receipts), NOUGHT) - self.due, NOUGHT)

    @property
    def refund(self) -> Decimal:
        return self.surplus if self.story == "refunded" else NOUGHT

    @property
    def is_closed(self) -> bool:
        """Whether the file is closed when the month ends."""
        return self.story not in STILL_OPEN and self.bills_are_paid and not self.cash_is_held


def plan_month(seed: int, count: int) -> list[Plan]:
    """The same shipments for the same seed, fewer of them being the first; every twenty have every lane and story."""
    random = Random(seed)
    plans: list[Plan] = []
    while len(plans) < count:
        stories = random.sample(STORIES, len(STORIES))
        lanes = random.sample(LANES * 2, len(STORIES))
        plans += [
            _plan(random, number, lane, story)
            for number, (lane, story) in enumerate(zip(lanes, stories, strict=True), start=len(plans) + 1)
        ]
    return plans[:count]


def _plan(random: Random, number: int, lane: Lane, story: Story) -> Plan:
    cargo = random.choice(CARGOES)
    pieces = random.randint(4, 400)
    goods_value = _between(random, 20_000, 400_000)
    costs = _costs(random, lane)
    sales = _sales(random, costs)
    if number % EVERY == 0:
        freight, asked = sales[0]
        sales = ((freight, asked - asked % (DOLLAR * FEN)), *sales[1:])
    imported = None
    if lane.direction == "import":
        imported = Import(goods_value, cargo, we_pay=random.random() < 0.5, is_inspected=random.random() < 0.3)
    cash = _between(random, 300, 9_000) if lane.name == CASH_LANE and random.random() < 0.8 else None
    corrected = ((sales[0][0], sales[0][1] - _between(random, 50, 400)), *sales[1:]) if story == "red_letter" else None
    credit = Charged(_between(random, 80, 600), lane.sale_rate) if story == "conceded" else None
    plan = Plan(
        number=number,
        customer=random.choice(CUSTOMERS),
        lane=lane,
        cargo=cargo,
        pieces=pieces,
        weight_kg=Decimal(pieces * random.randint(30, 900)) / 10,
        volume_m3=Decimal(pieces * random.randint(2, 30)) / 100,
        goods_value=goods_value,
        costs=costs,
        quoted_costs=_quoted(random, costs),
        sales=sales,
        story=story,
        imported=imported,
        cash=cash,
        cash_is_held=cash is not None and random.random() < 0.5,
        bills_are_paid=random.random() < 0.85,
        receipts=(),
        corrected_sales=corrected,
        credit=credit,
    )
    return _paid(random, plan)


def _paid(random: Random, plan: Plan) -> Plan:
    part = fen(plan.due * random.randint(20, 80) / 100)
    day = random.randint(0, 70)
    amounts: Sequence[Decimal] = (plan.due,)
    match plan.story:
        case "two_parts":
            amounts = (part, plan.due - part)
        case "short":
            amounts = (part,)
        case "unpaid" | "disputed":
            amounts = ()
        case "refunded" | "credited":
            # The bank's mistake shows at once; money that came on later days would leave refunds older than itself.
            amounts, day = (plan.due + _between(random, 10, 2_000),), 0
    return replace(plan, receipts=tuple(Receipt(amount, day + 9 * index) for index, amount in enumerate(amounts)))


def _costs(random: Random, lane: Lane) -> tuple[tuple[str, str, Decimal], ...]:
    freight = fen(lane.freight * random.randint(85, 125) / 100)
    handling = _between(random, 150, 1_800)
    services = (
        (FREIGHT[lane.mode], lane.carrier, freight),
        ("Handling", lane.carrier, handling),
        ("Trucking", "Pudong Haulage", _between(random, 300, 2_400)),
    )
    if lane.direction != "import" or random.random() < 0.5:
        return services
    fee = ("Import declaration", BROKER, _between(random, 100, 400))
    return (*services, fee, (DUTY, BROKER, _between(random, 500, 9_000)))


def _quoted(random: Random, costs: tuple[tuple[str, str, Decimal], ...]) -> tuple[Decimal, ...]:
    """What the services were quoted at, mostly near enough; half of the shipments were quoted without costs."""
    quoted = tuple(fen(amount * random.randint(93, 108) / 100) for charge, _, amount in costs if charge != DUTY)
    return quoted if random.random() < 0.5 else ()


def _sales(random: Random, costs: tuple[tuple[str, str, Decimal], ...]) -> tuple[tuple[str, Decimal], ...]:
    """What we ask for each cost; now and then too little."""
    sold = tuple((charge, fen(amount * random.randint(97, 134) / 100)) for charge, _, amount in costs if charge != DUTY)
    return (*sold, ("Documentation", _between(random, 200, 600)))


def _between(random: Random, low: int, high: int) -> Decimal:
    """An amount with any number of fen."""
    return Decimal(random.randint(low * 100, high * 100)) / 100
