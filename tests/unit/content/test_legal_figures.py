"""Figures that law sets come from the tables of periods, in the text of the day on which a case opens."""

import re
import shutil
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sop_engine.cases.contracts.views import RuleView
from sop_engine.cases.seen.recent import Recent
from sop_engine.cases.seen.views import case_view
from sop_engine.cases.written.definition import ParameterSpec, SopDefinition
from sop_engine.cases.written.procedure import AppliedRule, Bundle, DefinitionError
from sop_engine.console.render_case import render_case
from sop_engine.console.render_definition import render_definition
from sop_engine.content.checking import check_sop
from sop_engine.content.library import ContentError, Library, content_root, load_library
from tests.unit.console.rendering_samples import seen, view
from tests.unit.content.content_house import MONDAY, House, shipped

SECOND_OF_MARCH = date(2026, 3, 2)
LAST_OF_NOVEMBER = date(2024, 11, 30)
SITE = "TaxPayment:\n  pay_days: 30\n  notice_within: 1 working hour\n  kept_fro: 5 years\n"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    shutil.copytree(content_root(), root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def change(path: Path, right: str, wrong: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), "utf-8")


@cache
def ruled() -> tuple[tuple[str, str, ParameterSpec], ...]:
    return tuple(
        (sop, name, spec)
        for sop, file in shipped().sops.items()
        for name, spec in file.definition.parameters.items()
        if spec.rule is not None
    )


def test_a_bundle_holds_the_figure_and_the_text_it_is_from() -> None:
    bundle = shipped().bundle("CustomsDeclaration", SECOND_OF_MARCH)
    figures = {name: bundle.parameters[name] for name in bundle.rules}
    assert figures == {"kept_for": "3 years", "import_limit_days": 14, "export_limit_hours": 24}
    assert bundle.rules["import_limit_days"] == AppliedRule(
        id="T1", citation="海关法 Customs Law Art. 24", valid_from=date(2001, 1, 1)
    )


def test_the_text_of_the_day_counts() -> None:
    """The Tariff Law came into force on 1 December 2024."""
    before, after = (
        shipped().bundle("TaxPayment", day).rules["pay_days"] for day in (LAST_OF_NOVEMBER, SECOND_OF_MARCH)
    )
    assert (before.citation, before.valid_to) == (
        "海关法 Customs Law Art. 60; 进出口关税条例 Art. 37",
        LAST_OF_NOVEMBER,
    )
    assert (after.citation, after.valid_from) == ("关税法 Tariff Law Art. 43", date(2024, 12, 1))


def test_the_day_is_that_of_the_calendar() -> None:
    """30 November, 16:00 in Greenwich, is midnight in China."""
    definition = shipped().sops["TaxPayment"].definition
    at = datetime(2024, 11, 30, 16, tzinfo=UTC)
    assert shipped().opening_day(definition, at) == date(2024, 12, 1)


def test_a_figure_that_the_texts_on_file_disagree_about_is_not_taken_by_the_opening_day() -> None:
    """Such a one would have to be chosen by the day of the event: by the work `legal_clocks`."""
    for sop, name, spec in ruled():
        texts = [clock for clock in shipped().legal_clocks.root if clock.id == spec.rule and clock.is_for(spec.facts)]
        assert len({clock.period for clock in texts}) == 1, f"{sop}.{name}"


def test_every_customs_and_finance_procedure_takes_its_retention_from_the_table() -> None:
    kept = {
        sop: shipped().bundle(sop, SECOND_OF_MARCH).parameters[name] for sop, name, _ in ruled() if name == "kept_for"
    }
    assert {kept["CustomsDeclaration"], kept["TaxPayment"], kept["CustomsRelease"]} == {"3 years"}
    assert {kept["Invoicing"], kept["Collection"]} == {"10 years"}
    for sop in kept:
        assert shipped().sops[sop].definition.retention == "kept_for"


def test_no_figure_of_the_law_stands_in_a_procedure_too() -> None:
    """A parameter that quotes a law has its figure from the table."""
    quoting = re.compile(r"\b(Law|Code|Art\.|Order|Regulation)")
    for sop, file in shipped().sops.items():
        for name, spec in file.definition.parameters.items():
            assert spec.source is None or not quoting.search(spec.source), f"{sop}.{name}"


