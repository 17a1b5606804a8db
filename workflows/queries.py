"""The queries of a case: what people and programs may ask it. Each answers what anybody may see; all that the case
holds is for a worker alone, which proves itself by a seal."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import workflow

from sop_engine.cases.contracts.views import CaseView, ClockView, StepView, TaskView
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import facts_of
from sop_engine.cases.seen.recent import Recent
from sop_engine.cases.seen.views import case_view, clock_view, in_bounds, task_view
from sop_engine.cases.visibility.lens import Lens, nobodys_lens
from sop_engine.cases.visibility.masking import hidden_texts, masked, masked_clock, masked_steps, masked_task
from sop_engine.cases.written.procedure import Procedure
from sop_engine.temporal.present import PRESENT
from sop_engine.temporal.seal import moment


class CaseQueries(ABC):
    """Every query answers from the live state; before the case is open it is refused."""

    @abstractmethod
    def loaded(self) -> tuple[CaseState, Procedure]:
        """The live state and its procedure. Raises a refusal before the case is open."""

    @property
    @abstractmethod
    def recent(self) -> Recent:
        """What happened in this run."""

    @workflow.query(name="case", description="The whole case: states, data, tasks, clocks, children, documents")
    def query_case(self, seal: str | None = None) -> CaseView:
        state, procedure = self.loaded()
        view = case_view(procedure, state, self.recent, workflow.now())
        return view if self._is_sealed(seal) else masked(view, self._of_anybody())

    @workflow.query(name="tasks", description="The open tasks with their forms and outcomes")
    def query_tasks(self) -> list[TaskView]:
        state, procedure = self.loaded()
        lens, hidden = self._of_anybody(), hidden_texts(facts_of(procedure, state), self._of_anybody())
        tasks = (masked_task(task_view(procedure, state, task), lens, hidden) for task in state.open_tasks())
        return list(in_bounds(tuple(tasks)))

    @workflow.query(name="clocks", description="The clocks: status, due instant, used and remaining time")
    def query_clocks(self) -> list[ClockView]:
        state, procedure = self.loaded()
        hidden = hidden_texts(facts_of(procedure, state), self._of_anybody())
        clocks = (clock_view(procedure, running, workflow.now()) for running in state.clocks.values())
        return [masked_clock(clock, hidden) for clock in clocks]

    @workflow.query(name="timeline", description="The last 50 steps of this run; the journal has them all")
    def query_timeline(self) -> list[StepView]:
        state, procedure = self.loaded()
        return list(masked_steps(self.recent.timeline, self._of_anybody(), facts_of(procedure, state)))

    def _of_anybody(self) -> Lens:
        """What whoever may ask the case sees: nobody proves here who it is."""
        state, procedure = self.loaded()
        return nobodys_lens(procedure.definition, facts_of(procedure, state))

    def _is_sealed(self, seal: str | None) -> bool:
        """Whether a worker asks, which masks by its reader's lens and keeps who that was."""
        if seal is None or PRESENT.seal is None:
            return False
        return not PRESENT.seal.is_broken(seal, workflow.info().workflow_id, moment())
