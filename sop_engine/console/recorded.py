"""A case that Temporal has forgotten, from the records, in the shape of a live one."""

from sop_engine.cases.contracts.reading import RecordedCase
from sop_engine.cases.contracts.views import CaseView, ClockView, TaskView

OPEN_TASK = frozenset({"ready", "claimed"})


def with_records(view: CaseView, recorded: RecordedCase) -> CaseView:
    """A live case with its documents, comments and files, which the case itself does not carry along."""
    return view.model_copy(
        update={
            "documents": recorded.documents or view.documents,
            "comments": recorded.comments or view.comments,
            "attachments": recorded.attachments or view.attachments,
            "child_tasks": recorded.child_tasks,
        }
    )


def view_of(recorded: RecordedCase) -> CaseView:
    """What the records know. Titles of states and milestones are not kept there."""
    case = recorded.case
    return CaseView(
        case_id=case.case_id,
        sop=case.sop,
        version=case.version,
        title=case.title,
        status=case.status,
        stage={"en": case.stage, "zh": case.stage} if case.stage else None,
        outcome=case.outcome,
        states=case.states,
        state_titles=tuple({"en": state, "zh": state} for state in case.states),
        data=case.data,
        tasks=tuple(
            TaskView(
                task=task.key,
                state=task.state,
                title=task.title,
                role=task.role,
                unit=task.unit,
                person=task.person,
                assignee=task.assignee,
                status=task.status,
                due_at=task.due_at,
                priority=task.priority,
                outcomes={outcome: {"en": outcome, "zh": outcome} for outcome in task.outcomes},
                opened_at=task.opened_at,
                candidates=task.candidates,
                suspended_until=task.suspended_until,
            )
            for task in recorded.tasks
            if task.status in OPEN_TASK
        ),
        clocks=tuple(
            ClockView(
                clock=clock.key,
                title=clock.title,
                status=clock.status,
                due_at=clock.due_at,
                elapsed="",
                remaining="",
                percent="",
                provisional=clock.provisional,
            )
            for clock in recorded.clocks
        ),
        children=recorded.children,
        incidents=(),
        documents=recorded.documents,
        milestones=(),
        comments=recorded.comments,
        attachments=recorded.attachments,
        parent=case.parent,
        hold=None,
        opened_at=case.opened_at,
        sla=case.sla,
        events=(),
        step=0,
        files=recorded.files,
        child_tasks=recorded.child_tasks,
        masked=recorded.masked,
    )
