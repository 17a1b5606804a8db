"""The catalogue of reports: every entry can be asked for, says its columns, and refuses what it does not know."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import Session

from sop_engine.basis.faults import InvalidInput
from sop_engine.basis.models import Title
from sop_engine.cases.contracts.report_tables import ReportColumn, ReportInput
from sop_engine.console.report_command import option
from sop_engine.content.library import content_root
from sop_engine.content.rules import load_rules
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.reports.catalogue import catalogue, read_parameters, report_named
from sop_engine.records.reports.parameters import OfMonth, Parameters
from sop_engine.records.reports.report import Books, Cell, Found, Report, column, money


def report(columns: tuple[ReportColumn, ...], rows: Sequence[Sequence[Cell]]) -> Report[Parameters]:
    title = Title(en="Example", zh="示例")
    return Report(
        name="example", title=title, tells=title, asks=OfMonth, columns=columns, query=lambda *_: Found(rows, "all")
    )


def books() -> Books:
    return Books(Session(), load_rules(content_root() / "ledger.yaml", LedgerRules), date(2026, 3, 31), {})


def faults(name: str, **given: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_parameters(report_named(name), given, option)
    return [str(fault) for fault in caught.value.faults]


def test_a_report_refuses_what_it_does_not_know() -> None:
    assert faults("tax", party="Acme", month="2026-13") == [
        "--month: '2026-13' is no month (allowed: such as 2026-03)",
        "--party: the report tax has no such parameter (allowed: --month)",
    ]


def test_a_statement_is_of_one_party_and_begins_before_it_ends() -> None:
    assert faults("statement", since="2026-04-01", until="2026-03-31", on="3026-01-01", side="both") == [
        "--side: 'both' is none of them (allowed: 'receivable' or 'payable')",
        "--until: 2026-03-31 lies before the first day, 2026-04-01 (allowed: from 2026-04-01 on)",
        "--on: 3026-01-01 lies too far off (allowed: from 1900-01-01 to 2099-12-31)",
        "--party: is missing (allowed: A customer, supplier or sender; only of that one.)",
    ]


def test_a_report_that_is_not_there_is_refused_with_those_that_are() -> None:
    allowed = r"no report 'vat' \(allowed: ageing, cargo-on-time, cod, .*, tax, working-time\)"
    with pytest.raises(InvalidInput, match=allowed):
        report_named("vat")


def test_a_parameter_means_the_same_in_every_report() -> None:
    told: dict[str, set[str | None]] = {}
    for each in catalogue().values():
        for name, field in each.parameters.items():
            told.setdefault(name, set()).add(field.description)
    assert all(len(descriptions) == 1 and None not in descriptions for descriptions in told.values())
    assert not {"name", "format", "form", "output", "json", "profile", "lang"} & set(told)


@pytest.mark.parametrize("name", catalogue())
def test_each_column_has_a_key_of_its_own(name: str) -> None:
    keys = [each.key for each in report_named(name).columns]
    assert len(keys) == len(set(keys))


def test_figures_that_are_no_money_need_no_currency() -> None:
    days = (column("lane", "Lane", "航线"), column("days", "Days", "天数", "integer"))
    table = report(days, [["CNSHA-DEHAM", 31], ["CNSHA-USLAX", None]]).run(
        books(), OfMonth(), ReportInput(name="example")
    )
    assert table.rows == (("CNSHA-DEHAM", "31"), ("CNSHA-USLAX", None))


def test_each_amount_has_the_places_of_its_own_currency() -> None:
    columns = (
        money("sold", "Sold", "售出", currency="in"),
        column("in", "In", "币种"),
        money("booked", "Booked", "入账", currency="book"),
        column("book", "Book currency", "本位币"),
    )
    rows: list[list[Cell]] = [[Decimal("1000"), "JPY", Decimal("47.5"), "CNY"], [Decimal("1.5"), "KWD", None, "CNY"]]
    asked = ReportInput(name="example", offset=1)
    table = report(columns, rows).run(books(), OfMonth(), asked)
    assert table.rows == (("1.500", "KWD", None, "CNY"),)
    assert report(columns, rows).run(books(), OfMonth(), ReportInput(name="example")).rows[0] == (
        "1000",
        "JPY",
        "47.50",
        "CNY",
    )


def test_money_without_a_currency_is_no_column() -> None:
    with pytest.raises(ValidationError, match="total: an amount, and nothing else, says where its currency stands"):
        ReportColumn(key="total", title={"en": "Total", "zh": "合计"}, kind="amount")
    with pytest.raises(ValueError, match="no column holds the currency of total"):
        report((money("total", "Total", "合计"),), [])
