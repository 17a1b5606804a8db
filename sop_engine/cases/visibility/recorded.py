"""What the records keep of a case, as a lens lets it pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sop_engine.cases.contracts.outbox import OutboxLine
from sop_engine.cases.contracts.reading import NoticeLine, RecordedCase
from sop_engine.cases.contracts.registers import RowChangeLine
from sop_engine.cases.visibility.held_files import shown_files
from sop_engine.cases.visibility.lens import Lens
from sop_engine.cases.visibility.masking import (
    HIDDEN,
    hidden_texts,
    masked_data,
    places,
    redacted,
    redacted_entries,
    redacted_within,
)


def masked_record(kept: RecordedCase, lens: Lens) -> RecordedCase:
    """A case as the records know it."""
    if not lens.hides:
        return kept
    hidden = hidden_texts(kept.case.data, lens)
    case = kept.case.model_copy(update={"data": masked_data(kept.case.data, lens)})
    changed: dict[str, Any] = {
        "case": case,
        "comments": redacted_entries(kept.comments, hidden),
        "files": shown_files(kept.files, lens),
        "masked": places(lens),
    }
    if lens.is_shut:
        changed |= {"comments": (), "attachments": (), "documents": ()}
    return kept.model_copy(update=changed)


def masked_row_change(line: RowChangeLine, lens: Lens) -> RowChangeLine:
    """A change of a row of a register."""
    told = {
        field: {which: masked_data({field: value}, lens)[field] for which, value in values.items()}
        for field, values in line.changes.items()
    }
    return line.model_copy(update={"changes": told})


def masked_notice(line: NoticeLine, lens: Lens, data: Mapping[str, Any]) -> NoticeLine:
    """A notice to somebody else: without the values that its reader does not see, and without an address that is one of
    them.
    """
    if lens.is_shut:
        return line.model_copy(update={"address": None, "subject": HIDDEN, "text": HIDDEN})
    hidden = hidden_texts(data, lens)
    address = None if line.address in hidden else line.address
    said = {name: redacted(getattr(line, name), hidden) for name in ("subject", "text", "error")}
    return line.model_copy(update={"address": address, **said})


def masked_message(line: OutboxLine, lens: Lens, data: Mapping[str, Any], sees_address: bool) -> OutboxLine:
    """A message to somebody else. Its address may be in no field of the case, but in a register: so it is said here
    whether the reader may see it."""
    if lens.is_shut:
        hides = dict.fromkeys(("recipient", "subject", "text"), HIDDEN)
        return line.model_copy(update={"address": None, "event": None, "error": None, "reference": None, **hides})
    hidden = hidden_texts(data, lens)
    if line.address is not None and (not sees_address or redacted(line.address, hidden) != line.address):
        hidden = (line.address, *hidden)
    said = ("recipient", "subject", "text", "event", "reference", "error")
    changed = {name: redacted_within(getattr(line, name), hidden) for name in said}
    return line.model_copy(update={"address": None if line.address in hidden else line.address, **changed})
