"""The names that a list is asked by: one that nobody knows is told, for an empty list would say that all is done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property

from sop_engine.basis.faults import Fault, NotFound
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.contracts.reading import ListCasesInput, ListTasksInput
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.shape import StateShape, split_states
from sop_engine.records.used_names import NameKind, UsedNames

Asked = tuple[NameKind, str, str | None]
"""What kind of name, in which field it was given, and the name."""

WHAT: Mapping[NameKind, str] = {
    "user": "nobody is called {!r}",
    "role": "there is no role {!r}",
    "sop": "there is no SOP {!r}",
    "stage": "no SOP has a phase {!r}",
    "state": "no SOP has a state {!r}",
    "case": "records know no case {!r}",
}


class KnownNames:
    """Knows the names of the site's files, and those that the records have of earlier ones."""

    def __init__(self, used: UsedNames, organization: Organization, definitions: Mapping[str, SopDefinition]) -> None:
        self._used = used
        self._organization = organization
        self._definitions = definitions

    def judge_tasks(self, given: ListTasksInput) -> None:
        """Raises NotFound with every name that nobody knows, and those that are like it."""
        roles: Iterable[Asked] = (("role", "role", role) for role in given.roles)
        people: Iterable[Asked] = (("user", "user", given.user), ("user", "held_by", given.held_by))
        self._judge((*people, *roles, ("sop", "sop", given.sop), ("case", "case", given.case_id)))

    def judge_cases(self, given: ListCasesInput) -> None:
        """Raises NotFound with every name that nobody knows, and those that are like it."""
        self._judge(
            (
                ("sop", "sop", given.sop),
                ("role", "owner", given.owner),
                ("stage", "stage", given.stage),
                ("state", "state", given.state),
                ("case", "parent", given.parent),
            )
        )

    def judge_case(self, case_id: str) -> None:
        """Raises NotFound for a case that the records do not know."""
        self._judge((("case", "case", case_id),))

    def _judge(self, asked: Iterable[Asked]) -> None:
        faults = [
            Fault(where=where, what=WHAT[kind].format(name), allowed=", ".join(self._nearest(kind, name)))
            for kind, where, name in asked
            if name is not None and name not in self._of_files(kind) and not self._used.is_used(kind, name)
        ]
        if faults:
            raise NotFound("what was asked for does not exist", faults)

    def _nearest(self, kind: NameKind, name: str) -> tuple[str, ...]:
        """The names that are like it; where none is, all of those that are few."""
        known = self._used.ids_like(name) if kind == "case" else self._of_files(kind)
        return nearest(name, known) or (tuple(sorted(known)) if kind == "sop" else ())

    def _of_files(self, kind: NameKind) -> Collection[str]:
        readers: Mapping[NameKind, Callable[[], Collection[str]]] = {
            "user": lambda: self._organization.people,
            "role": lambda: self._organization.roles,
            "sop": lambda: self._definitions,
            "stage": lambda: self._stages,
            "state": lambda: self._states,
            "case": lambda: (),
        }
        return readers[kind]()

    @cached_property
    def _shapes(self) -> tuple[StateShape, ...]:
        written = (definition.states for definition in self._definitions.values())
        return tuple(shape for states in written for shape in split_states(states)[1].values())

    @property
    def _states(self) -> tuple[str, ...]:
        return tuple(shape.id for shape in self._shapes)

    @property
    def _stages(self) -> tuple[str, ...]:
        return tuple(shape.id for shape in self._shapes if shape.is_stage)
