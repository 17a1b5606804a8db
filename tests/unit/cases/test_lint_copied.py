"""Lint of what a child is given once: it may change in the parent while something in the child counts from it."""

import pytest

from sop_engine.cases.lint.linting import Finding
from sop_engine.cases.written.definition import SopDefinition
from tests.unit.cases.casework_samples import bundle
from tests.unit.cases.lint_samples import found

PARENT = """
data: {{limit_at: {{type: datetime, required: true}}, name: {{type: text}}}}
events:
  schedule.changed:
    data: {{limit_at: {{type: datetime, required: true}}, name: {{type: text}}}}
    store: {store}
states:
  doing:
    case: {{sop: Counting, with: {{until_at: "{source}", name: name}}{more}}}
    on: {{doing.done: end, doing.cancelled: end, schedule.changed: {{do: []}}}}
  end: {{final: true}}
"""
CHILD = """
sop: Counting
data: {{until_at: {{type: datetime, required: true}}, name: {{type: text}}}}
{events}
clocks: {{limit: {{title: {{en: Limit, zh: 期限}}, until: until_at, start: opened, stop: in end}}}}
states:
  waiting: {{task: {{form: [{form}]}}, on: {{waiting.done: end}}}}
  end: {{final: done}}
"""
SHOWN = "{field: until_at, read_only: true}"


def told(
    source: str = "limit_at", store: str = "true", more: str = "", form: str = SHOWN, events: str = ""
) -> list[Finding]:
    child = SopDefinition.model_validate(bundle(CHILD.format(form=form, events=events)).definition)
    text = PARENT.format(source=source, store=store, more=more)
    return [each for each in found(text, sops={"Counting": child}) if each.check == "copied"]


def test_what_is_copied_and_may_change_is_found_with_its_mend() -> None:
    (finding,) = told()
    assert (finding.path, finding.severity) == (("states", "doing", "case", "with", "until_at"), "warning")
    assert finding.text == (
        "Counting is given 'until_at' once: 'schedule.changed' may change it later, "
        "and the clock limit counts from it; "
        "`follow: [until_at]`, or say in `keeps: {until_at: {en, zh}}` why it stays as it was"
    )
    assert len(told(source="limit_at - hours(2)")) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"more": ", follow: [until_at]"},
        {"more": ", detached: true"},
        {"more": ", keeps: {until_at: {en: The first one holds, zh: 以首次为准}}"},
        {"store": "false"},
        {"source": "opened_at"},
        {"form": "until_at"},
        {"events": "events: {moved: {data: {until_at: {type: datetime}}}}"},
    ],
    ids=["follow", "detached", "keeps", "store", "source", "form", "events"],
)
def test_what_follows_or_is_known_inside_or_says_why_is_in_order(given: dict[str, str]) -> None:
    assert told(**given) == []


@pytest.mark.parametrize(
    ("kept", "what"),
    [
        ("name", "silences nothing: 'name' changes no more"),
        ("nmae", "unknown value of `with` 'nmae', did you mean name?"),
    ],
)
def test_a_reason_for_what_needs_none(kept: str, what: str) -> None:
    findings = told(more=f", follow: [until_at], keeps: {{{kept}: {{en: It stays, zh: 不变}}}}")
    assert [each.severity for each in findings] == ["error"]
    assert what in findings[0].text
