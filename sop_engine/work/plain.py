"""Plain results of automated work, made from its contract: nought, none and nothing, unless one is told more."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sop_engine.work.contract import Work
from sop_engine.work.shapes import Part, Shape, of_model

_PLAIN: Mapping[str, Any] = MappingProxyType(
    {
        "text": "plain",
        "integer": 0,
        "decimal": Decimal(),
        "boolean": False,
        "date": date(2026, 3, 2),
        "datetime": datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
        "duration": timedelta(),
        "any": None,
    }
)


def answered(work: Work[Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a result, with the plainest values for the rest. Raises ValueError for what no result has."""
    result: dict[str, Any] = _filled(of_model(work.gives), told, work.name)
    return result


def _filled(shape: Shape, told: Any, where: str) -> Any:
    if shape.kind == "list" and shape.item is not None:
        return [_filled(shape.item, entry, where) for entry in told]
    if told is None or not shape.parts:
        return told
    unknown = [name for name in told if name not in shape.parts]
    if unknown:
        raise ValueError(f"{where} gives no {', '.join(unknown)}")
    return {
        name: _filled(part.shape, told[name], f"{where}.{name}") if name in told else plain_value(name, part)
        for name, part in shape.parts.items()
    }


def plain_value(name: str, part: Part) -> Any:
    """The plainest value of one field of a result."""
    if part.may_be_none:
        return None
    if part.shape.kind == "list":
        return []
    if part.shape.kind == "record":
        return {key: plain_value(key, each) for key, each in part.shape.parts.items()}
    if part.shape.choices:
        return part.shape.choices[0]
    return "CNY" if name == "currency" else _PLAIN[part.shape.kind]
