"""How a process ends that has talked to Temporal."""

import os
import sys
from contextlib import suppress
from typing import NoReturn


def end_process(code: int) -> NoReturn:
    """Hands over what was printed, and leaves without the interpreter's teardown.

    Threads of Temporal's client that outlive the interpreter's end now and then abort the process (sdk-python issue
    300): what was done well would end with 134.
    """
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
