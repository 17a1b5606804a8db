"""A refusal that answers who asked is no fault of the worker: no traceback on its screen, no failure in its metrics."""

from dataclasses import replace

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment

from activities.failures import refusals
from sop_engine.basis.faults import ForeignRun, NotFound, SopError


def refused(error: SopError, *, workflow_id: str | None) -> ApplicationErrorCategory:
    def act() -> None:
        with refusals():
            raise error

    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_id=workflow_id)
    with pytest.raises(ApplicationError) as failed:
        environment.run(act)
    return failed.value.category


def test_the_answer_to_a_question_is_not_logged_as_a_failure() -> None:
    assert refused(NotFound("records know no case C8"), workflow_id=None) is ApplicationErrorCategory.BENIGN


def test_what_a_case_or_a_forger_is_refused_is_logged() -> None:
    assert refused(NotFound("no rate"), workflow_id="C8") is ApplicationErrorCategory.UNSPECIFIED
    assert refused(ForeignRun("not this case"), workflow_id=None) is ApplicationErrorCategory.UNSPECIFIED
