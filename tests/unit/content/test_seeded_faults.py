"""Lint finds what is planted in the shipped procedures, at its line; what it misses is known, with the reason."""

from collections import Counter

import pytest

from sop_engine.content.library import load_library
from tests.unit.content.seeded_faults.corpus import House, Planted, corpus, is_found

CORPUS = corpus()
FOUND = [fault for fault in CORPUS if fault.blind is None]
BLIND = [fault for fault in CORPUS if fault.blind is not None]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(load_library(), tmp_path_factory.mktemp("spoiled"))


@pytest.mark.parametrize("fault", FOUND, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_at_its_line(house: House, fault: Planted) -> None:
    edited, said = house.spoiled(fault)
    assert is_found(fault, edited, said), f"line {edited.line} with {fault.says!r} is not among: {said}"


@pytest.mark.parametrize("fault", BLIND, ids=lambda fault: fault.name)
def test_a_blind_spot_is_blind_still(house: House, fault: Planted) -> None:
    edited, said = house.spoiled(fault)
    assert not is_found(fault, edited, said), "lint finds it: take `blind` away"


def test_the_corpus_is_large_and_mostly_found() -> None:
    assert len(CORPUS) >= 60
    assert len(FOUND) >= 55
    assert [name for name, count in Counter(fault.name for fault in CORPUS).items() if count > 1] == []
