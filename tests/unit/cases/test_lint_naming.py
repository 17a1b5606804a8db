"""Lint of whom and where a task names besides its role."""

from sop_engine.cases.people.organization import Organization, Person, Post, Role, Unit
from tests.unit.cases.casework_samples import ROLES, organization
from tests.unit.cases.lint_samples import found

TEXT = """
data: {{place: {{type: text}}, company: {{type: unit, kind: company}}, who: {{type: person}}}}
initial: first
states:
  first: {{task: {{{first}}}, on: {{first.done: second}}}}
  second: {{task: {{{second}}}, on: {{second.done: end}}}}
  end: {{final: true}}
"""


def firm(**clerks: tuple[str, ...]) -> Organization:
    """Companies with so many clerks."""
    title = organization().roles["clerk"].title
    people = {
        name: Person(name=name, posts=(Post(role="clerk", unit=unit),)) for unit in clerks for name in clerks[unit]
    }
    return Organization(
        name=organization().name,
        roles={name: Role(title=title, superior=superior) for name, superior in ROLES.items()},
        units={unit: Unit(title=title, kind="company") for unit in clerks},
        people={**people, "dan": Person(name="dan", roles=("manager",))},
    )


def told(first: str, second: str = "", /, **clerks: tuple[str, ...]) -> list[str]:
    findings = found(TEXT.format(first=first, second=second), organization=firm(**clerks))
    return [each.text for each in findings if each.check in ("work", "four_eyes")]


def test_a_person_and_a_unit_are_fields_of_that_type() -> None:
    both = {"sh": ("ann", "bob"), "nb": ("cai", "eve")}
    assert told("person: who", "unit: company", **both) == []
    assert any("'place' is text, not a person" in text for text in told("person: place", **both))
    assert any("'place' is text, not a unit" in text for text in told("unit: place", **both))
    assert told("person: nobody_knows", **both)
    assert any("unknown task 'third'" in text for text in told("", "same_as: third", **both))


def test_the_same_person_is_not_another_one() -> None:
    (text,) = told("", "same_as: first, distinct_from: first", sh=("ann", "bob"))
    assert "nobody can do it" in text


def test_a_role_is_held_in_each_unit() -> None:
    assert any("nobody holds the role 'clerk' in nb" in text for text in told("unit: company", sh=("ann",), nb=()))


def test_four_eyes_are_looked_for_in_each_unit() -> None:
    """Two clerks in two companies are two people, and in neither two."""
    pair = ("unit: company", "unit: company, distinct_from: first")
    assert any("in no unit may two people do" in text for text in told(*pair, sh=("ann",), nb=("bob",)))
    assert any("can never be in nb" in text for text in told(*pair, sh=("ann", "cai"), nb=("bob",)))
    assert told(*pair, sh=("ann", "cai"), nb=("bob", "eve")) == []


def test_a_unit_within_an_entry_is_of_its_kind() -> None:
    """A department without a clerk is nothing to a task for each of some companies."""
    place = firm(sh=("ann",), nb=("bob",))
    units = {**place.units, "hq": Unit(title=organization().roles["clerk"].title, kind="department")}
    everywhere = place.model_copy(update={"units": units})
    text = """
data: {legs: {type: list, default: [], fields: {unit: {type: unit, KIND title: {en: Company, zh: 公司}}}}}
initial: first
states:
  first: {task: {unit: item.unit, for_each: legs}, on: {first.all: end}}
  end: {final: true}
"""
    any_kind = found(text.replace("KIND", ""), organization=everywhere)
    assert any("nobody holds the role 'clerk' in hq" in each.text for each in any_kind)
    companies = found(text.replace("KIND", "kind: company,"), organization=everywhere)
    assert not any("nobody holds" in each.text for each in companies)
