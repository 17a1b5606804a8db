"""What people see, whole and at a fixed width."""

from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.cases.contracts.limits import CASE_ID_BYTES
from sop_engine.cases.contracts.reading import AccountBalance, CaseLine, TrialBalance, UnheardLine
from sop_engine.cases.contracts.views import ChildTaskView, StepView
from sop_engine.console.render_case import render_case, render_task
from sop_engine.console.render_lists import (
    render_balance,
    render_cases,
    render_tasks,
    render_timeline,
    render_unheard,
)
from sop_engine.console.render_values import ID_SHOWN, identifier
from sop_engine.console.telling import Teller
from tests.unit.console.rendering_samples import DUE, OPENED, seen, task, view

SHANGHAI = timezone(timedelta(hours=8))


def test_a_case_says_where_it_stands_and_what_to_type_next() -> None:
    assert seen(render_case(view(), "en", SHANGHAI)) == (
        """\
CMP-1  Complaint (Complaint, version 1)
  status  open
  state   Registered (registered)
  sla     at risk
  opened  2026-03-02 09:00+08:00

Tasks
task           title        role                assignee   status   due                 outcomes
────────────────────────────────────────────────────────────────────────────────────────────────────
registered#1   Registered   customer_service_   —          ready    2026-03-02          acknowledged
                            agent                                   11:00+08:00

Clocks
clock              title            status    due                used   remaining   note
────────────────────────────────────────────────────────────────────────────────────────────────────
first_response#1   First response   running   2026-03-02        50.0%   1 h 0 min   provisional;
                                              11:00+08:00                           moved: agreed
                                                                                    (zhao.min)

Children
case          sop     status   outcome
──────────────────────────────────────
CMP-1.claim   Claim   open     —

Data
  complainant  Zhang
  claim        CNY 1250.00

Next
  sop task complete CMP-1 acknowledged
  sop case signal CMP-1 complaint.withdrawn"""
    )


def test_a_case_in_chinese() -> None:
    assert seen(render_case(view(tasks=(), clocks=(), children=()), "zh", SHANGHAI), 80) == (
        """\
CMP-1  客户投诉 (Complaint, 版本 1)
  状态    进行中
  环节    已登记 (registered)
  时效    临近超时
  开始于  2026-03-02 09:00+08:00

数据
  complainant  Zhang
  claim        CNY 1250.00

下一步
  sop case signal CMP-1 complaint.withdrawn"""
    )


def test_a_case_with_an_incident_says_how_to_go_on() -> None:
    incident = {"incident": "taxing#1", "kind": "work", "message": "no rate", "at": "2026-03-02T01:00:00Z"}
    blocked = view(
        status="blocked",
        tasks=(task(), task(task="b#1")),
        incidents=(incident,),
        clocks=(),
        events=(),
    )
    shown = seen(render_case(blocked, "en", SHANGHAI))
    assert "taxing#1   work   no rate   2026-03-02 09:00+08:00\n" in shown
    assert shown.endswith(
        """\
  sop task complete CMP-1 acknowledged --task registered#1
  sop task complete CMP-1 acknowledged --task b#1
  sop incident retry CMP-1 taxing#1 --reason "…\""""
    )


def test_a_held_case_is_resumed_before_its_tasks_are_completed() -> None:
    held = view(
        status="held", hold="customer asks", tasks=(task(),), child_tasks=(child_task(),), clocks=(), events=("told",)
    )
    shown = seen(render_case(held, "en", SHANGHAI))
    assert "  status  held: customer asks\n" in shown
    assert shown.endswith("  sop case resume CMP-1\n  sop case signal CMP-1 told")


def test_a_task_shows_its_form_and_how_it_can_end() -> None:
    form = ({"field": "event", "type": "long_text", "title": {"en": "What happened", "zh": "事件"}, "required": True},)
    asked = task(form=form, checklist={"soothed": {"en": "Customer was calmed", "zh": "已安抚客户"}})
    assert seen(render_task(asked, "CMP-1", "en", SHANGHAI), 80) == (
        """\
CMP-1 registered#1  Registered
  status    ready
  role      customer_service_agent
  assignee  —
  due       2026-03-02 11:00+08:00
  since     2026-03-02 09:00+08:00

Form
field   type        title           required
────────────────────────────────────────────
event   long_text   What happened   yes

Checklist
  soothed  Customer was calmed

Outcomes
  acknowledged  Acknowledge"""
    )


def case_line(**changes: Any) -> CaseLine:
    given: dict[str, Any] = {
        "case_id": "CMP-1",
        "sop": "Complaint",
        "version": 1,
        "title": {"en": "Complaint", "zh": "客户投诉"},
        "owner": "complaint_officer",
        "status": "open",
        "stage": None,
        "outcome": None,
        "sla": "on_track",
        "states": ("registered",),
        "parent": None,
        "opened_at": OPENED,
        "closed_at": None,
        "due_at": DUE,
        "provisional": False,
        "overdue": False,
    }
    return CaseLine(**{**given, **changes})


def test_a_list_of_cases_marks_what_is_overdue_and_what_is_provisional() -> None:
    line = case_line(status="completed", outcome="closed", sla="breached", states=("closed",), closed_at=DUE)
    line = line.model_copy(update={"provisional": True, "overdue": True})
    assert seen(render_cases((line,), "en", SHANGHAI), 120) == (
        """\
case    title       stage   state    status               sla        due
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
CMP-1   Complaint   —       closed   completed (closed)   breached   2026-03-02 11:00+08:00 (overdue) (provisional)"""
    )


