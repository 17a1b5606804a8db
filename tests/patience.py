"""Waiting longer for answers than an operator does, where a machine has much to do."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sop_engine.temporal import gateway


@pytest.fixture(autouse=True, scope="module")
def patience() -> Iterator[None]:
    """A busy machine may need longer for an answer than an operator waits, and this server knows no work outside of
    workflows by which to tell why.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway, "QUERY_TIMEOUT", timedelta(seconds=60))
        patch.setattr(gateway, "UPDATE_TIMEOUT", timedelta(seconds=60))
        patch.setattr(gateway, "OPENED_WITHIN", 60.0)
        yield
