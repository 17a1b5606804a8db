"""Cases of the customs SOPs, played up to where other tests go on."""

from typing import Any

from tests.unit.content.exact_freight import CUSTOMER
from tests.unit.content.exact_house import CASE, CHINA, ExactHouse

DECLARATION_NO = "310120261000000011"
EXPORT_NO = "310120260000000011"
ITEMS = [
    {"goods": "Machine parts", "hs_code": "8483409000", "value": "CNY 100000", "duty_rate": "0.08", "vat_rate": "0.13"}
]


# -- CustomsDeclaration ------------------------------------------------------------------------------------------------

TRANSPORT = {"transport_name": "COSCO STAR", "voyage": "012W", "port": "CNNGB", "packages": 10, "gross_kg": "900"}
PRICE = {"terms": "CIF", "total": "CNY 100000"}
ORIGIN = {"origin_country": "DE", "trade_country": "DE"}


def submitted(house: ExactHouse) -> None:
    house.complete("zhang.wei", "classifying", "clear", items=ITEMS)
    entry: dict[str, Any] = {"transport_data": TRANSPORT, "price_data": PRICE, "origin_data": ORIGIN}
    house.complete("zhang.wei", "entering", "entered", software_ref="SW-1", **entry)
    house.complete("wang.fang", "checking", "agreed", check_result="Equal")
    house.complete("zhang.wei", "submitting", "submitted", declaration_no=EXPORT_NO)


def queried(house: ExactHouse) -> None:
    submitted(house)
    house.signal(CASE, "customs.queried", {"problem": "Which alloy?"})


def returned(house: ExactHouse) -> None:
    submitted(house)
    house.signal(CASE, "customs.returned", {"problem": "Wrong code"})


# -- CustomsInspection -------------------------------------------------------------------------------------------------


def announced(house: ExactHouse) -> None:
    house.complete("zhang.wei", "instructed", "announced")


# -- CustomsRelease ----------------------------------------------------------------------------------------------------


def release_requested(house: ExactHouse) -> None:
    house.complete("zhang.wei", "requesting", "requested", inspection_closed=True)


def released(house: ExactHouse) -> None:
    release_requested(house)
    house.signal(CASE, "customs.released", {"release_no": "R-1"})


# -- TaxPayment --------------------------------------------------------------------------------------------------------

TAX_DATA = {
    **CUSTOMER,
    "declaration_no": DECLARATION_NO,
    "declared_on": "2026-03-02",
    "customs_value": "CNY 100000",
    "items": ITEMS,
}


def notice_issued(house: ExactHouse) -> None:
    house.complete(
        "zhang.wei",
        "notifying",
        "issued",
        notice_no="TN-1",
        noticed_on=str(house.now.astimezone(CHINA).date()),
        pay_method="bank",
        paid_by="customer",
    )


# -- TaxAdjustment -----------------------------------------------------------------------------------------------------

OVERPAID = {**CUSTOMER, "declaration_no": DECLARATION_NO, "kind": "overpaid", "paid_on": "2025-03-12"}


def refund_claimed(house: ExactHouse) -> None:
    claim = {"paid": "CNY 22040", "due": "CNY 0", "grounds": "Goods went back", "claimed_on": "2026-03-02"}
    house.complete("zhang.wei", "applying", "claimed", **claim)


def refund_granted(house: ExactHouse) -> None:
    refund_claimed(house)
    house.complete("zhang.wei", "awaiting_customs", "granted")
