"""The queries of a case: what people and programs may ask it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import workflow

from sop_engine.cases.contracts.views import CaseView, ClockView, StepView, TaskView
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.seen.recent import Recent
from sop_engine.cases.seen.views import case_view, clock_view, in_bounds, task_view
from sop_engine.cases.written.procedure import Procedure


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
    def query_case(self) -> CaseView:
        state, procedure = self.loaded()
        return case_view(procedure, state, self.recent, workflow.now())

    @workflow.query(name="tasks", description="The open tasks with their forms and outcomes")
    def query_tasks(self) -> list[TaskView]:
        state, procedure = self.loaded()
        return list(in_bounds(tuple(task_view(procedure, state, task) for task in state.open_tasks())))

    @workflow.query(name="clocks", description="The clocks: status, due instant, used and remaining time")
    def query_clocks(self) -> list[ClockView]:
        state, procedure = self.loaded()
        return [clock_view(procedure, running, workflow.now()) for running in state.clocks.values()]

    @workflow.query(name="timeline", description="The last 50 steps of this run; the journal has them all")
    def query_timeline(self) -> list[StepView]:
        self.loaded()
        return list(self.recent.timeline)
