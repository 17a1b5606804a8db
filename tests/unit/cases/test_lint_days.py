"""Lint: no date that something counts from is the day on which it was typed."""

import shutil
from pathlib import Path

import pytest

from sop_engine.content.library import content_root, load_library
from tests.unit.cases.lint_samples import GOOD, errors_in, found

SHIPPED = {
    "FreightShipment: the arrival of an import": (
        "freight/FreightShipment.yaml",
        "arrived_on: arrived_on | default(day(arrived_at)) if",
        "arrived_on: arrived_on | default(today) if",
        "CustomsDeclaration (the clock import_limit) counts from it",
    ),
    "Delivery: cash told to the shipment": (
        "freight/Delivery.yaml",
        "cod_collected_on: day(signed_at)",
        "cod_collected_on: today",
        "the work record_cod_collected counts from it",
    ),
    "CustomsDeclaration: the acceptance": (
        "customs/CustomsDeclaration.yaml",
        "set: {fee_reading: fee_reading",
        "set: {declared_on: declared_on | default(today), fee_reading: fee_reading",
        "FreightShipment (TaxPayment (the clock tax_deadline)) counts from it",
    ),
    "TaxPayment: the notice of customs": (
        "customs/TaxPayment.yaml",
        "          - {document: tax_payment_notice}\n",
        "          - {set: {noticed_on: today}}\n          - {document: tax_payment_notice}\n",
        "the clock tax_deadline counts from it",
    ),
}


@pytest.mark.parametrize("slip", SHIPPED)
def test_lint_finds_a_day_of_law_that_defaults_to_the_day_of_typing_with_file_and_line(
    slip: str, tmp_path: Path
) -> None:
    name, right, wrong, who = SHIPPED[slip]
    root = tmp_path / "content"
    shutil.copytree(content_root(), root)
    text = (root / name).read_text()
    assert text.count(right) == 1
    (root / name).write_text(text.replace(right, wrong))
    line = 1 + next(
        number
        for number, each in enumerate(text.replace(right, wrong).splitlines())
        if wrong.strip().splitlines()[0] in each
    )
    [fault] = [str(fault) for fault in errors_in(load_library(root))]
    assert fault.startswith(f"{Path(name).name}:{line}:")
    assert who in fault
    assert "when it was typed (`today`)" in fault


PASSED_ON = {
    "freight/FreightShipment.yaml": [
        ("                    arrived_on: arrived_on\n", "arrived_on: arrived_on | default(today)"),
        ("set: {arrived_on: arrived_on | default(day(", "set: {quoted_on: today, arrived_on: quoted_on | default(day("),
    ],
    "customs/CustomsDeclaration.yaml": [
        ("      declared_on: declared_on\n", "declared_on: declared_on | default(today)"),
        ("accepted_on: declared_on,", "accepted_on: declared_on | default(today),"),
    ],
}
"""Given to a child, by way of another field, told to the parent, and given to work."""


def test_lint_follows_the_day_of_typing_through_all_that_passes_it_on(tmp_path: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(content_root(), root)
    expected = []
    for name, slips in PASSED_ON.items():
        text = (root / name).read_text()
        for right, wrong in slips:
            assert text.count(right) == 1
            text = text.replace(right, right[: len(right) - len(right.lstrip())] + wrong + "\n" * right.endswith("\n"))
        (root / name).write_text(text)
        expected += [
            f"{Path(name).name}:{number}"
            for number, line in enumerate(text.splitlines(), start=1)
            if any(wrong in line for _, wrong in slips)
        ]
    faults = [str(fault) for fault in errors_in(load_library(root))]
    assert [fault for fault in faults if "when it was typed (`today`)" not in fault] == []
    assert sorted(":".join(fault.split(":")[:2]) for fault in faults) == sorted(expected)


def messages(text: str) -> list[str]:
    return [f"{'.'.join(map(str, finding.path))}: {finding.message}" for finding in found(text)]


SET = "      plan.breached: {do: [{set: {total: total + 1}}]}"


def filled(value: str, text: str = GOOD) -> list[str]:
    happened = text.replace("limit_at: {type: datetime}", "limit_at: {type: datetime, past: true}")
    return messages(happened.replace(SET, f'      plan.breached: {{do: [{{set: {{limit_at: "{value}"}}}}]}}'))


@pytest.mark.parametrize(
    "value", ["limit_at | default(now)", "now if limit_at is none else limit_at", "limit_at or now"]
)
def test_every_way_to_fall_back_on_the_instant_of_typing_is_found(value: str) -> None:
    [message] = filled(value)
    assert message.startswith("states.doing.on.plan.breached.do.0.set.limit_at: 'limit_at' would be when it was typed")


def test_an_instant_of_our_own_act_may_be_counted_from_where_it_is_no_law() -> None:
    assert filled("now") == []


def test_a_clock_that_runs_while_the_case_is_held_is_one_of_law() -> None:
    [message] = filled("now", GOOD.replace("ladder: plain}", "ladder: plain, on_hold: run}"))
    assert "the clock cut counts from it" in message


def test_a_day_that_nothing_counts_from_may_be_that_of_typing() -> None:
    quiet = GOOD.replace(
        "  limit_at: {type: datetime}", "  limit_at: {type: datetime}\n  told_at: {type: datetime, past: true}"
    )
    assert messages(quiet.replace(SET, "      plan.breached: {do: [{set: {told_at: told_at | default(now)}}]}")) == []
