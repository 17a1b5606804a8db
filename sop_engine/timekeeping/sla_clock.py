"""One run of a promise as data: its budget, its ledger, the rungs it reached and how its end moved."""

from datetime import timedelta
from typing import Literal

from sop_engine.basis.models import Frozen
from sop_engine.timekeeping.calendar import Roll
from sop_engine.timekeeping.instants import Instant
from sop_engine.timekeeping.ledger import Measure, Span
from sop_engine.timekeeping.periods import Period

ClockStatus = Literal["running", "paused", "met", "breached", "cancelled"]
MoveKind = Literal["deadline", "until", "allowance", "since", "calendar"]


class ClockError(ValueError):
    """An act that the clock does not allow; says why."""


class FiredRung(Frozen):
    """A rung of the ladder that was reached at `at`; `withdrawn` when later word proved that it was not.

    Of the reminders above the last rung only the last one is kept, with how many `times` there were.
    """

    key: str
    at: Instant
    withdrawn: bool = False
    times: int = 1


class Move(Frozen):
    """Why the due instant moved: a person set it, the case gave another instant, or a calendar or a legal figure was
    corrected.

    An end is None where the clock was paused and thus had no due instant.
    """

    kind: MoveKind
    from_at: Instant | None
    to_at: Instant | None
    reason: str
    actor: str
    at: Instant


class SlaClock(Frozen):
    """One run of a clock: `name` as the SOP has it, `key` unique in the case ("plan", "plan#2").

    `total` is the budget, negative where the clock was opened after the instant to run until; `counted` the part of it
    up to the last day as it was counted, before that day rolled, None where a pause is put on top of the rolled day;
    `base_due_at` the due instant as it was set, before any pause moved it. `status` remains `breached` until the clock
    is stopped: past due it runs on, towards the later rungs. `provisional`: see `Deadline`.
    """

    name: str
    key: str
    opened_at: Instant
    spans: tuple[Span, ...]
    allowance: Period | None = None
    until: Instant | None = None
    calendar: str | None = None
    roll: Roll = "none"
    base_due_at: Instant
    total: timedelta
    counted: timedelta | None = None
    measure: Measure
    status: ClockStatus = "running"
    stopped_at: Instant | None = None
    rungs: tuple[FiredRung, ...] = ()
    provisional: bool = False
    reasons: tuple[str, ...] = ()
    moved: tuple[Move, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it has neither been stopped nor cancelled."""
        return self.stopped_at is None

    @property
    def is_paused(self) -> bool:
        """Whether its time stands still; a breached clock can be paused too."""
        return self.is_open and self.spans[-1].kind == "paused"
