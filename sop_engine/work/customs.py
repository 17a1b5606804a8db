"""Duty, taxes and what lateness costs at customs."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from sop_engine.freight.customs.export_duty import ExportedGoods
from sop_engine.freight.customs.proposals import ProposedLine, Sale
from sop_engine.freight.customs.surcharges import Exemption, LatePayment, Reading
from sop_engine.freight.customs.tax_lines import TaxKind
from sop_engine.freight.customs.taxes import CustomsAmount, TaxedConsignment
from sop_engine.freight.customs.value import Adjustment
from sop_engine.freight.money import Money
from sop_engine.work.contract import Basis, Gives, Takes, Work, told

DeclaredOn = Annotated[
    date | None, told("Day the declaration was completed, whose rules apply; that of the work where it is not said")
]


class DeclaredConsignment(TaxedConsignment):
    """What import taxes are levied on."""

    declared_on: DeclaredOn = None


class LineOfTaxes(Gives):
    """What one line of the declaration bears."""

    value: Annotated[Money, told("Customs value")]
    duty: Annotated[Money, told("Duty")]
    trade_remedy: Annotated[Money, told("Trade remedies")]
    consumption_tax: Annotated[Money, told("Consumption tax")]
    vat: Annotated[Money, told("VAT")]


class TaxOfItem(Gives):
    """One tax of one item, as the form of a declaration says it."""

    item_no: Annotated[int, told("Item, counted from 1")]
    kind: Annotated[TaxKind, told("Kind of tax")]
    basis: Annotated[Money, told("What a rate of the value is applied to")]
    rate: Annotated[Decimal, told("Rate", "fraction of one")]
    per_unit: Annotated[Decimal | None, told("Levied per unit", "CNY per unit")]
    amount: Annotated[Money, told("Tax")]


class LeviedTaxes(Gives):
    """What is levied on a consignment."""

    duty: Annotated[Money, told("Duty")]
    trade_remedy: Annotated[Money, told("Trade remedies")]
    consumption_tax: Annotated[Money, told("Consumption tax")]
    vat: Annotated[Money, told("VAT")]
    total: Annotated[Money, told("All taxes")]
    lines: Annotated[tuple[LineOfTaxes, ...], told("By line of the declaration")]
    taxes: Annotated[tuple[TaxOfItem, ...], told("By item and kind of tax")]
    basis: Basis


class ImportedSale(Takes):
    """The goods of an import declaration and the sale they come from, as far as they have been entered."""

    items: Annotated[tuple[dict[str, Any], ...], told("Lines of the declaration")] = Field(min_length=1)
    sale: Annotated[Sale | None, told("The sale")] = None
    origin_country: Annotated[str | None, told("Country of origin of lines that name none")] = None
    additions: Annotated[tuple[Adjustment, ...], told("What is added to the price")] = ()
    deductions: Annotated[tuple[Adjustment, ...], told("What is taken out of the price")] = ()
    former: Annotated[tuple[ProposedLine, ...], told("What was proposed before")] = ()
    declared_on: DeclaredOn = None
    inbound_on: Annotated[date | None, told("Day the means of transport was declared inbound")] = None


class ProposedImport(Gives):
    """The declaration with what could be worked out."""

    items: Annotated[list[dict[str, Any]], told("The lines, filled in")]
    proposed: Annotated[list[ProposedLine], told("What was worked out for each line")]
    value_basis: Annotated[str | None, told("How the customs value came about")]
    gaps: Annotated[str | None, told("What could not be worked out, a line each")]
    holds_to: Annotated[date | None, told("Last day on which all of it comes to the same")]


class ExportedConsignment(ExportedGoods):
    """What export duty is levied on."""

    declared_on: DeclaredOn = None


class LeviedExportDuty(Gives):
    """Duty on an export."""

    duty: Annotated[Money, told("Duty")]
    customs_value: Annotated[Money, told("Value that it is levied on")]
    basis: Basis


class LateImport(Takes):
    """An import that may have been declared too late."""

    customs_value: Annotated[CustomsAmount, told("Customs value")]
    inbound_on: Annotated[date, told("Day the means of transport declared itself inbound")]
    accepted_on: Annotated[date, told("Day customs accepted the declaration")]
    reading: Annotated[Reading, told("Published reading of the deadline that is followed")] = "A"
    exemption: Annotated[Exemption | None, told("Why no fee is charged")] = None


class LateFee(Gives):
    """The fee for a late import declaration."""

    starts_on: Annotated[date, told("First day that costs")]
    fee: Annotated[Money, told("Fee")]
    days: Annotated[int, told("Days late", "calendar days")]
    basis: Basis


class Surcharge(Gives):
    """The surcharge on tax paid late."""

    surcharge: Annotated[Money, told("Surcharge")]
    days: Annotated[int, told("Days late", "calendar days")]
    basis: Basis


IMPORT_TAXES = Work("import_taxes", "Computes duty, consumption tax and VAT.", DeclaredConsignment, LeviedTaxes)
PROPOSE_IMPORT = Work(
    "propose_import", "Fills in values and rates that the sale and the tariff tell.", ImportedSale, ProposedImport
)
EXPORT_DUTY = Work("export_duty", "Computes the duty on an export.", ExportedConsignment, LeviedExportDuty)
LATE_DECLARATION_FEE = Work(
    "late_declaration_fee", "Computes the fee for an import declared late.", LateImport, LateFee
)
LATE_PAYMENT_SURCHARGE = Work(
    "late_payment_surcharge",
    "Computes the surcharge on tax paid late: one amount, or one per kind of tax.",
    LatePayment,
    Surcharge,
)
