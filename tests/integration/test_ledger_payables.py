"""Bills matched three ways and payments approved by tiers; cash on delivery; credit; month close. On both databases."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from tests.integration.ledger_office import AT, Office, cny
from tests.integration.payables import APRIL, bill, contract

pytest_plugins = ("tests.integration.databases",)


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def test_a_bill_that_agrees_with_contract_and_execution_is_owed_and_paid(office: Office) -> None:
    contract(office, "O/F", "5000")
    contract(office, "THC", "850", "SHP-2")
    given = bill(("SHP-1", "O/F", "5000"), ("SHP-2", "THC", "858.50"))
    told = office.work("record_bill", **given)
    assert (told["agreed"], told["difference"]) == (True, Decimal("8.50"))
    assert office.work("record_bill", **given)["entry_id"] == told["entry_id"]
    assert office.on_account("2202") == Decimal("-6385.77")

    asked = {"request_no": "PR-1", "supplier": "COSCO", "amount": cny("6385.77")}
    assert office.work("request_payment", **asked, requested_by="hu.jing") == {"missing": ["department_manager"]}
    paid = {**asked, "payment_ref": "PAY-1", "paid_on": date(2026, 3, 24), "settles": [{"reference": "B-1"}]}
    with pytest.raises(ApplicationError, match="PR-1 is not approved"):
        office.work("pay_supplier", **paid)
    with pytest.raises(ApplicationError, match=r"hu.jing is no department_manager"):
        office.work("approve_payment", request_no="PR-1", role="department_manager", person="hu.jing")
    for _ in range(2):
        approved = office.work("approve_payment", request_no="PR-1", role="department_manager", person="sun.lihua")
        assert approved == {"missing": []}
    with pytest.raises(ApplicationError, match=r"asks for CNY 6385.77 for COSCO, nothing else"):
        office.work("pay_supplier", **{**paid, "amount": cny("6385.78")})
    assert office.work("pay_supplier", **paid) == office.work("pay_supplier", **paid)
    with pytest.raises(ApplicationError, match=r"PR-1 is paid by supplier_paid\.PAY-1"):
        office.work("pay_supplier", **{**paid, "payment_ref": "PAY-2"})
    again = {**asked, "request_no": "PR-2"}
    office.work("request_payment", **again, requested_by="hu.jing")
    office.work("approve_payment", request_no="PR-2", role="department_manager", person="gao.jun")
    with pytest.raises(ApplicationError, match=r"payment PAY-1 is in the books already, for another request"):
        office.work("pay_supplier", **{**paid, **again})
    with pytest.raises(ApplicationError, match=r"B-1 of COSCO: CNY 0.00 of it is open, not 6385.77"):
        office.work("pay_supplier", **{**paid, **again, "payment_ref": "PAY-3"})
    with pytest.raises(ApplicationError, match=r"bill B-1 of COSCO is paid already"):
        office.work("match_bill", **given)
    assert office.rows("ageing", side="payable") == []
    margins = {row["shipment"]: row["cost"] for row in office.rows("margin")}
    assert margins == {"SHP-1": "5000.00", "SHP-2": "858.50"}


def test_a_bill_that_differs_is_refused_line_by_line_until_somebody_accepts_it(office: Office) -> None:
    contract(office, "O/F", "5000")
    contract(office, "THC", "850", done=False)
    contract(office, "DOC", "450")
    given = bill(("SHP-1", "O/F", "5100"), ("SHP-1", "THC", "850"), ("SHP-1", "DOC", "400"), ("SHP-1", "VGM", "50"))
    with pytest.raises(ApplicationError) as refused:
        office.work("record_bill", **given)
    for said in (
        "lines.0: OF of SHP-1: over contract, +100.00 (allowed: contracted CNY 5000.00, carried out CNY 5000.00)",
        "lines.1: THC of SHP-1: not performed, +0.00",
        "lines.2: DOC of SHP-1: under contract, -50.00",
        "lines.3: VGM of SHP-1: not contracted, +50.00",
    ):
        assert said in refused.value.message
    assert office.balance().accounts == ()
    office.work("record_bill", **given, accepted_by="guo.qiang")
    again = office.work("match_bill", **bill(("SHP-1", "O/F", "5100"), bill_no="B-2"))
    assert again["lines"][0]["verdict"] == "repeated"
    with pytest.raises(ApplicationError, match=r"bill B-1 of COSCO is in the books with another total: CNY 6976.00"):
        office.work("match_bill", **bill(("SHP-1", "O/F", "5000")))
    (unpaid,) = office.work("expected_costs", shipment="SHP-1", supplier="COSCO")["unpaid"]
    assert (unpaid["bill_no"], unpaid["total"], unpaid["due_on"]) == ("B-1", cny("6976.00"), date(2026, 3, 25))
    with pytest.raises(ApplicationError, match=r"OF of SHP-1 is billed by supplier_bill.COSCO:B-1 and stands at 5000"):
        office.work("record_cost", shipment="SHP-1", supplier="COSCO", charge="O/F", amount=cny("1"))


def test_a_bill_must_agree_with_the_contract_too(office: Office) -> None:
    contract(office, "TRK", "2000", done=False)
    office.work("confirm_cost", shipment="SHP-1", supplier="COSCO", charge="TRK", amount=cny("2300"))
    (line,) = office.work("match_bill", **bill(("SHP-1", "TRK", "2300")))["lines"]
    assert (line["verdict"], line["difference"]) == ("over_contract", Decimal(300))
    sides = ("contracted", "carried_out", "billed")
    assert [line[side]["amount"] for side in sides] == [Decimal(2000), Decimal(2300), Decimal(2300)]
    (line,) = office.work("match_bill", **bill(("SHP-1", "TRK", "2000")))["lines"]
    assert (line["verdict"], line["difference"]) == ("under_performance", Decimal())


def test_a_costing_is_expected_from_its_suppliers_under_the_codes_of_the_list(office: Office) -> None:
    line = {"charge": "Ocean freight", "payee": "COSCO", "agreed": cny("5000"), "amount": cny("5050")}
    for _ in range(2):
        office.work("record_costs", shipment="SHP-1", lines=[line, {**line, "charge": "THC", "payee": "Port"}])
    expected = [{"charge": "OF", "contracted": cny("5000"), "carried_out": cny("5050"), "billed": cny("0")}]
    asked = {"shipment": "SHP-1", "supplier": "COSCO"}
    assert office.work("expected_costs", **asked)["lines"] == expected
    office.work("record_bill", **bill(("SHP-1", "海运费", "5040")))
    assert office.work("expected_costs", **asked)["lines"] == []
    assert [each["charge"] for each in office.work("expected_costs", shipment="SHP-1", supplier="Port")["lines"]] == [
        "THC"
    ]


def test_a_part_bill_leaves_the_rest_expected_however_often_it_is_told(office: Office) -> None:
    contract(office, "STUFF", "1000")
    given = {**bill(("SHP-1", "STUFF", "600")), "accepted_by": "huang.tao", "is_part": True}
    for _ in range(2):
        office.work("record_bill", **given)
    (line,) = office.work("expected_costs", shipment="SHP-1", supplier="COSCO")["lines"]
    assert [line[said] for said in ("contracted", "carried_out", "billed")] == [cny("1000"), cny("1000"), cny("600")]
    office.work("record_cost", shipment="SHP-1", supplier="COSCO", charge="STUFF", amount=cny("1000"), basis="Booking")
    assert office.work("match_bill", **given)["agreed"] is False
    rest = bill(("SHP-1", "STUFF", "400"), bill_no="B-2")
    assert office.work("record_bill", **rest)["agreed"]
    assert office.work("expected_costs", shipment="SHP-1", supplier="COSCO")["lines"] == []


def test_what_is_passed_through_is_owed_by_the_customer_and_costs_nothing(office: Office) -> None:
    contract(office, "CUS", "300")
    contract(office, "DUTY", "4000")
    lines: list[dict[str, Any]] = [
        {"shipment": "SHP-1", "service": "CUS", "amount": cny("300"), "vat_rate": Decimal("0.06")},
        {"shipment": "SHP-1", "service": "Customs duty", "amount": cny("4000")},
    ]
    given: dict[str, Any] = {**bill(), "lines": lines, "billed_vat": cny("18.01")}
    with pytest.raises(ApplicationError, match=r"its VAT of CNY 18.03 is not the CNY 18.00"):
        office.work("record_bill", **{**given, "billed_vat": cny("18.03")})
    taxed: list[dict[str, Any]] = [lines[0], {**lines[1], "vat_rate": Decimal("0.06")}]
    with pytest.raises(ApplicationError, match=r"Customs duty: passed through, with VAT of ours on it"):
        office.work("record_bill", **{**given, "lines": taxed, "billed_vat": None})
    office.work("record_bill", **given)
    owed = {"6401": "300", "2221.01": "18.01", "1221": "4000", "2202": "-4318.01"}
    assert {account: office.on_account(account) for account in owed} == {k: Decimal(v) for k, v in owed.items()}
    earned = office.work("booked_margin", shipment="SHP-1")
    assert (earned["cost"], earned["disbursed"]) == (cny("300.00"), cny("4000.00"))
    (row,) = office.rows("margin")
    assert (row["cost"], row["margin"], row["disbursements"]) == ("300.00", "-300.00", "4000.00")


def test_large_payments_need_each_role_in_order_and_four_eyes(office: Office) -> None:
    asked = {"request_no": "PR-1", "supplier": "COSCO", "amount": cny("15000", "USD"), "rate": Decimal("7")}
    missing = office.work("request_payment", **asked, requested_by="sun.lihua")["missing"]
    assert missing == ["department_manager", "finance_manager", "general_manager"]
    with pytest.raises(ApplicationError) as refused:
        office.work("approve_payment", request_no="PR-1", role="finance_manager", person="qian.li")
    assert "finance_manager does not approve now (allowed: department_manager)" in refused.value.message
    with pytest.raises(ApplicationError, match=r"sun.lihua asked for the payment"):
        office.work("approve_payment", request_no="PR-1", role="department_manager", person="sun.lihua")
    for role, person in (
        ("department_manager", "gao.jun"),
        ("finance_manager", "qian.li"),
        ("general_manager", "chen.guodong"),
    ):
        missing = office.work("approve_payment", request_no="PR-1", role=role, person=person)["missing"]
    assert missing == []


def test_collected_cash_is_the_senders_within_a_month(office: Office) -> None:
    cash = {"cod_no": "COD-1", "sender": "Farm", "receiver": "Shop", "agreed": cny("800"), "amount": cny("790")}
    told = office.work("record_cod_collected", **cash, collected_on=date(2026, 1, 31))
    assert told == {"settle_by": date(2026, 2, 28), "matches": False}
    office.work("record_cod_handed_in", cod_no="COD-1", amount=cny("790"))
    (row,) = office.rows("cod")
    assert (row["difference"], row["owed"], row["days_late"]) == ("-10.00", "790.00", "31")
    paid = {"cod_no": "COD-1", "sender": "Farm", "voucher_no": "V-1", "amount": cny("780"), "fee": cny("10")}
    for _ in range(2):
        office.work("record_cod_paid", **paid, paid_on=date(2026, 3, 30))
    (row,) = office.rows("cod")
    assert (row["paid"], row["owed"], row["days_late"]) == ("790.00", "0.00", "0")
    with pytest.raises(
        ApplicationError, match=r"CNY 0.01 is more than Farm is owed of COD-1\nallowed now: at most CNY 0"
    ):
        office.work(
            "record_cod_paid",
            **{**paid, "voucher_no": "V-2", "amount": cny("0.01"), "fee": None},
            paid_on=date(2026, 3, 30),
        )
    assert (office.on_account("1001"), office.on_account("2241.01")) == (Decimal(), Decimal())
    assert (office.on_account("1002"), office.on_account("6001")) == (Decimal("10"), Decimal("-10"))


def test_cash_is_paid_out_in_parts_and_never_more_than_is_left(office: Office) -> None:
    cash = {"cod_no": "COD-1", "sender": "Farm", "receiver": "Shop", "agreed": cny("800"), "amount": cny("800")}
    paid = {"cod_no": "COD-1", "sender": "Farm", "paid_on": date(2026, 3, 30)}
    with pytest.raises(ApplicationError, match="at most CNY 0"):
        office.work("record_cod_paid", **paid, voucher_no="V-1", amount=cny("1"))
    office.work("record_cod_collected", **cash, collected_on=date(2026, 3, 9))
    office.work("record_cod_collected", **{**cash, "cod_no": "COD-2"}, collected_on=date(2026, 3, 9))
    told = office.work("record_cod_paid", **paid, voucher_no="V-1", amount=cny("300"))
    assert told["owed"] == cny("500.00")
    with pytest.raises(ApplicationError, match=r"CNY 510.00 is more than .*\nallowed now: at most CNY 500.00"):
        office.work("record_cod_paid", **paid, voucher_no="V-2", amount=cny("500"), fee=cny("10"))
    assert office.on_account("2241.01") == Decimal(-1300)
    told = office.work("record_cod_paid", **paid, voucher_no="V-2", amount=cny("490"), fee=cny("10"))
    assert told["owed"] == cny("0")


def test_credit_is_held_by_limit_and_overdue_and_lifted_by_approval(office: Office) -> None:
    office.work("set_credit_terms", customer="Acme", limit=Decimal("1500"))
    office.invoice("INV-1", "1000", issued_on=date(2026, 2, 15), due_on=date(2026, 2, 15))
    asked = {"customer": "Acme", "amount": cny("400")}
    assert office.work("credit_check", **asked)["allowed"]
    told = office.work("credit_check", customer="Acme", amount=cny("441"), on=date(2026, 4, 1))
    assert (told["allowed"], told["hindrances"]) == (False, ["over_limit", "overdue"])
    assert told["reason"] == ("exposure of 1501.00 exceeds the limit of 1500; 1060.00 overdue, the oldest by 45 days")
    assert not office.work("credit_check", **asked, on=date(2026, 4, 1))["allowed"]
    assert office.work("credit_check", **asked, on=date(2026, 3, 31))["allowed"]

    approval = {"customer": "Acme", "up_to": Decimal("1460"), "valid_to": date(2026, 4, 1), "reason": "Paying tomorrow"}
    with pytest.raises(ApplicationError, match=r"sales_rep cannot lift a credit block"):
        office.work("approve_credit", **approval, role="sales_rep", person="lin.yue")
    office.work("approve_credit", "lift", **approval, for_case="SHP-1", role="finance_manager", person="qian.li")
    told = office.work("credit_check", **asked, on=date(2026, 4, 1))
    assert (told["allowed"], told["approval"]) == (True, "lift")
    assert not office.work("credit_check", case="SHP-2", **asked, on=date(2026, 4, 1))["allowed"]
    assert not office.work("credit_check", **asked, on=date(2026, 4, 2))["allowed"]

    office.work("dispute_invoice", customer="Acme", reference="INV-1", reason="Damage")
    assert office.work("credit_check", **asked, on=date(2026, 4, 2))["allowed"]
    office.work("set_credit_terms", at=APRIL, customer="Acme", standing="on_hold", reason="Insolvent")
    assert office.work("credit_check", **asked)["hindrances"] == ["on_hold"]


def test_a_stop_keeps_the_limit_that_was_agreed(office: Office) -> None:
    """Whoever stops the credit says nothing of the limit, and whoever restores it need not know it."""
    office.work("set_credit_terms", customer="Acme", limit=Decimal("1500"))
    standing = {"stop": "on_hold", "again": "good"}
    for hours, (key, new) in enumerate(standing.items(), start=1):
        office.work("set_credit_terms", key, at=AT + timedelta(hours=hours), customer="Acme", standing=new, reason="?")
    asked = {"customer": "Acme", "amount": cny("1500.01")}
    assert office.work("credit_check", **asked)["hindrances"] == ["over_limit"]
    office.work("set_credit_terms", "none", at=APRIL, customer="Acme", without_limit=True)
    assert office.work("credit_check", **asked)["allowed"]
    with pytest.raises(ApplicationError, match="a limit of 5 and no limit are both asked for"):
        office.work("set_credit_terms", customer="Acme", limit=Decimal(5), without_limit=True)


def test_a_foreign_amount_counts_at_the_rate_of_its_day_and_without_one_no_limit_lets_it_pass(office: Office) -> None:
    dollars = {"customer": "Acme", "amount": cny("100", "USD")}
    assert office.work("credit_check", **dollars)["exposure"] == Decimal("700.00")
    april = office.work("credit_check", **dollars, on=date(2026, 4, 1))
    assert (april["allowed"], april["exposure"]) == (
        True,
        Decimal(),
    )  # without a limit its worth does not matter
    office.work("set_credit_terms", customer="Acme", limit=Decimal("699.99"))
    told = office.work("credit_check", **dollars)
    assert (told["hindrances"], told["reason"]) == (["over_limit"], "exposure of 700.00 exceeds the limit of 699.99")
    grant = {"customer": "Acme", "up_to": Decimal("700"), "valid_to": date(2026, 4, 30), "reason": "Good for it"}
    office.work("approve_credit", **grant, role="general_manager", person="chen.guodong")
    assert office.work("credit_check", **dollars)["allowed"]
    april = office.work("credit_check", **dollars, on=date(2026, 4, 1))
    assert (april["allowed"], april["hindrances"]) == (False, ["no_rate"])
    assert april["reason"] == "no rate on 2026-04-01 tells what the booking adds to 0; the limit is 699.99"
    assert office.work("credit_check", **dollars, rate=Decimal("6.9"), on=date(2026, 4, 1))["exposure"] == Decimal(
        "690"
    )


@pytest.mark.parametrize("paid_ahead", ["0", "250"])
def test_a_customer_on_hold_who_owes_nothing_can_be_let_through(office: Office, paid_ahead: str) -> None:
    office.work("set_credit_terms", customer="Acme", standing="on_hold", reason="Insolvent")
    if paid_ahead != "0":
        office.receipt("R-1", paid_ahead)
    told = office.work("credit_check", customer="Acme")
    assert (told["hindrances"], told["exposure"]) == (["on_hold"], -Decimal(paid_ahead))
    grant = {"customer": "Acme", "valid_to": date(2026, 3, 31), "reason": "Paid in advance"}
    office.work("approve_credit", **grant, up_to=told["exposure"], role="finance_manager", person="qian.li")
    assert office.work("credit_check", customer="Acme")["allowed"]
    assert not office.work("credit_check", customer="Acme", amount=cny("0.01"))["allowed"]


def test_a_closed_month_takes_no_entry_until_it_is_reopened(office: Office) -> None:
    office.invoice("INV-1", "100")
    office.invoice("INV-2", "100", month="2026-02")
    end = {"person": "qian.li", "at": APRIL}
    with pytest.raises(ApplicationError, match=r"earlier months are open: 2026-02"):
        office.work("close_month", month="2026-03", **end)
    with pytest.raises(ApplicationError, match=r"2026-04 is not over"):
        office.work("close_month", month="2026-04", **end)
    for month in ("2026-02", "2026-03", "2026-03"):
        assert office.work("close_month", month=month, **end) == {"status": "closed"}
    with pytest.raises(ApplicationError, match=r"2026-03 is closed"):
        office.invoice("INV-3", "100", month="2026-03")
    office.invoice("INV-1", "100")
    office.invoice("INV-3", "100")
    assert [row["month"] for row in office.rows("tax")] == ["2026-02", "2026-03", "2026-04"]
    with pytest.raises(ApplicationError, match="later months are closed: 2026-03"):
        office.work("reopen_month", month="2026-02", reason="Forgotten bill", **end)
    assert office.work("reopen_month", month="2026-03", reason="Forgotten bill", **end) == {"status": "reopened"}
    office.invoice("INV-4", "100", month="2026-03")


def test_a_month_with_money_of_nobody_is_not_closed(office: Office) -> None:
    office.post("money_received", {}, business_key="BANK-1", amount=cny("106"))
    with pytest.raises(ApplicationError, match="1 open items without a party"):
        office.work("close_month", month="2026-03", person="qian.li", at=APRIL)
