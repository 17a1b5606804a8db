"""Dunning counts from the due date, whenever the receivable comes to be watched."""

from tests.unit.exact_finance import COLLECTION_DATA
from tests.unit.exact_house import ExactHouse


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
