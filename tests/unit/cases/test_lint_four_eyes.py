"""Lint of four eyes: whether the people of the organisation are enough for all tasks that hang together."""

import pytest

from sop_engine.cases.people.organization import Organization, Person, Role
from tests.unit.cases.casework_samples import ROLES, organization
from tests.unit.cases.lint_samples import found

CHAIN = """
initial: first
states:
  first: {{task: {{}}, on: {{first.done: second}}}}
  second: {{task: {{distinct_from: first}}, on: {{second.done: third}}}}
  third: {{task: {{distinct_from: {third}}}, on: {{third.done: fourth}}}}
  fourth: {{task: {{role: {role}, distinct_from: {fourth}}}, on: {{fourth.done: end}}}}
  end: {{final: true}}
"""


def told(third: str, fourth: str, role: str = "clerk", firm: Organization | None = None) -> list[tuple[str, str]]:
    findings = found(CHAIN.format(third=third, fourth=fourth, role=role), organization=firm or organization())
    return [(str(each.path[1]), each.text) for each in findings if each.check == "four_eyes"]


@pytest.mark.parametrize(
    ("third", "fourth"),
    [
        ("[first, second]", "[first]"),
        ("[second]", "[third]"),
        ("[first]", "[second, third]"),
    ],
)
def test_three_clerks_are_enough(third: str, fourth: str) -> None:
    assert told(third, fourth) == []


def test_four_tasks_of_four_people_are_too_many_for_three() -> None:
    assert told("[first, second]", "[first, second, third]") == [
        (
            "fourth",
            "four eyes can never be: 'fourth', 'first', 'second', 'third' must be different people's, "
            "and ann, bob, cai are all who may do them",
        )
    ]


def test_whoever_may_do_another_task_alone_is_not_free_for_this_one() -> None:
    """Cai is the only auditor: of three clerks two are left, and these are enough for no three tasks."""
    assert told("[first]", "[first, second]", "auditor") == []
    ((state, text),) = told("[first, second]", "[first, second, third]", "auditor")
    assert (state, "'fourth', 'first', 'second', 'third' must be" in text) == ("fourth", True)


def test_two_tasks_of_one_person() -> None:
    firm = organization()
    title = firm.roles["clerk"].title
    alone = Organization(
        name=firm.name,
        roles={name: Role(title=title, superior=superior) for name, superior in ROLES.items()},
        people={"ann": Person(name="ann", roles=("clerk",)), "dan": Person(name="dan", roles=("manager",))},
    )
    texts = [text for _, text in told("[second]", "[third]", firm=alone)]
    assert texts[0] == "four eyes can never be: ann alone does 'first' and 'second'"
    assert len(texts) == 3


def test_a_role_that_a_field_gives_is_not_judged() -> None:
    text = CHAIN.format(third="[first, second]", fourth="[first, second, third]", role="holder")
    with_field = text.replace("initial:", "data: {holder: {type: choice, of: [clerk, manager]}}\ninitial:")
    assert [each for each in found(with_field) if each.check == "four_eyes"] == []
