"""Which rung of the ladder of engine versions a running case stands on.

New cases carry it in their bundle. A case that was opened before the rung existed takes it as soon as it does something
new: Temporal keeps a marker, so a replay takes the same way.
"""

from __future__ import annotations

from temporalio import workflow

from sop_engine.cases.written.engine_version import HARDENED
from sop_engine.cases.written.procedure import Bundle


def is_hardened(bundle: Bundle) -> bool:
    """Whether the case hands over in time and believes only what is proven. To be asked where the ways part."""
    return bundle.engine_version >= HARDENED or workflow.patched("hardened")


class Rung:
    """A rung that an open case climbs at the first of many occasions after it is there.

    Temporal answers one question for a whole run: one that was asked before the rung was there stays with its no. So
    each occasion is a question of its own until one is answered with yes; only that one leaves a marker.
    """

    def __init__(self, name: str, since: int | None = HARDENED) -> None:
        self._name = name
        self._since = since
        """The engine version whose cases stand on it from the beginning; none where no released one does."""
        self._occasions = 0
        self._is_taken = False

    def is_taken(self, bundle: Bundle | None) -> bool:
        """Whether the case stands on the rung. To be asked where the ways part; before the load there is no bundle."""
        stands = self._since is not None and bundle is not None and bundle.engine_version >= self._since
        if not (self._is_taken or stands):
            self._occasions += 1
            self._is_taken = workflow.patched(f"{self._name} {self._occasions}")
        return self._is_taken or stands
