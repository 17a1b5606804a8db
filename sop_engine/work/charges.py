"""What carriage costs: weights, tariffs, free time."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from sop_engine.freight.charges.container_stays import ContainerStays
from sop_engine.freight.charges.tariffs import Quantity
from sop_engine.freight.charges.weight import ChargedMode, Pieces
from sop_engine.freight.money import Money
from sop_engine.work.contract import Basis, Gives, Takes, Work, told


class WeighedCargo(Takes):
    """Cargo by its pieces."""

    mode: Annotated[ChargedMode, told("Mode of transport")]
    lane: Annotated[str, told("Origin and destination, such as CNSHA-DEHAM")] = ""
    pieces: Annotated[tuple[Pieces, ...], told("Like packages")] = Field(min_length=1)


class ChargedWeight(Gives):
    """What a carrier charges for."""

    gross_kg: Annotated[Decimal, told("Gross weight", "kg")]
    volume_cbm: Annotated[Decimal, told("Volume", "m³")]
    chargeable: Annotated[Decimal, told("What is charged for", "kg, or revenue tons where `unit` is W/M")]
    unit: Annotated[Literal["kg", "W/M"], told("Its unit")]
    basis: Basis


class PricedQuantity(Quantity):
    """What is priced, and by whose tariff."""

    charge: Annotated[str, told("Code or name of the charge")]
    supplier: Annotated[str, told("Supplier")]
    origin: Annotated[str, told("UN/LOCODE of the origin")]
    destination: Annotated[str, told("UN/LOCODE of the destination")]
    on: Annotated[date | None, told("Day whose tariff holds; that of the work where it is not said")] = None


class TariffPrice(Gives):
    """A price of the tariff."""

    charge: Annotated[str, told("Code of the charge")]
    amount: Annotated[Money, told("Price")]
    basis: Basis


class Stay(Gives):
    """What one container's stay came to; nothing but its last free day while it has not been returned."""

    container_no: Annotated[str, told("Container")]
    equipment: Annotated[str, told("Its type")]
    last_free_on: Annotated[date, told("Last day free")]
    returned_on: Annotated[date | None, told("Day it was returned")]
    days: Annotated[int | None, told("Charged days", "days of the tariff")]
    amount: Annotated[Money | None, told("Charge")]


class ChargedStays(Gives):
    """All containers together."""

    last_free_on: Annotated[date, told("Earliest of the last free days")]
    lines: Annotated[tuple[Stay, ...], told("By container")]
    total: Annotated[Money | None, told("All charges, once every container is returned")]
    basis: Basis


CHARGEABLE_WEIGHT = Work(
    "chargeable_weight", "Computes the weight that a carrier charges for.", WeighedCargo, ChargedWeight
)
FREIGHT_PRICE = Work("freight_price", "Computes a price by the tariffs on file.", PricedQuantity, TariffPrice)
CONTAINER_STAYS = Work(
    "container_stays", "Counts free time and what containers that stay longer cost.", ContainerStays, ChargedStays
)
