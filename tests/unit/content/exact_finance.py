"""Cases of the finance SOPs, played up to where other tests go on."""

from typing import Any

from tests.unit.content.exact_freight import CUSTOMER
from tests.unit.content.exact_house import CASE, ExactHouse

# -- Invoicing ---------------------------------------------------------------------------------------------------------

TAXPAYER_NO = "91110000600037341L"
LINES = [{"service": "Ocean freight", "amount": "CNY 9000"}]
INVOICE_DATA = {**CUSTOMER, "costing_posted": True, "buyer_title": "Blue Lake Trading", "service_lines": LINES}


def invoice_requested(house: ExactHouse) -> None:
    house.complete("lin.yue", "requested", "requested", taxpayer_no=TAXPAYER_NO)


# -- CreditTerms -------------------------------------------------------------------------------------------------------


# -- Collection --------------------------------------------------------------------------------------------------------

COLLECTION_DATA: dict[str, Any] = {
    **CUSTOMER,
    "invoice_no": "INV-2026-000001",
    "amount_due": "CNY 9540",
    "due_on": "2026-03-31",
}


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


# -- SupplierSettlement ------------------------------------------------------------------------------------------------

SUPPLIER_DATA = {"shipment": "SHP-1", "supplier": "COSCO"}


def billed(house: ExactHouse, bill_no: str = "B-1") -> None:
    figures = {"bill_lines": [{"service": "OF", "amount": "CNY 100"}], "bill_total": "CNY 100"}
    dates = {"billed_on": "2026-03-02", "bill_due_on": "2026-03-31"}
    papers = {"bill_file": "bill.pdf", "period_from_on": "2026-02-01", "period_to_on": "2026-02-28"}
    house.complete("hu.jing", "entering_bill", "entered", bill_no=bill_no, **figures, **dates, **papers)
