"""The firm's own tables: read in place of the packaged entries, checked as one, refused with every fault."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from activities.work import WorkActivities
from activities.work_rules import load_work_rules
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.content.library import ContentError, content_root
from sop_engine.content.own_tables import OwnTables, load_own_tables
from sop_engine.freight.customs.tariff import Origin
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError
from tests.unit.console.terminal import sop

EXAMPLE = Path(__file__).parents[3] / "examples" / "tables"
RATES = """\
citation: Announced rates
months:
  2026-11: {USD: 7.1, JPY: {rate: 4.5, units: 100}}
  2028-02: {USD: 7.2}
"""
TARIFF = """\
lines:
  - hs_code: "2204210000"
    goods: Wine
    unit: litre
    mfn: {ad_valorem: 0.1}
    general: {ad_valorem: 1.8}
    vat: 0.13
    valid_from: 2026-01-01
    authority: State Council Tariff Commission
    citation: Tariff of the test
remedies:
  - kind: anti_dumping
    hs_codes: ["22042100"]
    origins: [AU]
    rate: 1.5
    valid_from: 2026-01-01
    authority: Ministry of Commerce
    citation: Remedy of the test
"""
FREE_TIME = """\
- carrier: EXAMPLE
  place: CN
  direction: import
  charge: DMD
  currency: CNY
  counted_from: discharged
  free_days: 14
  tiers: [{from_day: 15, per_day: {20GP: 50}}]
  valid_from: 2026-01-01
  authority: The carrier
  citation: Contract of the test
"""
PLACES = """\
places:
  - {code: CNZ9Z, en: New Harbour, zh: 新港, kinds: [port]}
"""


def kept(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def own(folder: Path, **files: str) -> OwnTables:
    return load_own_tables(content_root(), kept(folder, **files))


def dollars(amount: str, currency: str = "USD") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def test_rates_of_a_month_hold_from_its_first_day_to_its_last(tmp_path: Path) -> None:
    rates = own(tmp_path, customs_rates=RATES).exchange_rates
    for day in (date(2026, 11, 1), date(2026, 11, 30)):
        assert rates.convert(dollars("100"), day).amount == Decimal("710.0")
    assert rates.convert(dollars("1000", "JPY"), date(2026, 11, 3)).amount == Decimal("45.0")
    assert rates.convert(dollars("100"), date(2028, 2, 29)).basis == "USD 100.00 at 7.2 (Announced rates, 2028-02)"
    for day in (date(2026, 10, 31), date(2026, 12, 1), date(2028, 3, 1)):
        with pytest.raises(RuleError, match="no rule for"):
            rates.convert(dollars("100"), day)


def test_own_entries_stand_in_place_of_the_packaged_ones_of_that_name(tmp_path: Path) -> None:
    tables = own(tmp_path, tariff=TARIFF, free_time=FREE_TIME)
    day = date(2026, 3, 2)
    wine = tables.tariff.import_rate("2204210000", Origin(country="AU"), day, Decimal(1000), None)
    assert (wine.rate.ad_valorem, wine.remedy_rate) == (Decimal("0.1"), Decimal("1.5"))
    assert tables.tariff.line("2203000000", day).goods == "Beer made from malt"
    assert tables.free_time.find("EXAMPLE", "CNSHA", "import", "DMD", "20GP", day).free_days == 14
    with pytest.raises(RuleError, match="there is none for EXAMPLE CNSHA import DMD 40GP"):
        tables.free_time.find("EXAMPLE", "CNSHA", "import", "DMD", "40GP", day)


def test_work_computes_by_the_firms_rates(tmp_path: Path) -> None:
    rules = load_work_rules(content_root(), kept(tmp_path, customs_rates=RATES))
    item = {"goods": "Wine", "hs_code": "2204210000", "price": {"amount": "100", "currency": "USD"}}
    sale: dict[str, Any] = {"items": [item], "sale": {"terms": "CIF"}}
    at = datetime(2026, 11, 22, tzinfo=UTC)
    given = WorkInput(key="k", case_id="D", sop="Test", values=sale, at=at)
    value = WorkActivities(create_engine("sqlite://"), rules).propose_import(given).values
    assert value["items"][0]["value"] == {"amount": Decimal("710.00"), "currency": "CNY"}


def test_without_a_folder_the_packaged_tables_hold() -> None:
    tables = load_own_tables(content_root(), None)
    assert tables.exchange_rates.root == ()
    assert [line.hs_code for line in tables.tariff.lines] == ["2204210000", "2203000000", "8517130000"]


def test_every_fault_of_every_file_is_listed(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        own(
            tmp_path,
            customs_rates=RATES.replace("2026-11", "2026-13").replace("7.2", "-7.2"),
            tariff=TARIFF.replace("    vat: 0.13\n", "").replace("rate: 1.5", "rate: 150"),
            tarif="lines: []\n",
        )
    faults = [str(fault) for fault in caught.value.faults]
    wanted = (
        "tarif.yaml:1:1: no table has this name; allowed: customs_rates.yaml, exchange_rates.yaml",
        "customs_rates.yaml:3:3: months.2026-13.[key]: '2026-13' is no month; write 2026-12",
        "customs_rates.yaml:4:13: months.2028-02.USD.rate: Input should be greater than 0",
        "tariff.yaml:2:5: lines.0.vat: Field required",
        "tariff.yaml:14:5: remedies.0.rate: 150 is too high",
    )
    assert len(faults) == len(wanted)
    for fault, begins in zip(faults, wanted, strict=True):
        assert fault.startswith(begins)


def test_a_month_that_is_there_twice_is_a_fault(tmp_path: Path) -> None:
    single = """\
