"""What the inbox says each task is due by: the shipped deadlines of whole cases, by the calendar of 2026."""

from sop_engine.cases.seen.views import publication
from sop_engine.console.render_values import deadline
from tests.unit.content.exact_customs import TAX_DATA, notice_issued
from tests.unit.content.exact_finance import COLLECTION_DATA
from tests.unit.content.exact_freight import CUSTOMER
from tests.unit.content.exact_house import CASE, CHINA, ExactHouse


def listed(house: ExactHouse) -> dict[str, str]:
    """Task -> what the inbox shows as due, by the row that the case publishes."""
    state = house.states[CASE]
    given = publication(house.procedure(state.sop), state, (), (), "run", house.now)
    return {task.state: deadline(given.task_deadlines.get(task.key), CHINA) for task in given.tasks}


def test_a_tax_deadline_is_in_the_inbox() -> None:
    house = ExactHouse("2026-02-05 16:00")
    house.start("TaxPayment", **{**TAX_DATA, "declared_on": "2026-02-05"})
    notice_issued(house)
    # 15 days are Fri 20 Feb, in the Spring Festival
    assert listed(house) == {"awaiting_payment": "2026-02-24 24:00+08:00"}


def test_a_limit_for_the_declaration_is_in_the_inbox() -> None:
    house = ExactHouse("2026-02-06 16:00")
    house.start("CustomsDeclaration", **CUSTOMER, direction="import", arrived_on="2026-01-23")
    assert listed(house) == {"classifying": "2026-02-06 24:00+08:00"}


def test_a_promise_that_a_later_task_keeps_is_in_the_inbox_before() -> None:
    house = ExactHouse("2026-02-06 16:00")
    house.start("CustomsDeclaration", **CUSTOMER, direction="import", arrived_on="2026-02-06")
    # Data entry within 4 working hours: one on Friday, three on Monday
    assert listed(house) == {"classifying": "2026-02-09 11:30+08:00"}


def test_the_first_review_is_in_the_inbox_while_the_commission_is_recorded() -> None:
    house = ExactHouse("2026-02-13 17:00")
    house.start("CommissionIntake", **CUSTOMER)
    # Sat 14 Feb is a make-up day
    assert listed(house) == {"received": "2026-02-14 10:30+08:00"}


def test_a_receivable_is_in_the_inbox_by_its_last_day_also_when_that_is_past() -> None:
    house = ExactHouse("2026-03-30 09:00")
    house.start("Collection", **COLLECTION_DATA)
    assert listed(house) == {"reminded": "2026-03-31 24:00+08:00"}
    house.at("2026-04-03 09:00")
    assert set(listed(house).values()) == {"2026-03-31 24:00+08:00"}
