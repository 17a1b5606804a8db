"""Units, tasks for a person, deputies: who may take what, and by whose right."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest

from sop_engine.basis.faults import NotPermitted, SopError
from sop_engine.basis.models import Title
from sop_engine.cases.contracts.acts import ClaimTaskInput
from sop_engine.cases.contracts.handing_over import HandOverInput, HeldTask
from sop_engine.cases.people.offers import Offer, pool, right_to
from sop_engine.cases.people.organization import Organization, Person, Post, Role, Unit
from sop_engine.cases.running.effects.choose import Choice, ChoosePerson
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.told.messages import CommandDone
from tests.unit.cases.casework_samples import Played

TITLE = Title(en="Any", zh="任意")
ROLES = {"clerk": "manager", "manager": None, "auditor": "manager"}


def firm(*away: str, day: date = date(2026, 3, 2)) -> Organization:
    """Two companies below headquarters; bob stands in for ann in everything, and cai for dan as manager alone."""
    people = {
        "ann": Person(name="Ann", roles=("clerk",), deputies={"*": ("bob", "fay")}),
        "bob": Person(name="Bob", roles=("clerk",), deputies={"*": ("cai",)}),
        "cai": Person(name="Cai", roles=("auditor", "clerk"), deputies={"auditor": ("fay",)}),
        "dan": Person(name="Dan", roles=("manager",), deputies={"manager": ("cai",)}),
        "fay": Person(name="Fay"),
        "sue": Person(name="Sue", posts=(Post(role="clerk", unit="sh.desk"),), deputies={"*": ("bob",)}),
        "lou": Person(name="Lou", posts=(Post(role="manager", unit="sh"),)),
        "ned": Person(name="Ned", posts=(Post(role="clerk", unit="nb", until=date(2026, 2, 28)),)),
    }
    units = {"hq": None, "sh": "hq", "sh.desk": "sh", "nb": "hq"}
    return Organization(
        name=TITLE,
        roles={name: Role(title=TITLE, superior=superior) for name, superior in ROLES.items()},
        units={name: Unit(title=TITLE, kind="company", parent=parent) for name, parent in units.items()},
        people=people,
    ).present(day, away)


DRAFT_AND_REVIEW = """
states:
  work:
    parallel: true
    on: {redone: drafting}
    states:
      left: {states: {drafting: {task: {}, on: {drafting.done: drafted}}, drafted: {}}}
      right:
        states:
          reviewing: {task: {distinct_from: drafting, outcomes: [done, back]}, on: {reviewing.done: reviewed}}
          reviewed: {}
