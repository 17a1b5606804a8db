"""Who is who at present: what is told of people, and the activity that looks who may do a task and chooses one."""

from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads
from activities.failures import refusals
from sop_engine.basis.faults import NotFound
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.contracts.people import ListPeopleInput, People, PersonLine
from sop_engine.cases.people.deputies import is_deputy
from sop_engine.cases.people.offers import pool
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.effects.choose import Choice, ChoosePerson
from sop_engine.records.absences import Attendance
from sop_engine.records.choices import Choices
from sop_engine.temporal.queues import LIST_PEOPLE
from sop_engine.temporal.staff import Staff, today
from sop_engine.temporal.writes import writes


class PeopleActivities:
    """What is found stands in the case's history."""

    def __init__(self, engine: Engine, staff: Staff, attendance: Attendance) -> None:
        self._choices = Choices(engine)
        self._staff = staff
        self._attendance = attendance

    @reads
    @activity.defn(name=LIST_PEOPLE)
    def list_people(self, given: ListPeopleInput) -> People:
        """Raises NotFound for a person, role or unit that the organisation has not."""
        firm = self._staff.now()
        with refusals():
            for what, name, known in (
                ("person", given.person, firm.people),
                ("role", given.role, firm.roles),
                ("unit", given.unit, firm.units),
            ):
                if name is not None and name not in known:
                    raise NotFound(f"there is no {what} {name!r}", allowed=nearest(name, known) or tuple(known)[:12])
        lines = (person_line(firm, name) for name in firm.people if _is_meant(firm, name, given))
        return People(people=tuple(lines), today=today(firm))

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


def _is_meant(firm: Organization, name: str, given: ListPeopleInput) -> bool:
    if given.person not in (None, name) or (given.away and name not in firm.away):
        return False
    roles = firm.people[name].all_roles if given.role is None else (given.role,)
    return (given.role is None and given.unit is None) or any(firm.holds(name, role, given.unit) for role in roles)


def person_line(firm: Organization, name: str) -> PersonLine:
    """One person as the organisation stands."""
    person = firm.people[name]
    posts = (post.role if post.unit is None else f"{post.role} @ {post.unit}" for post in person.all_posts)
    return PersonLine(
        person=name,
        name=person.name,
        posts=tuple(dict.fromkeys(posts)),
        is_away=name in firm.away,
        deputies=person.deputies,
        acts_for=tuple(
            other
            for other in sorted(firm.away)
            if any(is_deputy(firm, name, other, role) for role in firm.people[other].all_roles)
        ),
    )
