"""The activity that looks who may do a task at present, and chooses among them."""

from sqlalchemy import Engine
from temporalio import activity

from sop_engine.cases.people.offers import pool
from sop_engine.cases.running.effects.choose import Choice, ChoosePerson
from sop_engine.records.absences import Attendance
from sop_engine.records.choices import Choices
from sop_engine.temporal.staff import Staff, today
from sop_engine.temporal.writes import writes


class PeopleActivities:
    """What is found stands in the case's history."""

    def __init__(self, engine: Engine, staff: Staff, attendance: Attendance) -> None:
        self._choices = Choices(engine)
        self._staff = staff
        self._attendance = attendance

    @activity.defn(name=ChoosePerson.activity)
    @writes("choice")
    def choose_person(self, given: ChoosePerson) -> Choice:
        """Whether anybody who is here may do the task, and who of them gets it, where it is assigned by itself.

        Nobody gets it for another: whoever is chosen may do it in their own right.
        """
        firm = self._staff.now()
        able = pool(firm, given.offer)
        if given.assign is None:
            return Choice(person=None, is_anybody_left=bool(able))
        own = [name for name in able if firm.holds(name, given.offer.role, given.offer.unit)]
        if given.assign == "on_duty":
            on_duty = self._attendance.on_duty(today(firm))
            own = [name for name in own if name in on_duty]
        facts = given.facts
        person = self._choices.choose(
            given.key, facts.case_id, given.task, given.offer.role, own, given.assign, facts.at
        )
        return Choice(person=person, is_anybody_left=bool(able))