"""
"""A draft, and a review by another pair of eyes, open together."""


def by(case: Played, name: str, who: str, **given: Any) -> None:
    """An act by `hand` or by `hand for principal`."""
    actor, _, principal = who.partition(" for ")
    case.act(name, actor, **({"on_behalf_of": principal} if principal else {}), **given)


def draft(case: Played, who: str) -> None:
    by(case, "complete_task", who, task="drafting", outcome="done")


def review(case: Played, who: str) -> None:
    by(case, "complete_task", who, task="reviewing", outcome="done")


WAYS: dict[str, tuple[str | None, list[str], list[str]]] = {
    "the author": ("ann", [], ["ann"]),
    "the deputy for the author": ("ann", ["ann"], ["bob for ann"]),
    "the author for who is away": ("bob", ["ann"], ["bob for ann"]),
    "the deputy who drafted, as the deputy of another": ("bob for ann", ["ann"], ["bob"]),
    "the principal of the draft, back again": ("bob for ann", ["ann"], ["away:", "ann"]),
    "a second deputy of the principal": ("bob for ann", ["ann"], ["fay for ann"]),
    "a deputy of the deputy": ("ann", ["ann", "bob"], ["cai for ann"]),
    "a deputy while the principal is here": ("bob", [], ["fay for ann"]),
    "a deputy who is away": ("bob", ["ann", "fay"], ["fay for ann"]),
    "one's own deputy": ("ann", ["ann"], ["ann for ann"]),
    "a deputy in another role than the task's": ("bob", ["cai"], ["fay for cai"]),
    "nobody's deputy": ("bob", ["ann"], ["cai for ann"]),
    "a task claimed before the draft": (None, [], ["claim:ann", "draft:ann", "ann"]),
    "a task handed to the author": ("ann", [], ["assign:dan:ann", "ann"]),
    "a task handed to the principal": ("bob for ann", ["ann"], ["assign:dan:ann", "ann"]),
    "a task delegated to the author by a colleague": ("ann", [], ["claim:bob", "delegate:bob:ann", "ann"]),
    "delegated to oneself in the principal's name": ("bob", ["ann"], ["delegate:bob for ann:bob", "bob"]),
    "claimed in the principal's name, done in one's own": ("bob", ["ann"], ["claim:bob for ann", "bob"]),
    "claimed for the principal, done by the deputy without saying so": (
        None,
        ["ann"],
        ["claim:bob for ann", "draft:cai", "bob"],
    ),
    "skipped by the deputy of the supervisor, who drafted": ("cai", ["dan"], ["skip:cai for dan"]),
    "the reviewer drafts afterwards": (None, [], ["bob", "draft:bob"]),
    "the reviewer's deputy drafts afterwards": (None, ["ann"], ["bob for ann", "away:", "draft:ann"]),
    "handed over to the author": ("ann", [], ["claim:bob", "hand:dan:bob:ann"]),
    "handed over to the principal of the draft": ("bob for ann", ["ann"], ["claim:cai", "hand:dan:cai:ann"]),
    "handed over to the deputy who drafted": ("bob for ann", ["ann"], ["claim:cai", "hand:dan:cai:bob"]),
    "handed over to the author by way of a colleague": (
        "ann",
        [],
        ["claim:bob", "hand:dan:bob:cai", "hand:dan:cai:ann", "ann"],
    ),
    "handed over before the successor drafts": (None, [], ["claim:bob", "hand:dan:bob:cai", "draft:cai", "cai"]),
    "handed over while the author is away, for whom a deputy comes": (
        "ann",
        ["ann"],
        ["claim:cai", "hand:dan:cai:ann", "bob for ann"],
    ),
    "handed over by the author": ("ann", [], ["claim:bob", "hand:ann:bob:ann"]),
    "an unknown hand for a known one": ("ann", ["ann"], ["zoe for ann"]),
    "a known hand for an unknown one": ("ann", [], ["bob for zoe"]),
}


OTHERWISE = {
    "a deputy of the deputy": "cai is no deputy of ann",
    "a deputy while the principal is here": "ann is not away",
    "a deputy who is away": "fay is away as well",
    "one's own deputy": "nobody is one's own deputy",
    "a deputy in another role than the task's": "fay is no deputy of cai as clerk",
    "nobody's deputy": "cai is no deputy of ann",
    "claimed for the principal, done by the deputy without saying so": "reviewing#1 is claimed by ann",
    "a task delegated to the author by a colleague": "reviewing#1 is claimed by bob",
    "handed over to the author by way of a colleague": "reviewing#1 is claimed by cai",
    "handed over while the author is away, for whom a deputy comes": "reviewing#1 is claimed by cai",
    "handed over by the author": "ann may not",
    "an unknown hand for a known one": "nobody called 'zoe'",
    "a known hand for an unknown one": "nobody called 'zoe'",
}
"""Why it is refused, where it is not four eyes itself that refuse."""


WITHIN_A_UNIT: dict[str, tuple[str | None, list[str], list[str]]] = {
    "the author, by a post there": ("sue", [], ["sue"]),
    "the deputy for the author": ("sue", ["sue"], ["bob for sue"]),
    "the principal of the draft, back again": ("bob for sue", ["sue"], ["away:", "sue"]),
    "a task given to the author by who supervises there": ("sue", [], ["assign:lou:sue", "sue"]),
    "who has the role without a post there": ("sue", [], ["ann"]),
    "given to who has no post there": ("sue", [], ["assign:lou:ann"]),
    "given by who supervises elsewhere": ("sue", [], ["assign:ned:bob"]),
}
OTHERWISE |= {
    "who has the role without a post there": "it is work of clerk in sh",
    "given to who has no post there": "ann has not the role clerk",
    "given by who supervises elsewhere": "ned may not",
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_past_four_eyes(way: str) -> None:
    """The last of the tries is refused, and so is the review of one's own draft, whatever went before."""
    _refused(DRAFT_AND_REVIEW, way, *WAYS[way])


@pytest.mark.parametrize("way", WITHIN_A_UNIT)
def test_no_way_past_four_eyes_in_a_unit(way: str) -> None:
    _refused(DRAFT_AND_REVIEW.replace("distinct_from:", "unit: \"'sh'\", distinct_from:"), way, *WITHIN_A_UNIT[way])


