"""The works that choose, as a worker carries them out: contracts, a seed of their own, registers of the site."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.selection import SelectionActivities
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.cases.duties.duty import Subject
from tests.unit.cases.casework_samples import MONDAY

VEHICLE = {"plate_no": "A", "kind": "box", "capacity_kg": Decimal(900), "capacity_m3": None}


class Registers:
    """Registers of a site in memory."""

    def subjects(self, register: str, where: str | None) -> tuple[Subject, ...]:
        rows = {
            "vehicles": (Subject("A", VEHICLE),),
            "rosters": (Subject("li:2026-03-02", {"person": "li", "day": date(2026, 3, 2), "shift": "early"}),),
            "absences": (),
        }
        return rows[register]


class Torn:
    """Registers of which no row can be read."""

    def subjects(self, register: str, where: str | None) -> tuple[Subject, ...]:
        return (Subject("wu", {}, f"its row of {register} cannot be read"),)


class Bare:
    def subjects(self, register: str, where: str | None) -> tuple[Subject, ...]:
        raise KeyError(register)


WORKS = SelectionActivities(Registers())


def asked(**values: Any) -> WorkInput:
    return WorkInput(key="CASE-1.sampling#1", case_id="CASE-1", sop="Audit", values=values, at=MONDAY)


def test_candidates_are_placed_and_the_best_share_is_chosen() -> None:
    candidates = [{"key": key, "score": Decimal(score)} for key, score in (("a", 1), ("b", 3), ("c", 3))]
    found = WORKS.rank(asked(candidates=candidates, percent=Decimal(10))).values
    assert (found["placed"][0], found["chosen"]) == ({"key": "b", "score": Decimal(3), "place": 1}, ["b", "c"])


def test_a_sample_says_by_which_seed_it_was_drawn_and_is_drawn_again_by_it() -> None:
    keys = [f"CMP-{number}" for number in range(50)]
    first, second = (WORKS.draw_sample(asked(keys=keys, count=5)).values for _ in range(2))
    assert first["seed"] != second["seed"], "nobody knows beforehand what will be drawn"
    assert WORKS.draw_sample(asked(keys=keys, count=5, seed=first["seed"])).values == first
    assert (first["total"], len(first["drawn"])) == (50, 5)


@pytest.mark.parametrize(
    ("work", "values", "said"),
    [
        ("draw_sample", {"keys": ["a"]}, "either `count` or `percent`"),
        ("draw_sample", {"keys": ["a"], "percent": Decimal(101)}, "percent"),
        ("rank", {"candidates": [{"key": "a"}], "count": 1}, "candidates.0.score"),
        ("free_vehicles", {"from_at": MONDAY, "until_at": MONDAY, "kg": 1}, "lies after"),
    ],
)
def test_what_cannot_be_used_fails_for_good_and_says_why(work: str, values: dict[str, Any], said: str) -> None:
    with pytest.raises(ApplicationError) as failed:
        getattr(WORKS, work)(asked(**values))
    assert failed.value.non_retryable
    assert said in failed.value.message


def test_people_come_from_the_sites_rosters() -> None:
    found = WORKS.people_on_duty(asked(on=date(2026, 3, 2))).values
    assert found == {"people": [{"person": "li", "shift": "early", "place": None}], "missing": []}
    with pytest.raises(ApplicationError, match="its row of rosters cannot be read"):
        SelectionActivities(Torn()).people_on_duty(asked(on=date(2026, 3, 2)))


def test_vehicles_come_from_the_sites_register() -> None:
    room = {"from_at": MONDAY, "until_at": MONDAY.replace(hour=9), "kg": Decimal(500)}
    found = WORKS.free_vehicles(asked(**room)).values
    assert found == {
        "vehicles": [{"plate_no": "A", "kind": "box", "free_kg": Decimal(900), "free_m3": None}],
        "unfit": [],
    }
    with pytest.raises(ApplicationError, match="the site has no register 'vehicles'"):
        SelectionActivities(Bare()).free_vehicles(asked(**room))
