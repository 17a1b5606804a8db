"""Tells what changed between two looks at a case: stage, clocks, documents, children, its end."""

from collections.abc import Callable
from datetime import tzinfo

from sop_engine.cases.contracts import CaseView
from sop_engine.console.render_values import instant, titled

CLOSED = frozenset({"completed", "cancelled"})


class Teller:
    """Remembers each case as last seen; `see` tells what is new in it, in plain words."""

    def __init__(self, tell: Callable[[str], None], language: str, zone: tzinfo | None) -> None:
        self._tell = tell
        self._language = language
        self._zone = zone
        self.seen: dict[str, CaseView] = {}

    def see(self, view: CaseView) -> None:
        before = self.seen.get(view.case_id)
        self.seen[view.case_id] = view
        if before is not None and before.step == view.step and len(before.documents) == len(view.documents):
            return
        self._opened(before, view)
        self._documents(before, view)
        self._clocks(before, view)
        if view.status in CLOSED and (before is None or before.status not in CLOSED):
            self._tell(f"{view.case_id} is closed: {view.outcome}")
        if view.stage and (before is None or before.stage != view.stage):
            self._tell(f"{view.case_id} is now in the stage: {titled(view.stage, self._language)}")

    def _opened(self, before: CaseView | None, view: CaseView) -> None:
        if before is None:
            self._tell(f"{view.case_id} opened: {titled(view.title, self._language)}")

    def _documents(self, before: CaseView | None, view: CaseView) -> None:
        known = len(before.documents) if before else 0
        for document in view.documents[known:]:
            title = document.get("title")
            name = titled(title, self._language) if isinstance(title, dict) else document.get("name")
            self._tell(f"document made: {name}")

    def _clocks(self, before: CaseView | None, view: CaseView) -> None:
        known = {clock.clock: clock.status for clock in before.clocks} if before else {}
        for clock in view.clocks:
            was = known.get(clock.clock)
            if was == clock.status:
                continue
            title = titled(clock.title, self._language)
            due = f"due {instant(clock.due_at, self._zone)}" + (" (provisional)" if clock.provisional else "")
            if clock.status == "running":
                self._tell(f"clock started: {title}, {due}")
            else:
                self._tell(f"clock {clock.status}: {title}, {due}, {clock.percent}% used")
