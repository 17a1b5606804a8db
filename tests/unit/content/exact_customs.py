"""The customs SOPs: when each of their promises sounds if nobody moves.

Statutory limits run over rest days and roll by the customs calendar.
"""

from typing import Any

from tests.unit.content.exact_freight import CUSTOMER
from tests.unit.content.exact_house import CASE, CHINA, ExactHouse, Scenario, nothing
from tests.unit.content.exact_spans import FOUR_WORKING_HOURS, ONE_HOUR, ONE_WORKING_DAY, OPENED, THIRTY_DAYS, TWO_HOURS

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


def accepted_and_returned(house: ExactHouse) -> None:
    submitted(house)
    house.signal(CASE, "customs.accepted", {"declared_on": "2026-03-02"})
    house.signal(CASE, "customs.returned", {"problem": "Wrong code"})


def accepted_without_its_day(house: ExactHouse) -> None:
    submitted(house)
    house.signal(CASE, "customs.released")


DECLARATION = (
    Scenario(
        "customs give no receipt",
        "CustomsDeclaration",
        OPENED,
        submitted,
        "2026-03-12 09:00",
        {**CUSTOMER, "direction": "export"},
        {"awaiting_receipt": ONE_WORKING_DAY},
    ),
    Scenario(
        "an import is not declared",
        "CustomsDeclaration",
        "2026-02-02 09:00",
        nothing,
        "2026-03-12 09:00",
        {**CUSTOMER, "direction": "import", "arrived_on": "2026-02-01"},
        # 14 days after 1 February, that day not counted: Sunday 15 February, in the Spring Festival of 15-23 February,
        # so Tuesday 24 February, 24:00. "-6 days" is the end of the 18th, "-3 days" of the 21st, "-1 day" of the 23rd.
        # 2 February 09:00 to 25 February 00:00 = 543 h; 80 % = 434.4 h = 18 d 2 h 24 min.
        {
            "import_limit": {
                "five_days_before": "2026-02-19 00:00",
                "at_risk": "2026-02-20 11:24",
                "two_days_before": "2026-02-22 00:00",
                "last_day": "2026-02-24 00:00",
                "breached": "2026-02-25 00:00",
            }
        },
    ),
    Scenario(
        "an export is not declared",
        "CustomsDeclaration",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        {**CUSTOMER, "direction": "export", "loading_at": "2026-03-06T09:00+08:00"},
        # 24 hours before loading: Thursday 5 March 09:00, 72 h on; 80 % = 57 h 36 min.
        {
            "export_limit": {
                "day_before": "2026-03-04 09:00",
                "at_risk": "2026-03-04 18:36",
                "hours_before": "2026-03-05 05:00",
                "breached": "2026-03-05 09:00",
            }
        },
    ),
    Scenario(
        "nobody enters the data",
        "CustomsDeclaration",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        {**CUSTOMER, "direction": "export"},
        {"entry": FOUR_WORKING_HOURS},
    ),
    Scenario(
        "a query of customs is not answered",
        "CustomsDeclaration",
        OPENED,
        queried,
        "2026-03-12 09:00",
        {**CUSTOMER, "direction": "export"},
        {"answering_query": TWO_HOURS},
    ),
    Scenario(
        "a returned declaration is not corrected",
        "CustomsDeclaration",
        OPENED,
        returned,
        "2026-03-12 09:00",
        {**CUSTOMER, "direction": "export"},
        {"correcting": TWO_HOURS},
    ),
    Scenario(
        "an export that was accepted is returned and not declared again",
        "CustomsDeclaration",
        OPENED,
        accepted_and_returned,
        "2026-03-12 09:00",
        {**CUSTOMER, "direction": "export", "loading_at": "2026-03-06T09:00+08:00"},
        {
            "export_limit": {
                "day_before": "2026-03-04 09:00",
                "at_risk": "2026-03-04 18:36",
                "hours_before": "2026-03-05 05:00",
                "breached": "2026-03-05 09:00",
            }
        },
    ),
    Scenario(
        "nobody enters the day of acceptance",
        "CustomsDeclaration",
        OPENED,
        accepted_without_its_day,
        "2026-03-12 09:00",
        {**CUSTOMER, "direction": "export"},
        {"dating_acceptance": TWO_HOURS},
    ),
)


