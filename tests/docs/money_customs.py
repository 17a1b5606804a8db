"""The figures of the page on money about customs: one import of wine from the price to the last day to pay."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from activities.work_rules import WorkRules, load_work_rules
from sop_engine.content.library import Library, content_root, load_library
from sop_engine.freight.customs.deadlines import late_declaration_start, tax_due
from sop_engine.freight.customs.export_duty import ExportedGoods, export_duty
from sop_engine.freight.customs.surcharges import (
    LateDeclaration,
    Lateness,
    LatenessRule,
    LatePayment,
    Reading,
    late_declaration_fee,
    late_payment_surcharge,
)
from sop_engine.freight.customs.tariff import Origin
from sop_engine.freight.customs.tax_rates import TaxRate, percent
from sop_engine.freight.customs.taxes import DeclaredItem, ImportTaxes, ImportTaxRule, TaxedConsignment, import_taxes
from sop_engine.freight.customs.value import CustomsValue, Transaction, customs_value
from sop_engine.freight.exchange_rates import ExchangeRate, ExchangeRates
from sop_engine.freight.legal_clocks import Roll
from sop_engine.freight.money import Money
from sop_engine.freight.rules import CHINA, rule_on
from sop_engine.timekeeping.periods import parse_period
from tests.docs.computed_page import shown, source, table, told

INBOUND_ON, DECLARED_ON, NOTICE_ON = date(2026, 2, 1), date(2026, 2, 25), date(2026, 3, 2)
WINE = "2204210000"
READINGS: tuple[Reading, ...] = ("A", "B")


@cache
def rules() -> WorkRules:
    return load_work_rules(content_root())


@cache
def library() -> Library:
    return load_library()


def cny(amount: str | Decimal, currency: str = "CNY") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


@cache
def rates() -> ExchangeRates:
    """Rates of the example; a site enters the published ones."""
    days = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 31), "authority": "The example"}
    return ExchangeRates(
        tuple(
            ExchangeRate(currency=currency, rate=Decimal(rate), citation="rate of the example", **days)  # type: ignore[arg-type]
            for currency, rate in (("EUR", "7.80"), ("USD", "7.05"))
        )
    )


def last_day(starts_on: date, period: str, roll: Roll) -> date:
    """By the calendar of customs counters; the period ends at midnight of its last day."""
    at = datetime.combine(starts_on, time(), CHINA)
    ends_at = library().calendars["cn_customs"].add_period(at, parse_period(period), roll).at
    return (ends_at - timedelta(microseconds=1)).astimezone(CHINA).date()


@cache
def value() -> CustomsValue:
    sale = Transaction(terms="FOB", goods=(cny("40000", "EUR"),), freight=cny("3600", "USD"))
    return customs_value(sale, rates(), DECLARED_ON, rule_on(rules().customs.customs_value, DECLARED_ON))


def from_price_to_value() -> str:
    computed = value()
    rows = [
        ("Price FOB Le Havre", cny("40000", "EUR"), computed.value - computed.freight - computed.insurance),
        ("Freight to Shanghai", cny("3600", "USD"), computed.freight),
        ("Insurance, not known", None, computed.insurance),
        ("**Customs value**", None, computed.value),
    ]
    return table(("", "As invoiced", "In CNY"), rows, ("As invoiced", "In CNY")) + "\n\n" + told(computed.basis)


def which_rate() -> str:
    origins = (
        ("France", Origin(country="FR")),
        ("Chile, with a certificate of origin", Origin(country="CL", agreement="China-Chile")),
        ("Chile, without one", Origin(country="CL")),
        ("not known", Origin()),
    )

    def rows() -> Iterator[tuple[object, ...]]:
        for words, origin in origins:
            rate = rules().tariff.import_rate(WINE, origin, DECLARED_ON, value().value.amount, None)
            yield words, rate.kind.replace("_", " "), rate.rate, rate.basis

    line = rules().tariff.line(WINE, DECLARED_ON)
    return f"{table(('Origin', 'Kind of rate', 'Duty', 'Why'), rows())}\n\n{source(line.citation)}"


@cache
def taxes() -> ImportTaxes:
    rate = rules().tariff.import_rate(WINE, Origin(country="FR"), DECLARED_ON, value().value.amount, None)
    item = DeclaredItem(
        goods="Wine",
        hs_code=WINE,
        duty_rate=rate.rate.ad_valorem,
        consumption_rate=rate.line.consumption.ad_valorem,
        vat_rate=rate.line.vat,
    )
    return import_taxes(TaxedConsignment(customs_value=value().value, items=(item,)), _tax_rule())


def taxes_of_the_wine() -> str:
    computed = taxes()
    rows = [
        ("Duty", computed.duty),
        ("Consumption tax", computed.consumption_tax),
        ("Import VAT", computed.vat),
        ("**To customs**", computed.total),
    ]
    return f"{table(('', 'CNY'), rows, ('CNY',))}\n\n{told(computed.basis)}"


def anti_dumping() -> str:
    return told(_taxed("100000", "0.065", remedy=Decimal("0.2")).basis)


def small_amounts() -> str:
    """Duty at 10 % around the limit; VAT follows from what was levied."""
    limit = _tax_rule().waived_up_to.duty
    rows = [
        (f"CNY {amount}", computed.lines[0].value.times(Decimal("0.1")), computed.duty, computed.vat)
        for amount in ("499.90", "500.00", "500.10")
        for computed in [_taxed(amount, "0.1")]
    ]
    told_limit = f"Not above CNY {limit}: not levied. Duty here is {percent(Decimal('0.1'))}."
    heads = ("Customs value", "Duty computed", "Duty levied", "VAT levied")
    return f"{told_limit}\n\n{table(heads, rows, heads)}\n\n{source(_tax_rule().citation)}"


def export() -> str:
    goods = ExportedGoods(price=cny("120000"), rate=TaxRate(ad_valorem=Decimal("0.2")))
    return told(export_duty(goods, rule_on(rules().customs.export_duty, DECLARED_ON)).basis)


def last_day_to_declare() -> str:
    clock = rules().clocks.customs.one("T1", INBOUND_ON)

    def rows() -> Iterator[tuple[object, ...]]:
        for inbound_on in (date(2026, 1, 19), INBOUND_ON, date(2026, 4, 20), date(2026, 7, 3)):
            plain = last_day(inbound_on, str(clock.period), "none")
            starts = [late_declaration_start(inbound_on, rules().clocks.customs, last_day, each) for each in READINGS]
            yield inbound_on, plain, last_day(inbound_on, str(clock.period), clock.roll), *starts

    heads = ("Transport declared inbound", f"{clock.period} after", "Last day", "Fee from, reading A", "Reading B")
    return f"{table(heads, rows())}\n\n{source(clock.citation)}"


def fee(reading: Reading = "A") -> Lateness:
    starts_on = late_declaration_start(INBOUND_ON, rules().clocks.customs, last_day, reading)
    late = LateDeclaration(customs_value=value().value, starts_on=starts_on, accepted_on=DECLARED_ON)
    return late_declaration_fee(late, _late_rule())


def late_declaration() -> str:
    rows = [(f"Reading {each}", fee(each).days, fee(each).amount) for each in READINGS]
    followed = f"A case follows reading {_followed()} unless its declarant, or the site, chooses the other."
    heads = (f"Declared on {shown(DECLARED_ON)}", "Days", "Fee")
    return f"{table(heads, rows, ('Days', 'Fee'))}\n\n{followed}\n\n{told(fee().basis)}"


def _followed() -> object:
    return library().sops["CustomsDeclaration"].definition.parameters["late_fee_reading"].default


def last_day_to_pay() -> str:
    clocks = rules().clocks.customs
    rows = []
    for words, reading in (("declaration completed", "A"), ("payment notice", "B")):
        due = tax_due(DECLARED_ON, NOTICE_ON, clocks, last_day, "A" if reading == "A" else "B")
        rows.append((words, DECLARED_ON if reading == "A" else NOTICE_ON, due.due_on, due.heed_on, due.rule))
    heads = ("Counted from the", "Day", f"Last day ({clocks.one('T5', DECLARED_ON).period})", "To be heeded", "Rule")
    return table(heads, rows)


def surcharge() -> str:
    due = tax_due(DECLARED_ON, None, rules().clocks.customs, last_day)
    unpaid = (taxes().duty, taxes().consumption_tax, taxes().vat)
    rule = rule_on(rules().customs.late_payment, due.due_on)

    def rows() -> Iterator[tuple[object, ...]]:
        for late in (0, 1, 2, 5):
            paid_on = due.due_on + timedelta(days=late)
            owed = late_payment_surcharge(LatePayment(unpaid=unpaid, due_on=due.due_on, paid_on=paid_on), rule)
            yield paid_on, owed.days, owed.amount

    words = f"{percent(rule.daily_rate)} a day of each tax by itself; below CNY {rule.waived_below} of a tax, nothing."
    made = table(("Paid on", "Days late", "Surcharge"), rows(), ("Days late", "Surcharge"))
    return f"{words}\n\n{made}\n\n{source(rule.citation)}"


def _tax_rule() -> ImportTaxRule:
    return rule_on(rules().customs.import_taxes, DECLARED_ON)


def _late_rule() -> LatenessRule:
    return rule_on(rules().customs.late_declaration, DECLARED_ON)


def _taxed(amount: str, duty: str, remedy: Decimal = Decimal()) -> ImportTaxes:
    item = DeclaredItem(
        goods="Goods", hs_code="8517130000", duty_rate=Decimal(duty), remedy_rate=remedy, vat_rate=Decimal("0.13")
    )
    return import_taxes(TaxedConsignment(customs_value=cny(amount), items=(item,)), _tax_rule())
