"""Views as a lens lets them pass: what is hidden is null, and its place is listed under `masked`.

Never a part of a value, or signs in its place: a program would take them for a number. What people and machines wrote
in free text may quote a value, so a hidden value is taken out of it wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sop_engine.cases.contracts.views import CaseView, ClockView, StepView, TaskView
from sop_engine.cases.told.refusing import REFUSED
from sop_engine.cases.visibility.held_files import shown_files
from sop_engine.cases.visibility.lens import Lens
from sop_engine.cases.written.classified import EACH

HIDDEN = "(hidden)"
"""Stands for a hidden value within a text."""
TELLING = 7
"""Digits that tell one number from others, whatever stands before them."""
_NUMBER = re.compile(r"[+(]?\d(?:[\d ().,-]*\d)?", re.ASCII)
SHORTEST = 4
"""Characters of a value that is looked for in texts; a shorter one stands in any of them by chance."""


def masked(view: CaseView, lens: Lens) -> CaseView:
    """A case as the lens lets it pass."""
    if not lens.hides:
        return view
    hidden = hidden_texts(view.data, lens)
    changed: dict[str, Any] = {
        "data": masked_data(view.data, lens),
        "tasks": tuple(masked_task(task, lens, hidden) for task in view.tasks),
        "incidents": redacted_entries(view.incidents, hidden),
        "comments": redacted_entries(view.comments, hidden),
        "hold": redacted(view.hold, hidden),
        "clocks": tuple(masked_clock(clock, hidden) for clock in view.clocks),
        "files": shown_files(view.files, lens),
        "masked": places(lens),
    }
    if lens.is_shut:
        changed |= {"comments": (), "attachments": (), "documents": (), "hold": None if view.hold is None else HIDDEN}
    return view.model_copy(update=changed)


def places(lens: Lens) -> tuple[str, ...]:
    """What the lens hides, as views tell it."""
    return tuple(sorted(lens.hides))


def masked_data(data: Mapping[str, Any], lens: Lens) -> dict[str, Any]:
    """The data of a case, JSON-ready."""
    for place in lens.hides:
        data = _without(data, place.split("."))
    return dict(data)


def masked_task(task: TaskView, lens: Lens, hidden: Sequence[str]) -> TaskView:
    """A task with its form."""
    form = tuple({**entry, "value": _value(entry["field"], entry.get("value"), lens)} for entry in task.form)
    return task.model_copy(update={"form": form, "item": _item(task.item, lens, hidden), "masked": places(lens)})


def masked_clock(clock: ClockView, hidden: Sequence[str]) -> ClockView:
    """A clock, whose reasons people wrote."""
    return clock.model_copy(update={"notes": tuple(redacted(note, hidden) for note in clock.notes)})


def masked_steps(steps: Iterable[StepView], lens: Lens, data: Mapping[str, Any]) -> tuple[StepView, ...]:
    """Lines of the journal of a case with this data."""
    found = tuple(steps)
    if not lens.hides:
        return found
    hidden = [*hidden_texts(data, lens)]
    for step in found:
        for change in step.changes:
            for key in ("old", "new"):
                hidden += hidden_texts({str(change.get("field")): change.get(key)}, lens)
    return tuple(_masked_step(step, lens, _longest_first(hidden)) for step in found)


def _masked_step(step: StepView, lens: Lens, hidden: Sequence[str]) -> StepView:
    changes = tuple(_masked_change(change, lens) for change in step.changes)
    note = HIDDEN if lens.is_shut and step.note is not None else redacted(step.note, hidden)
    # What was refused may have any shape.
    data = {} if step.kind == REFUSED or lens.is_shut else redacted_within(masked_data(step.data, lens), hidden)
    return step.model_copy(update={"changes": changes, "note": note, "data": data})


def _masked_change(change: Mapping[str, Any], lens: Lens) -> dict[str, Any]:
    field = str(change.get("field"))
    return {key: _value(field, value, lens) if key in ("old", "new") else value for key, value in change.items()}


def hidden_texts(data: Mapping[str, Any], lens: Lens) -> tuple[str, ...]:
    """Every hidden value as it would stand in a text, the longest first."""
    return _longest_first(text for place in lens.hides for text in _texts_at(data, place.split(".")))


def said_at(data: Mapping[str, Any], sought: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every value at some places, as it would stand in a text, with its place."""
    for place in sorted(sought):
        yield from ((place, text) for text in _texts_at(data, place.split(".")))


