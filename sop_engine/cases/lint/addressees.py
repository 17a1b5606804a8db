"""Those outside whom an SOP knows by `addressees`: expressions that hold, names that are no role, and somebody tells
them something."""

from __future__ import annotations

from sop_engine.cases.lint.findings import Notebook


def lint_addressees(notes: Notebook) -> None:
    """Every addressee of the SOP."""
    definition = notes.procedure.definition
    told = {str(action.body.get("notify")) for action in notes.actions if "as" in action.body}
    for name, spec in definition.addressees.items():
        path = ("addressees", name)
        if name in notes.procedure.bundle.superiors:
            notes.error(path, f"{name} is a role too; a notice to it would be ambiguous")
        for key, source in spec.sources().items():
            notes.expression((*path, key), source, ("text",))
        if not {"email", "phone", "address", "url", "customer"} & spec.sources().keys():
            notes.warn(path, "says of no way in which they are reached, so only a call task can reach them")
        if name not in told:
            notes.warn(path, "no notice goes to them")
