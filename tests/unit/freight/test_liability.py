"""What carriers owe at most, by the figures of domain facts 1.4 and 0."""

from datetime import date
from decimal import Decimal

import pytest

from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError
from tests.unit.freight.freight_data import liability_limits


@pytest.mark.parametrize(
    ("regime", "day", "kg", "packages", "expected"),
    [
        ("maritime_code", date(2026, 4, 30), "1000", 1, "2000.00"),
        ("maritime_code", date(2026, 4, 30), "300", 1, "666.67"),
        ("hague_visby", date(2026, 3, 2), "1000", 10, "6666.70"),
        ("hamburg", date(2026, 3, 2), "334", 1, "835.00"),
        ("hamburg", date(2026, 3, 2), "334.4", 1, "836.00"),
        ("montreal", date(2024, 12, 27), "100", 5, "2200.00"),
        ("montreal", date(2024, 12, 28), "100", 5, "2600.00"),
        ("cmr", date(2026, 3, 2), "100", 5, "833.00"),
    ],
)
def test_the_higher_limit_of_the_regime_counts(regime: str, day: date, kg: str, packages: int, expected: str) -> None:
    """forwarderlaw.com for 22 and 26 SDR; 海商法(1992) Arts. 56-57; the rest as the facts give them."""
    limit = liability_limits().limit(regime, day, Decimal(kg), packages)
    assert limit.amount == Money(amount=Decimal(expected), currency="XDR")
    assert "Rule: " in limit.basis


def test_an_unknown_regime_and_no_cargo_are_both_told() -> None:
    with pytest.raises(RuleError) as caught:
        liability_limits().limit("rotterdam", date(2026, 3, 2), Decimal(0), 0)
    assert [fault.where for fault in caught.value.faults] == ["regime", "gross_kg"]
    with pytest.raises(RuleError, match="2019-12-28 to 2024-12-27"):
        liability_limits().limit("montreal", date(2019, 12, 27), Decimal(1), 1)


def test_the_computation_is_told_by_weight_and_by_package() -> None:
    day = date(2026, 3, 2)
    assert (
        liability_limits()
        .limit("hague_visby", day, Decimal(1000), 10)
        .basis.startswith("1000 kg × 2 = 2000; 10 packages × 666.67 = 6666.70; XDR 6666.70. Rule: ")
    )
    assert liability_limits().limit("cmr", day, Decimal(100), 5).basis.startswith("100 kg × 8.33 = 833.00; XDR 833.00.")