def is_filled(data: Mapping[str, Any], place: str) -> bool:
    """Whether there is a value at a place."""
    return any(True for _ in _filled_at(data, place.split(".")))


def redacted(text: Any, hidden: Iterable[str]) -> Any:
    """A text without the values that are hidden; a number in whichever way it is written, with its country or not."""
    if not isinstance(text, str):
        return text
    numbers = set[str]()
    for each in hidden:
        text = text.replace(each, HIDDEN)
        numbers |= {_digits(each)} if _NUMBER.fullmatch(each) else set()
    if not numbers:
        return text
    return _NUMBER.sub(lambda found: HIDDEN if _is_one_of(_digits(found[0]), numbers) else found[0], text)


def _digits(number: str) -> str:
    """The digits of a number, without nought behind its point."""
    whole, _, fraction = number.rpartition(".") if number.count(".") == 1 else (number, "", "")
    return "".join(filter(str.isdigit, whole + fraction.rstrip("0")))


def _is_one_of(digits: str, numbers: Iterable[str]) -> bool:
    """Whether two say the same, or the longer has no more than a prefix before the shorter."""
    return any(
        digits == number
        or (min(len(digits), len(number)) >= TELLING and (digits.endswith(number) or number.endswith(digits)))
        for number in numbers
    )


def redacted_entries(entries: Iterable[Mapping[str, Any]], hidden: Sequence[str]) -> tuple[dict[str, Any], ...]:
    return tuple({key: redacted(value, hidden) for key, value in entry.items()} for entry in entries)


def redacted_within(value: Any, hidden: Sequence[str]) -> Any:
    """A value without what is hidden, in each text that it holds."""
    if isinstance(value, Mapping):
        return {key: redacted_within(entry, hidden) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [redacted_within(entry, hidden) for entry in value]
    return redacted(value, hidden)


def _value(field: str, value: Any, lens: Lens) -> Any:
    """The value of one field."""
    return masked_data({field: value}, lens)[field]


def _item(item: Any, lens: Lens, hidden: Sequence[str]) -> Any:
    """The entry of a list that a task is for: nobody says here which list that was, so each is taken for it."""
    if not isinstance(item, Mapping):
        return redacted(item, hidden)
    within = [keys[keys.index(EACH) + 1 :] for place in lens.hides if EACH in (keys := place.split("."))]
    for keys in within:
        item = _without(item, keys)
    return redacted_within(item, hidden)


def _without(value: Any, keys: Sequence[str]) -> Any:
    """The value with null at a place; all of it is null where it has not the shape that leads there."""
    if not keys or value is None:
        return None
    head, *rest = keys
    if head == EACH:
        return [_without(entry, rest) for entry in value] if isinstance(value, list | tuple) else None
    if not isinstance(value, Mapping):
        return None
    return {**value, head: _without(value[head], rest)} if head in value else value


def _filled_at(value: Any, keys: Sequence[str]) -> Iterator[Any]:
    if value is None:
        return
    if not keys:
        yield value
    elif keys[0] == EACH and isinstance(value, list | tuple):
        for entry in value:
            yield from _filled_at(entry, keys[1:])
    elif isinstance(value, Mapping):
        yield from _filled_at(value.get(keys[0]), keys[1:])


def _texts_at(value: Any, keys: Sequence[str]) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, list | tuple):
        rest = keys[1:] if keys and keys[0] == EACH else keys
        for entry in value:
            yield from _texts_at(entry, rest)
    elif isinstance(value, Mapping):
        inner = value.values() if not keys else [value.get(keys[0])]
        for entry in inner:
            yield from _texts_at(entry, keys[1:])
    elif not isinstance(value, bool) and len(text := str(value).strip()) >= SHORTEST:
        yield text


def _longest_first(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(texts), key=len, reverse=True))
