"""Which rung of the ladder of engine versions a running case stands on.

New cases carry it in their bundle. A case that was opened before the rung existed takes it as soon as it does something
new: Temporal keeps a marker, so a replay takes the same way.
"""

from __future__ import annotations

from temporalio import workflow

from sop_engine.cases.engine_version import HARDENED
from sop_engine.cases.procedure import Bundle


def is_hardened(bundle: Bundle) -> bool:
    """Whether the case hands over in time and believes only what is proven. To be asked where the ways part."""
    return bundle.engine_version >= HARDENED or workflow.patched("hardened")
