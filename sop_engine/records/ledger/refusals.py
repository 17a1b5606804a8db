"""How what the pure rules do not allow leaves the records: as a refusal with every fault."""

from collections.abc import Iterator
from contextlib import contextmanager

from sop_engine.basis.faults import Refused
from sop_engine.freight.rules import RuleError


@contextmanager
def refusing(message: str) -> Iterator[None]:
    """Turns a RuleError into a Refused that says what is refused."""
    try:
        yield
    except RuleError as error:
        raise Refused(message, error.faults) from None
