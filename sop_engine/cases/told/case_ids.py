"""Which ids a case may have. Every way into the engine asks, so this loads nothing of how a case is run."""

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.limits import CASE_ID_BYTES, is_case_id

OWN_IDS = "sop."
"""How ids of workflows begin that are no cases."""


def refuse_own_id(case_id: str) -> None:
    """Raises InvalidInput for an id of the kind that the engine's own workflows have."""
    if case_id.startswith(OWN_IDS):
        raise InvalidInput(f"no case may be called {case_id}: ids that begin with {OWN_IDS!r} are the engine's own")


def refuse_long_id(case_id: str) -> None:
    """Raises InvalidInput for an id that leaves no room for those of child cases, which begin with it."""
    if not is_case_id(case_id):
        size = len(case_id.encode("utf-8", "replace"))
        raise InvalidInput(f"no case may have an id of {size:,} bytes; up to {CASE_ID_BYTES} are taken")
