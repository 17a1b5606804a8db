"""One party, one number of a paper, however it is spelled; and two that differ stay two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.freight.party_keys import is_same, party_key
from tests.unit.spellings import spellings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("东湖泵业（上海）有限公司", "东湖泵业(上海)有限公司"),
        ("东湖泵业（上海）有限公司", " 东湖泵业 ( 上海 ) 有限公司　"),
        ("TT-1", "tt-1"),
        ("TT-1", "TT 1"),
        ("TT-1", "ＴＴ－１"),
        ("TT-1", "TT\u20111"),
        ("TT-1", "TT\u22121"),
        ("TT-1", "T\u200bT-1\ufeff"),
        ("INV-2026-000001", "inv 2026 000001"),
        ("East Lake Pumps", "EAST\u00a0LAKE  PUMPS"),
        ("East Lake Pumps", "Eastlake pumps"),
        ("Acme Co., Ltd", "ACME CO.,LTD"),
        ("Straße & Söhne", "STRASSE & SO\u0308HNE"),
        ("ﾃﾞｰﾀ", "データ"),
    ],
)
def test_spellings_of_one_are_one(one: str, other: str) -> None:
    assert is_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INV-1-11", "INV-11-1"),
        ("INV-1-1", "INV-11"),
        ("TT-1", "TT-11"),
        ("TT/1", "TT-1"),
        ("Acme", "Acme 2"),
        ("东湖泵业（上海）有限公司", "东湖泵业（北京）有限公司"),
        ("-", ""),
    ],
)
def test_two_stay_two(one: str, other: str) -> None:
    assert not is_same(one, other)


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert party_key(party_key(text)) == party_key(text)


@given(st.sampled_from(["TT-1", "INV-2026-000012", "东湖泵业（上海）有限公司", "East Lake Pumps"]), st.integers())
def test_any_spelling_has_the_key_of_its_text(text: str, seed: int) -> None:
    assert is_same(spellings(text, seed), text)
