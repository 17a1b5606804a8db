"""Automated work that chooses: by places, by lot, and by what the registers of vehicles and people say is free."""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from activities.binding import carries_out
from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.cases.duties.duty import Subjects
from sop_engine.freight import selection as choosing
from sop_engine.freight.capacity import WantedRoom, free_vehicles, on_duty
from sop_engine.freight.rules import RuleError
from sop_engine.work import capacity, selection


class SelectionActivities:
    """What they read of registers is as it is kept when they are asked; their answer stands in the case's history."""

    def __init__(self, registers: Subjects) -> None:
        self._registers = registers

    @carries_out(selection.RANK)
    def rank(self, asked: selection.Ranking, given: WorkInput) -> object:
        scores = [(each.key, each.score) for each in asked.candidates]
        placed = choosing.placed(scores, is_lowest_best=asked.best == "lowest")
        most = choosing.share_of(len(placed), asked.count, asked.percent)
        return {
            "placed": tuple(each._asdict() for each in placed),
            "chosen": tuple(each.key for each in choosing.best(placed, most)),
        }

    @carries_out(selection.DRAW_SAMPLE)
    def draw_sample(self, asked: selection.SampleWanted, given: WorkInput) -> object:
        seed = asked.seed or token_hex(16)
        most = choosing.share_of(len(asked.keys), asked.count, asked.percent)
        return {"drawn": choosing.drawn(asked.keys, most, seed), "total": len(asked.keys), "seed": seed}

    @carries_out(capacity.FREE_VEHICLES)
    def free_vehicles(self, asked: WantedRoom, given: WorkInput) -> object:
        free, unfit = free_vehicles(self._rows("vehicles"), asked)
        return {
            "vehicles": tuple(each._asdict() for each in free),
            "unfit": tuple({"plate_no": each.key, "reason": each.reason} for each in unfit),
        }

    @carries_out(capacity.PEOPLE_ON_DUTY)
    def people_on_duty(self, asked: capacity.WantedPeople, given: WorkInput) -> object:
        free, taken = on_duty(self._rows("rosters"), self._rows("absences"), asked.on, asked.shift, asked.booked)
        missing = tuple({"person": each.key, "reason": each.reason} for each in taken)
        return {"people": free, "missing": missing}

    def _rows(self, register: str) -> list[Mapping[str, Any]]:
        """Raises RuleError for a register that the site does not declare, and for rows that cannot be read."""
        try:
            found = self._registers.subjects(register, None)
        except KeyError:
            raise RuleError([Fault("", f"the site has no register {register!r}", "declare it")]) from None
        faults = [Fault(each.id, each.trouble) for each in found if each.trouble]
        if faults:
            raise RuleError(faults)
        return [each.row for each in found]
