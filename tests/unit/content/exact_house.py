"""A firm in memory that keeps to the second when something happened: its journal, its notices, its promises."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sop_engine.cases.casework import ACTS
from sop_engine.cases.contracts.commands import RunWork
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.running.turn import Turn
from sop_engine.content.library import Library, load_library
from sop_engine.timekeeping.ladders import STILL_OVERDUE
from tests.unit.content.content_house import House, work
from tests.unit.timekeeping.timekeeping_samples import china

OPENED = "2026-03-02 09:00"
"""A working Monday; no holiday is near."""
CASE = "CASE-1"
CHINA = ZoneInfo("Asia/Shanghai")

shipped_library: Callable[[], Library] = cache(load_library)


def local(at: datetime) -> str:
    """`2026-03-02 09:00`, local time; with seconds where there are any, and parts of one where it is not whole."""
    text = at.astimezone(CHINA).replace(tzinfo=None).isoformat(" ")
    return text.removesuffix(":00")


def _taxed(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """8 % duty and 13 % VAT on goods of CNY 100 000."""
    amounts = {"duty": "8000", "consumption_tax": "0", "vat": "14040", "total": "22040"}
    taxes = {name: {"amount": amount, "currency": "CNY"} for name, amount in amounts.items()}
    return {**taxes, "basis": "100000 x 8 %, 108000 x 13 %"}


def _checked(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Credit for everybody but Slow Payers, who owe 10 600 already."""
    late = values["customer"] == "Slow Payers"
    exposure = values["amount"]["amount"] + (10_600 if late else 0)
    return {"allowed": not late, "reason": "10600 overdue" if late else "within the terms", "exposure": exposure}


def _filed(values: Mapping[str, Any]) -> Mapping[str, Any]:
    given = WorkInput(key="k", case_id=CASE, sop="DocumentPreparation", values=dict(values), at=china(OPENED))
    return work().advance_filings(given).values


def _settled(values: Mapping[str, Any]) -> Mapping[str, Any]:
    given = WorkInput(key="k", case_id=CASE, sop="TaxAdjustment", values=dict(values), at=china(OPENED))
    return work().settle_deposit(given).values


class ExactHouse(House):
    """One case at a time, in the local time of China."""

    def __init__(self, now: str, library: Library | None = None) -> None:
        answers = {
            "import_taxes": _taxed,
            "credit_check": _checked,
            "advance_filings": _filed,
            "settle_deposit": _settled,
        }
        super().__init__(now=china(now), library=library or shipped_library(), **answers)
        self.journal: list[StepView] = []
        self.asked: dict[str, Mapping[str, Any]] = {}
        """Activity -> the input it got last."""

    def start(self, sop: str, **data: Any) -> None:
        self.open(sop, CASE, data)

    def complete(self, actor: str, task: str, outcome: str, **data: Any) -> None:
        """Completes a task with its whole checklist ticked."""
        self.do(CASE, actor, task, outcome, data)

    def act(self, name: str, **values: Any) -> None:
        """Any act of a person, by the name of its update."""
        self._perform(CASE, name, ACTS[name].model.model_validate(values))

    def at(self, text: str) -> None:
        """Lets time pass up to a local instant; what is due at that very instant has happened then."""
        self.pass_time(china(text) - self.now + timedelta(microseconds=1))
        self.now = china(text)

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(task.state for task in self.states[CASE].open_tasks())

    def due(self, clock: str) -> str:
        """The due instant of a clock, by its key."""
        due_at = self.states[CASE].clocks[clock].due_at
        assert due_at is not None, f"{clock} is paused"
        return local(due_at)

    def rungs(self, clock: str) -> dict[str, str]:
        """The first time each rung of a clock was reached; not what comes again after the last one."""
        reached: dict[str, str] = {}
        for step in self.journal:
            if step.kind == "rung" and step.name.startswith(f"{clock}."):
                reached.setdefault(step.name.removeprefix(f"{clock}."), local(step.at))
        reached.pop(STILL_OVERDUE, None)
        return reached

    def notices_of(self, template: str) -> list[tuple[str, str]]:
        """When, and to which role or address, the notices of a template went out."""
        return [
            (local(notice.facts.at), notice.address or notice.recipient)
            for notice in self.notices
            if notice.template == template
        ]

    def _accept(self, case_id: str, turn: Turn) -> None:
        if case_id == CASE:
            self.journal += turn.steps
            self.asked |= {work.activity: work.values for work in turn.commands if isinstance(work, RunWork)}
        super()._accept(case_id, turn)
