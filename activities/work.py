"""Automated work that goes by the rules of the site: each asks one pure function, and numbers are given out.

Values come and go typed: decimals, dates, money as `{"amount": Decimal, "currency": "CNY"}`.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Engine

from activities.binding import carries_out
from activities.work_input import today
from activities.work_rules import WorkRules
from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.freight.cargo_acceptance import OfferedCargo, cargo_acceptance
from sop_engine.freight.charges.container_stays import ContainerStays, container_stays
from sop_engine.freight.charges.costing import cost_shipment
from sop_engine.freight.charges.free_time import FreeTimeTariff, IsWorkingDay
from sop_engine.freight.charges.shipment import compare_charges, shipment_margin
from sop_engine.freight.charges.tariffs import price
from sop_engine.freight.charges.weight import chargeable_weight
from sop_engine.freight.customs.deadlines import LastDay, late_declaration_start
from sop_engine.freight.customs.export_duty import export_duty
from sop_engine.freight.customs.proposals import ProposalTables, Sale, propose
from sop_engine.freight.customs.refunds import refund, refund_limit, settle_deposit
from sop_engine.freight.customs.surcharges import (
    LateDeclaration,
    LatePayment,
    late_declaration_fee,
    late_payment_surcharge,
)
from sop_engine.freight.customs.tariff import duty_day
from sop_engine.freight.customs.tax_lines import tax_lines
from sop_engine.freight.customs.taxes import import_taxes
from sop_engine.freight.document_checklist import ShipmentKind, document_checklist
from sop_engine.freight.document_comparison import ShippingPapers, compare_documents
from sop_engine.freight.filings import advance_filings
from sop_engine.freight.legal_clocks import Roll
from sop_engine.freight.rules import RuleError, rule_on
from sop_engine.records.numbers import NumberRepository
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.periods import parse_period
from sop_engine.work import charges, customs, margins, shipping, tax_returns

CUSTOMS_CALENDAR = "cn_customs"


class WorkActivities:
    """The works that need nothing but the site's rules, and a register of numbers."""

    def __init__(self, engine: Engine, rules: WorkRules) -> None:
        self._rules = rules
        self._numbers = NumberRepository(engine)

    # -- shipping ------------------------------------------------------------------------------------------------------

    @carries_out(shipping.DOCUMENT_CHECKLIST)
    def document_checklist(self, asked: ShipmentKind, given: WorkInput) -> object:
        return {"required_documents": document_checklist(asked, self._rules.documents)}

    @carries_out(shipping.CARGO_ACCEPTANCE)
    def cargo_acceptance(self, asked: OfferedCargo, given: WorkInput) -> object:
        return cargo_acceptance(asked, self._rules.cargo, today(given))

    @carries_out(shipping.COMPARE_DOCUMENTS)
    def compare_documents(self, asked: ShippingPapers, given: WorkInput) -> object:
        return {"differences": compare_documents(asked)}

    @carries_out(shipping.NEXT_NUMBER)
    def next_number(self, asked: shipping.WantedNumber, given: WorkInput) -> object:
        register, prefixes = asked.of, self._rules.registers.root
        if register not in prefixes:
            raise RuleError([Fault("register", f"no register {register!r}", ", ".join(prefixes))])
        year = today(given).year
        return {"number": self._numbers.next(given.key, register, prefixes[register], year, given.case_id, given.at)}

    @carries_out(shipping.LEGAL_CLOCKS)
    def legal_clocks(self, asked: shipping.ClockQuestion, given: WorkInput) -> object:
        return {"clocks": getattr(self._rules.clocks, asked.table).running(asked.events, asked.facts)}

    @carries_out(shipping.ADVANCE_FILINGS)
    def advance_filings(self, asked: shipping.PlannedVoyage, given: WorkInput) -> object:
        events = {"loading": asked.loading_at, "departure": asked.etd_at, "arrival": asked.eta_at}
        facts = {
            "direction": asked.direction,
            "mode": asked.transport_mode,
            "destination": asked.destination or "",
            "packing": asked.packing,
            "distance": asked.distance,
        }
        return {"filings": advance_filings(self._rules.clocks.filings, events, facts)}

    # -- charges and margins -------------------------------------------------------------------------------------------

    @carries_out(charges.CHARGEABLE_WEIGHT)
    def chargeable_weight(self, asked: charges.WeighedCargo, given: WorkInput) -> object:
        return chargeable_weight(asked.pieces, self._rules.weights.find(asked.mode, asked.lane, today(given)))

    @carries_out(charges.FREIGHT_PRICE)
    def freight_price(self, asked: charges.PricedQuantity, given: WorkInput) -> object:
        charge = self._rules.charges.codes.find(asked.charge).code
        day = asked.on or today(given)
        return price(self._rules.tariffs.find(charge, asked.supplier, asked.origin, asked.destination, day), asked)

    @carries_out(charges.CONTAINER_STAYS)
    def container_stays(self, asked: ContainerStays, given: WorkInput) -> object:
        return container_stays(asked, self._rules.free_time, self._working)

    @carries_out(margins.SHIPMENT_MARGIN)
    def shipment_margin(self, asked: margins.ChargedShipment, given: WorkInput) -> object:
        codes, rates = self._rules.charges.codes, self._rules.exchange_rates
        margin = shipment_margin(asked.charges, codes, rates, asked.stage)
        return {**margin._asdict(), "compared": compare_charges(asked.charges, codes, rates)}

    @carries_out(margins.COMPARE_COSTING)
    def compare_costing(self, asked: margins.CostedShipment, given: WorkInput) -> object:
        codes, rates = self._rules.charges.codes, self._rules.exchange_rates
        costed = cost_shipment(asked, codes, rates, asked.tolerance, today(given))
        told = costed._asdict() | {"doubts": "; ".join(costed.doubts) or None}
        return told.pop("margin")._asdict() | told

    # -- customs -------------------------------------------------------------------------------------------------------

    @carries_out(customs.PROPOSE_IMPORT)
    def propose_import(self, asked: customs.ImportedSale, given: WorkInput) -> object:
        day = asked.declared_on or today(given)
        beside = {"origin_country": asked.origin_country, "additions": asked.additions, "deductions": asked.deductions}
        sale = (asked.sale or Sale()).model_copy(update=beside)
        rule = rule_on(self._rules.customs.customs_value, day)
        tables = ProposalTables(self._rules.exchange_rates, self._rules.tariff, rule)
        found = propose(asked.items, sale, asked.former, day, duty_day(day, asked.inbound_on), tables)
        return found._asdict() | {"gaps": "\n".join(found.gaps) or None}

    @carries_out(customs.IMPORT_TAXES)
    def import_taxes(self, asked: customs.DeclaredConsignment, given: WorkInput) -> object:
        taxes = import_taxes(asked, rule_on(self._rules.customs.import_taxes, asked.declared_on or today(given)))
        return vars(taxes) | {"taxes": tax_lines(asked.items, taxes.lines)}

    @carries_out(customs.EXPORT_DUTY)
    def export_duty(self, asked: customs.ExportedConsignment, given: WorkInput) -> object:
        return export_duty(asked, rule_on(self._rules.customs.export_duty, asked.declared_on or today(given)))

    @carries_out(customs.LATE_PAYMENT_SURCHARGE)
    def late_payment_surcharge(self, asked: LatePayment, given: WorkInput) -> object:
        late = late_payment_surcharge(asked, rule_on(self._rules.customs.late_payment, asked.due_on))
        return {"surcharge": late.amount, "days": late.days, "basis": late.basis}

    @carries_out(customs.LATE_DECLARATION_FEE)
    def late_declaration_fee(self, asked: customs.LateImport, given: WorkInput) -> object:
        starts_on = late_declaration_start(
            asked.inbound_on, self._rules.clocks.customs, last_day_by(self._rules), asked.reading
        )
        charged = LateDeclaration(
            customs_value=asked.customs_value,
            starts_on=starts_on,
            accepted_on=asked.accepted_on,
            exemption=asked.exemption,
        )
        fee = late_declaration_fee(charged, rule_on(self._rules.customs.late_declaration, starts_on))
        doubts = calendar_named(self._rules.calendars, CUSTOMS_CALENDAR).doubts(asked.inbound_on, starts_on)
        words = [f"Reading {asked.reading}: the fee runs from {starts_on}. {fee.basis}"]
        words += [f"Provisional: {'; '.join(doubts)}."] if doubts else []
        return {"starts_on": starts_on, "fee": fee.amount, "days": fee.days, "basis": " ".join(words)}

    @carries_out(tax_returns.SETTLE_DEPOSIT)
    def settle_deposit(self, asked: tax_returns.LodgedDeposit, given: WorkInput) -> object:
        return settle_deposit(asked.deposit, asked.due)

    @carries_out(tax_returns.REFUND_LIMIT)
    def refund_limit(self, asked: tax_returns.PaidTax, given: WorkInput) -> object:
        return refund_limit(asked.kind, asked.paid_on, self._rules.clocks.customs, last_day_by(self._rules))

    @carries_out(tax_returns.TAX_REFUND)
    def tax_refund(self, asked: tax_returns.OverpaidTax, given: WorkInput) -> object:
        rate = rule_on(self._rules.customs.demand_deposit, asked.refunded_on)
        back = refund(asked.paid, asked.due, asked.paid_on, asked.refunded_on, rate)
        return {"refund": back.tax, "interest": back.interest, "basis": back.basis}

    def _working(self, tariff: FreeTimeTariff) -> IsWorkingDay | None:
        """The working days of the calendar that the tariff names; None where it counts calendar days only."""
        if tariff.calendar is None:
            return None
        return calendar_named(self._rules.calendars, tariff.calendar).is_working_day


def last_day_by(rules: WorkRules) -> LastDay:
    """How the customs calendar counts the last day of a period."""
    calendar = calendar_named(rules.calendars, CUSTOMS_CALENDAR)

    def last_day(starts_on: date, period: str, roll: Roll) -> date:
        return calendar.last_day(calendar.add_period(calendar.day_start(starts_on), parse_period(period), roll).at)

    return last_day


def calendar_named(calendars: Mapping[str, BusinessCalendar], name: str) -> BusinessCalendar:
    """The calendar of that name. Raises RuleError with those that there are."""
    if name not in calendars:
        raise RuleError([Fault("calendar", f"there is no calendar {name}", ", ".join(calendars))])
    return calendars[name]
