"""What readers see of cases in the records, and that it is kept who saw what: before the answer leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.contracts.viewing import Reading, ViewLine
from sop_engine.cases.people.identity import person_of
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.visibility.lens import Lens, lens
from sop_engine.cases.visibility.masking import is_filled, masked_data
from sop_engine.cases.visibility.papers import masked_values
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.records.viewed_cases import ViewedCase, ViewedCases
from sop_engine.records.views import ViewLog


class Lenses:
    """Makes the lens of a question's reader on a case. Raises NotPermitted for a reader whom nobody knows."""

    def __init__(
        self, engine: Engine, organization: Organization, definitions: Mapping[str, SopDefinition] | None = None
    ) -> None:
        self.cases = ViewedCases(engine, definitions or {})
        self.organization = organization
        self._log = ViewLog(engine)

    def on(self, case_id: str, given: Reading) -> tuple[ViewedCase, Lens]:
        """The case, and what the reader sees of it.

        Raises NotFound for a case that the records do not know, NotPermitted for one that is not for its reader at all.
        """
        case = self.cases.of(case_id)
        return case, self.on_data(case, case.data, given.reader)

    def on_data(self, case: ViewedCase, data: Mapping[str, Any], reader: str | None) -> Lens:
        """The lens on a case whose data is newer than the records. Raises NotPermitted as `on` does."""
        seen = self.of(case.definition, data, reader)
        if reader is not None and seen.is_shut:
            raise NotPermitted(f"{case.case_id} is not for {reader}: its procedure says who may see it")
        return seen

    def of(self, definition: SopDefinition, data: Mapping[str, Any], reader: str | None) -> Lens:
        if reader is not None:
            person_of(self.organization, reader)
        return lens(self.organization, definition, data, reader)

    def told(
        self, facts: CaseFacts, template: str, values: dict[str, Any], readers: Iterable[str | None]
    ) -> tuple[CaseFacts, dict[str, Any]]:
        """What a notice may say of its case, and by its own values, to all of these readers at once."""
        definition = self.cases.definition_of(facts.case_id, facts.sop)
        for seen in [self.of(definition, facts.data, reader) for reader in readers]:
            facts = facts.model_copy(update={"data": masked_data(facts.data, seen)})
            values = masked_values(definition, "notify", template, values, seen)
        return facts, values

    def hidden_cases(self, reader: str | None) -> frozenset[str]:
        """The cases that a reader does not even find in a list: of procedures that hide some from somebody."""
        return frozenset(
            case.case_id
            for case in self.cases.hidden_from_somebody()
            if self.of(case.definition, case.data, reader).is_shut
        )

    def keep_view(self, given: Reading, case_id: str, seen: Lens, data: Mapping[str, Any]) -> None:
        """Keeps what the reader is shown of a case with this data; nothing where that is nothing classified."""
        self.keep_places(given, case_id, (place for place in seen.shows if is_filled(data, place)))

    def keep_places(self, given: Reading, subject: str, places: Iterable[str]) -> None:
        shown = tuple(sorted(places))
        if given.reader is not None and shown:
            now = datetime.now(UTC)
            line = ViewLine(at=now, reader=given.reader, case_id=subject, fields=shown, command=given.command)
            self._log.keep(line, given.view)
