"""Tells what changed between two looks at a case: stage, clocks, documents, files, children, its end."""

from collections.abc import Callable
from datetime import tzinfo

from sop_engine.cases.contracts.views import CaseView
from sop_engine.console.playing import CLOSED
from sop_engine.console.render_values import deadline, titled
from sop_engine.console.words import word


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
        if before is not None and before.step == view.step and before.documents == view.documents:
            return
        if before is None:
            self._say("case_opened", view.case_id, titled(view.title, self._language))
        for document in view.documents:
            if before is not None and document in before.documents:
                continue
            self._say("document_made", view.case_id, titled(document.get("title"), self._language))
        for file in view.files[len(before.files) if before is not None else 0 :]:
            facts = f"{file.name}, {file.type}, {file.size:,} bytes, {word('version', self._language)} {file.version}"
            self._say("file_kept", view.case_id, facts)
        self._clocks(before, view)
        if view.status in CLOSED and (before is None or before.status not in CLOSED):
            self._say("case_closed", view.case_id, view.outcome or view.status)
        if view.stage and (before is None or before.stage != view.stage):
            self._say("stage_reached", view.case_id, titled(view.stage, self._language))

    def _clocks(self, before: CaseView | None, view: CaseView) -> None:
        known = {clock.clock: clock.status for clock in before.clocks} if before else {}
        for clock in view.clocks:
            was = known.get(clock.clock)
            if was == clock.status:
                continue
            due = f"{word('due', self._language)} {deadline(clock.due_at, self._zone)}"
            due += f" ({word('provisional', self._language)})" if clock.provisional else ""
            if clock.status == "running":
                what = "clock_started" if was is None else "clock_runs_on"
            else:
                what = f"clock_{clock.status}"
                due += f", {clock.percent}% {word('used', self._language)}"
            self._say(what, view.case_id, f"{titled(clock.title, self._language)}, {due}")

    def _say(self, what: str, case_id: str, more: str) -> None:
        self._tell(f"{word(what, self._language)}: {more}  [{case_id}]")
