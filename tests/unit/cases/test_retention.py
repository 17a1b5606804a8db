"""How long files are kept: the longest rule counts, and what has not come keeps them."""

from datetime import date

import pytest
from pydantic import ValidationError

from sop_engine.cases.written.retention import Retention, RetentionRule, Verdict, accounting_year_end, verdict
from sop_engine.content.checking import check_retention
from sop_engine.content.library import load_library

TITLE = {"en": "Papers", "zh": "单证"}


def rule(**more: object) -> RetentionRule:
    return RetentionRule.model_validate({"title": TITLE, "sops": ["A"], "keep": "3 years", "from": "closed", **more})


def test_the_longest_rule_counts_and_its_last_day_is_still_kept() -> None:
    found = verdict(
        {"papers": "3 years", "books": "30 years"}, {"papers": date(2020, 2, 29), "books": date(2020, 12, 31)}
    )
    assert found == Verdict("books", date(2050, 12, 31))
    found = verdict({"papers": "3 years"}, {"papers": date(2020, 2, 29)})
    assert (found.keep_until, found.is_due(date(2023, 2, 28)), found.is_due(date(2023, 3, 1))) == (
        date(2023, 2, 28),
        False,
        True,
    )


def test_an_event_that_has_not_come_keeps_the_file_whatever_else_says() -> None:
    found = verdict(
        {"papers": "1 year", "visits": "3 years"}, {"papers": date(1990, 1, 1), "visits": "customers.ended"}
    )
    assert (found.rule, found.waits_for, found.is_due(date(2026, 1, 1))) == ("visits", "customers.ended", False)


def test_what_no_rule_covers_is_kept() -> None:
    assert not verdict({}, {}).is_due(date(2999, 1, 1))


def test_a_case_that_booked_is_of_the_books_too() -> None:
    retention = Retention.model_validate(
        {
            **{who: ["boss"] for who in ("holders", "requesters", "approvers")},
            "rules": {"papers": rule(), "books": rule(sops=[], booked=True, **{"from": "accounting_year_ended"})},
        }
    )
    assert list(retention.covering("A", is_booked=True)) == ["papers", "books"]
    assert list(retention.covering("A", is_booked=False)) == ["papers"]
    assert list(retention.covering("B", is_booked=False)) == []
    assert accounting_year_end("2026-03") == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"keep": "3 working days"}, "is not counted in days, weeks, months, years"),
        ({"keep": "long"}, "is not a length of time"),
        ({"keep": None}, "either `keep` or `legal` says how long"),
        ({"legal": {"record": "visit"}}, "either `keep` or `legal` says how long"),
        ({"sops": []}, "`sops` or `booked` says what it is about"),
        ({"from": "opened"}, "closed"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(more: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        rule(**more)


def test_what_is_shipped_names_what_is_there_and_what_does_not_is_told() -> None:
    library = load_library()
    assert check_retention(library) == []
    retention = library.retention.retention
    assert retention is not None
    file = library.retention.file
    wrong = retention.model_copy(
        update={
            "holders": ("boss",),
            "rules": {"a": rule(**{"from": {"register": "clients", "field": "f", "named": "n", "by": "b"}})},
        }
    )
    told = {str(fault) for fault in check_retention(library.__class__(**{**vars(library), "retention": (file, wrong)}))}
    assert {line.partition(": ")[2] for line in told} == {
        "holders: unknown role 'boss'",
        "rules.a.sops: unknown SOP 'A'",
        "rules.a.from: unknown register 'clients'",
    }
