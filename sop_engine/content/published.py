"""What procedures publish for cases of others to read: known before any of them is read as a whole, for two may read of
each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sop_engine.content.shared.expanding import expanded
from sop_engine.content.shared.parts import Parts
from sop_engine.content.yaml_files import YamlFile

PUBLISHES = "publishes"
OUTCOME = "outcome"
"""How the case ended: published by every SOP that publishes anything."""
_OUTCOME: Mapping[str, Any] = MappingProxyType({"type": "text", "title": {"en": "Outcome", "zh": "结果"}})


def published_by(files: Iterable[YamlFile], parts: Parts) -> dict[str, dict[str, Any]]:
    """SOP -> the fields that it publishes, of every file that can be read; what is wrong is told with the file."""
    found = {}
    for file in files:
        value = file.value
        names = value.get(PUBLISHES) if isinstance(value, Mapping) else None
        if isinstance(names, str):
            names = [names]
        if isinstance(names, list) and isinstance(value.get("sop"), str):
            fields = expanded(file, parts, []).file.value.get("data")
            known = fields if isinstance(fields, Mapping) else {}
            found[value["sop"]] = {OUTCOME: dict(_OUTCOME)} | {
                name: known[name] for name in names if isinstance(known.get(name), Mapping)
            }
    return found
