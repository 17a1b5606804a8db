"""What a case hears of streams: conditions that can be judged, events that are declared, heard and open to machines."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sop_engine.cases.contracts.limits import LIST_ENTRIES
from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.fields import FieldKind
from sop_engine.cases.written.procedure import field_type
from sop_engine.cases.written.stream import StreamSpec, elapsed_fault
from sop_engine.cases.written.stream_use import MOST_SUBJECTS, EpisodeRule
from sop_engine.statechart.expressions import ExpressionError, compile_expression
from sop_engine.statechart.faults import Path
from sop_engine.statechart.model import matches

TOLD: Mapping[str, FieldKind] = MappingProxyType(
    {"subject": "text", "begun_at": "datetime", "ended_at": "datetime", "episode": "integer"}
)
"""What an event may carry of an episode."""
JUDGED = ("text", "integer", "decimal", "boolean", "any")
"""Kinds of the case's values that a condition may read."""


def lint_streams(notes: Notebook) -> None:
    """Every stream that the SOP uses, and each of its rules."""
    known = notes.around.streams
    for name, use in notes.procedure.definition.streams.items():
        path = ("streams", name)
        if not notes.known(path, "stream", name, known):
            continue
        notes.expression((*path, "subject"), use.subject, ("text", "list"))
        for key, source in (("from", use.from_), ("to", use.to)):
            if source is not None:
                notes.expression((*path, key), source, ("datetime",))
        _lists(notes, (*path, "subject"), use.subject)
        spec = None if known is None else known[name]
        for rule, body in use.rules.items():
            _rule(notes, (*path, "rules", rule), body, spec)


def _lists(notes: Notebook, path: Path, source: str) -> None:
    """A list of subjects that may be longer than what is watched: nobody would be told which of them are not."""
    data = notes.procedure.definition.data
    for name in notes.procedure.expression(source).reads:
        if name in data and data[name].type == "list" and (data[name].max_items or LIST_ENTRIES) > MOST_SUBJECTS:
            what = f"{name} may have more entries than the {MOST_SUBJECTS} that are watched"
            notes.warn(path, what, mend=f"give {name} `max_items: {MOST_SUBJECTS}` or fewer")


def _rule(notes: Notebook, path: Path, rule: EpisodeRule, spec: StreamSpec | None) -> None:
    for key, text in (("for", rule.for_), ("silent", rule.silent)):
        if text is not None:
            written = str(notes.procedure.parameters.get(text, text))
            if (fault := elapsed_fault(written)) is not None:
                notes.error((*path, key), fault + ("" if written == text else f" (parameter {text})"))
    if rule.when is not None and spec is not None:
        _condition(notes, (*path, "when"), rule.when, spec)
    for word, event in rule.tell.items():
        _event(notes, (*path, "tell", word), word, event)
    if "withdrawn" not in rule.tell:
        what = "says nothing of `withdrawn`: a late reading may refute what was told, and the case would not hear it"
        notes.warn((*path, "tell"), what)


def _condition(notes: Notebook, path: Path, source: str, spec: StreamSpec) -> None:
    fields = {name: field_type(field) for name, field in spec.fields.items()}
    try:
        compiled = compile_expression(source, {**notes.procedure.types, **fields}, notes.procedure.calendar)
    except ExpressionError as error:
        notes.error(path, str(error))
        return
    if compiled.type.kind not in ("boolean", "any"):
        notes.error(path, f"gives {compiled.type.kind}, not boolean (in: {source})")
    if not any(name in fields for name in compiled.reads):
        notes.error(path, f"reads no field of a reading; {spec.name} has: {', '.join(fields)}")
    for name in compiled.reads:
        if name in fields and name in notes.procedure.types:
            notes.error(path, f"{name} is a field of a reading and a name of the case; nobody can tell which is meant")
        elif name not in fields and notes.procedure.types[name].kind not in JUDGED:
            kind = notes.procedure.types[name].kind
            notes.error(path, f"{name} is {kind}; of the case a condition reads: {', '.join(JUDGED[:-1])}")


def _event(notes: Notebook, path: Path, word: str, event: str) -> None:
    events = notes.procedure.definition.events
    if not notes.known(path, "event", event, events):
        return
    spec = events[event]
    if spec.roles and not spec.machines:
        notes.error(path, f"only people report {event}; it needs `machines: true`")
    for name, field in spec.data.items():
        if name in TOLD and field.type != TOLD[name]:
            notes.error(path, f"{event} has {name} as {field.type}; it is told as {TOLD[name]}")
        elif field.required and (name not in TOLD or (name == "ended_at" and word != "ended")):
            notes.error(path, f"{event} asks for {name}, which {word} does not tell; told are: {', '.join(TOLD)}")
    waited = [name for state in notes.procedure.chart.states.values() for each in state.on for name in each.events]
    clocks = [
        text for spec in notes.procedure.definition.clocks.values() for _, texts in spec.triggers for text in texts
    ]
    if not any(matches(descriptor, event) for descriptor in (*waited, *clocks)):
        notes.error(path, f"nothing waits for {event}")
