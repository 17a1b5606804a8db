"""Faults of files as the console tells faults: each with its file, line and column."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sop_engine.cases.faults import Fault

if TYPE_CHECKING:
    from sop_engine.content.yaml_files import YamlFault


def place_faults(faults: "Iterable[YamlFault]") -> list[Fault]:
    return [
        Fault(
            where=f"{fault.file}:{fault.line}:{fault.column}",
            what=f"{fault.path}: {fault.message}" if fault.path else fault.message,
        )
        for fault in faults
    ]
