"""The file with a person's private key, on that person's machine alone."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sop_engine.basis.faults import Fault, InvalidInput, Refused

if TYPE_CHECKING:
    from sop_engine.cases.people.signatures import PrivateKey


def read_key(path: Path) -> "PrivateKey":
    """Raises `InvalidInput` for a file that cannot be read or holds no such key."""
    from sop_engine.cases.people.signatures import PrivateKey

    try:
        return PrivateKey.of_pem(path.read_bytes())
    except OSError as error:
        what = error.strerror or "cannot be read"
    except ValueError as error:
        what = str(error)
    fault = Fault(
        where=str(path), what=what, allowed="an Ed25519 key in PEM without a password, as `sop key make` writes"
    )
    raise InvalidInput("The private key cannot be used", [fault])


def write_key(path: Path, key: "PrivateKey") -> None:
    """Writes a new file that nobody else reads. Raises `Refused` where there is one, `InvalidInput` where none can."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.pem)
    except FileExistsError:
        raise Refused(f"{path} is there already; nobody can make a key anew that was written over") from None
    except OSError as error:
        fault = Fault(where=str(path), what=error.strerror or "cannot be written", allowed="a new file")
        raise InvalidInput("The private key cannot be kept", [fault]) from None
