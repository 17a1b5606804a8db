"""Every way a command can end badly, told in words: what is wrong, all faults, a hint, and the exit code.

0 ok · 1 refused by the case · 2 wrong usage or invalid input · 3 not found · 4 Temporal or a worker unreachable
5 not permitted · 70 a fault of this program (its traceback is in the error log, never on the screen)
"""

import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import MappingProxyType

import typer

from sop_engine.basis.faults import SopError
from sop_engine.basis.legible import legible
from sop_engine.console.context import Invocation
from sop_engine.settings import SettingsError, read_settings

UNEXPECTED = 70
INTERRUPTED = 130

HINTS: Mapping[str, str] = MappingProxyType(
    {
        "Unreachable": "`sop dev` starts an embedded server with a worker; `sop doctor` says what is wrong",
        "NotFound": "`sop case list` and `sop case find REFERENCE` show what there is",
        "NotProven": "SOP_IDENTITY_KEY is the file with the key of whoever --as names; `sop key show` says which it is",
        "NotPermitted": "--as USER names who acts; `sop task show CASE` says whose task it is",
    }
)


@contextmanager
def told_plainly(invocation: Invocation) -> Iterator[None]:
    """Turns an error into words on stderr and an exit code; nobody sees a traceback."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except SopError as error:
        _tell(error.text(), None if error.allowed else HINTS.get(error.kind))
        raise typer.Exit(error.exit_code) from None
    except SettingsError as error:
        faults = "\n".join(map(str, error.faults))
        _tell(f"The environment cannot be used\n{faults}", "`sop doctor` checks the installation")
        raise typer.Exit(2) from None
    except BrokenPipeError:
        raise typer.Exit(0) from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        first_line = (str(error).splitlines() or [""])[0]
        _tell(
            f"Something went wrong inside the program: {type(error).__name__}: {first_line}",
            f"`sop doctor` checks the installation; the details are {_log(invocation)}",
        )
        raise typer.Exit(UNEXPECTED) from None


def _tell(text: str, hint: str | None) -> None:
    sys.stderr.write(f"error: {text}\n" + (f"\nhint: {hint}\n" if hint else ""))


def _log(invocation: Invocation) -> str:
    """Writes the traceback down; says where it went."""
    try:
        folder = read_settings(invocation.environ).data_directory
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "error.log"
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat()}\n{legible(traceback.format_exc())}\n")
    except OSError as error:
        return f"lost: {error}"
    return f"in {log}"
