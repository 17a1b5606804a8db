"""Keeping files and disposing of them: what people ask and order, and what a disposal carries out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, date, datetime

from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads
from activities.failures import refusals
from sop_engine.basis.faults import Fault, InvalidInput, Refused
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.contracts.orders import (
    CarryOut,
    DecideDisposalInput,
    LiftHoldInput,
    OrderDone,
    OrderInput,
    RequestDisposalInput,
    SetHoldInput,
)
from sop_engine.cases.contracts.retention import (
    CHUNK,
    DisposalList,
    DisposeFiles,
    DisposeProgress,
    DueList,
    HoldList,
    ListDisposalsInput,
    ListDueInput,
    ListHoldsInput,
)
from sop_engine.cases.people.identity import refuse_without_role
from sop_engine.cases.written.retention import Retention
from sop_engine.content.library import Library
from sop_engine.freight.rules import CHINA
from sop_engine.records.disposal import DisposalRepository
from sop_engine.records.retention import By, HoldRepository
from sop_engine.temporal.executions import Executions
from sop_engine.temporal.queues import (
    DECIDE_DISPOSAL,
    DISPOSE_FILES,
    LIFT_HOLD,
    LIST_DISPOSALS,
    LIST_DUE_FILES,
    LIST_HOLDS,
    REQUEST_DISPOSAL,
    SET_HOLD,
)
from sop_engine.temporal.staff import posted
from sop_engine.temporal.writes import writes

NOBODY_CONCERNED = "no case in the records is concerned by the {} {!r} yet; the hold waits for one, if that is no slip"
STILL_THERE = "Temporal has its history still"
HasHistory = Callable[[str], Awaitable[bool]]


async def has_history(case_id: str) -> bool:
    """Whether the server has any run of the case; such a one would bring back what was disposed of."""
    return await Executions(activity.client()).describe(case_id) is not None


class RetentionActivities:
    """Who may is judged by the roles that the site's file names; an administrator has none of them by being one."""

    def __init__(self, engine: Engine, library: Library, has_history: HasHistory = has_history) -> None:
        self._engine = engine
        self._library = library
        self._holds = HoldRepository(engine)
        self._has_history = has_history

    @reads
    @activity.defn(name=LIST_DUE_FILES)
    def list_due_files(self, given: ListDueInput) -> DueList:
        with refusals():
            self._known_rules(given.rules)
            now = datetime.now(UTC)
            periods, today = self._periods(now), _today(now)
            return self._disposals().due(periods, today, rules=given.rules, every=given.all, limit=given.limit)

    @reads
    @activity.defn(name=LIST_HOLDS)
    def list_holds(self, given: ListHoldsInput) -> HoldList:
        return HoldList(holds=tuple(self._holds.list(all_of_them=given.all)))

    @reads
    @activity.defn(name=LIST_DISPOSALS)
    def list_disposals(self, given: ListDisposalsInput) -> DisposalList:
        with refusals():
            return DisposalList(disposals=tuple(self._disposals().list(given.disposal_id)))

    @activity.defn(name=SET_HOLD)
    @writes("order")
    def set_hold(self, given: CarryOut[SetHoldInput]) -> OrderDone:
        with refusals():
            self._permit(given.order.actor, self._retention().holders, "set a legal hold")
            kind, subject = given.order.kind, given.order.subject
            hold_id = self._holds.set(kind, subject, _by(given.key, given.order, given.at))
            warnings = () if self._holds.concerns_any(kind, subject) else (NOBODY_CONCERNED.format(kind, subject),)
            return OrderDone(what=hold_id, changed=True, warnings=warnings)

    @activity.defn(name=LIFT_HOLD)
    @writes("order")
    def lift_hold(self, given: CarryOut[LiftHoldInput]) -> OrderDone:
        with refusals():
            self._permit(given.order.actor, self._retention().holders, "lift a legal hold")
            changed = self._holds.lift(given.order.hold_id, _by(given.key, given.order, given.at))
            return OrderDone(what=given.order.hold_id, changed=changed)

    @activity.defn(name=REQUEST_DISPOSAL)
    @writes("disposal")
    def request_disposal(self, given: CarryOut[RequestDisposalInput]) -> OrderDone:
        order = given.order
        with refusals():
            self._permit(order.actor, self._retention().requesters, "ask for a disposal")
            self._known_rules(order.rules)
            periods, today = self._periods(given.at), _today(given.at)
            by = _by(given.key, order, given.at)
            made = self._disposals().request(periods, today, by, rules=order.rules, limit=order.limit)
            return OrderDone(what=f"{made.disposal_id} {len(made.files)}", changed=True)

    @activity.defn(name=DECIDE_DISPOSAL)
    @writes("order")
    def decide_disposal(self, given: CarryOut[DecideDisposalInput]) -> OrderDone:
        order = given.order
        with refusals():
            self._permit(order.actor, self._retention().approvers, "decide on a disposal")
            by = _by(given.key, order, given.at)
            changed = self._disposals().decide(order.disposal_id, by, approved=order.approved)
            return OrderDone(what=order.disposal_id, changed=changed)

    @activity.defn(name=DISPOSE_FILES)
    @writes("disposal")
    async def dispose_files(self, given: DisposeFiles) -> DisposeProgress:
        """Disposes of the next files of an approved disposal; once none is left, the certificate."""
        disposal_id, actor = given.given.disposal_id, given.given.actor
        with refusals():
            retention, disposals = self._retention(), self._disposals()
            self._permit(actor, {*retention.requesters, *retention.approvers}, "carry out a disposal")
            periods, today = self._periods(given.at), _today(given.at)
            files = await asyncio.to_thread(disposals.next_files, disposal_id, CHUNK)
            for case_id in files:
                if await self._has_history(case_id):
                    await asyncio.to_thread(disposals.keep, disposal_id, case_id, STILL_THERE)
                else:
                    await asyncio.to_thread(disposals.dispose, disposal_id, case_id, periods, given.at, today)
            left = len(await asyncio.to_thread(disposals.next_files, disposal_id, CHUNK))
            if left:
                return DisposeProgress(left=left)
            done = await asyncio.to_thread(disposals.finish, disposal_id, actor, given.at)
            return DisposeProgress(left=0, done=done)

    def _retention(self) -> Retention:
        """Raises Refused for a site that says nothing about it."""
        retention = self._library.retention.retention
        if retention is None:
            raise Refused("this site's content has no retention.yaml, so nothing is disposed of")
        return retention

    def _disposals(self) -> DisposalRepository:
        return DisposalRepository(self._engine, self._retention())

    def _periods(self, at: datetime) -> dict[str, str]:
        """Of each rule how long, by the law of the day. Raises InvalidInput for a rule that law does not know."""
        return self._retention().periods(self._library.legal_clocks, _today(at))

    def _known_rules(self, rules: Collection[str]) -> None:
        known = self._retention().rules
        faults = [
            Fault("rule", f"unknown rule {name!r}{suggestion(name, known)}", ", ".join(known))
            for name in rules
            if name not in known
        ]
        if faults:
            raise InvalidInput("no file is kept by such a rule", faults)

    def _permit(self, actor: str, roles: Collection[str], verb: str) -> None:
        """Raises NotPermitted."""
        organization = posted(self._library.organization)
        refuse_without_role(organization, actor, sorted(roles), f"may not {verb}", administrators=False)


def _by(key: str, order: OrderInput, at: datetime) -> By:
    return By(key, order.actor, order.reason, at)


def _today(at: datetime) -> date:
    return at.astimezone(CHINA).date()
