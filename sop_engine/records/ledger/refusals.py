"""How what the pure rules do not allow leaves the records: as a refusal with every fault."""

from collections.abc import Iterator
from contextlib import contextmanager

from sop_engine.cases.faults import Fault, Refused
from sop_engine.freight.rules import RuleError


@contextmanager
def refusing(message: str) -> Iterator[None]:
    """Turns a RuleError into a Refused that says what is refused."""
    try:
        yield
    except RuleError as error:
        faults = [Fault(where=where, what=what, allowed=allowed) for where, what, allowed in error.faults]
        raise Refused(message, faults) from None
