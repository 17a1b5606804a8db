"""Money received to be allocated: when its promises sound if nobody moves. Opened on Monday 2 March 2026 at 09:00."""

from tests.unit.content.exact_house import ExactHouse, Scenario, nothing
from tests.unit.content.exact_spans import ONE_WORKING_DAY, OPENED

RECEIPT = {"bank_ref": "BANK-1", "payer": "Blue Lake", "amount": "CNY 500", "received_on": "2026-03-02"}
IN_BOOKS = {**RECEIPT, "customer_name": "Blue Lake Trading", "is_booked": True}


def return_asked(house: ExactHouse) -> None:
    house.complete("hu.jing", "allocating", "returned", remarks="Paid twice")


def return_approved(house: ExactHouse) -> None:
    return_asked(house)
    house.complete("sun.lihua", "approving_return", "approved")


SCENARIOS = (
    Scenario(
        "nobody returns the money",
        "ReceiptAllocation",
        OPENED,
        return_approved,
        "2026-03-12 09:00",
        IN_BOOKS,
        {"returning_money": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody identifies the payer",
        "ReceiptAllocation",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        RECEIPT,
        {"identifying": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody allocates the money",
        "ReceiptAllocation",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        IN_BOOKS,
        {"allocating": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody approves its return",
        "ReceiptAllocation",
        OPENED,
        return_asked,
        "2026-03-12 09:00",
        IN_BOOKS,
        {"approving_return": ONE_WORKING_DAY},
    ),
)
