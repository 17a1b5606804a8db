"""What a diagram is drawn from: a procedure, and what others call the things that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sop_engine.basis.models import Title
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.procedure import Procedure
from sop_engine.cases.written.shape import split_states


@dataclass(frozen=True)
class Subject:
    """A procedure among those it names."""

    procedure: Procedure
    sops: Mapping[str, SopDefinition] = field(default_factory=dict)
    """The SOPs of its children, by name; one that is missing ends with bare words."""
    roles: Mapping[str, Title] = field(default_factory=dict)
    """The titles of roles; what is missing is named as written."""

    def role(self, name: str) -> Title:
        """A role's title, or that of the field that holds a role; else the text of the expression that gives one."""
        held = self.procedure.definition.data.get(name)
        return self.roles.get(name) or (held.title if held is not None else Title(en=name.replace("_", " "), zh=name))

    def end_of_child(self, sop: str, outcome: str) -> Title | None:
        """What the SOP of a child calls the state with which it ends so; None where it has none, or many."""
        definition = self.sops.get(sop)
        if definition is None:
            return None
        states, shapes, _ = split_states(definition.states)
        found = {shapes[name].title for name, body in states.items() if body.get("final") == outcome}
        return found.pop() if len(found) == 1 else None
