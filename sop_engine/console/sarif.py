"""What lint finds as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sop_engine.content.checking import Placed

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "SOPS"
"""Stands for the folder of the content, which lies elsewhere on every machine."""


def sarif(found: Iterable[Placed], root: Path) -> dict[str, Any]:
    """One run with a result for each finding; places are relative to the content's folder."""
    listed = list(found)
    rules = sorted({each.check for each in listed})
    driver = {"name": "sop definition lint", "rules": [{"id": check} for check in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder of the SOPs"}}},
        "results": [_result(each, rules.index(each.check), root) for each in listed],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(found: Placed, rule: int, root: Path) -> dict[str, Any]:
    fault = found.fault
    place = next(iter(root.rglob(fault.file)), Path(fault.file))
    uri = (place.relative_to(root) if place.is_absolute() else place).as_posix()
    location = {
        "artifactLocation": {"uri": uri, "uriBaseId": BASE},
        "region": {"startLine": fault.line, "startColumn": fault.column},
    }
    logical = [{"fullyQualifiedName": fault.path}] if fault.path else []
    return {
        "ruleId": found.check,
        "ruleIndex": rule,
        "level": found.severity,
        "message": {"text": fault.message},
        "locations": [{"physicalLocation": location, "logicalLocations": logical}],
        "partialFingerprints": {"place/v1": f"{fault.file}:{fault.path}:{found.check}"},
        "properties": {"way": list(found.way), "mend": found.mend},
    }
