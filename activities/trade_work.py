"""Automated work on values, periods, weights and charges. See `activities.work` for what all of it has in common."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from temporalio import activity

from activities.access import reads
from activities.work_input import today, usable
from activities.work_rules import WorkRules
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.charges.costing import Costing, cost_shipment
from sop_engine.freight.charges.shipment import ShipmentCharge, Stage, compare_charges, shipment_margin
from sop_engine.freight.charges.tariffs import Quantity, price
from sop_engine.freight.charges.weight import ChargedMode, Pieces, chargeable_weight
from sop_engine.freight.customs.export_duty import ExportedGoods, export_duty
from sop_engine.freight.customs.proposals import ProposalTables, ProposedLine, Sale, propose
from sop_engine.freight.customs.tariff import duty_day
from sop_engine.freight.customs.value import Adjustment
from sop_engine.freight.filings import advance_filings
from sop_engine.freight.rules import rule_on


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImportedSale(_Input):
    """What `propose_import` takes."""

    items: tuple[dict[str, Any], ...] = Field(min_length=1)
    sale: Sale | None = None
    origin_country: str | None = None
    additions: tuple[Adjustment, ...] = ()
    deductions: tuple[Adjustment, ...] = ()
    former: tuple[ProposedLine, ...] = ()
    declared_on: date | None = None
    inbound_on: date | None = None


class ClockQuestion(_Input):
    """What `legal_clocks` takes."""

    table: Literal["customs", "filings", "claims", "commercial"]
    events: dict[str, AwareDatetime | date | None]
    facts: dict[str, str] = {}


class PlannedVoyage(_Input):
    """What `advance_filings` takes."""

    direction: Literal["export", "import", "domestic"]
    transport_mode: str
    destination: str | None = None
    packing: Literal["container", "other"] = "container"
    distance: Literal["deep_sea", "short_sea"] = "deep_sea"
    loading_at: AwareDatetime | None = None
    etd_at: AwareDatetime | None = None
    eta_at: AwareDatetime | None = None


class WeighedCargo(_Input):
    """What `chargeable_weight` takes."""

    mode: ChargedMode
    lane: str = ""
    pieces: tuple[Pieces, ...] = Field(min_length=1)


class PricedQuantity(Quantity):
    """What `freight_price` takes."""

    charge: str
    supplier: str
    origin: str
    destination: str
    on: date | None = None
    """The day whose tariff holds; the day of the work where it is not said."""


class ExportedConsignment(ExportedGoods):
    """What `export_duty` takes."""

    declared_on: date | None = None


class ChargedShipment(_Input):
    """What `shipment_margin` takes."""

    charges: tuple[ShipmentCharge, ...]
    stage: Stage = "actual"


class CostedShipment(Costing):
    """What `compare_costing` takes."""

    tolerance: Decimal = Field(ge=0)
    """The share of the quoted cost by which the actual one may exceed it, unseen."""


class TradeWork:
    """The part of `work:` that reads the rules of the trade and nothing else."""

    def __init__(self, rules: WorkRules) -> None:
        self._rules = rules

    @reads
    @activity.defn(name="propose_import")
    def propose_import(self, given: WorkInput) -> WorkResult:
        """items, sale? {terms, total, freight, …}, origin_country?, additions?, deductions?, former?, declared_on?,
        inbound_on? -> items (filled in), proposed [{value, rate_kind, …, basis}], value_basis, gaps, holds_to"""
        with usable("propose_import"):
            asked = ImportedSale.model_validate(given.values)
            day = asked.declared_on or today(given)
            beside = {"origin_country": asked.origin_country, "additions": asked.additions}
            sale = (asked.sale or Sale()).model_copy(update={**beside, "deductions": asked.deductions})
            rule = rule_on(self._rules.customs.customs_value, day)
            tables = ProposalTables(self._rules.exchange_rates, self._rules.tariff, rule)
            found = propose(asked.items, sale, asked.former, day, duty_day(day, asked.inbound_on), tables)
        return WorkResult(
            values={
                "items": found.items,
                "proposed": [line.model_dump() for line in found.proposed],
                "value_basis": found.value_basis,
                "gaps": "\n".join(found.gaps) or None,
                "holds_to": found.holds_to,
            }
        )

    @reads
    @activity.defn(name="legal_clocks")
    def legal_clocks(self, given: WorkInput) -> WorkResult:
        """table, events {name: date}, facts? -> clocks [{id, starts_on, period, roll, on_expiry, effect, rule, …}]"""
        with usable("legal_clocks"):
            asked = ClockQuestion.model_validate(given.values)
            running = getattr(self._rules.clocks, asked.table).running(asked.events, asked.facts)
        return WorkResult(values={"clocks": [clock._asdict() for clock in running]})

    @reads
    @activity.defn(name="advance_filings")
    def advance_filings(self, given: WorkInput) -> WorkResult:
        """direction, transport_mode, destination?, packing?, distance?, loading_at?, etd_at?, eta_at?
        -> filings [{id, code, en, zh, due_at, on_expiry, rule}], the next one first"""
        with usable("advance_filings"):
            way = PlannedVoyage.model_validate(given.values)
        events = {
            "loading": way.loading_at,
            "departure": way.etd_at,
            "arrival": way.eta_at,
        }
        facts = {
            "direction": way.direction,
            "mode": way.transport_mode,
            "destination": way.destination or "",
            "packing": way.packing,
            "distance": way.distance,
        }
        filings = advance_filings(self._rules.clocks.filings, events, facts)
        return WorkResult(values={"filings": [filing._asdict() for filing in filings]})

    @reads
    @activity.defn(name="chargeable_weight")
    def chargeable_weight(self, given: WorkInput) -> WorkResult:
        """mode, lane?, pieces [{count, length_cm, width_cm, height_cm, gross_kg}] -> chargeable, unit, gross_kg, …"""
        with usable("chargeable_weight"):
            cargo = WeighedCargo.model_validate(given.values)
            rule = self._rules.weights.find(cargo.mode, cargo.lane, today(given))
        return WorkResult(values=chargeable_weight(cargo.pieces, rule)._asdict())

    @reads
    @activity.defn(name="export_duty")
    def export_duty(self, given: WorkInput) -> WorkResult:
        """price (FOB), rate {ad_valorem, per_unit}, quantity?, declared_on? -> duty, customs_value, basis"""
        with usable("export_duty"):
            goods = ExportedConsignment.model_validate(given.values)
            rule = rule_on(self._rules.customs.export_duty, goods.declared_on or today(given))
            duty = export_duty(goods, rule)
        return WorkResult(values=_plain(duty._asdict()))

    @reads
    @activity.defn(name="freight_price")
    def freight_price(self, given: WorkInput) -> WorkResult:
        """charge, supplier, origin, destination, containers? bills? chargeable? units?, on? -> charge, amount, basis"""
        with usable("freight_price"):
            asked = PricedQuantity.model_validate(given.values)
            charge = self._rules.charges.codes.find(asked.charge).code
            day = asked.on or today(given)
            tariff = self._rules.tariffs.find(charge, asked.supplier, asked.origin, asked.destination, day)
            priced = price(tariff, asked)
        return WorkResult(values=_plain(priced._asdict()))

    @reads
    @activity.defn(name="shipment_margin")
    def shipment_margin(self, given: WorkInput) -> WorkResult:
        """charges [{charge, side, stage, amount, booked_on}], stage? -> revenue, cost, margin, percent, …, compared"""
        with usable("shipment_margin"):
            asked = ChargedShipment.model_validate(given.values)
            codes, rates = self._rules.charges.codes, self._rules.exchange_rates
            margin = shipment_margin(asked.charges, codes, rates, asked.stage)
            compared = compare_charges(asked.charges, codes, rates)
        return WorkResult(
            values={**_plain(margin._asdict()), "compared": [_plain(line._asdict()) for line in compared]}
        )

    @reads
    @activity.defn(name="compare_costing")
    def compare_costing(self, given: WorkInput) -> WorkResult:
        """cost_lines, revenue_lines, quoted_lines?, booked_cost?, rates?, invoice_currency?, …, tolerance
        -> margin, …, compared, costs, rates [{currency, rate, basis}], to_bill {lines, disbursements, …}, doubts"""
        with usable("compare_costing"):
            asked = CostedShipment.model_validate(given.values)
            codes, rates = self._rules.charges.codes, self._rules.exchange_rates
            costed = cost_shipment(asked, codes, rates, asked.tolerance, today(given))
        return WorkResult(
            values={
                **_plain(costed.margin._asdict()),
                "compared": [_plain(line._asdict()) for line in costed.compared],
                "costs": [_plain(line._asdict()) for line in costed.costs],
                "rates": [rate._asdict() for rate in costed.rates],
                "to_bill": {
                    **_plain(costed.to_bill._asdict()),
                    "lines": [_plain(line._asdict()) for line in costed.to_bill.lines],
                },
                "doubts": "; ".join(costed.doubts) or None,
            }
        )


def _plain(values: dict[str, object]) -> dict[str, object]:
    return {name: value.model_dump() if isinstance(value, BaseModel) else value for name, value in values.items()}
