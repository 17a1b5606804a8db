"""Money: exact to the smallest unit, split without loss, written in figures and in words."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sop_engine.freight.amount_words import amount_in_words, rmb_capitals
from sop_engine.freight.money import Money, MoneyError, total


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="CNY")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("633.675", "CNY", "CNY 633.68"),
        ("633.674999", "CNY", "CNY 633.67"),
        ("-0.005", "CNY", "CNY -0.01"),
        ("1234.5", "JPY", "JPY 1235"),
        ("1.2345", "KWD", "KWD 1.235"),
        ("7", "BHD", "BHD 7.000"),
        ("100", "KRW", "KRW 100"),
    ],
)
def test_computed_amounts_are_rounded_half_up(amount: str, currency: str, text: str) -> None:
    money = Money.rounded(Decimal(amount), currency)
    assert str(money) == text
    assert Money.parse(text) == money
    assert Money.model_validate_json(money.model_dump_json()) == money


@pytest.mark.parametrize(
    ("text", "amount"), [("CNY 1,234.50", "1234.50"), ("CNY1234.5", "1234.5"), (" CNY -1,000,000 ", "-1000000")]
)
def test_amounts_are_read(text: str, amount: str) -> None:
    assert Money.parse(text) == yuan(amount)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1,234.50", "write CNY 1,234.50"),
        ("CNY 1,23.50", "write CNY"),
        ("cny 5", "write CNY"),
        ("RMB 5", "is CNY"),
        ("XXX 5", "'XXX' is not the code of a currency"),
        ("XTS 5", "'XTS' is not the code of a currency"),
        ("UDS 5", "'UDS' is not the code of a currency"),
        ("CNY 0.005", "2 decimal places"),
        ("JPY 1.5", "0 decimal places"),
        ("CNY 1000000000000000", "less than"),
    ],
)
def test_other_texts_are_refused(text: str, says: str) -> None:
    with pytest.raises(MoneyError) as error:
        Money.parse(text)
    assert says in str(error.value)


@pytest.mark.parametrize("amount", [1.5, "NaN", "Infinity", "0.001"])
def test_inexact_amounts_are_refused(amount: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": amount, "currency": "CNY"})


def test_arithmetic_stays_in_one_currency() -> None:
    assert yuan("10.10") + yuan("0.90") - yuan("1") == yuan("10")
    assert -yuan("3") == yuan("-3")
    assert yuan("10.65").times(Decimal("59.5")) == yuan("633.68")
    assert total([yuan("1"), yuan("2.5")], "CNY") == yuan("3.50")
    assert total([], "CNY") == yuan("0")
    with pytest.raises(MoneyError, match="different currencies"):
        yuan("1") + Money.parse("USD 1")
    with pytest.raises(MoneyError, match="different currencies"):
        total([yuan("1")], "USD")


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        ("100", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("-100", [1, 1, 1], ["-33.34", "-33.33", "-33.33"]),
        ("0.05", [1, 1], ["0.03", "0.02"]),
        ("10", [0, 3, 1], ["0", "7.50", "2.50"]),
        ("0.01", [1, 99], ["0.00", "0.01"]),
    ],
)
def test_a_split_loses_nothing(whole: str, weights: list[int], parts: list[str]) -> None:
    assert yuan(whole).split([Decimal(weight) for weight in weights]) == tuple(map(yuan, parts))


@settings(max_examples=100)
@given(
    st.decimals(-(10**9), 10**9, places=2),
    st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=12).filter(lambda weights: sum(weights) > 0),
)
def test_every_split_adds_up(amount: Decimal, weights: list[Decimal]) -> None:
    whole = Money(amount=amount, currency="CNY")
    parts = whole.split(weights)
    assert total(parts, "CNY") == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount - amount * weight / sum(weights)) <= Decimal("0.01")


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_a_split_needs_weights(weights: list[int]) -> None:
    with pytest.raises(MoneyError, match="cannot be split"):
        yuan("1").split([Decimal(weight) for weight in weights])


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        ("1234.50", "壹仟贰佰叁拾肆元伍角整"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("10", "壹拾元整"),
        ("0", "零元整"),
        ("0.5", "伍角整"),
        ("0.05", "伍分"),
        ("10010", "壹万零壹拾元整"),
        ("105000000", "壹亿零伍佰万元整"),
        ("100000010", "壹亿零壹拾元整"),
        ("1000100000000", "壹万零壹亿元整"),
        ("-20000", "负贰万元整"),
    ],
)
def test_chinese_capitals(amount: str, capitals: str) -> None:
    assert rmb_capitals(Decimal(amount)) == capitals


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("USD 1234.50", "US DOLLARS ONE THOUSAND TWO HUNDRED THIRTY-FOUR AND 50/100 ONLY"),
        ("JPY 1000015", "JAPANESE YEN ONE MILLION FIFTEEN ONLY"),
        ("KWD 0.005", "KWD ZERO AND 005/1000 ONLY"),
        ("CNY -20", "RENMINBI YUAN MINUS TWENTY ONLY"),
        ("EUR 700000000019", "EUROS SEVEN HUNDRED BILLION NINETEEN ONLY"),
    ],
)
def test_english_words(text: str, words: str) -> None:
    money = Money.parse(text)
    assert amount_in_words(money.amount, money.currency) == words


def test_words_refuse_what_is_no_whole_fen() -> None:
    with pytest.raises(ValueError, match="2 decimal places"):
        rmb_capitals(Decimal("0.005"))