def test_a_timeline_tells_who_did_what() -> None:
    step = StepView(
        step=2,
        at=DUE,
        happened_at=OPENED,
        actor="li.na",
        kind="task_completed",
        name="registered.acknowledged",
        title={"en": "Acknowledge", "zh": "确认受理"},
        entered=("classified",),
        exited=("registered",),
        changes=({"field": "severity", "old": None, "new": "critical"},),
        note="by phone",
        superseded=True,
    )
    assert seen(render_timeline((step,), "en", SHANGHAI), 120) == (
        """\
step   at                       actor   what                            state                     changes
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
  2*   2026-03-02 11:00+08:00   li.na   Acknowledge (2026-03-02         -registered +classified   severity: — → critical
                                        09:00+08:00): by phone"""
    )


def test_a_trial_balance_has_its_figures_under_each_other() -> None:
    lines = [("1122", "Accounts receivable", "CNY", "12500.5", "0"), ("6001", "Revenue", "CNY", "0", "12500.50")]
    balance = TrialBalance(
        accounts=tuple(
            AccountBalance(
                account=account,
                title={"en": title, "zh": title},
                currency=currency,
                debit=Decimal(debit),
                credit=Decimal(credit),
                balance=Decimal(debit) - Decimal(credit),
            )
            for account, title, currency, debit, credit in lines
        ),
        balanced=True,
    )
    assert seen(render_balance(balance, "en"), 80) == (
        """\
account   title                 currency       debit      credit      balance
─────────────────────────────────────────────────────────────────────────────
1122      Accounts receivable   CNY        12,500.50        0.00    12,500.50
6001      Revenue               CNY             0.00   12,500.50   -12,500.50"""
    )


def test_the_teller_tells_only_what_is_new() -> None:
    told: list[str] = []
    teller = Teller(told.append, "en", SHANGHAI)
    teller.see(view())
    teller.see(view())
    met = view().clocks[0].model_copy(update={"status": "met", "provisional": False})
    document = {"document": "d1", "title": {"en": "Acknowledgement", "zh": "受理通知"}}
    stage = {"en": "Handling", "zh": "处理"}
    teller.see(view(step=2, clocks=(met,), documents=(document,), stage=stage, status="completed", outcome="closed"))
    assert told == [
        "case opened: Complaint  [CMP-1]",
        "clock started: First response, due 2026-03-02 11:00+08:00 (provisional)  [CMP-1]",
        "document made: Acknowledgement  [CMP-1]",
        "clock met: First response, due 2026-03-02 11:00+08:00, 50.0% used  [CMP-1]",
        "case closed: closed  [CMP-1]",
        "stage reached: Handling  [CMP-1]",
    ]


def child_task(**changes: Any) -> ChildTaskView:
    given: dict[str, Any] = {
        "case_id": "CMP-1.claim",
        "sop": "Claim",
        "task": "settled#1",
        "title": {"en": "Settle", "zh": "理赔"},
        "role": "claims_clerk",
        "assignee": None,
        "status": "ready",
        "due_at": DUE,
        "outcomes": ("done",),
    }
    return ChildTaskView(**{**given, **changes})


def test_a_parent_shows_what_its_children_wait_for() -> None:
    lines = seen(render_case(view(child_tasks=(child_task(),)), "en", SHANGHAI), 160).splitlines()
    told = lines[lines.index("Child tasks") + 3]
    for part in ("CMP-1.claim", "settled#1", "Settle", "claims_clerk", "2026-03-02 11:00"):
        assert part in told
    assert "  sop task complete CMP-1.claim done --task settled#1" in lines


def test_an_open_task_of_a_child_that_is_late_is_marked_so() -> None:
    below = child_task(overdue=True)
    assert "(overdue)" in seen(render_case(view(child_tasks=(below,)), "en", SHANGHAI), 160)


@pytest.mark.parametrize("width", [100, 160])
def test_the_longest_id_leaves_the_other_columns_their_room(width: int) -> None:
    longest = "SHP-2026-0001." + "x" * (CASE_ID_BYTES - 21) + ".intake"
    unheard = (UnheardLine(name="a", count=1, last_at=OPENED, why=None),)
    tables = (
        render_cases((case_line(case_id=longest),), "en", SHANGHAI),
        render_tasks((child_task(case_id=longest),), "en", SHANGHAI),
        render_unheard((case_line(case_id=longest, unheard=unheard),), "en", SHANGHAI),
    )
    for made in tables:
        lines = seen(made, width).splitlines()
        ids = "".join(line.split("  ", 1)[0].strip() for line in lines[2:])
        assert (len(ids), ids.startswith("SHP-2026-0001.xx"), ids.endswith("xx.intake")) == (ID_SHOWN, True, True)
        assert "…" in ids
        assert len(lines) <= 7


def test_an_id_of_ordinary_length_is_shown_whole() -> None:
    assert (
        identifier("SHP-2026-0001.customs_declaration.tax_payment.2")
        == "SHP-2026-0001.customs_declaration.tax_payment.2"
    )


def test_what_cases_did_not_take_has_a_line_each() -> None:
    unheard = tuple(
        UnheardLine(name=name, count=count, last_at=OPENED, why=why)
        for name, count, why in (("complainant.withdrawn", 3, "no transition takes it"), ("b", 1, None))
    )
    lines = seen(render_unheard((case_line(unheard=unheard),), "en", SHANGHAI), 140).splitlines()
    (told,) = [line for line in lines if "complainant.withdrawn" in line]
    for part in ("CMP-1", " 3 ", "2026-03-02 09:00", "no transition takes it"):
        assert part in told
