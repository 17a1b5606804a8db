"""What a lens is made of, for a case in the records: its data, and the definition that it runs by."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, and_, or_
from sqlmodel import Session, col, select

from sop_engine.basis.faults import NotFound
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.records.cases import CaseRow
from sop_engine.records.definitions import DefinitionRow


@dataclass(frozen=True)
class ViewedCase:
    """A case, as far as it decides who may see it."""

    case_id: str
    definition: SopDefinition
    data: dict[str, Any]


class ViewedCases:
    """Finds them. `definitions` are the site's files, for a case whose own text is lost."""

    def __init__(self, engine: Engine, definitions: Mapping[str, SopDefinition]) -> None:
        self._engine = engine
        self._definitions = definitions
        self._read: dict[str, SopDefinition] = {}
        """By the hash of the text."""

    def of(self, case_id: str) -> ViewedCase:
        """Raises NotFound for a case that the records do not know, or whose definition nobody has any more."""
        with Session(self._engine) as session:
            row = session.get(CaseRow, case_id)
            if row is None:
                raise NotFound(f"records know no case {case_id}")
            return ViewedCase(case_id, self.definition(session, row), row.data)

    def definition_of(self, case_id: str, sop: str) -> SopDefinition:
        """The definition of a case that the records may not know yet: then that of the site's file.

        Raises NotFound where there is neither.
        """
        with Session(self._engine) as session:
            row = session.get(CaseRow, case_id)
            if row is not None:
                return self.definition(session, row)
        if sop not in self._definitions:
            raise NotFound(f"nobody has the definition of {sop}")
        return self._definitions[sop]

    def hidden_from_somebody(self) -> Iterator[ViewedCase]:
        """The cases that are hidden from somebody, by the site's procedures as they stand."""
        names_somebody = [
            and_(col(CaseRow.sop) == sop, col(CaseRow.data)[each.person].as_string().is_not(None))
            for sop, definition in self._definitions.items()
            for each in definition.hidden_from
        ]
        if not names_somebody:
            return
        with Session(self._engine) as session:
            for row in session.exec(select(CaseRow).where(or_(*names_somebody))):
                yield ViewedCase(row.case_id, self.definition(session, row), row.data)

    def definition(self, session: Session, row: CaseRow) -> SopDefinition:
        known = self._read.get(row.definition_hash)
        if known is None:
            kept = session.get(DefinitionRow, (row.sop, row.version, row.definition_hash))
            if kept is None and row.sop not in self._definitions:
                raise NotFound(f"nobody has the definition of {row.sop} version {row.version} any more")
            known = self._definitions[row.sop] if kept is None else SopDefinition.model_validate(json.loads(kept.text))
            self._read[row.definition_hash] = known
        return known
