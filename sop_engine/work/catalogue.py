"""Every work that there is, found by walking this room."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

import sop_engine.work as room
from sop_engine.work.contract import Work


def works() -> Mapping[str, Work[Any]]:
    """The works of all subjects by name. Raises ValueError where two have one name."""
    found: dict[str, Work[Any]] = {}
    for work in _entries():
        if found.setdefault(work.name, work) is not work:
            raise ValueError(f"two works are called {work.name}")
    return MappingProxyType(dict(sorted(found.items())))


def _entries() -> Iterator[Work[Any]]:
    names = [found.name for found in iter_modules(room.__path__) if f"{room.__name__}.{found.name}" != __name__]
    for name in sorted(names):
        module = import_module(f"{room.__name__}.{name}")
        yield from (value for value in vars(module).values() if isinstance(value, Work))


WORKS = works()
