"""What a measure makes of observations: a row for each group, one for the whole, and the axis of its picture."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import Session

from sop_engine.basis.models import Title
from sop_engine.cases.contracts.report_tables import Aggregate, ReportColumn, ReportInput, ReportTable
from sop_engine.cases.written.shape import split_states
from sop_engine.content.library import content_root, load_library
from sop_engine.content.rules import load_rules
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.reports.entries import cargo_on_time, complaints_answered
from sop_engine.records.reports.measure import MONTH, SOP, Dimension, Observed, measure
from sop_engine.records.reports.parameters import Parameters
from sop_engine.records.reports.report import Books, Report, column, money

TITLE = Title(en="Example", zh="示例")
SHARE = column("kept", "Kept", "兑现", "share")
HOURS = column("hours", "Hours", "工时", "decimal")
YES, NO = Decimal(1), Decimal(0)


def example(
    observed: Iterable[Observed], aggregate: Aggregate, figure: ReportColumn, by: tuple[Dimension, ...] = (SOP, MONTH)
) -> Report[Parameters]:
    return measure(
        name="example",
        title=TITLE,
        tells=TITLE,
        asks=Parameters,
        by=by,
        figure=figure,
        unit=TITLE,
        aggregate=aggregate,
        observe=lambda *_: observed,
    )


def table(
    observed: Iterable[Observed], aggregate: Aggregate, figure: ReportColumn, by: tuple[Dimension, ...] = (SOP, MONTH)
) -> ReportTable:
    rules = load_rules(content_root() / "ledger.yaml", LedgerRules)
    books = Books(Session(), rules, date(2026, 3, 31), {})
    return example(observed, aggregate, figure, by).run(books, Parameters(), ReportInput(name="example"))


def test_the_share_of_the_whole_is_of_all_observations_and_no_mean_of_shares() -> None:
    observed = [Observed(("Booking", "2026-02"), YES)] * 3 + [Observed(("Complaint", "2026-01"), NO)]
    assert table(observed, "share", SHARE).rows == (
        ("Booking", "2026-02", "3", "1.0000"),
        ("Complaint", "2026-01", "1", "0.0000"),
        ("All 合计", "All 合计", "4", "0.7500"),
    )


def test_the_median_of_the_whole_is_of_all_observations() -> None:
    hours = {"Booking": ("1", "2.25"), "Complaint": ("3", "40", "50")}
    observed = [Observed((sop, "2026-01"), Decimal(each)) for sop, values in hours.items() for each in values]
    assert [row[2:] for row in table(observed, "median", HOURS).rows] == [("2", "1.6"), ("3", "40.0"), ("5", "3.0")]


def test_what_nobody_can_say_leaves_the_figure_open_and_is_counted() -> None:
    observed = [Observed(("Booking", "2026-01"), None), Observed(("Complaint", "2026-01"), Decimal(2))]
    assert [row[2:] for row in table(observed, "median", HOURS).rows] == [("1", None), ("1", "2.0"), ("2", None)]


def test_money_is_summed_by_its_currency_alone() -> None:
    by = (Dimension(column("currency", "Currency", "币种")), Dimension(column("party", "Party", "往来单位")))
    observed = [Observed(("JPY", "A"), Decimal(1000)), Observed(("CNY", "A"), Decimal("1.5"))]
    made = table([*observed, Observed(("CNY", "B"), Decimal(2))], "sum", money("owed", "Owed", "应收"), by)
    assert made.rows == (
        ("CNY", "A", "1.50"),
        ("CNY", "B", "2.00"),
        ("JPY", "A", "1000"),
        ("CNY", "All 合计", "3.50"),
        ("JPY", "All 合计", "1000"),
    )


def test_an_axis_has_the_months_between_in_their_order() -> None:
    measured = table([Observed(("S", month)) for month in ("2026-02", "2025-11")], "share", SHARE).measured
    assert measured is not None
    assert measured.axis == ("2025-11", "2025-12", "2026-01", "2026-02")
    assert (measured.by, measured.figure, measured.aggregate) == (("sop", "month"), "kept", "share")


def test_without_an_observation_there_is_no_row_and_nothing_on_the_axis() -> None:
    empty = table([], "share", SHARE)
    assert (empty.rows, empty.total, empty.measured and empty.measured.axis) == ((), 0, ())


@pytest.mark.parametrize(("aggregate", "figure"), [("share", HOURS), ("median", SHARE)])
def test_a_share_alone_is_made_of_yes_and_no(aggregate: Aggregate, figure: ReportColumn) -> None:
    with pytest.raises(ValueError, match="a share, and nothing else"):
        example([], aggregate, figure)


def test_money_of_a_measure_needs_a_currency_to_stand_by() -> None:
    with pytest.raises(ValueError, match="no column holds the currency of owed"):
        example([], "sum", money("owed", "Owed", "应收"))


NAMED = {
    "complaints_answered": [(complaints_answered.SOP, name) for name in complaints_answered.PROMISES],
    "cargo_on_time": cargo_on_time.PROMISES,
}


@pytest.mark.parametrize("promises", NAMED.values(), ids=NAMED)
def test_the_promises_that_a_measure_names_are_clocks_of_its_procedure(promises: Sequence[tuple[str, str]]) -> None:
    """A clock that is renamed would empty its row without a word."""
    for sop, clock in promises:
        written = load_library().sops[sop].definition
        _, shapes, _ = split_states(written.states)
        of_states = {name for shape in shapes.values() for name, _ in shape.clocks}
        assert clock in written.clocks.keys() | of_states, sop
