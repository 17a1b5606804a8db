"""A receivable of CNY 1000 in a firm in memory, and short words for what comes to it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sop_engine.freight.party_keys import is_same
from tests.unit.content.content_house import MONDAY, Answer, House
from tests.unit.content.finance_samples import CUSTOMER

MONEY = {"received_amount": "CNY 1000.00", "received_on": "2026-03-02", "bank_ref": "B1"}


class Receipts(list[Mapping[str, Any]]):
    """What the books were asked to enter."""

    def __call__(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        self.append(values)
        known = [each["bank_ref"] for each in self if is_same(each["bank_ref"], values["bank_ref"])]
        return {"entry_id": f"money_received.{known[0]}", "bank_ref": known[0]}


def collection(due_on: str = "2026-03-31", **answers: Answer) -> House:
    plain: dict[str, Answer] = {"record_receipt": Receipts(), "set_credit_terms": lambda values: {}}
    house = House(MONDAY, None, **(plain | answers))
    house.open("Collection", "C", CUSTOMER | {"invoice_no": "INV-1", "amount_due": "CNY 1000.00", "due_on": due_on})
    return house


def leaf(house: House) -> str:
    """Where the receivable stands, whatever money waits."""
    configuration = house.states["C"].snapshot.configuration
    return configuration[configuration.index("money") - 1] if "money" in configuration else configuration[-1]


def money_leaf(house: House) -> str:
    """What is being done with money."""
    return house.states["C"].snapshot.configuration[-1]


def clock(house: House) -> str:
    return house.states["C"].clocks["receivable#1"].clock.status


def data(house: House) -> Mapping[str, Any]:
    return house.states["C"].snapshot.data


def booked(house: House) -> list[tuple[str, str]]:
    """Bank reference and amount of everything in the case's own list of booked money."""
    return [(each["bank_ref"], str(each["amount"]["amount"])) for each in data(house)["booked"]]


def report(house: House, amount: str, reference: str) -> None:
    """The bank reports money; nobody has booked it."""
    told = {"received_amount": amount, "received_on": "2026-03-02", "bank_ref": reference}
    house.signal("C", "payment.received", told)


def pay(house: House, amount: str, reference: str) -> None:
    report(house, amount, reference)
    house.do("C", "hu.jing", "posting", "posted")


def dunned(house: House) -> list[int]:
    """The levels of the letters that went out."""
    return [paper.facts.data["level"] for paper in house.papers if paper.template == "dunning_notice"]


def promised(until: str) -> House:
    """A receivable that was due on 4 March, and a promise given on the 5th."""
    house = collection("2026-03-04")
    house.pass_time(timedelta(days=3))
    promise = {"promise_on": until, "promise_amount": "CNY 1000.00", "customer_answer": "Then"}
    house.do("C", "hu.jing", "overdue", "promised", promise)
    return house
