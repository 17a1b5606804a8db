"""Dunning counts from the due date, whenever the receivable comes to be watched."""

from tests.unit.content.exact_finance import COLLECTION_DATA
from tests.unit.content.exact_house import ExactHouse


def test_a_receivable_watched_late_is_dunned_by_its_due_date() -> None:
    house = ExactHouse("2026-04-20 09:00")
    house.start("Collection", **COLLECTION_DATA)
    house.at("2026-05-15 00:00")
    # Due on 31 March, 24:00. The reminders before it, and the letter of the 7th day, lie behind. The breach and the
    # last of them, the 15th day (15 April), sound at the opening. The 30th day is 30 April, the 45th 15 May.
    assert house.due("receivable#1") == "2026-04-01 00:00"
    assert house.notices_of("payment_reminder") == []
    assert house.rungs("receivable") == {
        "breached": "2026-04-20 09:00",
        "formal_letter": "2026-04-20 09:00",
        "escalation": "2026-04-30 00:00",
        "credit_stop": "2026-05-15 00:00",
    }
    # The last letter is that of the 30th day; what is escalated gets none.
    assert house.states["CASE-1"].snapshot.data["overdue_days"] == 30
    assert house.tasks == ("escalated",)
    assert house.notices_of("collection_escalated")[-1] == ("2026-05-15 00:00", "general_manager")


def test_a_receivable_watched_from_two_days_before_is_reminded_once() -> None:
    house = ExactHouse("2026-03-30 09:00")
    house.start("Collection", **COLLECTION_DATA)
    house.at("2026-03-30 10:00")
    assert house.notices_of("payment_reminder") == [("2026-03-30 09:00", "ops@blue-lake.example")]
    house.at("2026-03-31 00:00")
    assert [at for at, _ in house.notices_of("payment_reminder")] == ["2026-03-30 09:00", "2026-03-31 00:00"]


def test_each_receipt_is_to_be_booked_within_a_day_of_its_own_report() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("Collection", **COLLECTION_DATA)
    for at, reference in (("2026-03-02 10:00", "BK-1"), ("2026-03-02 15:00", "BK-2")):
        house.at(at)
        money = {"received_amount": "CNY 100", "received_on": "2026-03-02", "bank_ref": reference}
        house.signal("CASE-1", "payment.received", money)
    house.at("2026-03-03 16:00")
    assert house.due("posting#1") == "2026-03-03 17:00"
    house.complete("hu.jing", "posting", "posted")
    # The second came on Monday at 15:00 and had 2 h of that day and 8.5 h of Tuesday: 10.5 h. 80 % = 8 h 24 min is
    # Tuesday 14:54, when its turn had not come; it sounds as it comes.
    assert house.due("posting#2") == "2026-03-03 17:00"
    house.at("2026-03-04 09:00")
    assert house.rungs("posting")["breached"] == "2026-03-03 17:00"
    house.complete("hu.jing", "posting", "posted")
    assert [each["bank_ref"] for each in house.states["CASE-1"].snapshot.data["booked"]] == ["BK-1", "BK-2"]
