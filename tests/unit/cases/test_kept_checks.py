"""An amendment does not undo what work was checked for when it was done."""

import pytest

from sop_engine.basis.faults import InvalidInput
from tests.unit.cases.casework_samples import Played

DECLARED = """
data: {number: {type: text}, direction: {type: text}, note: {type: text}}
states:
  submitting:
    task:
      form: [number, direction]
      outcomes: {submitted: {}, dropped: {}}
      checks:
        of_its_kind: {rule: "direction != 'import' or number[0:1] == '1'", outcomes: [submitted]}
        few: {rule: number != '19', blocks: false}
        by_day: {rule: today is not none and number != '13'}
    on: {submitting.submitted: open, submitting.dropped: open}
  open: {}
"""


def submitted(outcome: str = "submitted") -> Played:
    case = Played(DECLARED)
    case.complete(outcome, number="12", direction="import")
    return case


@pytest.mark.parametrize("data", [{"number": "02"}, {"number": None}])
def test_a_value_that_the_check_would_have_refused_is_no_amendment(data: dict[str, str | None]) -> None:
    with pytest.raises(InvalidInput, match="would undo what submitting was checked for"):
        submitted().act("amend", "dan", data=data, reason="r")


@pytest.mark.parametrize(
    "data",
    [
        {"number": "14"},
        {"number": "02", "direction": "export"},
        {"note": "x"},
        {"number": "19"},
        {"number": "13"},
    ],
)
def test_what_keeps_the_check_or_was_only_warned_of_or_was_of_that_day_is_amended(data: dict[str, str]) -> None:
    case = submitted()
    case.act("amend", "dan", data=data, reason="r")
    assert data.items() <= case.data.items()


def test_a_check_of_another_outcome_binds_nobody() -> None:
    case = submitted("dropped")
    case.act("amend", "dan", data={"number": "02"}, reason="r")
    assert case.data["number"] == "02"
