"""A worker with the content that `CONTENT` names, which kills itself, as a power cut would, in a function that `DIE_IN`
names, `module:name.name`, once that has done its work for the n-th time, `DIE_AFTER`.
"""

import os
import signal
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from inspect import iscoroutinefunction
from itertools import count
from typing import Any

from tests.integration import content_worker


def main() -> None:
    module, _, names = os.environ["DIE_IN"].partition(":")
    *path, name = names.split(".")
    holder: Any = import_module(module)
    for each in path:
        holder = getattr(holder, each)
    setattr(holder, name, _dying(getattr(holder, name), int(os.environ["DIE_AFTER"])))
    content_worker.main()


def _dying(work: Callable[..., Any], last: int) -> Callable[..., Any]:
    numbers = count(1)

    def end() -> None:
        if next(numbers) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    @wraps(work)
    def sync(*given: Any, **named: Any) -> Any:
        done = work(*given, **named)
        end()
        return done

    @wraps(work)
    async def awaited(*given: Any, **named: Any) -> Any:
        done = await work(*given, **named)
        end()
        return done

    return awaited if iscoroutinefunction(work) else sync


if __name__ == "__main__":
    main()
