"""What a shipment costs and earns."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from sop_engine.freight.charges.costing import Costing
from sop_engine.freight.charges.shipment import ShipmentCharge, Side, Stage
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.papers import Text
from sop_engine.work.contract import Gives, Takes, Work, told


class BookedShipment(Takes):
    """A shipment that is in the books."""

    shipment: Annotated[Text, told("Shipment")]


class BookedMargin(Gives):
    """The figures of the report on margins."""

    revenue: Annotated[Money, told("Revenue")]
    cost: Annotated[Money, told("Cost")]
    margin: Annotated[Money, told("Margin")]
    percent: Annotated[Decimal | None, told("Margin of revenue; none without revenue", "%")]
    disbursed: Annotated[Money, told("Laid out for the customer")]


class ChargedShipment(Takes):
    """The charges of a shipment at its stages."""

    charges: Annotated[tuple[ShipmentCharge, ...], told("Charges")]
    stage: Annotated[Stage, told("Stage whose margin is asked for")] = "actual"


class ChargeOfStages(Gives):
    """One charge through its stages, in book currency."""

    charge: Annotated[str, told("Code of the charge")]
    side: Annotated[Side, told("Side")]
    quoted: Annotated[Money | None, told("Quoted")]
    booked: Annotated[Money | None, told("Booked")]
    actual: Annotated[Money | None, told("Actual")]
    change: Annotated[Money, told("Change from the first stage to the last")]
    percent: Annotated[Decimal | None, told("Change of the quoted amount", "%")]


class MarginOfShipment(BookedMargin):
    """What a shipment earned at one stage, in book currency, and its charges compared."""

    reclaimed: Annotated[Money, told("Billed to the customer for it")]
    open_disbursements: Annotated[Money, told("Still to be billed for it")]
    compared: Annotated[tuple[ChargeOfStages, ...], told("By charge and side")]


class CostedShipment(Costing):
    """A costing as its clerk wrote it."""

    tolerance: Annotated[
        Decimal, told("By how much actual cost may exceed the quoted one, unseen", "fraction of one")
    ] = Field(ge=0)


class AgreedWithPayee(Gives):
    """All that a payee is owed for a charge."""

    charge: Annotated[str, told("Code of the charge")]
    payee: Annotated[str, told("Payee")]
    basis: Annotated[str | None, told("What it rests on")]
    agreed: Annotated[Money, told("Price agreed")]
    amount: Annotated[Money, told("What it came to")]


class CountedRate(Gives):
    """The rate at which a currency is counted."""

    currency: Annotated[str, told("Currency")]
    rate: Annotated[Decimal, told("Rate", "book currency for one unit")]
    basis: Annotated[str, told("Where it is from")]


class ServiceToBill(Gives):
    """A service in the currency of the invoice."""

    service: Annotated[str, told("Service")]
    amount: Annotated[Money, told("Price")]
    sold_for: Annotated[Money | None, told("Price in the currency it was sold in")]
    rate: Annotated[Decimal | None, told("Rate", "invoice's currency for one unit")]


class BillToBe(Gives):
    """What is asked of the customer, in the currency of the invoice."""

    lines: Annotated[tuple[ServiceToBill, ...], told("Services")]
    disbursements: Annotated[Money | None, told("Laid out for him")]
    quoted: Annotated[Money | None, told("Quoted")]
    rate: Annotated[Decimal | None, told("Rate", "book currency for one unit")]


class ComparedCosting(MarginOfShipment):
    """What the costing comes to."""

    costs: Annotated[tuple[AgreedWithPayee, ...], told("By charge and payee")]
    rates: Annotated[tuple[CountedRate, ...], told("Rates of exchange")]
    to_bill: Annotated[BillToBe, told("What the customer is billed")]
    doubts: Annotated[str | None, told("Why a manager decides; none where nothing is out of the ordinary")]


BOOKED_MARGIN = Work("booked_margin", "Reads what a shipment has earned in the books.", BookedShipment, BookedMargin)
SHIPMENT_MARGIN = Work("shipment_margin", "Computes a margin from charges.", ChargedShipment, MarginOfShipment)
COMPARE_COSTING = Work(
    "compare_costing",
    "Compares quoted, booked and actual, and says what was earned and what is to be billed.",
    CostedShipment,
    ComparedCosting,
)
