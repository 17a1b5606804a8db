"""The pure rules at their edges: buckets, tiers, dunning, credit, tolerance, months, papers."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError
from sop_engine.freight.subledger.ageing import age
from sop_engine.freight.subledger.allocation import OpenItem, Standing, Transfer, Wanted, allocate, settle_new
from sop_engine.freight.subledger.approval import PaymentTiers
from sop_engine.freight.subledger.cod import settle_by
from sop_engine.freight.subledger.credit import CreditLift, CreditTerms, decide_credit
from sop_engine.freight.subledger.credit_notes import Note, charged_by, take_back
from sop_engine.freight.subledger.matching import BilledLine, ExpectedCost, match_bill
from sop_engine.freight.subledger.months import ControlBalance, check_close, posting_month
from sop_engine.freight.subledger.papers import InvoicePaper
from sop_engine.freight.subledger.posting import LedgerRules
from tests.unit.freight.ledger_sequences import RULES

DUE = date(2026, 3, 31)
FEN = Decimal("0.01")


def item(balance: str, name: str = "INV-1", disputed: str = "0", due_on: date = DUE) -> OpenItem:
    return OpenItem(name, name, Decimal(balance), due_on - timedelta(days=30), due_on, Decimal(disputed))


def cny(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="CNY")


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "current"),
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-120"),
        (120, "91-120"),
        (121, "120+"),
    ],
)
def test_an_item_is_as_old_as_its_days_past_due(days: int, bucket: str) -> None:
    aged = age([item("100"), item("-30", "BANK-1")], DUE + timedelta(days=days))
    assert [name for name, amount in aged.buckets.items() if amount] == [bucket]
    assert (aged.unapplied, aged.total, aged.oldest_days) == (Decimal(30), Decimal(70), max(days, 0))


def test_disputed_amounts_are_not_late() -> None:
    aged = age([item("100", disputed="40"), item("10", "INV-2", disputed="99")], DUE + timedelta(days=5))
    assert (aged.overdue, aged.disputed, aged.total) == (Decimal(60), Decimal(50), Decimal(110))


@pytest.mark.parametrize(
    ("amount", "approvers"), [("10000", 1), ("10000.01", 2), ("100000", 2), ("100000.01", 3), ("0.01", 1)]
)
def test_an_amount_at_a_limit_belongs_below_it(amount: str, approvers: int) -> None:
    assert len(RULES.policy.payment_tiers.roles_for(Decimal(amount))) == approvers


def test_tiers_rise_and_end_open() -> None:
    for tiers in (
        [{"up_to": 10, "roles": ["a"]}],
        [{"up_to": 10, "roles": ["a"]}, {"up_to": 5, "roles": ["a"]}, {"roles": ["b"]}],
        [{"roles": ["a"]}, {"roles": ["b"]}],
    ):
        with pytest.raises(ValidationError, match="the limits must rise, and only the last tier has none"):
            PaymentTiers.model_validate(tiers)


def test_credit_ends_above_the_limit_and_on_the_day_of_the_last_level() -> None:
    policy, aged = RULES.policy.credit_stop_days, age([item("1000")], DUE + timedelta(days=44))
    terms = CreditTerms(limit=Decimal(1500))
    assert decide_credit(terms, aged, Decimal(500), policy, DUE).allowed
    assert decide_credit(terms, aged, Decimal("500.01"), policy, DUE).hindrances == ("over_limit",)
    late = age([item("1000")], DUE + timedelta(days=45))
    lift = CreditLift("A-1", Decimal(1500), DUE, "SHP-1")
    assert decide_credit(terms, late, Decimal(0), policy, DUE).hindrances == ("overdue",)
    for asked, on, case, allowed in (
        ("500", DUE, "SHP-1", True),
        ("501", DUE, "SHP-1", False),
        ("500", DUE + timedelta(days=1), "SHP-1", False),
        ("500", DUE, "SHP-2", False),
    ):
        decision = decide_credit(terms, late, Decimal(asked), policy, on, (lift,), case)
        assert (decision.allowed, decision.approval) == (allowed, "A-1" if allowed else None)


def test_a_decision_on_credit_says_what_it_rests_on() -> None:
    late = age([item("1000")], DUE + timedelta(days=45))
    held = CreditTerms(standing="on_hold", limit=Decimal(1200))
    refused = decide_credit(held, late, Decimal(300), 45, DUE)
    assert refused.hindrances == ("on_hold", "over_limit", "overdue")
    assert (refused.exposure, refused.overdue, refused.oldest_days) == (Decimal(1300), Decimal(1000), 45)
    why = "the customer is on hold; exposure of 1300 exceeds the limit of 1200; 1000 overdue, the oldest by 45 days"
    assert refused.reason == why
    lift = CreditLift("A-2", Decimal(1300), DUE)
    assert decide_credit(held, late, Decimal(300), 45, DUE, (lift,)).reason == f"{why}; approved all the same (A-2)"
    assert decide_credit(CreditTerms(), late, Decimal(300), 46, DUE).reason == "within the terms"


def test_what_has_no_rate_is_held_against_no_limit_and_no_approval() -> None:
    aged, lift = age([item("1000")], DUE), CreditLift("A-2", Decimal(9999), DUE)
    terms = CreditTerms(limit=Decimal(5000))
    asked = decide_credit(terms, aged, None, 45, DUE, (lift,))
    assert (asked.allowed, asked.hindrances, asked.approval) == (False, ("no_rate",), None)
    assert asked.reason == f"no rate on {DUE} tells what the booking adds to 1000; the limit is 5000"
    open_paper = decide_credit(terms, aged, Decimal(1), 45, DUE, (lift,), unvalued=("INV-1", "INV-2"))
    assert (open_paper.allowed, open_paper.hindrances, open_paper.approval) == (False, ("no_rate",), None)
    assert open_paper.reason == "no rate in the books tells what INV-1, INV-2 adds to 1001; the limit is 5000"
    assert decide_credit(CreditTerms(), aged, None, 45, DUE).allowed, "nothing to hold it against"


@pytest.mark.parametrize(
    ("billed", "verdict"),
    [("1010", "matched"), ("1010.01", "over_contract"), ("990", "matched"), ("989.99", "under_contract")],
)
def test_a_bill_may_differ_by_the_tolerance(billed: str, verdict: str) -> None:
    expected = [ExpectedCost("S", "O/F", cny("1000"), cny("1000")), ExpectedCost("S", "SEAL", cny("30"), cny("30"))]
    lines = [BilledLine("S", "O/F", cny(billed)), BilledLine("S", "SEAL", cny("31"))]
    match = match_bill(lines, expected, RULES.policy.match_tolerance)
    assert [each.verdict for each in match.lines] == [verdict, "matched"]
    assert match_bill(lines * 2, expected, RULES.policy.match_tolerance).lines[0].verdict == "repeated"


@pytest.mark.parametrize(
    ("contracted", "executed", "billed", "verdict", "difference"),
    [
        ("2000", "2300", "2300", "over_contract", "300"),
        ("2000", "2300", "2000", "under_performance", "0"),
        ("2000", "1800", "2000", "over_performance", "0"),
        ("2000", "1800", "1800", "under_contract", "-200"),
        ("2000", "2020", "2020", "matched", "20"),
        ("2000", "1990", "2020", "over_performance", "20"),
    ],
)
def test_a_bill_agrees_with_what_was_agreed_and_with_what_was_done(
    contracted: str, executed: str, billed: str, verdict: str, difference: str
) -> None:
    expected = [ExpectedCost("S", "TRK", cny(contracted), cny(executed))]
    (line,) = match_bill([BilledLine("S", "TRK", cny(billed))], expected, RULES.policy.match_tolerance).lines
    assert (line.verdict, line.difference) == (verdict, Decimal(difference))
    assert (line.contracted, line.executed) == (cny(contracted), cny(executed))


@pytest.mark.parametrize(
    ("collected", "last"),
    [
        ("2026-01-31", "2026-02-28"),
        ("2026-02-28", "2026-03-28"),
        ("2026-12-15", "2027-01-15"),
        ("2028-01-30", "2028-02-29"),
    ],
)
def test_cash_is_settled_within_a_month(collected: str, last: str) -> None:
    assert settle_by(date.fromisoformat(collected), 1) == date.fromisoformat(last)


def test_what_comes_late_goes_into_the_next_open_month() -> None:
    assert posting_month(None, date(2025, 11, 30), ()) == "2025-11"
    assert posting_month(None, date(2025, 11, 30), ("2025-11", "2025-12")) == "2026-01"
    assert posting_month("2025-10", date(2025, 11, 30), ("2025-11",)) == "2025-10"
    with pytest.raises(RuleError, match="2025-11 is closed"):
        posting_month("2025-11", date(2026, 1, 1), ("2025-11",))


def test_everything_that_stands_against_a_close_is_said() -> None:
    control = ControlBalance("1122", "CNY", Decimal(1), Decimal(2))
    with pytest.raises(RuleError) as refused:
        check_close("2026-03", DUE, ("2026-01",), ("2026-01", "2026-02"), ("x.1",), [control], 2)
    assert len(refused.value.faults) == 5


def test_a_person_allocates_what_there_is() -> None:
    receipt, others = item("-100", "BANK-1"), [item("60"), item("70", "INV-2"), item("-5", "BANK-2")]
    wanted = [Wanted("INV-2"), Wanted("INV-1", Decimal(30))]
    assert allocate(receipt, others, wanted, FEN) == (
        Transfer("BANK-1", "INV-2", Decimal(70)),
        Transfer("BANK-1", "INV-1", Decimal(30)),
    )
    wanted = [Wanted("INV-1", Decimal(61)), Wanted("BANK-2"), Wanted("INV-1", Decimal(0))]
    with pytest.raises(RuleError) as refused:
        allocate(receipt, others, wanted, FEN)
    assert [fault.where for fault in refused.value.faults] == ["settles.0", "settles.1", "settles.2", "settles"]


def test_nobody_allocates_a_fraction_of_a_fen() -> None:
    with pytest.raises(RuleError, match=r"settles.0: 0.015 of INV-1 \(allowed: whole multiples of 0.01\)"):
        allocate(item("-100", "BANK-1"), [item("60")], [Wanted("INV-1", Decimal("0.015"))], FEN)


def test_money_that_comes_before_its_invoice_meets_it_all_the_same() -> None:
    waiting = Standing(item("-80", "BANK-1"), (Wanted("INV-1", Decimal(50)),))
    refund = Standing(item("20", "REFUND"), takes_credit=True)
    assert settle_new(Standing(item("100")), [waiting]) == (Transfer("BANK-1", "INV-1", Decimal(50)),)
    assert settle_new(waiting, [refund]) == (Transfer("BANK-1", "REFUND", Decimal(20)),)


def test_a_credit_note_takes_back_what_is_left_part_by_part() -> None:
    six = Decimal("0.06")
    invoice = charged_by("CNY", {six: Decimal(100)}, Decimal(6), Decimal(10))
    credited = [Note({six: Decimal(40)}, Decimal("2.4"), Decimal(10))]
    days = {"charged_on": DUE, "noted_on": DUE}
    assert take_back(invoice, credited, Note({six: Decimal(60)}), **days) == Decimal("3.6")
    too_much = Note({six: Decimal("60.01")}, None, Decimal("0.01"))
    with pytest.raises(RuleError) as refused:
        take_back(invoice, credited, too_much, **days)
    assert [fault.where for fault in refused.value.faults] == ["net", "disbursements"]


def test_an_invoice_adds_up_with_vat_rounded_half_up_once_per_rate() -> None:
    lines = [
        {"service": "THC", "amount": cny("0.25"), "vat_rate": "0.06"},
        {"service": "DOC", "amount": cny("0.50"), "vat_rate": "0.06"},
        {"service": "TRK", "amount": cny("100.05"), "vat_rate": "0.09"},
    ]
    given: dict[str, Any] = {
        "number": "INV-1",
        "kind": "transport",
        "customer": "Acme",
        "title": "Acme",
        "taxpayer_no": "91110000600037341L",
        "lines": lines,
        "disbursements": cny("10"),
        "issued_on": DUE,
        "due_on": DUE,
    }
    paper = InvoicePaper.model_validate(given)
    assert (paper.net, paper.vat, paper.gross) == (cny("100.80"), cny("9.05"), cny("119.85"))
    for change, said in (
        ({"due_on": date(2026, 3, 30)}, "before it is issued"),
        ({"disbursements": Money(amount=Decimal(1), currency="USD")}, "mixes currencies"),
        ({"disbursements": cny("-1")}, "is negative"),
    ):
        with pytest.raises(ValidationError, match=said):
            InvoicePaper.model_validate({**given, **change})


def test_an_entry_on_a_control_account_opens_an_item() -> None:
    written = RULES.model_dump(by_alias=True)
    written["entries"]["money_received"]["item"] = None
    written["uses"]["cost"] = "9"
    with pytest.raises(ValidationError, match=r"uses\.cost: no account '9'"):
        LedgerRules.model_validate(written)
    written["uses"]["cost"] = "6401"
    with pytest.raises(ValidationError, match=r"entries\.money_received\.item: the lines touch 1122"):
        LedgerRules.model_validate(written)
