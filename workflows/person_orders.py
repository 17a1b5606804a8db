"""How the workflow of a person's order has something done: by activities whose refusal is the order's own.

An operator's machine needs no database, and only a workflow may have records written; its history says who asked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.exceptions import ActivityError

from sop_engine.temporal.texts import summary
from workflows.errands import AT_ONCE, ATTEMPT, PATIENT, SILENT

Done = TypeVar("Done", bound=BaseModel)


async def done_by(
    activity: str, given: BaseModel, gives: type[Done], said: str, *, is_long: bool = False, within: timedelta = ATTEMPT
) -> Done:
    """What the activity gives; `said` names it in the history. Raises the refusal that it answered.

    One that `is_long` gives signs of life, and is begun again for as long as it takes; of another, five attempts.
    """
    try:
        done: Done = await workflow.execute_activity(
            activity,
            given,
            result_type=gives,
            start_to_close_timeout=within,
            heartbeat_timeout=SILENT if is_long else None,
            retry_policy=PATIENT if is_long else AT_ONCE,
            summary=summary(said),
        )
    except ActivityError as error:
        raise error.cause or error from None
    return done
