"""What a worker process knows at present: the organisation, the places and the receipts of files that update validators
ask for, the seal that queries ask for, what workers vouch by, and procedures compiled so far.

Validators run once, before anything reaches history, and never on replay; so they may ask for what is true now.
Procedures are kept by the bytes that lie in the history, so the same history always gives the same procedure.
"""

import hashlib
import zlib
from collections import OrderedDict

from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.written.file_facts import Receipts
from sop_engine.cases.written.procedure import Bundle, Procedure
from sop_engine.freight.places import Places
from sop_engine.temporal.seal import Seal
from sop_engine.temporal.vouching import Voucher

KEPT_PROCEDURES = 256


class Present:
    """The process's own knowledge; one instance per worker process."""

    def __init__(self) -> None:
        self.organization: Organization | None = None
        self.places: Places | None = None
        self.receipts: Receipts | None = None
        self.seal: Seal | None = None
        """By which a case knows that a worker asks it for all that it holds."""
        self.voucher: Voucher | None = None
        """By which a case knows that a worker tells it what a person ordered past it."""
        self._procedures: OrderedDict[str, Procedure] = OrderedDict()

    def procedure(self, packed: bytes) -> Procedure:
        """The procedure of a packed bundle, compiled once."""
        key = hashlib.sha256(packed).hexdigest()
        procedure = self._procedures.get(key)
        if procedure is None:
            procedure = compile_procedure(unpack(packed))
            self._procedures[key] = procedure
            while len(self._procedures) > KEPT_PROCEDURES:
                self._procedures.popitem(last=False)
        return procedure


def pack(bundle: Bundle) -> bytes:
    """A bundle as the bytes that a case's history keeps."""
    return zlib.compress(bundle.model_dump_json().encode(), 9)


def unpack(packed: bytes) -> Bundle:
    return Bundle.model_validate_json(zlib.decompress(packed))


PRESENT = Present()