def _refused(text: str, way: str, author: str | None, away: list[str], tries: list[str]) -> None:
    case = Played(text, firm=firm(*away))
    if author is not None:
        draft(case, author)
    *before, last = tries
    for attempt in before:
        with suppress(SopError):
            _try(case, attempt)
    with pytest.raises(SopError) as refused:
        _try(case, last)
    assert OTHERWISE.get(way, "four eyes: ") in refused.value.message
    hands = [
        {task.completed_by, task.completed_for} - {None}
        for state in ("drafting", "reviewing")
        for task in case.state.tasks.values()
        if task.state == state and not task.is_open
    ]
    assert len(hands) < 2 or not hands[0] & hands[1]


def _try(case: Played, attempt: str) -> None:
    what, *named = attempt.split(":")
    match what:
        case "away":
            case.firm = firm(*filter(None, named))
        case "claim":
            by(case, "claim_task", named[0], task="reviewing")
        case "assign":
            by(case, "assign_task", named[0], task="reviewing", to=named[1])
        case "delegate":
            by(case, "delegate_task", named[0], task="reviewing", to=named[1])
        case "hand":
            order = HandOverInput(actor=named[0], held_by=named[1], to=named[2], reason="leaves the firm")
            held = HeldTask(case_id="CASE-1", sop="Sample", task="reviewing#1", role="clerk")
            act = held.act(order, f"order-{named[1]}-{named[2]}")
            case.act(act.update, act.actor, **act.model_dump(exclude={"actor"}))
        case "skip":
            by(case, "skip_task", named[0], task="reviewing", outcome="done", reason="in a hurry")
        case "draft":
            draft(case, named[0])
        case _:
            review(case, attempt)


def test_a_rule_keeps_out_who_acts_for_somebody_and_for_whom() -> None:
    """Of approvals that must be different people's, both hands of the first one are used up."""
    text = """
data: {approvers: {type: list, item: {type: text, title: {en: A, zh: A}}, default: []}}
states:
  approving:
    task: {checks: {another: {rule: actor not in approvers}}}
    on: {approving.done: {to: approving, do: [{set: {approvers: approvers + hands}}]}}
"""
    case = Played(text, firm=firm("ann"))
    by(case, "complete_task", "bob for ann", outcome="done")
    assert case.data["approvers"] == ["bob", "ann"]
    for hand in ("bob", "bob for ann", "fay for ann"):
        with pytest.raises(SopError):
            by(case, "complete_task", hand, outcome="done")
    case.firm = firm()
    with pytest.raises(SopError):
        by(case, "complete_task", "ann", outcome="done")
    by(case, "complete_task", "cai", outcome="done")


def test_a_deputy_does_the_work_and_the_journal_has_both() -> None:
    case = Played(DRAFT_AND_REVIEW, firm=firm("ann"))
    by(case, "claim_task", "fay for ann", task="drafting")
    assert case.tasks["drafting#1"].assignee == "ann"
    draft(case, "fay for ann")
    (step,) = case.journal("task")
    assert (step.actor, step.on_behalf_of) == ("fay", "ann")
    done = case.state.tasks["drafting#1"]
    assert (done.completed_by, done.completed_for, case.state.last_completed_for) == ("fay", "ann", {"drafting": "ann"})
    with pytest.raises(NotPermitted, match="it is work of clerk"):
        review(case, "fay")
    review(case, "bob")


def test_supervision_is_lent_for_the_role_that_is_named() -> None:
    """Cai stands in for dan as manager: assigns, but holds no cases of others by it."""
    case = Played(DRAFT_AND_REVIEW, firm=firm("dan"))
    by(case, "assign_task", "cai for dan", task="drafting", to="ann")
    by(case, "hold", "cai for dan", reason="as the owner's deputy")
    with pytest.raises(NotPermitted, match="no deputy of dan"):
        by(case, "resume", "ann for dan")


IN_A_UNIT = """
data: {company: {type: unit}}
states:
  handling: {task: {unit: company}, on: {handling.done: end}}
  end: {final: true}
"""


def test_a_task_in_a_unit_is_for_a_post_there_or_below() -> None:
    for unit, able in (("sh", "sue"), ("sh.desk", "sue"), ("hq", "sue")):
        case = Played(IN_A_UNIT, firm=firm(), company=unit)
        assert case.tasks["handling#1"].unit == unit
        for other in ("ann", "ned"):
            with pytest.raises(NotPermitted, match=f"it is work of clerk in {unit}"):
                case.complete(actor=other)
        case.complete(actor=able)
    elsewhere = Played(IN_A_UNIT, firm=firm(), company="nb")
    with pytest.raises(NotPermitted, match="work of clerk in nb"):
        elsewhere.complete(actor="sue")


