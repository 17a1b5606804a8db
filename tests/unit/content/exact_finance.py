"""The finance SOPs: when each of their promises sounds if nobody moves."""

from typing import Any

from tests.unit.content.exact_freight import CUSTOMER
from tests.unit.content.exact_house import CASE, NEVER, ExactHouse, Scenario, nothing
from tests.unit.content.exact_spans import FIVE_WORKING_DAYS, ONE_WORKING_DAY, OPENED, THIRTY_DAYS

# -- Invoicing ---------------------------------------------------------------------------------------------------------

TAXPAYER_NO = "91110000600037341L"
LINES = [{"service": "Ocean freight", "amount": "CNY 9000"}]
INVOICE_DATA = {**CUSTOMER, "costing_posted": True, "buyer_title": "Blue Lake Trading", "service_lines": LINES}


def invoice_requested(house: ExactHouse) -> None:
    house.complete("lin.yue", "requested", "requested", taxpayer_no=TAXPAYER_NO)


def invoice_registered(house: ExactHouse) -> None:
    invoice_requested(house)
    house.complete("hu.jing", "drafting", "drafted")
    house.complete("guo.qiang", "checking", "agreed")
    house.complete("hu.jing", "issuing", "issued")
    house.complete("hu.jing", "registering", "registered", register_no="R-1", archive_place="A-1")


def invoice_sent(house: ExactHouse) -> None:
    invoice_registered(house)
    house.complete("hu.jing", "sending", "sent", channel="email")


