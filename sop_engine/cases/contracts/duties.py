"""What is said about recurring duties: the round that starts their cases, the acts of people, the lists.

A duty is what `schedules.yaml` says; it does something once it was applied. Instants are UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from sop_engine.cases.contracts.base import ActivityInput, Contract
from sop_engine.cases.contracts.records import ForRecords

DutyChange = Literal["added", "changed", "removed"]

CHUNK = 500
"""The most cases that one round starts."""


class DutiesInput(Contract):
    """The start argument of the workflow that keeps duties."""

    task_queue: str


class DutyRoundInput(ForRecords):
    """Activity `duty_round`: plans what is due by now, and starts what is planned by now."""

    now: datetime


class ComingDuty(Contract):
    """One period that is due some day."""

    duty: str
    title: dict[str, str]
    period: str
    at: datetime
    provisional: bool = False
    """A year without an official notice has a say in the day."""


class DutyRound(Contract):
    """What a round did, and when there is something to do again."""

    planned: int = 0
    started: int = 0
    skipped: int = 0
    left: int = 0
    """How many are planned by now and wait for the next round."""
    next_at: datetime | None = None
    next_is: str = ""
    """What is due then."""
    coming: tuple[ComingDuty, ...] = ()
    """The next ten."""
    paused: dict[str, str] = {}
    """Paused duties with who paused them and why."""
    troubles: tuple[str, ...] = ()
    """Duties that cannot be counted: a calendar that is not there any more."""


class DutiesState(Contract):
    """What the workflow answers when it is asked."""

    done: DutyRound | None = None
    """The last round; none while the first is under way."""


class ListDutiesInput(ActivityInput):
    """Activity `list_duties`."""


class DutyLine(Contract):
    """One duty as it stands."""

    duty: str
    title: dict[str, str]
    sop: str
    status: Literal["applied", "paused", "changed", "new", "removed"]
    """`changed`, `new`, `removed`: the file says something else than what was applied."""
    since: datetime | None = None
    next_at: datetime | None = None
    next_on: date | None = None
    """The civil day of it, in the duty's calendar."""
    provisional: bool = False
    last_period: str | None = None
    started: int = 0
    skipped: int = 0
    late: int = 0
    """Planned, past their instant, and not started."""
    note: str = ""
    """Who paused it and why."""


class DutyList(Contract):
    duties: tuple[DutyLine, ...]


class DutyDifferenceInput(ActivityInput):
    """Activity `compare_duties`: what would become other if the file were applied."""

    since: datetime | None = None
    """From when a new duty is to count, where that is not the moment of applying."""


class DutyDifference(Contract):
    """How one duty would change."""

    duty: str
    change: DutyChange
    what: tuple[str, ...] = ()
    """Each thing that is said otherwise, with what is applied and what the file says."""
    before: tuple[ComingDuty, ...] = ()
    """The next three days as applied."""
    after: tuple[ComingDuty, ...] = ()
    """The next three as the file says."""
    at_once: tuple[str, ...] = ()
    """The periods that would be started at once, each with the day on which it was due."""


class DutyDifferences(Contract):
    differences: tuple[DutyDifference, ...]
    content: str
    """The hash of what was compared: what is applied must be what was shown."""


class ApplyDutiesInput(Contract):
    """Puts what `schedules.yaml` says in force. For an administrator."""

    actor: str = Field(min_length=1, max_length=100)
    content: str
    """The hash that the difference was shown with."""
    since: datetime | None = None
    """From when new duties count; from now on when absent."""


class PauseDutyInput(Contract):
    """Keeps a duty from starting cases until it is resumed. For the owner of its procedure and those above."""

    actor: str = Field(min_length=1, max_length=100)
    duty: str
    reason: str = Field(min_length=1, max_length=2_000)


class ResumeDutyInput(Contract):
    """Lets a paused duty go on: what it missed meanwhile follows its `missed`."""

    actor: str = Field(min_length=1, max_length=100)
    duty: str


class RunDutyInput(Contract):
    """Starts one period by hand, once: one from before the duty was applied, or one that was skipped."""

    actor: str = Field(min_length=1, max_length=100)
    duty: str
    period: str
    """Its key, such as `2026-10`."""
    subject: str | None = None
    """One of those for whom it is done; all of them when absent."""


class ApplyDuties(ForRecords):
    """Activity `apply_duties`."""

    given: ApplyDutiesInput
    now: datetime


class PauseDuty(ForRecords):
    """Activity `pause_duty`."""

    given: PauseDutyInput
    now: datetime


class ResumeDuty(ForRecords):
    """Activity `resume_duty`."""

    given: ResumeDutyInput
    now: datetime


class RunDuty(ForRecords):
    """Activity `run_duty`."""

    given: RunDutyInput
    now: datetime


class DutyDone(Contract):
    """What an act did, in a sentence for whoever did it; `cases` are those that will be started."""

    message: str
    cases: tuple[str, ...] = ()
