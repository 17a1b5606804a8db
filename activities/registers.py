"""Activities on registers: what people ask of them, and the writes that people and cases have done."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads, reads_for_its_case
from activities.failures import refusals
from activities.lenses import Lenses
from sop_engine.basis.faults import NotFound, Refused
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.contracts.registers import (
    GivenRow,
    KeepRows,
    KeepRowsInput,
    KeptRows,
    ListChangesInput,
    ListRowsInput,
    RegisterLine,
    RegisterList,
    RegistersInput,
    RowChangeLine,
    RowChanges,
    RowList,
    RowsCheck,
)
from sop_engine.cases.people.identity import person_of, refuse_without_role
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.effects.keep import KeepResult, KeepRow
from sop_engine.cases.running.effects.read import ReadResult, ReadRow
from sop_engine.cases.visibility.lens import Lens, lens_on_register
from sop_engine.cases.visibility.masking import is_filled, masked_data, places
from sop_engine.cases.visibility.recorded import masked_row_change
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.records.published_results import PublishedResults
from sop_engine.records.registers import By, RegisterRepository
from sop_engine.temporal.queues import CHECK_ROWS, KEEP_ROWS, LIST_REGISTERS, LIST_ROW_CHANGES, LIST_ROWS
from sop_engine.temporal.staff import posted
from sop_engine.temporal.writes import writes


class RegisterActivities:
    """Reads and keeps rows of the registers that this site declares."""

    def __init__(
        self,
        engine: Engine,
        registers: Mapping[str, RegisterSpec],
        organization: Organization,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`tell` has the cases know that read what a command changed."""
        self._tell = tell
        self._rows = RegisterRepository(engine, organization.people)
        self._results = PublishedResults(engine)
        self._registers = registers
        self._organization = organization
        self._lenses = Lenses(engine, organization)

    @reads
    @activity.defn(name=LIST_REGISTERS)
    def list_registers(self, given: RegistersInput) -> RegisterList:
        with refusals():
            wanted = list(self._registers) if given.register_name is None else [given.register_name]
            return RegisterList(registers=tuple(self._line(self._spec(name)) for name in wanted))

    def _line(self, spec: RegisterSpec) -> RegisterLine:
        return RegisterLine(written=spec.model_dump(mode="json", by_alias=True), rows=self._rows.count(spec.name))

    @reads
    @activity.defn(name=LIST_ROWS)
    def list_rows(self, given: ListRowsInput) -> RowList:
        with refusals():
            seen = lens_on_register(self._organization, self._spec(given.register_name), given.reader)
            found = self._rows.rows(given, partial(masked_data, lens=seen))
            self._keep_view(given, given.key, seen, (row.values for row in found.rows))
            return found.model_copy(update={"masked": places(seen)})

    @reads
    @activity.defn(name=LIST_ROW_CHANGES)
    def list_row_changes(self, given: ListChangesInput) -> RowChanges:
        with refusals():
            seen = lens_on_register(self._organization, self._spec(given.register_name), given.reader)
            found = self._rows.history(given)
            changes = tuple(masked_row_change(change, seen) for change in found.changes)
            self._keep_view(given, given.key, seen, (_values(change) for change in changes))
            return RowChanges(changes=changes, masked=places(seen))

    def _keep_view(
        self, given: ListRowsInput | ListChangesInput, key: str | None, seen: Lens, rows: Iterable[dict[str, Any]]
    ) -> None:
        """Keeps what the reader is shown of rows."""
        subject = " ".join(filter(None, ("register", given.register_name, key)))
        shown = {place for row in rows for place in seen.shows if is_filled(row, place)}
        self._lenses.keep_places(given, subject, shown)

    @reads
    @activity.defn(name=CHECK_ROWS)
    def check_rows(self, given: KeepRowsInput) -> RowsCheck:
        """What the rows would change, or every fault in them. Refuses who may not keep this register."""
        with refusals():
            spec = self._spec(given.register_name)
            firm = posted(self._organization)
            person_of(firm, given.actor)
            if spec.own is None or any(row.values.get(spec.own) != given.actor for row in given.rows):
                refuse_without_role(firm, given.actor, spec.keepers, f"has no role that keeps {spec.name}")
            return self._rows.check(spec, given.rows)

    @activity.defn(name=KEEP_ROWS)
    @writes("row")
    def keep_rows(self, given: KeepRows) -> KeptRows:
        """Keeps all rows or none, once per key. Who asks was judged before: a repair does not judge again."""
        with refusals():
            asked = given.given
            by = By(given.key, asked.actor, asked.reason, given.at)
            kept = self._rows.keep(self._spec(asked.register_name), asked.rows, by)
        self._tell(given.key)
        return kept

    @activity.defn(name=KeepRow.activity)
    @writes("row")
    def keep_row(self, given: KeepRow) -> KeepResult:
        """Keeps the row that a step of a case says, once per key. A row with faults fails with all of them."""
        with refusals():
            by = By(given.key, given.by, given.why, given.facts.at, given.facts.case_id)
            kept = self._rows.keep(self._spec(given.register_name), (GivenRow(values=given.values),), by)
        self._tell(given.key)
        return KeepResult(changed=not kept.unchanged)

    @reads_for_its_case
    @activity.defn(name=ReadRow.activity)
    def read_row(self, given: ReadRow) -> ReadResult:
        """Some fields of a row, or of a completed case, as it is now; none where there is no such one. Nothing is
        hidden: the case takes it into a field that is as classified as the register's."""
        if given.sop is not None:
            found = self._results.of(given.row, given.sop, given.fields)
            return ReadResult(values=None) if found is None else ReadResult(values=found[0], version=found[1])
        with refusals():
            spec = self._spec(given.register_name)
            if lost := [name for name in given.fields if name not in spec.fields]:
                raise Refused(f"{spec.name} has no fields {', '.join(lost)} any more", allowed=spec.fields)
            try:
                (row,) = self._rows.rows(ListRowsInput(register_name=spec.name, key=given.row)).rows
            except NotFound:
                return ReadResult(values=None)
        return ReadResult(values={name: row.values.get(name) for name in given.fields}, version=row.version)

    def _spec(self, name: str) -> RegisterSpec:
        """Raises NotFound for a register that no file declares."""
        if name not in self._registers:
            raise NotFound(f"there is no register {name!r}", allowed=nearest(name, self._registers) or self._registers)
        return self._registers[name]


def _values(change: RowChangeLine) -> dict[str, Any]:
    """What a change shows of its row."""
    return {field: told.get("new") or told.get("old") for field, told in change.changes.items()}
