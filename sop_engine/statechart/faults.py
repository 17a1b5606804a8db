"""What is wrong with a chart, and where."""

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The keys and positions that lead from the top of the definition to the place."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, with the place in the definition."""

    path: Path
    message: str

    def __str__(self) -> str:
        place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.path).lstrip(".")
        return f"{place or 'chart'}: {self.message}"


class ChartError(Exception):
    """A mapping that is not a chart; `faults` has everything that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