- {currency: USD, rate: 7.3, valid_from: 2026-11-15, valid_to: 2026-11-20, authority: Customs, citation: Twice}
"""
    with pytest.raises(ContentError, match="USD: the entries from 2026-11-01 and from 2026-11-15 overlap"):
        own(tmp_path, customs_rates=RATES, exchange_rates=single)


def test_own_places_are_known_and_may_have_tariffs(tmp_path: Path) -> None:
    tables = own(tmp_path, places=PLACES, free_time=FREE_TIME.replace("place: CN\n", "place: CNZ9Z\n"))
    assert tables.places.find("CNZ9Z").zh == "新港"
    assert tables.free_time.find("EXAMPLE", "CNZ9Z", "import", "DMD", "20GP", date(2026, 3, 2)).free_days == 14
    assert "CNSHA" in tables.places


def test_places_and_areas_that_cannot_be_are_faults_of_their_files(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        own(
            tmp_path,
            places=PLACES.replace("en: New Harbour, ", ""),
            free_time=FREE_TIME.replace("place: CN\n", "place: NLRTD\n"),
        )
    unnamed, unknown = map(str, caught.value.faults)
    assert unnamed.startswith("places.yaml:1:1: CNZ9Z is not in UN/LOCODE 2023-1, so its `en` and `kinds` are needed")
    assert unknown.startswith("free_time.yaml:1:1: 0.place: NLRTD is not in UN/LOCODE 2023-1; NLRTM Rotterdam, ")


def test_places_are_found_on_the_command_line_with_the_firms_own(tmp_path: Path) -> None:
    environ = {"SOP_TABLES_FOLDER": str(kept(tmp_path, places=PLACES))}
    found = sop(tmp_path, "place", "find", "新港", "--json", environ=environ)
    assert json.loads(found.stdout)["places"][0]["code"] == "CNZ9Z"
    vienna = sop(tmp_path, "place", "find", "vienna", "--limit", "1")
    assert (vienna.exit_code, "ATVIE" in vienna.stdout, vienna.stderr) == (0, True, "1 of 15; --limit shows more\n")
    nowhere = sop(tmp_path, "place", "find", "新港")
    assert (nowhere.exit_code, nowhere.stdout) == (3, "")
    assert "no place of UN/LOCODE 2023-1 is called '新港'" in nowhere.stderr
    assert "CNZ9Z New Harbour 新港 port" in sop(tmp_path, "table", "check", environ=environ).stdout


def test_the_command_lists_faults_or_entries(tmp_path: Path) -> None:
    good = sop(tmp_path, "table", "check", str(EXAMPLE))
    assert good.exit_code == 0
    assert "100 JPY = CNY 4.5701" in good.stdout
    wrong = tmp_path / "tables"
    wrong.mkdir()
    kept(wrong, customs_rates=RATES.replace("7.2", "seven"))
    refused = sop(tmp_path, "table", "check", environ={"SOP_TABLES_FOLDER": str(wrong)})
    assert refused.exit_code == 2
    assert "customs_rates.yaml:4:13" in refused.stderr
    missing = sop(tmp_path, "table", "check", str(tmp_path / "none"))
    assert missing.exit_code == 2
    assert "there is no such folder" in missing.stderr
