"""What a template sees where a fact is not filled in: a visible dash, never a crash."""

from collections.abc import Mapping
from typing import Any

from jinja2 import ChainableUndefined

DASH = "—"


class Missing(ChainableUndefined):
    """A value that is not there. It reads as a dash, is false, is empty, and stays missing under arithmetic."""

    __slots__ = ()

    def __str__(self) -> str:
        return DASH

    def _itself(self, *_: Any, **__: Any) -> Any:
        return self

    def _never(self, *_: Any, **__: Any) -> Any:
        return False

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _itself
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = _itself
    __neg__ = __pos__ = __abs__ = __call__ = __round__ = _itself
    __lt__ = __le__ = __gt__ = __ge__ = _never


def with_missing(value: Any, name: str) -> Any:
    """The value with every None in it, at any depth, made `Missing` under its dotted name."""
    if value is None:
        return Missing(name=name)
    if isinstance(value, Mapping):
        return {key: with_missing(entry, f"{name}.{key}") for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [with_missing(entry, f"{name}.{index}") for index, entry in enumerate(value)]
    return value
