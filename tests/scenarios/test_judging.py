"""What is said of an expectation that does not hold: the line, the instant, the working time, and what came instead."""

import pytest

from tests.scenarios.shipped import failures, told

NOBODY_PAYS = """
scenarios:
  one:
    title: {en: Nobody pays, zh: 无人付款}
    given:
      at: "2026-03-02 09:00"
      data:
        customer_name: Blue Lake
        customer_email: ops@blue-lake.example
        invoice_no: INV-1
        amount_due: CNY 9540
        due_on: "2026-03-31"
    when:
      - {silence: "2026-06-01 09:00"}
    then:
"""


@pytest.mark.parametrize(
    ("expected", "line"),
    [
        (
            '{clock: receivable, only: false, reaches: {breached: "2026-04-01 00:30"}}',
            "receivable.breached came at 2026-04-01 00:00, expected 2026-04-01 00:30: early by "
            "0:30:00 (0:00:00 working time)",
        ),
        (
            '{clock: receivable, only: false, reaches: {due_day: "2026-03-30 09:00"}}',
            "receivable.due_day came at 2026-03-31 00:00, expected 2026-03-30 09:00: late by "
            "15:00:00 (8:00:00 working time)",
        ),
        (
            "{clock: receivable, only: false, reaches: {breached: never}}",
            "receivable.breached came at 2026-04-01 00:00, expected never",
        ),
        (
            '{clock: promise, reaches: {breached: "2026-04-11 00:00"}}',
            "promise.breached did not come at 2026-04-11 00:00 (246:00:00 working time after "
            "the opening); it never came",
        ),
        (
            '{clock: escalated, reaches: {at_risk: "2026-05-07 11:54", breached: "2026-05-07 '
            '17:00", department_manager: "2026-05-09 12:45"}}',
            "escalated.general_manager came at 2026-05-11 17:00 (407:30:00 working time after "
            "the opening), and nobody expects it",
        ),
        ("{clock: receivable, status: met}", "the clock receivable is breached, not met"),
        ('{clock: receivable, due: "2026-03-31 00:00"}', "the due instant of receivable came at 2026-04-01 00:00"),
        (
            "{clock: receivable, tells: {breached: finance_clerk}}",
            "receivable.breached told finance_clerk, sales_rep, not finance_clerk",
        ),
        (
            "{notice: payment_reminder, to: nobody@blue-lake.example}",
            "no notice 'payment_reminder' to nobody@blue-lake.example; it went to ops@blue-lake.example",
        ),
        ("{notice: payment_thanks}", "no notice 'payment_thanks'; it went to nobody"),
        ("{notice: payment_reminder, times: 2}", "notice 'payment_reminder': 3 times, not 2: 2026-03-24 00:00 to ops@"),
        ("{paper: invoice}", "no paper 'invoice'"),
        ("{posting: write_off}", "no posting 'write_off'"),
        ("{work: set_credit_terms}", "no work 'set_credit_terms'"),
        (
            "{work: allocated_money, with: {reference: INV-2}}",
            "no work 'allocated_money' with {'reference': 'INV-2'}; it was asked with "
            "{'customer': 'Blue Lake', 'reference'",
        ),
        (
            '{enters: escalated, at: "2026-04-29 00:00"}',
            "entry of 'escalated' came at 2026-04-30 00:00, expected 2026-04-29 00:00",
        ),
        ("{ends: paid}", "the case is open (in followed, collecting, escalated, money, no_money), not as paid"),
        ("{in: overdue}", "the case is not in overdue (in followed, collecting, escalated"),
        ('{holds: "overdue_days == 44"}', "does not hold: overdue_days == 44; {'overdue_days': 30}"),
        ("{incident: books}", "no incident with 'books': there is none"),
    ],
)
def test_a_failed_expectation_says_what_came_instead(expected: str, line: str) -> None:
    found = failures(f"{NOBODY_PAYS}      - {expected}\n")
    assert len(found) == 1
    assert found[0].startswith(f"Collection.scenarios.yaml:16 {line}"), found


