"""Fixtures of upgrades: a folder with dozens of open cases is woken at once."""

from tests.patience import patience

__all__ = ["patience"]
