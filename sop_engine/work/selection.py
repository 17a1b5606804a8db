"""Choosing some of many: places, the best of them, and samples by lot."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from sop_engine.work.contract import Gives, Takes, Work, told

Count = Annotated[int | None, Field(ge=0), told("How many")]
Percent = Annotated[Decimal | None, Field(ge=0, le=100), told("Which share of all", "%")]


class Candidate(Takes):
    """One that may be chosen."""

    key: Annotated[str, told("What it is known by")]
    score: Annotated[Decimal, told("Its score")]


class Ranking(Takes):
    """Who is to be placed, and how many are chosen: `count` or `percent`."""

    candidates: Annotated[tuple[Candidate, ...], told("Who is placed")]
    best: Annotated[Literal["highest", "lowest"], told("Which score is best")] = "highest"
    count: Count = None
    percent: Percent = None


class PlacedCandidate(Gives):
    """One with its place."""

    key: Annotated[str, told("What it is known by")]
    score: Annotated[Decimal, told("Its score")]
    place: Annotated[int, told("Its place; equal scores share one")]


class Places(Gives):
    """All in the order of their places, and those who are chosen."""

    placed: Annotated[tuple[PlacedCandidate, ...], told("All, the first place first")]
    chosen: Annotated[tuple[str, ...], told("The best, with whoever shares the last place of them")]


class SampleWanted(Takes):
    """Of what a sample is drawn, and how large it is: `count` or `percent`."""

    keys: Annotated[tuple[str, ...], told("What is drawn from, by key")]
    count: Count = None
    percent: Percent = None
    seed: Annotated[str | None, told("By what the lot falls; without one, a new one is made")] = None


class Sample(Gives):
    """What the lot fell on."""

    drawn: Annotated[tuple[str, ...], told("Those drawn, in the order in which they were")]
    total: Annotated[int, told("Of how many")]
    seed: Annotated[str, told("By what the lot fell: whoever draws with it again draws the same")]


RANK = Work(
    "rank", "Places candidates by their scores, and chooses the best, so many or so many percent.", Ranking, Places
)
DRAW_SAMPLE = Work(
    "draw_sample", "Draws so many, or so many percent, by lot; the seed stands in the result.", SampleWanted, Sample
)