@pytest.mark.parametrize(
    "expected",
    [
        '{clock: "receivable#1", only: false, reaches: {breached: "2026-03-31 24:00"}, status: '
        "breached, tells: {escalation: [finance_manager, department_manager]}}",
        '{clock: receivable, only: false, reaches: {breached: "2026-04-01 00:01 within 2 minutes"}}',
        '{clock: receivable, only: false, reaches: {breached: "2026-03-31T18:00+02:00", '
        'still_overdue: ["2026-05-22 00:00", "2026-05-29 00:00"]}}',
        '{notice: payment_reminder, to: ops@blue-lake.example, times: 3, at: ["2026-03-24 '
        '00:00", "2026-03-28 00:00", "2026-03-31 00:00"]}',
        "{paper: dunning_notice, times: 4}",
        "{work: allocated_money, with: {reference: INV-1}, times: 9}",
        "{in: [escalated, no_money]}",
        '{holds: "balance.amount == 9540"}',
        "{posting: write_off, times: 0}",
    ],
)
def test_what_holds_is_said_too(expected: str) -> None:
    assert failures(f"{NOBODY_PAYS}      - {expected}\n") == []


def test_a_step_that_is_refused_ends_the_scenario_and_says_why() -> None:
    step = (
        "      - {person: ma.chao, completes: open.money_received, with: {received_amount: CNY 1, "
        "received_on: '2026-03-02', bank_ref: B}}\n"
    )
    text = NOBODY_PAYS.replace('      - {silence: "2026-06-01 09:00"}\n', step) + "      - {in: open}\n"
    (found,) = failures(text)
    assert found.startswith("Collection.scenarios.yaml:14 step 1 at 2026-03-02 09:00: ma.chao may not complete")
    assert "hu.jing" in found
    assert found.endswith("nothing after it was played")


def test_a_refusal_can_be_what_is_expected() -> None:
    step = "      - {person: ma.chao, completes: open.money_received, refused: may not complete}\n"
    text = NOBODY_PAYS.replace('      - {silence: "2026-06-01 09:00"}\n', step) + "      - {in: open}\n"
    assert failures(text) == []
    (found,) = failures(text.replace("may not complete", "is closed"))
    assert "refused, but not with 'is closed'" in found
    claims = "{person: hu.jing, does: claim_task, with: {task: open}, refused: not yours}"
    (found,) = failures(text.replace(step.strip()[2:], claims))
    assert found.endswith("step 1 at 2026-03-02 09:00 was taken, and 'not yours' was to refuse it")


def test_something_can_be_expected_between_two_steps() -> None:
    between = (
        '      - {at: "2026-04-02 09:00", expect: [{in: overdue}, {notice: dunning_notice, times: 1}, {in: open}]}\n'
    )
    text = NOBODY_PAYS.replace("      - {silence", f"{between}      - {{silence") + "      - {in: escalated}\n"
    assert failures(text) == [
        "Collection.scenarios.yaml:14 the case is not in open (in followed, collecting, "
        "awaiting_money, overdue, money, no_money)"
    ]


def test_an_incident_that_nobody_expects_is_a_fault() -> None:
    text = NOBODY_PAYS.replace("INV-1, amount_due", "INV-1, amount_due").replace(
        "    when:", "      answers: {allocated_money: {fails: the books are closed}}\n    when:"
    )
    text = text.replace("    then:\n", "    then:\n      - {in: followed}\n")
    (found,) = failures(text)
    assert found.startswith("Collection.scenarios.yaml:3 CASE-1 has an incident asking_books#1 since 2026-03-02 09:00")
    assert failures(text + "      - {incident: the books are closed}\n") == []


def test_time_is_counted_in_hours_of_the_calendar() -> None:
    _, played = told(NOBODY_PAYS + "      - {in: escalated}\n")
    assert played.holds
    assert played.rehearsal.fakes.plain == {"allocated_money": 9}
