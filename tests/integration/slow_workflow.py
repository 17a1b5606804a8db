"""A workflow with one slow turn. Alone in its file: the sandbox imports the file anew."""

import time
from pathlib import Path

from temporalio import workflow


@workflow.defn
class Slow:
    def __init__(self) -> None:
        self.is_over = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.is_over)

    @workflow.update
    async def end(self, mark: str) -> str:
        with workflow.unsafe.sandbox_unrestricted():
            stand_still(Path(mark))
        self.is_over = True
        return "ended"


def stand_still(mark: Path) -> None:
    """Takes three seconds the first time, as on a machine that stood still for them."""
    if not mark.exists():
        mark.touch()
        time.sleep(3)
