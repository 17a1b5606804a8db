"""What a worker breaks off at its end is tried again by another."""

from collections.abc import Callable
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.failures import refusals
from activities.interruption import Interruption
from sop_engine.documents.environment import failed


class Work(ActivityInboundInterceptor):
    """Stands for the activity itself."""

    def __init__(self, carry_out: Callable[[], Any]) -> None:
        self._carry_out = carry_out

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        return self._carry_out()


async def outcome(carry_out: Callable[[ActivityEnvironment], Any]) -> Any:
    environment = ActivityEnvironment()
    given = ExecuteActivityInput(fn=carry_out, args=[], executor=None, headers={})
    around = Interruption().intercept_activity(Work(lambda: carry_out(environment)))
    return await environment.run(around.execute_activity, given)


def rendering(environment: ActivityEnvironment, *, is_ended: bool) -> None:
    """As templates do: whatever is raised in them is a fault of theirs."""
    if is_ended:
        environment.cancel()
    with refusals():
        try:
            raise CancelledError if is_ended else ValueError("no such filter")
        except Exception as error:
            raise failed("hello", error) from error


async def test_a_paper_that_was_broken_off_is_no_fault_of_its_template() -> None:
    with pytest.raises(ApplicationError, match="the worker ended") as raised:
        await outcome(lambda environment: rendering(environment, is_ended=True))
    assert not raised.value.non_retryable


async def test_a_fault_of_a_template_is_refused_for_good() -> None:
    with pytest.raises(ApplicationError, match="no such filter") as raised:
        await outcome(lambda environment: rendering(environment, is_ended=False))
    assert raised.value.non_retryable
