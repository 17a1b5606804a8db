"""A file of scenarios with mistakes: each is told with its line, what is allowed, and the nearest name."""

import pytest

from sop_engine.content.library import ContentError
from tests.scenarios.shipped import theatre

GIVEN = """
given:
  at: "2026-03-02 09:00"
  data:
    {customer_name: Blue, customer_email: ops@blue.example, invoice_no: I-1, amount_due: CNY 100, due_on: 2026-03-31}
scenarios:
  one:
    title: {en: One, zh: 一}
"""


def faults(text: str, sop: str = "Collection") -> list[str]:
    """Line and message of each fault."""
    with pytest.raises(ContentError) as refused:
        theatre().read(text, f"{sop}.scenarios.yaml", sop)
    return [f"{fault.line} {fault.message}" for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("    when: [{person: hu.jing, compleets: open.money_received}]", "says none of completes, reports, does"),
        (
            "    when: [{person: hu.jing, compleets: open.money_received}]",
            "unknown 'compleets', did you mean completes?",
        ),
        ("    when: [{person: hu.jing, completes: opne.money_received}]", "unknown task 'opne', did you mean open?"),
        ("    when: [{person: hu.jing, completes: open.money_recieved}]", "did you mean money_received?"),
        (
            "    when: [{person: hu.jin, completes: open.money_received}]",
            "unknown person 'hu.jin', did you mean hu.jing?",
        ),
        ("    when: [{person: hu.jing, completes: open.money_received, with: {bank: 1}}]", "unknown field 'bank'"),
        ("    when: [{machine: payment.recieved}]", "unknown event 'payment.recieved', did you mean payment.received?"),
        ("    when: [{machine: payment.received, with: {bank: B}}]", "unknown datum of payment.received 'bank'"),
        ("    when: [{person: hu.jing, does: skip_tsk}]", "unknown act 'skip_tsk', did you mean skip_task?"),
        ("    when: [{silence: tomorrow}]", "'tomorrow' is not an instant"),
        ('    when: [{silence: "2026-03-01 09:00"}]', "lies before 2026-03-02 09:00"),
        ('    when: [{silence: "+1 wroking day"}]', "is not a length of time"),
        ("    when: [{silence: 2026-04-01, machine: payment.received}]", "says silence and machine; one step says one"),
        ("    when: [{child: disputed, ends: done}]", "unknown state with a child case 'disputed'"),
        ("    then: [{clock: receivabel, reaches: {}}]", "unknown clock 'receivabel', did you mean receivable?"),
        ("    then: [{clock: receivable, reaches: {breched: never}}]", "unknown rung of receivable 'breched'"),
        ("    then: [{clock: receivable, reaches: {breached: soon}}]", "'soon' is not an instant"),
        ("    then: [{clock: receivable, status: mett}]", "Input should be 'running'"),
        ("    then: [{notice: payment_remindr}]", "did you mean payment_reminder?"),
        ("    then: [{paper: dunning_notise}]", "did you mean dunning_notice?"),
        ("    then: [{posting: writ_off}]", "did you mean write_off?"),
        ("    then: [{work: allocated_mony}]", "did you mean allocated_money?"),
        ("    then: [{enters: escalatd}]", "did you mean escalated?"),
        ("    then: [{in: escalatd}]", "did you mean escalated?"),
        ("    then: [{ends: payd}]", "unknown outcome 'payd', did you mean paid?"),
        ("    then: [{delay: after.x}]", "unknown delay 'after.x'"),
        ('    then: [{holds: "balance.amout == 0"}]', "amout"),
        ("    then: [{in: open, case: below}]", "unknown state of Collection with a child case 'below'"),
        (
            "    then: [{paper: dunning_notice, tmes: 1}]",
            "unknown key, did you mean times?; allowed: case, paper, times",
        ),
        (
            "    given: {answers: {allocated_mony: {}}}",
            "there is no work 'allocated_mony', did you mean allocated_money?",
        ),
        ("    given: {answers: {allocated_money: {line: []}}}", "allocated_money gives no 'line', did you mean lines?"),
        ("    given: {answers: {import_taxes: {}}}", "no state asks for it"),
        ("    given: {answers: {allocated_money: {lines: [{amount: CNY x}]}}}", "CNY x"),
        ("    given: {answers: {allocated_money: {fails: no, lines: []}}}", "`fails` stands alone"),
        ("    given: {children: {open: {}}}", "unknown state with a child case 'open'"),
        ("    given: {data: {du_on: x}}", "unknown field, did you mean due_on?"),
        ("    given: {dat: {}}", "unknown key, did you mean data?"),
        ("    givn: {}", "unknown key, did you mean given?"),
    ],
)
def test_a_mistake_is_told_with_its_line(rest: str, told: str) -> None:
    found = faults(f"{GIVEN}{rest}\n")
    assert [fault for fault in found if fault.startswith("9 ") and told in fault], found


def test_every_mistake_is_told_at_once() -> None:
    found = faults(f"{GIVEN}    when: [{{silence: x}}, {{machine: y}}]\n    then: [{{ends: z}}, {{in: w}}]\n")
    assert len(found) == 4


def test_what_is_given_to_all_is_told_once_where_it_stands() -> None:
    text = GIVEN.replace("CNY 100", "CNY x") + "  two:\n    title: {en: Two, zh: 二}\n"
    (found,) = faults(text)
    assert found.startswith("5 ")


def test_a_faked_child_gives_what_its_procedure_gives() -> None:
    head = 'given: {at: "2026-03-02 09:00"}\nscenarios:\n  one:\n    title: {en: One, zh: 一}\n    given:\n'
    fake = (
        "      children: {intake: {ends: acepted, with: {no: 1}}, booking: {ends: confirmed, with: {boking_no: X}}}\n"
    )
    found = faults(head + fake, "FreightShipment")
    assert any("did you mean accepted?" in fault for fault in found)
    assert any("did you mean booking_no?" in fault for fault in found)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("reads: {customer_fil: {}}", "unknown read 'customer_fil', did you mean customer_file?"),
        ("reads: {customer_file: {payment_day: 3}}", "unknown field"),
        ("reads: {customer_file: [{payment_days: 3}, {payment_days: soon}]}", "whole number"),
        ("unique: {visit: VST-1}", "unknown unique value 'visit'"),
    ],
)
def test_what_the_records_are_to_answer_is_checked(given: str, told: str) -> None:
    head = 'given: {at: "2026-03-02 09:00", data: {customer_name: A, customer_email: a@b.example}}\nscenarios:\n'
    found = faults(f"{head}  one:\n    title: {{en: One, zh: 一}}\n    given: {{{given}}}\n", "Invoicing")
    assert [fault for fault in found if fault.startswith("5 ") and told in fault], found


def test_an_sop_that_there_is_not_is_named() -> None:
    found = faults(GIVEN + "    sop: Colection\n")
    assert found == ["9 unknown SOP 'Colection', did you mean Collection?"]
