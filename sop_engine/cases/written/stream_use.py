"""What of a stream an SOP hears: whose readings, from when to when, and the rules by which they make episodes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from sop_engine.basis.models import Frozen, Title

MOST_SUBJECTS = 200
"""Of one stream in one case: each has a row for each rule, written again with every step. Lint asks for lists that hold
no more."""

EpisodeWord = Literal["begun", "ended", "changed", "withdrawn"]
"""What a case may hear of an episode: it began, it is over, its bounds are others, a late reading refuted it."""


class EpisodeRule(Frozen):
    """What makes an episode of a stream's readings, and which events the case hears of it."""

    when: str | None = None
    """A condition over the fields of a reading and over figures, texts and answers of the case."""
    for_: str | None = Field(default=None, alias="for")
    """How long readings must show it, a period of minutes, hours or days or a parameter; at once where nothing is
    said."""
    silent: str | None = None
    """In place of `when`: the period without any reading."""
    tell: dict[EpisodeWord, str] = Field(min_length=1)
    """Declared events."""
    title: Title | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> EpisodeRule:
        if (self.when is None) == (self.silent is None):
            raise ValueError("a rule has either `when` (a condition) or `silent` (a period without any reading)")
        if self.for_ is not None and self.when is None:
            raise ValueError("`for` says how long `when` must hold; `silent` is a period itself")
        if "begun" not in self.tell:
            raise ValueError("`tell` names at least the event for `begun`")
        return self


class StreamUse(Frozen):
    """The readings of a stream that concern the case; it hears of the episodes in them alone."""

    subject: str
    """An expression for whom they are of: one subject or a list of them."""
    from_: str | None = Field(default=None, alias="from")
    """The instant from which readings count, and silence; while it is not filled, none. The opening where absent."""
    to: str | None = None
    """The instant up to which they count, once it is filled."""
    rules: dict[str, EpisodeRule] = Field(min_length=1)
