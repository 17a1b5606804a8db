"""The work of a person as an SOP file says it: whose it is, its form and files, its outcomes and their rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sop_engine.basis.models import Frozen, Title
from sop_engine.cases.written.fields import FieldSpec, FileSize, MediaRange
from sop_engine.cases.written.terms import Names, Until, Verdict


class OutcomeSpec(Frozen):
    """One way in which a person can complete a task; becomes the event `<state>.<outcome>`."""

    title: Title
    require: tuple[str, ...] | None = None
    """The fields needed for this outcome, in place of the form's required ones; its checklist is then not asked for."""
    clock: Verdict | None = None
    """What it makes of the state's own clocks: their promise is kept, as where nothing is said; nothing is promised any
    more; or it still is, and they run on until the state is entered again and left otherwise."""


class CheckSpec(Frozen):
    """A rule over the case's data that a completion must satisfy."""

    rule: str
    title: Title
    blocks: bool = True
    """False: a warning, which a completion passes with a reason."""
    outcomes: Names = ()
    """The outcomes it applies to; empty for all."""


class FormField(Frozen):
    """A field of the SOP's data as one form shows it."""

    field: str
    required: bool | None = None
    """Overrides what the data declares."""
    read_only: bool = False
    when: str | None = None
    """The condition while which it is asked for, over the case's data and the fields before it; always where absent."""

    @model_validator(mode="after")
    def _is_filled(self) -> FormField:
        if self.when is not None and self.read_only:
            raise ValueError("`when` says while what a field is asked for; one that is only shown is not asked for")
        return self

    def is_required(self, declared: FieldSpec) -> bool:
        return declared.required if self.required is None else self.required


def _form_field(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


def _titled(value: Any) -> Any:
    return {"title": value} if isinstance(value, Mapping) and "en" in value else value


class AttachmentSpec(Frozen):
    """A kind of file that a task asks for; `files('photo')` in a rule is what the case holds of it."""

    title: Title
    at_least: int = Field(default=1, ge=0, le=100)
    """How many different ones are attached with an outcome that asks for the form."""
    accept: tuple[MediaRange, ...] = ()
    max_size: FileSize | None = None

    def spec(self) -> FieldSpec:
        """What each of them must be."""
        return FieldSpec(type="file", title=self.title, accept=self.accept, max_size=self.max_size)


Assign = Literal["least_busy", "rotation", "on_duty"]
"""Who has the fewest open tasks, who got none for the longest, or of those on the day's roster the least busy."""


class TaskSpec(Frozen):
    """Work for a person, armed when its state is entered and cancelled when it is left."""

    role: str = ""
    """A role, or an expression that gives one; left out beside `person` or `same_as`, the owner or the other's role."""
    unit: str | None = None
    """Where: a field, or an expression, that gives a unit; whoever has the role there or below may do it."""
    person: str | None = None
    """For whom alone: a field, or an expression, that gives a person. While it gives nobody, the role's."""
    same_as: str | None = None
    """For whoever did that task last, or for whom it was done; the role's where nobody did."""
    assign: Assign | None = None
    """To whom it is given by itself; until that is known, and where nobody is left, it is the role's."""
    title: Title | None = None
    """Defaults to the state's title."""
    form: tuple[Annotated[FormField, BeforeValidator(_form_field, json_schema_input_type=str | FormField)], ...] = ()
    checklist: dict[str, Title] = {}
    attachments: dict[
        str, Annotated[AttachmentSpec, BeforeValidator(_titled, json_schema_input_type=AttachmentSpec | Title)]
    ] = {}
    outcomes: dict[str, Annotated[OutcomeSpec, BeforeValidator(_titled, json_schema_input_type=OutcomeSpec | Title)]]
    skip: tuple[str, ...] | None = None
    """The outcomes with which it may be skipped, where the fields that the chart then needs are given; every one where
    nothing is said, and nothing is asked for then."""
    checks: dict[str, CheckSpec] = {}
    within: str | None = None
    """Sugar for one clock named like the state, from entry to exit, on the ladder below."""
    ladder: str = "standard"
    calendar: str | None = None
    roll: Literal["none", "next_working_day", "previous_working_day"] = "none"
    on_hold: Literal["pause", "run"] = "pause"
    distinct_from: Names = ()
    """Four eyes: not the person who last completed any of these tasks."""
    candidates: Names = ()
    """Persons it is offered to; empty for everybody of the role."""
    priority: int = Field(default=5, ge=1, le=9)
    """1 is most urgent."""
    help: Title | None = None
    for_each: str | None = None
    until: Until = "all"

    @model_validator(mode="after")
    def _somebodys(self) -> TaskSpec:
        named = [key for key in ("person", "same_as", "assign", "candidates") if getattr(self, key)]
        if not self.role and not {"person", "same_as"} & set(named):
            raise ValueError("a task says whose it is: `role`, `person` or `same_as`")
        if len(named) > 1:
            raise ValueError(f"`{named[0]}` and `{named[1]}` both say to whom a task goes; leave one out")
        return self
