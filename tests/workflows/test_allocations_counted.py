"""What ReceiptAllocation settles reaches the case of the invoice: whenever it opens, however often it is told, or never
told at all. The books are what counts."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from tests.integration.ledger_office import Office
from tests.workflows.conftest import far_house
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.paths_receipts import identified
from tests.workflows.receivables import GROSS, Receivable, closed


async def allocated(house: House, case_id: str, amount: str, claim: Receivable) -> Desk:
    """Money that a clerk lets settle the invoice of a receivable."""
    desk = await identified(house, case_id, amount, claim.customer)
    await desk.do("hu.jing", "allocating", "chosen", settles=[{"reference": claim.invoice_no}])
    return desk


async def received(claim: Receivable) -> Decimal:
    return Decimal(str((await claim.data())["received_total"]["amount"]))


async def test_an_invoice_paid_before_its_case_opens_is_not_asked_for_again(shared_house: House) -> None:
    claim = await Receivable.billed(shared_house, "CNT-1", due_in=-20)
    desk = await allocated(shared_house, "CNT-RA-1", f"CNY {GROSS}", claim)
    assert await desk.ended() == "allocated"
    await claim.follow()
    await closed(claim.desk)
    assert await claim.desk.ended() == "paid"
    assert claim.desk.told("dunning_notice", "payment_reminder") == []
    await claim.agree()


async def test_an_allocation_told_twice_or_never_made_is_counted_as_the_books_have_it(shared_house: House) -> None:
    claim = await Receivable.open(shared_house, "CNT-2")
    await claim.stands_in("no_money")
    await claim.told_of_allocation("CNY 9540")
    desk = await allocated(shared_house, "CNT-RA-2", "CNY 400", claim)
    assert await desk.ended() == "allocated"
    await claim.desk.task("reminded")
    for _ in range(2):
        await claim.told_of_allocation("CNY 400")
        await claim.stands_in("no_money")
    assert await received(claim) == 400
    await claim.agree()


async def test_two_parts_of_one_transfer_are_counted_once_each(shared_house: House) -> None:
    claim = await Receivable.open(shared_house, "CNT-3")
    desk = await identified(shared_house, "CNT-RA-3", "CNY 1000", claim.customer)
    for part in ("300", "700"):
        settles = [{"reference": claim.invoice_no, "amount": part}]
        await desk.do("hu.jing", "allocating", "chosen", settles=settles)
    assert await desk.ended() == "allocated"
    await claim.desk.settled()
    await claim.stands_in("no_money")
    assert await received(claim) == 1000
    # The bank reports what a clerk has allocated already.
    await claim.hear("CNY 1000", "BANK-CNT-RA-3")
    assert (await claim.data())["to_book"] == []
    await claim.agree()


async def test_a_fraction_of_a_fen_is_not_allocated(shared_house: House) -> None:
    claim = await Receivable.open(shared_house, "CNT-4")
    desk = await identified(shared_house, "CNT-RA-4", "CNY 1000", claim.customer)
    settles = [{"reference": claim.invoice_no, "amount": "10.015"}]
    await desk.do("hu.jing", "allocating", "chosen", settles=settles)
    await desk.task("allocating")
    assert "10.015 of INV-CNT-4 (allowed: whole multiples of 0.01)" in (await desk.view()).data["remarks"]
    assert claim.open_items() == {claim.invoice_no: GROSS, "BANK-CNT-RA-4": Decimal(-1000)}


async def test_who_paid_is_not_dunned_though_nobody_told_the_case(tmp_path: Path) -> None:
    async with far_house(tmp_path) as house:
        claim = await Receivable.open(house, "CNT-5", due_in=9)
        await claim.stands_in("no_money")
        desk = await identified(house, "CNT-RA-5", f"CNY {GROSS}", claim.customer)
        # Cancelled after the books took the allocation and before anybody was told.
        await house.act(desk.case_id, "cancel", actor="qian.li", reason="Opened by mistake")
        office = Office(house.engine)
        office.work(
            "allocate_receipt",
            key="CNT-RA-5:lost",
            customer=claim.customer,
            reference="BANK-CNT-RA-5",
            settles=[{"reference": claim.invoice_no}],
        )
        await house.pass_time(timedelta(days=13))
        await claim.desk.task("closing")
        assert claim.desk.told("dunning_notice", "payment_reminder") == []
        await claim.agree()
