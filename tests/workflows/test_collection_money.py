"""No payment is lost, whatever a receivable is about: the case and the books agree after any order of events."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from sop_engine.basis.faults import InvalidInput, SopError
from sop_engine.content.library import load_library
from sop_engine.records.ledger.items import ItemRow
from tests.workflows.harness import House
from tests.workflows.receivables import (
    GROSS,
    WAYS,
    Receivable,
    brought_to,
    closed,
    write_off_half_approved,
    written_off,
)

UNSEEN = {"awaiting_money", "collecting", "money", "followed", "comparing", "no_money", "next_money"}
"""States that hold others, are left as soon as they are entered, or have nothing to do."""

OVERPAID = ("closing", "crediting", "approving_refund", "refunding")
"""States in which any more money is too much."""


def amount(value: dict[str, Any]) -> Decimal:
    return Decimal(str(value["amount"]))


def test_every_state_is_tried() -> None:
    definition = load_library().sops["Collection"].definition
    known = set(_states(definition.states))
    assert known - UNSEEN - {"paid", "written_off"} == set(WAYS)


def _states(states: Any) -> list[str]:
    return [name for state, body in states.items() for name in (state, *_states((body or {}).get("states", {})))]


@pytest.mark.parametrize("state", WAYS)
async def test_two_transfers_at_one_instant_are_both_booked(
    state: str, shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = f"PAY-{state}"
    case, gate = await brought_to(state, shared_house, case_id, monkeypatch)
    before = await case.data()
    waiting = len(before["to_book"])
    # The bank tells the second one twice.
    await asyncio.gather(
        case.hear("CNY 400", f"{case_id}-1"), case.hear("CNY 500", f"{case_id}-2"), case.hear("CNY 500", f"{case_id}-2")
    )

    async def heard() -> bool:
        return len((await case.data())["to_book"]) == waiting + 2

    await shared_house.until(heard, "both transfers")
    if gate is not None and state not in ("asking_books", "booking"):
        await case.book(2)
        gate.opened.set()
    elif gate is not None:
        gate.opened.set()
        await case.desk.task("posting")
        await case.book(2)
    else:
        await case.book(waiting + 2)
    expected = amount(before["received_total"]) + 900 + (100 if waiting else 0)
    await case.stands_in("no_money")
    assert amount((await case.data())["received_total"]) == expected
    after = {
        "open": "reminded",
        "posting": "reminded",
        "booking": "reminded",
        "asking_books": "reminded",
        "ending_dispute": "reminded",
        "numbering_credit": "reminded",
        "issuing_credit": "reminded",
        "recording_dispute": "disputed",
        "stopping_credit": "overdue",
        **dict.fromkeys(OVERPAID, "crediting"),
    }
    back = {"general_manager_deciding", "approving_write_off", "confirming_write_off"}
    await case.stands_in("escalated" if state in back else after.get(state, state))
    await case.agree()


@pytest.mark.parametrize("state", WAYS)
async def test_a_dispute_is_heard_in_any_state_and_money_still_comes_in(
    state: str, shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = f"DIS-{state}"
    case, gate = await brought_to(state, shared_house, case_id, monkeypatch)
    waiting = len((await case.data())["to_book"])
    await case.desk.report("hu.jing", "customer.disputed", dispute="It was never ordered")
    await case.hear("CNY 400", f"{case_id}-1")
    if gate is not None:
        gate.opened.set()
    await case.desk.task("disputed")
    await case.desk.task("posting")
    await case.book(len((await case.data())["to_book"]))
    data = (await case.stands_in("disputed")).data
    assert (data["is_in_dispute"], data["dispute"]) == (True, "It was never ordered")
    assert amount(data["received_total"]) >= 400 + (100 if waiting else 0)
    rests = "breached" if WAYS[state][0] < 0 else "paused"
    assert (await case.desk.clock("receivable#1")).status == rests
    await case.agree()
    await case.desk.do("hu.jing", "disputed", "resolved", customer_answer="They accept it")
    back = {
        **dict.fromkeys(("general_manager_deciding", "approving_write_off", "confirming_write_off"), "escalated"),
        **dict.fromkeys(("escalated", "overdue", "promised"), None),
        "stopping_credit": "overdue",
        **dict.fromkeys(OVERPAID, "crediting"),
    }
    await case.stands_in(back.get(state, "reminded") or state)
    await case.agree()


async def test_the_same_reference_with_another_amount_is_set_aside(shared_house: House) -> None:
    case = await Receivable.open(shared_house, "PAY-TWICE")
    await case.pay("CNY 400", "TWICE-1")
    await case.hear("CNY 400", "TWICE-1")
    await case.hear("CNY 401", "TWICE-1")
    data = (await case.stands_in("no_money")).data
    assert [(each["why"], amount(each["amount"])) for each in data["set_aside"]] == [("another_amount", Decimal(401))]
    assert amount(data["received_total"]) == 400
    await case.agree()
    assert case.desk.told("money_set_aside") == ["qian.li"]


async def test_money_that_another_receivable_has_booked_is_set_aside(shared_house: House) -> None:
    first, second = [await Receivable.open(shared_house, f"PAY-ONCE-{number}") for number in (1, 2)]
    await first.pay("CNY 400", "ONCE")
    await second.hear("CNY 400", "ONCE")
    await second.book()
    data = await second.data()
    assert (data["set_aside"][0]["why"], amount(data["received_total"])) == ("refused", Decimal())
    await first.agree()
    await second.agree()


async def test_foreign_money_is_not_booked_but_set_aside_until_it_is_reported_again(shared_house: House) -> None:
    case = await Receivable.open(shared_house, "PAY-USD")
    await case.hear("USD 1300", "USD-1")
    with pytest.raises(InvalidInput, match="currency"):
        await case.desk.do("hu.jing", "posting", "posted")
    await case.desk.do("hu.jing", "posting", "not_ours")
    assert [each["bank_ref"] for each in (await case.data())["set_aside"]] == ["USD-1"]
    await case.agree()
    # The bank has exchanged it.
    await case.pay(f"CNY {GROSS}", "USD-1")
    assert (await case.stands_in("closing")).data["set_aside"] == []
    await case.agree()


async def test_money_found_by_the_clerk_is_booked_beside_what_the_bank_told(shared_house: House) -> None:
    case = await Receivable.open(shared_house, "PAY-FOUND")
    await case.hear("CNY 400", "FOUND-1")
    found = {"received_on": "2093-11-19", "received_amount": "CNY 500", "bank_ref": "FOUND-2"}
    await case.desk.do("hu.jing", "open", "money_received", **found)
    await case.book(2)
    await case.desk.task("reminded")
    with pytest.raises(SopError, match="is missing"):
        await case.desk.do("hu.jing", "reminded", "money_received")
    assert [each["bank_ref"] for each in (await case.data())["booked"]] == ["FOUND-1", "FOUND-2"]
    await case.agree()


async def test_too_much_after_closing_began_is_returned_as_often_as_it_comes(shared_house: House) -> None:
    case = await Receivable.open(shared_house, "PAY-OVER")
    await case.pay(f"CNY {GROSS}", "OVER-1")
    await case.desk.task("closing")
    await case.hear("CNY 60", "OVER-2")
    with pytest.raises(InvalidInput, match="No money waits to be booked"):
        await case.desk.do("hu.jing", "closing", "closed", closing_entry="E-1")
    await case.book()
    await case.refund("2093-11-21")
    await case.desk.task("closing")
    await case.agree()
    await case.pay("CNY 60", "OVER-3")
    await case.refund("2093-11-21")
    await closed(case.desk)
    assert await case.desk.ended() == "paid"
    await case.agree()
    assert not any(case.open_items().values())
    with Session(shared_house.engine) as session:
        refunds = session.exec(select(ItemRow).where(ItemRow.party == case.customer, ItemRow.kind == "money_returned"))
        assert [str(row.dated_on) for row in refunds] == ["2093-11-21", "2093-11-21"]


async def test_money_while_a_write_off_is_approved_stops_it_and_lessens_it(shared_house: House) -> None:
    case = await Receivable.open(shared_house, "PAY-LOST", due_in=-35)
    await write_off_half_approved(case)
    await case.hear("CNY 40", "LOST-1")
    with pytest.raises(InvalidInput, match="No money waits to be booked"):
        await case.desk.do("chen.guodong", "confirming_write_off", "approved", approval="Agreed")
    await case.book()
    assert amount((await case.stands_in("escalated")).data["balance"]) == GROSS - 40
    await write_off_half_approved(case)
    await written_off(case.desk)
    assert await case.desk.ended() == "written_off"
    assert case.desk.balances() == {"1002": Decimal(40), "1231": GROSS - 40, "1122": -GROSS}
    assert not any(case.open_items().values())
