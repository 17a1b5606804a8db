"""What the records know of a file that says how long it is kept: when its events came, and what holds it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, or_, select

from sop_engine.cases.written.retention import (
    RegisterDay,
    Retention,
    RetentionRule,
    Verdict,
    accounting_year_end,
    verdict,
)
from sop_engine.freight.party_keys import party_key
from sop_engine.freight.rules import CHINA
from sop_engine.records.cases import CaseRow, ReferenceRow
from sop_engine.records.ledger.entries import EntryRow
from sop_engine.records.registers import RegisterRow
from sop_engine.records.retention import DisposedFileRow, HoldRow, texts_of


class RetentionFacts:
    """Judges files within one transaction: one after the other, or with `of_all` every file there is.

    Of all of them it asks once what cases booked and which have others below them.
    """

    def __init__(
        self, session: Session, retention: Retention, periods: Mapping[str, str], *, of_all: bool = False
    ) -> None:
        """`periods` says of each rule how long."""
        self._session = session
        self._retention = retention
        self._periods = periods
        self._days: dict[RegisterDay, dict[str, date | None]] = {}
        self._holds: list[HoldRow] | None = None
        self._months = self._all_months() if of_all else None
        self._parents = self._all_parents() if of_all else None

    def verdict(self, row: CaseRow) -> Verdict:
        """How long the case's file is kept: as long as any file below it, for what is above tells whom these are of."""
        found = self._own(row)
        for below in self._below(row):
            if found.keep_until is None:
                break
            other = self._own(below)
            if other.keep_until is None or other.keep_until > found.keep_until:
                found = other._replace(waits_for=other.waits_for and f"{other.waits_for}, for {below.case_id}")
        return found

    def depth(self, row: CaseRow) -> int:
        """How many cases there are from the outermost one to this."""
        return len(list(self._chain(row)))

    def _own(self, row: CaseRow) -> Verdict:
        chain = list(self._chain(row))
        open_case = next((each.case_id for each in chain if each.closed_at is None), None)
        if open_case is not None:
            return Verdict("", None, f"the end of {open_case}")
        month = self._last_month(row.case_id)
        rules = self._retention.covering(row.sop, is_booked=month is not None)
        events = {name: self._event(rule, chain, month) for name, rule in rules.items()}
        return verdict({name: self._periods[name] for name in rules}, events)

    def held_by(self, row: CaseRow) -> HoldRow | None:
        """A hold on the case, on one above or below it, or on a party that one of these names."""
        if self._holds is None:
            self._holds = list(self._session.exec(select(HoldRow).where(col(HoldRow.lifted_at).is_(None))).all())
        if not self._holds:
            return None
        chain = [*self._chain(row), *self._below(row)]
        ids = [each.case_id for each in chain]
        named = select(ReferenceRow.value).where(col(ReferenceRow.case_id).in_(ids))
        texts = {text for each in chain for text in texts_of(each.data)} | set(self._session.exec(named).all())
        keys = {party_key(text) for text in texts}
        for hold in self._holds:
            if hold.subject_key in (ids if hold.kind == "case" else keys):
                return hold
        return None

    def _chain(self, row: CaseRow) -> Iterator[CaseRow]:
        """The case and those above it, nearest first."""
        seen: set[str] = set()
        current: CaseRow | None = row
        while current is not None and current.case_id not in seen:
            seen.add(current.case_id)
            yield current
            current = self._session.get(CaseRow, current.parent) if current.parent is not None else None

    def _below(self, row: CaseRow) -> Iterator[CaseRow]:
        """Every case that it or one of these started, whose file is there."""
        if self._parents is not None and row.case_id not in self._parents:
            return
        gone = select(DisposedFileRow.case_id).where(DisposedFileRow.status == "disposed")
        waiting, seen = [row.case_id], {row.case_id}
        while waiting:
            chosen = select(CaseRow).where(CaseRow.parent == waiting.pop(), col(CaseRow.case_id).not_in(gone))
            for child in self._session.exec(chosen).all():
                if child.case_id not in seen:
                    seen.add(child.case_id)
                    waiting.append(child.case_id)
                    yield child

    def _last_month(self, case_id: str) -> str | None:
        """The last accounting month in which the case, or another for its shipment, made an entry."""
        if self._months is not None:
            return self._months.get(case_id)
        own = or_(col(EntryRow.case_id) == case_id, col(EntryRow.shipment) == case_id)
        return self._session.exec(select(func.max(EntryRow.month)).where(own)).one()

    def _all_months(self) -> dict[str, str]:
        months: dict[str, str] = {}
        for column in (col(EntryRow.case_id), col(EntryRow.shipment)):
            for case_id, month in self._session.exec(select(column, func.max(EntryRow.month)).group_by(column)).all():
                months[case_id] = max(month, months.get(case_id, month))
        return months

    def _all_parents(self) -> set[str]:
        parents = self._session.exec(select(CaseRow.parent).where(col(CaseRow.parent).is_not(None)).distinct()).all()
        return {parent for parent in parents if parent is not None}

    def _event(self, rule: RetentionRule, chain: list[CaseRow], month: str | None) -> date | str:
        if isinstance(rule.since, RegisterDay):
            return self._registered(rule.since, chain)
        if rule.since == "accounting_year_ended":
            return "an entry in the books" if month is None else accounting_year_end(month)
        return max(each.closed_at.astimezone(CHINA).date() for each in chain if each.closed_at is not None)

    def _registered(self, since: RegisterDay, chain: list[CaseRow]) -> date | str:
        named: Any = next((each.data[since.by] for each in chain if each.data.get(since.by)), None)
        if not isinstance(named, str):
            return f"{since.told}; the case names nobody as {since.by}"
        if since not in self._days:
            self._days[since] = self._days_of(since)
        day = self._days[since].get(party_key(named), "absent")
        if day == "absent":
            return f"{since.told}; no row is named {named}"
        return day if isinstance(day, date) else f"{since.told} of {named}"

    def _days_of(self, since: RegisterDay) -> dict[str, date | None]:
        """Of rows that are named alike the last day counts, and none while one has none."""
        found: dict[str, date | None] = {}
        rows = self._session.exec(select(RegisterRow).where(RegisterRow.register_name == since.of)).all()
        for row in rows:
            name, said = row.values.get(since.named), row.values.get(since.field)
            if not isinstance(name, str):
                continue
            day = date.fromisoformat(said) if isinstance(said, str) and said else None
            key = party_key(name)
            before = found.get(key, day)
            found[key] = max(before, day) if before is not None and day is not None else None
        return found
