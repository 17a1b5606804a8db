"""The reports there are: every module in `entries` holds one, and nothing else names them."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.records.reports import entries
from sop_engine.records.reports.parameters import Parameters
from sop_engine.records.reports.report import Report


@cache
def catalogue() -> Mapping[str, Report[Any]]:
    """Every report by its name, in the order of names."""
    modules = (
        importlib.import_module(f"{entries.__name__}.{found.name}") for found in pkgutil.iter_modules(entries.__path__)
    )
    found: list[Report[Any]] = [module.REPORT for module in modules]
    return MappingProxyType({report.name: report for report in sorted(found, key=lambda each: each.name)})


def report_named(name: str) -> Report[Any]:
    """Raises InvalidInput with the names there are."""
    try:
        return catalogue()[name]
    except KeyError:
        fault = Fault(where="name", what=f"there is no report {name!r}", allowed=", ".join(catalogue()))
        raise InvalidInput("The report cannot be run", [fault]) from None


def read_parameters(report: Report[Any], given: Mapping[str, Any], spelled: Callable[[str], str] = str) -> Parameters:
    """What a report is asked. Raises InvalidInput with every fault: what it does not know, lacks, or cannot read.

    `spelled` is how whoever asks writes the name of a parameter.
    """
    try:
        asked: Parameters = report.asks.model_validate(dict(given))
    except ValidationError as error:
        faults = [_fault(report, each, spelled) for each in error.errors()]
        raise InvalidInput("The report cannot be run", faults) from None
    return asked


def _fault(report: Report[Any], error: ErrorDetails, spelled: Callable[[str], str]) -> Fault:
    name, context = str(error["loc"][0]), error.get("ctx", {})
    where = spelled(name)
    match error["type"]:
        case "extra_forbidden":
            known = ", ".join(map(spelled, report.parameters)) or "none"
            return Fault(where=where, what=f"the report {report.name} has no such parameter", allowed=known)
        case "missing":
            return Fault(where=where, what="is missing", allowed=report.parameters[name].description or "")
        case "literal_error":
            return Fault(where=where, what=f"{error['input']!r} is none of them", allowed=context["expected"])
        case _:
            return Fault(where=where, what=error["msg"], allowed=context.get("allowed", ""))