def test_a_supervisor_of_a_unit_supervises_there_and_not_beside() -> None:
    for unit, boss, is_able in (("sh.desk", "lou", True), ("sh.desk", "dan", True), ("nb", "lou", False)):
        case = Played(IN_A_UNIT, firm=firm(), company=unit)
        if is_able:
            case.act("skip_task", boss, outcome="done", reason="known")
        else:
            with pytest.raises(NotPermitted):
                case.act("skip_task", boss, outcome="done", reason="known")


def test_a_post_is_of_its_days() -> None:
    case = Played(IN_A_UNIT, firm=firm(day=date(2026, 2, 28)), company="nb")
    case.complete(actor="ned")


FOR_A_PERSON = """
data: {visitor: {type: person}}
states:
  visiting: {task: {person: visitor, role: clerk}, on: {visiting.done: thanking}}
  thanking: {task: {same_as: visiting}, on: {thanking.done: end}}
  end: {final: true}
"""


def test_a_task_for_a_person_and_the_same_again() -> None:
    case = Played(FOR_A_PERSON, firm=firm(), visitor="fay")
    with pytest.raises(NotPermitted, match="it is for another person"):
        case.complete(actor="ann")
    case.complete(actor="fay")
    assert (case.tasks["thanking#1"].person, case.tasks["thanking#1"].role) == ("fay", "clerk")
    with pytest.raises(NotPermitted, match="it is for another person"):
        case.complete(actor="bob")
    case.act("assign_task", "dan", to="bob")
    case.complete(actor="bob")
    assert case.states == ("end",)


def test_the_same_person_is_who_it_was_done_for() -> None:
    case = Played(FOR_A_PERSON, firm=firm("ann"), visitor="ann")
    by(case, "complete_task", "bob for ann", outcome="done")
    assert case.tasks["thanking#1"].person == "ann"


def test_a_task_that_names_nobody_is_the_roles_and_the_supervisor_hears_of_it() -> None:
    case = Played(FOR_A_PERSON, firm=firm())
    assert case.tasks["visiting#1"].person is None
    (told,) = case.asked(Notify)
    assert (told.recipient, told.template, told.values["why"]) == ("manager", "task_for_nobody", "names")
    case.act("skip_task", "dan", outcome="done", reason="by phone")
    assert (case.tasks["thanking#1"].person, len(case.asked(Notify))) == (None, 2)
    case.complete(actor="ann")


ASSIGNED = """
states:
  handling: {task: {assign: least_busy, distinct_from: handling}, on: {handling.done: handling}}
"""


def test_who_was_chosen_gets_the_task_unless_somebody_was_quicker() -> None:
    case = Played(ASSIGNED, firm=firm())
    (asked,) = case.asked(ChoosePerson)
    assert (asked.assign, asked.offer) == ("least_busy", Offer(role="clerk"))
    case.hear(CommandDone(asked, Choice(person="bob", is_anybody_left=True)))
    assert case.tasks["handling#1"].assignee == "bob"
    case.complete(actor="bob")
    again = case.asked(ChoosePerson)[-1]
    assert again.offer.barred == ("bob",)
    case.act("claim_task", "ann")
    case.hear(CommandDone(again, Choice(person="cai", is_anybody_left=True)))
    assert case.tasks["handling#2"].assignee == "ann"


def test_the_supervisor_hears_that_nobody_is_left() -> None:
    case = Played(ASSIGNED, firm=firm())
    case.hear(CommandDone(case.asked(ChoosePerson)[0], Choice(person=None, is_anybody_left=False)))
    (told,) = case.asked(Notify)
    assert (told.recipient, told.values["why"], len(case.journal("nobody_left"))) == ("manager", "left", 1)


def test_the_pool_is_who_is_here_or_acts_for_who_is_not() -> None:
    offer = Offer(role="clerk")
    assert pool(firm(), offer) == ("ann", "bob", "cai", "sue")
    assert pool(firm("ann"), offer) == ("bob", "cai", "fay", "sue")
    assert pool(firm("ann"), offer.model_copy(update={"barred": ("ann",)})) == ("bob", "cai", "sue")
    assert right_to(firm("ann"), offer, "fay") == "ann"
    assert right_to(firm("ann"), offer.model_copy(update={"assignee": "ann"}), "bob") == "ann"
    assert right_to(firm("ann"), offer.model_copy(update={"assignee": "cai"}), "bob") is None


def test_what_nobody_says_is_not_written() -> None:
    """A worker of the release before refuses what it does not know."""
    assert "on_behalf_of" not in ClaimTaskInput(actor="ann").model_dump(mode="json")
    assert '"on_behalf_of":"ann"' in ClaimTaskInput(actor="bob", on_behalf_of="ann").model_dump_json()
