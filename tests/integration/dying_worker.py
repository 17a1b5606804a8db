"""`sop worker` that kills itself, as a power cut would, at a point that the environment names.

`DIE_AT` is `before <n>` or `after <n>`: around the n-th write of this process to the journal; or `after <text>`: after
the first write of a step with that note, once only, for which `DIE_ONCE` names a file to remember it by.
"""

import os
import signal
from itertools import count
from pathlib import Path

import cli
from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.records.publishing import Publisher


def main() -> None:
    moment, _, what = os.environ["DIE_AT"].partition(" ")
    numbers = count(1)
    write = Publisher.publish

    def publish(self: Publisher, given: PublishInput) -> None:
        number = next(numbers)
        is_time = number == int(what) if what.isdigit() else any(step.note == what for step in given.steps)
        if moment == "before" and is_time:
            die()
        write(self, given)
        if moment == "after" and is_time:
            die()

    Publisher.publish = publish  # type: ignore[method-assign]
    cli.main()


def die() -> None:
    if once := os.environ.get("DIE_ONCE"):
        if Path(once).exists():
            return
        Path(once).touch()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
