"""Choosing of many: places, the best of them, shares and samples by lot."""

from decimal import Decimal

import pytest

from sop_engine.freight.rules import RuleError
from sop_engine.freight.selection import best, drawn, placed, share_of

SCORES = [("b", Decimal(7)), ("a", Decimal(9)), ("d", Decimal(7)), ("c", Decimal(3))]


def test_equal_scores_share_a_place_and_the_next_is_as_far_behind() -> None:
    assert [(each.key, each.place) for each in placed(SCORES)] == [("a", 1), ("b", 2), ("d", 2), ("c", 4)]
    lowest = placed(SCORES, is_lowest_best=True)
    assert [(each.key, each.place) for each in lowest] == [("c", 1), ("b", 2), ("d", 2), ("a", 4)]


@pytest.mark.parametrize(("most", "chosen"), [(0, ""), (1, "a"), (2, "abd"), (3, "abd"), (4, "abdc"), (9, "abdc")])
def test_whoever_shares_the_last_place_is_chosen_too(most: int, chosen: str) -> None:
    assert "".join(each.key for each in best(placed(SCORES), most)) == chosen
    assert best((), most) == ()


@pytest.mark.parametrize(
    ("whole", "count", "percent", "meant"),
    [
        (20, 3, None, 3),
        (2, 3, None, 2),
        (20, None, "10", 2),
        (21, None, "10", 3),
        (5, None, "0", 0),
        (3, None, "100", 3),
    ],
)
def test_a_share_is_a_number_or_a_percentage_rounded_up(
    whole: int, count: int | None, percent: str | None, meant: int
) -> None:
    assert share_of(whole, count, None if percent is None else Decimal(percent)) == meant


@pytest.mark.parametrize("percent", [None, Decimal(10)])
def test_a_share_is_said_in_one_way(percent: Decimal | None) -> None:
    with pytest.raises(RuleError, match="either `count` or `percent`"):
        share_of(10, None if percent is None else 3, percent)


def test_a_lot_falls_the_same_for_the_same_seed_and_in_whatever_order_the_keys_stand() -> None:
    keys = [f"CMP-{number}" for number in range(200)]
    first = drawn(keys, 20, "seed")
    assert drawn(list(reversed(keys)), 20, "seed") == first
    assert first[:5] == drawn(keys, 5, "seed"), "a larger sample holds the smaller one"
    assert first == tuple(dict.fromkeys(first))
    assert drawn(keys, 20, "another") != first
    assert drawn(keys, 20, "") != first


def test_every_key_is_drawn_about_as_often() -> None:
    keys = [str(number) for number in range(10)]
    times = dict.fromkeys(keys, 0)
    for seed in range(2_000):
        for key in drawn(keys, 3, str(seed)):
            times[key] += 1
    assert all(500 < found < 700 for found in times.values()), times


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(RuleError, match="'a' stands twice"):
        drawn(["a", "b", "a"], 1, "seed")
    with pytest.raises(RuleError, match="'a' stands twice"):
        placed([("a", Decimal(1)), ("a", Decimal(2))])
