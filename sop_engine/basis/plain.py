"""Case data as people, templates and other systems read it: decimals, instants, dates and durations as ordinary
text."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """A value that any JSON writer takes; numbers keep their digits as text."""
    if isinstance(value, Decimal | timedelta):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value
