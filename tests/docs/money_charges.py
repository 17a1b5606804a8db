"""The figures of the page on money about charges: free time, weights, prices, the stages of a shipment, its invoice."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from sop_engine.freight.amount_words import amount_in_words, rmb_capitals
from sop_engine.freight.charges.free_time import free_time_bill
from sop_engine.freight.charges.shipment import (
    Margin,
    ShipmentCharge,
    Side,
    Stage,
    beyond_tolerance,
    compare_charges,
    shipment_margin,
)
from sop_engine.freight.charges.tariffs import Quantity, price
from sop_engine.freight.charges.weight import Pieces, chargeable_weight
from sop_engine.freight.customs.tax_rates import percent
from sop_engine.freight.money import Money, total
from sop_engine.freight.rules import rule_on
from sop_engine.freight.subledger.papers import BillPaper, ChargedLine, InvoicePaper
from tests.docs.computed_page import shown, source, table, told
from tests.docs.money_customs import fee, rates, rules, taxes

QUOTED_ON, BOOKED_ON, BILLED_ON = date(2026, 1, 5), date(2026, 1, 9), date(2026, 3, 5)
SHIPMENT = "SHP-2026-0042"
TAXPAYER = "91110000600037341L"
STAGES: tuple[Stage, ...] = ("quoted", "booked", "actual")
STAGED: tuple[tuple[str, Side, tuple[str | None, ...]], ...] = (
    ("OF", "receivable", ("USD 3600.00", "USD 3600.00", "USD 3600.00")),
    ("DTHC", "receivable", ("CNY 1900.00", "CNY 1900.00", "CNY 1900.00")),
    ("TRK", "receivable", ("CNY 2600.00", "CNY 2600.00", "CNY 2900.00")),
    ("CUSIMP", "receivable", ("CNY 300.00", "CNY 300.00", "CNY 300.00")),
    ("OF", "payable", ("USD 3000.00", "USD 3200.00", "USD 3200.00")),
    ("DTHC", "payable", ("CNY 1700.00", "CNY 1700.00", "CNY 1700.00")),
    ("TRK", "payable", ("CNY 2000.00", "CNY 2000.00", "CNY 2300.00")),
)
"""The charges of the example without VAT, in the three stages."""


def free_time() -> str:
    started_on = date(2026, 3, 2)
    tariff = rules().free_time.find("EXAMPLE", "CNSHA", "import", "DMD", "20GP", started_on)

    def rows() -> Iterator[tuple[object, ...]]:
        for days in (10, 11, 20, 21, 25, 41):
            bill = free_time_bill(tariff, "20GP", started_on, started_on + timedelta(days=days - 1))
            lines = " + ".join(f"{line.days} × {line.per_day.amount}" for line in bill.lines)
            yield days, started_on + timedelta(days=days - 1), lines or "inside free time", bill.total

    heads = ("Back on day", "Date", "Days of each price", "To pay")
    words = f"A dry container, discharged on {shown(started_on)}, which is the first day; {tariff.free_days} are free."
    return f"{words}\n\n{table(heads, rows(), ('Back on day', 'To pay'))}\n\n{source(tariff.citation)}"


def weights() -> str:
    pallet = Pieces(
        count=2, length_cm=Decimal(120), width_cm=Decimal(100), height_cm=Decimal(95), gross_kg=Decimal(140)
    )
    found = [rules().weights.find(mode, "CNSHA-DEHAM", QUOTED_ON) for mode in ("air", "express", "lcl")]
    rows = [
        (rule.mode, weight.gross_kg, weight.volume_cbm, weight.chargeable, weight.unit, rule.citation)
        for rule in found
        for weight in [chargeable_weight((pallet,), rule)]
    ]
    heads = ("Mode", "Gross, kg", "Room, cbm", "Charged", "Unit", "From")
    size = " × ".join(map(str, (pallet.length_cm, pallet.width_cm, pallet.height_cm)))
    words = f"{pallet.count} pallets of {size} cm and {pallet.gross_kg} kg each:"
    return f"{words}\n\n{table(heads, rows, heads[1:4])}"


def prices() -> str:
    asked = (
        ("OTHC", "CNNGB", "DEHAM", Quantity(containers={"20GP": 2})),
        ("DOC", "CNNGB", "DEHAM", Quantity()),
        ("VGM", "CNNGB", "DEHAM", Quantity(units=2)),
    )
    tariffs = [
        (rules().tariffs.find(charge, "EXAMPLE", origin, destination, QUOTED_ON), quantity)
        for charge, origin, destination, quantity in asked
    ]
    return told(*(price(tariff, quantity).basis for tariff, quantity in tariffs))


@cache
def charges() -> tuple[ShipmentCharge, ...]:
    """All charges; what was paid to customs for the customer is claimed back as it is."""
    days = (QUOTED_ON, BOOKED_ON, BILLED_ON)
    made = [
        ShipmentCharge(charge=code, side=side, stage=stage, amount=Money.parse(amount), booked_on=on)
        for code, side, amounts in STAGED
        for stage, on, amount in zip(STAGES, days, amounts, strict=True)
        if amount is not None
    ]
    for code, amount in (*_taxes_by_charge(), ("LATEDC", fee().amount)):
        made += [
            ShipmentCharge(charge=code, side=side, stage="actual", amount=amount, booked_on=BILLED_ON)
            for side in ("receivable", "payable")
        ]
    return tuple(made)


def stages() -> str:
    compared = compare_charges(charges(), rules().charges.codes, rates())
    rows = [
        (_named(line.charge), line.side, line.quoted, line.booked, line.actual, line.change, _share(line.percent))
        for line in compared
    ]
    heads = ("Charge", "Side", "Quoted", "Booked", "Actual", "Change", "%")
    tolerance = Decimal("0.05")
    moved = beyond_tolerance(compared, tolerance)
    looked_at = ", ".join(f"{line.charge} {line.side}" for line in moved)
    return f"{table(heads, rows, heads[2:])}\n\nMoved by more than {percent(tolerance)}, or not quoted: {looked_at}."


@cache
def margin_of(stage: Stage) -> Margin:
    return shipment_margin(charges(), rules().charges.codes, rates(), stage)


def margin() -> str:
    rows = [
        (stage, each.revenue, each.cost, each.margin, _share(each.percent), each.disbursed, each.reclaimed)
        for stage in STAGES
        for each in [margin_of(stage)]
    ]
    heads = ("Stage", "Revenue", "Cost", "Margin", "%", "Paid for the customer", "Billed to the customer")
    return table(heads, rows, heads[1:])


@cache
def invoice() -> InvoicePaper:
    """What is billed: services with their VAT, and apart from them what was paid for the customer."""
    return InvoicePaper(
        number="INV-2026-0042",
        kind="agency",
        customer="East Lake Wine",
        title="East Lake Wine Co., Ltd.",
        taxpayer_no=TAXPAYER,
        lines=_lines("receivable", ("OF", "DTHC", "TRK", "CUSIMP")),
        disbursements=margin_of("actual").reclaimed,
        issued_on=BILLED_ON,
        due_on=BILLED_ON + timedelta(days=30),
        shipment=SHIPMENT,
    )


@cache
def bills() -> tuple[BillPaper, BillPaper]:
    """The carrier's and the haulier's."""
    given = {"billed_on": BILLED_ON, "due_on": BILLED_ON + timedelta(days=30), "shipment": SHIPMENT}
    return (
        BillPaper.model_validate(
            {**given, "supplier": "Carrier", "bill_no": "C-881", "lines": _lines("payable", ("OF", "DTHC"))}
        ),
        BillPaper.model_validate(
            {**given, "supplier": "Haulier", "bill_no": "H-17", "lines": _lines("payable", ("TRK",))}
        ),
    )


def invoice_vat() -> str:
    paper = invoice()
    rows: list[tuple[object, ...]] = [
        (_named(line.service), rules().charges.codes.find(line.service).tax, line.amount, percent(line.vat_rate))
        for line in paper.lines
    ]
    for rate in dict.fromkeys(line.vat_rate for line in paper.lines):
        net = total((line.amount for line in paper.lines if line.vat_rate == rate), paper.currency)
        rows.append((f"VAT of {shown(net)}", "", net.times(rate), percent(rate)))
    rows += [
        ("Duty, taxes and fee paid for you", "outside", paper.disbursements, ""),
        ("**To pay**", "", paper.gross, ""),
    ]
    rule = rule_on(rules().charges.vat, BILLED_ON)
    words = f"{amount_in_words(paper.gross.amount, 'CNY')} · {rmb_capitals(paper.gross.amount)}"
    return (
        f"{table(('Service', 'Treatment', 'CNY', 'VAT'), rows, ('CNY', 'VAT'))}\n\n{words}\n\n{source(rule.citation)}"
    )


def _lines(side: Side, codes: tuple[str, ...]) -> tuple[ChargedLine, ...]:
    actual = compare_charges(charges(), rules().charges.codes, rates())
    amounts = {line.charge: line.actual for line in actual if line.side == side}
    return tuple(
        ChargedLine(
            service=code,
            amount=amount,
            vat_rate=rules().charges.vat_rate(code, BILLED_ON),
            shipment=SHIPMENT,
        )
        for code in codes
        if (amount := amounts[code]) is not None
    )


def _taxes_by_charge() -> tuple[tuple[str, Money], ...]:
    return ("DUTY", taxes().duty), ("EXCISE", taxes().consumption_tax), ("IVAT", taxes().vat)


def _named(code: str) -> str:
    return f"{rules().charges.codes.find(code).en} ({code})"


def _share(value: Decimal | None) -> str:
    return "" if value is None else f"{value}"