def test_a_case_shows_its_rules() -> None:
    house = House()
    data = {
        "customer_name": "Hua", "customer_email": "a@example.com", "declaration_no": "223120260000000018",
        "declared_on": "2026-03-02", "customs_value": {"amount": "1000", "currency": "CNY"}, "items": [],
    }  # fmt: skip
    house.open("TaxPayment", "TAX-1", data)
    shown = {
        rule.parameter: rule
        for rule in case_view(house.procedure("TaxPayment"), house.states["TAX-1"], Recent(), MONDAY).rules
    }
    assert (shown["pay_days"].value, shown["pay_days"].rule) == (15, "T5")
    assert shown["kept_for"].citation == "海关法 Customs Law Art. 45"


def test_a_site_cannot_override_the_law(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(SITE, "utf-8")
    with pytest.raises(ContentError) as caught:
        load_library(parameters_file=site)
    overridden, unknown = map(str, caught.value.faults)
    assert overridden == (
        "site.yaml:2:3: TaxPayment.pay_days: is set by rule T5; a site corrects the rule's table, not the figure"
    )
    assert unknown.startswith("site.yaml:4:3: TaxPayment.kept_fro: unknown parameter; allowed: notice_within, ")
    assert unknown.endswith("tax_due_reading, remind_every, attend_within")


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ("rule: T5.notce, counted_in: days", "unknown rule 'T5.notce', did you mean T5.notice?"),
        ("rule: T5, counted_in: hours", "rule T5 says 15 days, which is not counted in hours"),
        (
            "rule: T6, counted_in: days",
            "rule T6 has no period: Accrues daily on each tax until it is paid, rest days too",
        ),
        ("rule: retention, facts: {record: wine}", "for record wine"),
    ],
)
def test_lint_finds_a_rule_that_gives_no_figure(content: Path, wrong: str, what: str) -> None:
    change(content / "customs" / "TaxPayment.yaml", "rule: T5, counted_in: days", wrong)
    ((fault,), warnings) = check_sop(load_library(content), "TaxPayment")
    assert (fault.file, fault.path) == ("TaxPayment.yaml", "parameters.pay_days.rule")
    assert what in fault.message
    assert warnings == []


def test_no_case_opens_before_the_law() -> None:
    with pytest.raises(DefinitionError, match="no text of rule T1 holds on 1999-12-31"):
        shipped().bundle("CustomsDeclaration", date(1999, 12, 31))


def test_a_period_in_two_files_is_found(content: Path) -> None:
    table = content / "rules" / "legal_clocks" / "commercial.yaml"
    table.write_text(table.read_text("utf-8").replace("id: limitation.fees", "id: T1"), "utf-8")
    table.write_text(table.read_text("utf-8").replace("valid_from: 2021-01-01", "valid_from: 2001-01-01"), "utf-8")
    with pytest.raises(ContentError, match="T1: the entries from 2001-01-01 and from 2001-01-01 overlap"):
        load_library(content)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ({"default": 14}, "a figure has a `default` with its `mark`"),
        ({"mark": "P"}, "a figure has a `default` with its `mark`"),
        ({"default": 14, "mark": "P", "counted_in": "days"}, "belong to a `rule`"),
        ({"rule": "T1", "default": 14}, "brings its own figure"),
        ({"rule": "T1", "source": "Art. 24"}, "brings its own figure"),
        ({"rule": "T1", "counted_in": "moons"}, "counted_in"),
    ],
)
def test_a_figure_has_one_origin(written: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        ParameterSpec.model_validate(written)


def test_a_bundle_of_before_the_rules_is_read() -> None:
    library: Library = shipped()
    written = library.bundle("Complaint", SECOND_OF_MARCH).model_dump(mode="json")
    del written["rules"]
    assert Bundle.model_validate(written).rules == {}
    assert SopDefinition.model_validate(written["definition"]).sop == "Complaint"


def test_a_person_reads_the_rules_of_a_case() -> None:
    rule = RuleView(
        parameter="pay_days", value=15, rule="T5", citation="关税法 Tariff Law Art. 43", valid_from=date(2024, 12, 1)
    )
    lines = seen(render_case(view(rules=(rule,)), "en", None)).splitlines()
    heads = next(line for line in lines if "parameter" in line)
    assert heads.split() == ["parameter", "value", "rule", "citation", "valid", "from", "valid", "to"]
    assert next(line for line in lines if "pay_days" in line).split()[:3] == ["pay_days", "15", "T5"]
    assert "法定数值" in seen(render_case(view(rules=(rule,)), "zh", None))


def test_a_definition_shows_the_rule_in_place_of_the_figure() -> None:
    shown = seen(render_definition(shipped().sops["TaxPayment"].definition, "en"))
    assert re.search(r"pay_days +rule T5", shown)
