"""How tests of random input run: as long as they need, on a slow machine too; and in which order tests are taken."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

UNIT = Path(__file__).parent / "unit"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that wait for servers come first: the short ones fill what is left, so that all processes end together."""
    items.sort(key=lambda item: item.path.is_relative_to(UNIT))