INVOICING = (
    Scenario(
        "nobody requests the invoice",
        "Invoicing",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        INVOICE_DATA,
        {"requested": ONE_WORKING_DAY},
    ),
    Scenario(
        "the customer does not confirm the invoice",
        "Invoicing",
        OPENED,
        invoice_sent,
        "2026-03-20 09:00",
        INVOICE_DATA,
        {"awaiting_receipt": FIVE_WORKING_DAYS},
    ),
    Scenario(
        "nobody drafts the invoice",
        "Invoicing",
        OPENED,
        invoice_requested,
        "2026-03-12 09:00",
        INVOICE_DATA,
        {"drafting": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody sends the invoice",
        "Invoicing",
        OPENED,
        invoice_registered,
        "2026-03-12 09:00",
        INVOICE_DATA,
        {"sending": ONE_WORKING_DAY},
    ),
)


# -- CreditTerms -------------------------------------------------------------------------------------------------------


def terms_proposed(house: ExactHouse) -> None:
    house.complete("hu.jing", "proposing", "proposed", standing="on_hold", reason="Two invoices are 45 days overdue")


CREDIT_TERMS = (
    Scenario(
        "nobody proposes the terms",
        "CreditTerms",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        {"customer_name": "Blue Lake Trading"},
        {"proposing": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody decides on the terms",
        "CreditTerms",
        OPENED,
        terms_proposed,
        "2026-03-12 09:00",
        {"customer_name": "Blue Lake Trading"},
        {"deciding": ONE_WORKING_DAY},
    ),
)


# -- Collection --------------------------------------------------------------------------------------------------------

COLLECTION_DATA: dict[str, Any] = {
    **CUSTOMER,
    "invoice_no": "INV-2026-000001",
    "amount_due": "CNY 9540",
    "due_on": "2026-03-31",
}
MONEY = {"received_amount": "CNY 9540", "received_on": "2026-03-02", "bank_ref": "BK-1"}


def money_came(house: ExactHouse) -> None:
    house.complete("hu.jing", "open", "money_received", **MONEY)


def manager_decided(house: ExactHouse) -> None:
    house.at("2026-05-06 09:00")
    house.complete("sun.lihua", "escalated", "decided", action="legal", approval="Hand to counsel")


def promised(house: ExactHouse) -> None:
    house.at("2026-04-01 09:00")
    words = {"promise_on": "2026-04-10", "promise_amount": "CNY 9540", "customer_answer": "Next week"}
    house.complete("hu.jing", "overdue", "promised", **words)


def disputed(house: ExactHouse) -> None:
    house.tell(CASE, "hu.jing", "customer.disputed", {"dispute": "Charged twice"})


def conceded(house: ExactHouse) -> None:
    disputed(house)
    credit = {"customer_answer": "They are right", "credit_net": "CNY 300.00", "credit_tax_rate": "0"}
    house.complete("hu.jing", "disputed", "conceded", **credit)


COLLECTION = (
    Scenario(
        "nobody settles the dispute",
        "Collection",
        OPENED,
        disputed,
        "2026-03-20 09:00",
        COLLECTION_DATA,
        {"disputed": FIVE_WORKING_DAYS},
    ),
    Scenario(
        "nobody approves the credit",
        "Collection",
        OPENED,
        conceded,
        "2026-03-12 09:00",
        COLLECTION_DATA,
        {"approving_credit": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody books the money",
        "Collection",
        OPENED,
        money_came,
        "2026-03-12 09:00",
        COLLECTION_DATA,
        {"posting": ONE_WORKING_DAY},
    ),
    Scenario(
        "the customer never pays",
        "Collection",
        OPENED,
        nothing,
        "2026-06-01 09:00",
        COLLECTION_DATA,
        # Due on 31 March, that is until 1 April 00:00: 711 h; 80 % = 568.8 h = 23 d 16 h 48 min.
        # "-8 days" is the end of 23 March. The 1st day past due begins with 1 April, the 7th with 7 April, the 15th
        # with 15 April, the 30th with 30 April, the 45th with 15 May.
        # Decision in 2 working days from Thursday 30 April 00:00: Labour Day is 1-5 May, so 6 and 7 May; 8.5 h of the
        # 30th and 17 h, 25.5 h in all. 80 % = 20.4 h: 3 h 24 min on the 7th. 150 % = 38.25 h: 8.5 h on Friday the 8th,
        # 4 h 15 min on the 9th (make-up Saturday). 200 % = 51 h: the end of Monday the 11th.
        {
            "receivable": {
                "seven_days_before": "2026-03-24 00:00",
                "at_risk": "2026-03-26 01:48",
                "three_days_before": "2026-03-28 00:00",
                "due_day": "2026-03-31 00:00",
                "breached": "2026-04-01 00:00",
                "second_reminder": "2026-04-07 00:00",
                "formal_letter": "2026-04-15 00:00",
                "escalation": "2026-04-30 00:00",
                "credit_stop": "2026-05-15 00:00",
            },
            "escalated": {
                "at_risk": "2026-05-07 11:54",
                "breached": "2026-05-07 17:00",
                "department_manager": "2026-05-09 12:45",
                "general_manager": "2026-05-11 17:00",
            },
        },
    ),
    Scenario(
        "the general manager does not decide",
        "Collection",
        OPENED,
        manager_decided,
        "2026-06-01 09:00",
        COLLECTION_DATA,
        # Wednesday 6 May 09:00: 2 working days are the 7th and 8th; 25 h in all. 80 % = 20 h: 3.5 h on the 8th.
        # 150 % = 37.5 h: 25 + 8.5 on Saturday 9 May (a make-up day) + 4 h on Monday. 200 % = 50 h: 42 + 8 h on Tuesday.
        {
            "general_manager_deciding": {
                "at_risk": "2026-05-08 12:00",
                "breached": "2026-05-08 17:00",
                "department_manager": "2026-05-11 12:30",
                "general_manager": "2026-05-12 16:30",
            }
        },
    ),
    Scenario(
        "a promise is broken",
        "Collection",
        OPENED,
        promised,
        "2026-06-01 09:00",
        COLLECTION_DATA,
        # 1 April 09:00 to 11 April 00:00 = 231 h; 80 % = 184.8 h = 7 d 16 h 48 min. A broken promise ends its clock.
        {
            "promise": {
                "at_risk": "2026-04-09 01:48",
                "breached": "2026-04-11 00:00",
                "department_manager": NEVER,
                "general_manager": NEVER,
            }
        },
    ),
)


# -- SupplierSettlement ------------------------------------------------------------------------------------------------

SUPPLIER_DATA = {"shipment": "SHP-1", "supplier": "COSCO"}


def billed(house: ExactHouse, bill_no: str = "B-1") -> None:
    figures = {"bill_lines": [{"service": "OF", "amount": "CNY 100"}], "bill_total": "CNY 100"}
    dates = {"billed_on": "2026-03-02", "bill_due_on": "2026-03-31"}
    house.complete("hu.jing", "entering_bill", "entered", bill_no=bill_no, **figures, **dates)


def billed_too_high(house: ExactHouse) -> None:
    billed(house, "WRONG-1")


def reversal_asked(house: ExactHouse) -> None:
    said = {"reversal_no": "CN-1", "reversed_on": "2026-03-02", "reversal_reason": "Booked twice"}
    house.complete("hu.jing", "entering_bill", "reversed", bill_no="B-1", **said)


SUPPLIERS = (
    Scenario(
        "the supplier sends no bill",
        "SupplierSettlement",
        OPENED,
        nothing,
        "2026-05-12 09:00",
        SUPPLIER_DATA,
        {"entering_bill": THIRTY_DAYS},
    ),
    Scenario(
        "nobody approves the payment",
        "SupplierSettlement",
        OPENED,
        billed,
        "2026-05-01 09:00",
        SUPPLIER_DATA,
        # Due on 31 March, that is until 1 April 00:00: 711 h; 80 % = 568.8 h = 23 d 16 h 48 min.
        # "-4 days" is the end of 27 March.
        {
            "approving_payment": ONE_WORKING_DAY,
            "payment_due": {
                "at_risk": "2026-03-26 01:48",
                "three_days_before": "2026-03-28 00:00",
                "due_day": "2026-03-31 00:00",
                "breached": "2026-04-01 00:00",
            },
        },
    ),
    Scenario(
        "nobody decides on the difference",
        "SupplierSettlement",
        OPENED,
        billed_too_high,
        "2026-03-12 09:00",
        SUPPLIER_DATA,
        {"deciding_difference": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody approves a reversal",
        "SupplierSettlement",
        OPENED,
        reversal_asked,
        "2026-03-12 09:00",
        SUPPLIER_DATA,
        {"approving_reversal": ONE_WORKING_DAY},
    ),
)

SCENARIOS = (*INVOICING, *CREDIT_TERMS, *COLLECTION, *SUPPLIERS)
