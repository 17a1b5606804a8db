"""Files that a command reads or writes: what is wrong with them, as the console tells faults."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sop_engine.basis.faults import Fault, InvalidInput

if TYPE_CHECKING:
    from sop_engine.content.yaml_files import YamlFault


def read_file(path: Path) -> str:
    """The text of a file; of the standard input for `-`. Raises `InvalidInput` for what cannot be read as UTF-8."""
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        fault = Fault(where=str(path), what=f"cannot be read: {_reason(error)}", allowed="a text file in UTF-8")
        raise InvalidInput("The file cannot be read", [fault]) from None


def make_folder(path: Path) -> None:
    """Makes a folder where it is not there. Raises `InvalidInput` where there can be none."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        fault = Fault(where=str(path), what=_reason(error), allowed="a folder that can be written")
        raise InvalidInput("The folder cannot be used", [fault]) from None


def write_file(path: Path, content: bytes) -> None:
    """Writes a file, its folder too where it is not there. Raises `InvalidInput` where the place cannot be written."""
    make_folder(path.parent)
    try:
        path.write_bytes(content)
    except (OSError, ValueError) as error:
        raise InvalidInput("The file cannot be written", [Fault(where=str(path), what=_reason(error))]) from None


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not of UTF-8"
    return getattr(error, "strerror", None) or str(error)


def write_new_file(path: Path, content: bytes) -> None:
    """Writes a file that is not there yet. Raises `InvalidInput` where one is, or the place cannot be written."""
    make_folder(path.parent)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        fault = Fault(where=str(path), what="is there already", allowed="another folder: --to FOLDER")
        raise InvalidInput("No file is written over", [fault]) from None
    except OSError as error:
        raise InvalidInput("The file cannot be written", [Fault(where=str(path), what=_reason(error))]) from None


def place_faults(faults: "Iterable[YamlFault]") -> list[Fault]:
    """Each with its file, line and column."""
    return [
        Fault(
            where=f"{fault.file}:{fault.line}:{fault.column}",
            what=f"{fault.path}: {fault.message}" if fault.path else fault.message,
        )
        for fault in faults
    ]