# -- CustomsInspection -------------------------------------------------------------------------------------------------

INSPECTION_DATA = {
    **CUSTOMER,
    "instruction_no": "INS-1",
    "inspection_site": "Yard 3",
    "appointed_at": "2026-03-04T11:00+08:00",
}


def announced(house: ExactHouse) -> None:
    house.complete("zhang.wei", "instructed", "announced")


def in_place(house: ExactHouse) -> None:
    announced(house)
    house.complete("deng.hui", "preparing", "in_position", cargo_moved_at="2026-03-02T09:00+08:00", position="A1")


def papers_ready(house: ExactHouse) -> None:
    in_place(house)
    house.complete("zhang.wei", "preparing_papers", "ready", document_list=["Invoice"], person_attending="Zhang")


INSPECTION = (
    Scenario(
        "nobody prepares the papers",
        "CustomsInspection",
        OPENED,
        in_place,
        "2026-03-12 09:00",
        INSPECTION_DATA,
        {"preparing_papers": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody enters the result",
        "CustomsInspection",
        OPENED,
        papers_ready,
        "2026-03-12 09:00",
        INSPECTION_DATA,
        # 1 working day after Wednesday 11:00: 6 h and 8.5 h; 14.5 h. 80 % = 11.6 h, 150 % = 21.75 h, 200 % = 29 h.
        {
            "result": {
                "at_risk": "2026-03-05 14:06",
                "breached": "2026-03-05 17:00",
                "department_manager": "2026-03-06 15:45",
                "general_manager": "2026-03-09 14:30",
            }
        },
    ),
    Scenario(
        "nobody tells of an inspection",
        "CustomsInspection",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        INSPECTION_DATA,
        {"instructed": ONE_HOUR},
    ),
    Scenario(
        "the cargo is not moved into place",
        "CustomsInspection",
        OPENED,
        announced,
        "2026-03-12 09:00",
        INSPECTION_DATA,
        # 2 hours before Wednesday 11:00, 48 h on: 80 % = 38 h 24 min, 150 % = 72 h, 200 % = 96 h.
        {
            "in_place": {
                "at_risk": "2026-03-03 23:24",
                "breached": "2026-03-04 09:00",
                "department_manager": "2026-03-05 09:00",
                "general_manager": "2026-03-06 09:00",
            }
        },
    ),
)


# -- CustomsRelease ----------------------------------------------------------------------------------------------------

RELEASE_DATA = {**CUSTOMER, "direction": "import", "free_time_end_on": "2026-03-12"}


def release_requested(house: ExactHouse) -> None:
    house.complete("zhang.wei", "requesting", "requested", inspection_closed=True)


def released(house: ExactHouse) -> None:
    release_requested(house)
    house.signal(CASE, "customs.released", {"release_no": "R-1"})


def evidence_stored(house: ExactHouse) -> None:
    released(house)
    papers = {"release_notice": "notice.pdf", "stamped_delivery_order": "order.pdf"}
    house.complete("zhang.wei", "storing_evidence", "stored", **papers)


RELEASE = (
    Scenario(
        "customs do not release",
        "CustomsRelease",
        OPENED,
        release_requested,
        "2026-03-12 09:00",
        RELEASE_DATA,
        {"awaiting_release": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody requests the release",
        "CustomsRelease",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        RELEASE_DATA,
        {"requesting": ONE_HOUR},
    ),
    Scenario(
        "nobody tells of the release",
        "CustomsRelease",
        OPENED,
        released,
        "2026-03-12 09:00",
        RELEASE_DATA,
        {"informing": ONE_HOUR},
    ),
    Scenario(
        "free time runs out",
        "CustomsRelease",
        OPENED,
        evidence_stored,
        "2026-03-25 09:00",
        RELEASE_DATA,
        # Free through 12 March, that is until 13 March 00:00: 255 h; 80 % = 204 h = 8 d 12 h.
        {
            "free_time": {
                "two_days_before": "2026-03-10 00:00",
                "at_risk": "2026-03-10 21:00",
                "last_day": "2026-03-12 00:00",
                "breached": "2026-03-13 00:00",
            }
        },
    ),
)


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


def tax_paid(house: ExactHouse) -> None:
    notice_issued(house)
    payment = {"paid_on": "2026-03-02", "paid_amount": "CNY 22040", "voucher_no": "V-1"}
    house.complete("hu.jing", "awaiting_payment", "voucher_received", paid_by="customer", **payment)


TAX = (
    Scenario(
        "nobody checks the voucher",
        "TaxPayment",
        OPENED,
        tax_paid,
        "2026-03-12 09:00",
        TAX_DATA,
        {"checking_voucher": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody issues the notice",
        "TaxPayment",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        TAX_DATA,
        {"notifying": TWO_HOURS},
    ),
    Scenario(
        "nobody pays",
        "TaxPayment",
        OPENED,
        notice_issued,
        "2026-03-20 12:00",
        TAX_DATA,
        # 15 days after Monday 2 March: Tuesday 17 March, 24:00. "-6 days" is the end of the 11th, and so on.
        # 2 March 09:00 to 18 March 00:00 = 375 h; 80 % = 300 h = 12 d 12 h.
        {
            "tax_deadline": {
                "five_days_before": "2026-03-12 00:00",
                "at_risk": "2026-03-14 21:00",
                "two_days_before": "2026-03-15 00:00",
                "day_before": "2026-03-16 00:00",
                "last_day": "2026-03-17 00:00",
                "breached": "2026-03-18 00:00",
            }
        },
        {"overdue_day.passed": ("2026-03-19 00:00", "2026-03-20 00:00")},
    ),
    Scenario(
        "nobody pays what the notice made due later",
        "TaxPayment",
        OPENED,
        notice_issued,
        "2026-03-18 12:00",
        {**TAX_DATA, "declared_on": "2026-02-27", "due_reading": "B"},
        # The notice is of 2 March: due on Tuesday 17 March by reading B. By A 15 days after Friday 27 February: on
        # Saturday 14 March, so Monday the 16th, 24:00: 351 h from 2 March 09:00; 80 % = 280.8 h = 11 d 16 h 48 min.
        {
            "stricter_deadline": {
                "five_days_before": "2026-03-11 00:00",
                "at_risk": "2026-03-14 01:48",
                "two_days_before": "2026-03-14 00:00",
                "last_day": "2026-03-16 00:00",
                "breached": "2026-03-17 00:00",
            },
            "tax_deadline": {
                "five_days_before": "2026-03-12 00:00",
                "at_risk": "2026-03-14 21:00",
                "two_days_before": "2026-03-15 00:00",
                "day_before": "2026-03-16 00:00",
                "last_day": "2026-03-17 00:00",
                "breached": "2026-03-18 00:00",
            },
        },
    ),
)


# -- TaxAdjustment -----------------------------------------------------------------------------------------------------

OVERPAID = {**CUSTOMER, "declaration_no": DECLARATION_NO, "kind": "overpaid", "paid_on": "2025-03-12"}


def refund_claimed(house: ExactHouse) -> None:
    claim = {"paid": "CNY 22040", "due": "CNY 0", "grounds": "Goods went back", "claimed_on": "2026-03-02"}
    house.complete("zhang.wei", "applying", "claimed", **claim)


def refund_granted(house: ExactHouse) -> None:
    refund_claimed(house)
    house.complete("zhang.wei", "awaiting_customs", "granted")


DEPOSIT = {**CUSTOMER, "declaration_no": DECLARATION_NO, "kind": "deposit"}


def _determined(house: ExactHouse, due: str) -> None:
    told = {"deposit": "CNY 20000", "paid_by": "customer", "due": due, "determined_on": "2026-03-02"}
    house.complete("zhang.wei", "awaiting_determination", "determined", **told)


def too_little_lodged(house: ExactHouse) -> None:
    _determined(house, "CNY 22040")


def too_much_lodged(house: ExactHouse) -> None:
    _determined(house, "CNY 18000")


ADJUSTMENT = (
    Scenario(
        "customs do not determine the tax",
        "TaxAdjustment",
        OPENED,
        nothing,
        "2026-09-12 09:00",
        DEPOSIT,
        # 3 months after 2 March: until 3 June 00:00, 2223 h; 80 % = 1778.4 h, 150 % = 3334.5 h, 200 % = 4446 h.
        {
            "awaiting_determination": {
                "at_risk": "2026-05-15 11:24",
                "breached": "2026-06-03 00:00",
                "department_manager": "2026-07-19 07:30",
                "general_manager": "2026-09-03 15:00",
            }
        },
    ),
    Scenario(
        "nobody pays the rest of the tax",
        "TaxAdjustment",
        OPENED,
        too_little_lodged,
        "2026-03-12 09:00",
        DEPOSIT,
        # At the counters a day has 7.5 h, 08:30-12:00 and 13:30-17:30: 7 h and 7.5 h are 14.5 h. 80 % = 11.6 h,
        # 4.6 h of Tuesday; 150 % = 21.75 h, 7.25 h of Wednesday; 200 % = 29 h, 7 h of Thursday.
        {
            "paying_rest": {
                "at_risk": "2026-03-03 14:36",
                "breached": "2026-03-03 17:30",
                "department_manager": "2026-03-04 17:15",
                "general_manager": "2026-03-05 17:00",
            }
        },
    ),
    Scenario(
        "the rest of a deposit does not come back",
        "TaxAdjustment",
        OPENED,
        too_much_lodged,
        "2026-05-12 09:00",
        DEPOSIT,
        # 1 month after 2 March: until 3 April 00:00, 759 h; 80 % = 607.2 h, 150 % = 1138.5 h, 200 % = 1518 h.
        {
            "awaiting_return": {
                "at_risk": "2026-03-27 16:12",
                "breached": "2026-04-03 00:00",
                "department_manager": "2026-04-18 19:30",
                "general_manager": "2026-05-04 15:00",
            }
        },
    ),
    Scenario(
        "a refund is not claimed",
        "TaxAdjustment",
        OPENED,
        nothing,
        "2026-03-25 09:00",
        {**OVERPAID, "kind": "returned"},
        # A year after 12 March 2025: until 13 March 2026 00:00, 255 h; 80 % = 204 h = 8 d 12 h.
        {
            "claim": {
                "five_days_before": "2026-03-07 00:00",
                "two_days_before": "2026-03-10 00:00",
                "at_risk": "2026-03-10 21:00",
                "last_day": "2026-03-12 00:00",
                "breached": "2026-03-13 00:00",
            }
        },
    ),
    Scenario(
        "customs do not answer a claim",
        "TaxAdjustment",
        OPENED,
        refund_claimed,
        "2026-05-12 09:00",
        OVERPAID,
        {"awaiting_customs": THIRTY_DAYS},
    ),
    Scenario(
        "a refund is not collected",
        "TaxAdjustment",
        OPENED,
        refund_granted,
        "2026-06-12 09:00",
        OVERPAID,
        # 3 months after 2 March: until 3 June 00:00, 2223 h; 80 % = 1778.4 h = 74 d 2 h 24 min.
        {
            "collecting": {
                "at_risk": "2026-05-15 11:24",
                "five_days_before": "2026-05-28 00:00",
                "two_days_before": "2026-05-31 00:00",
                "last_day": "2026-06-02 00:00",
                "breached": "2026-06-03 00:00",
            }
        },
    ),
)

SCENARIOS = (*DECLARATION, *INSPECTION, *RELEASE, *TAX, *ADJUSTMENT)
