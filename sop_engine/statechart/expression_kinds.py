"""The kinds of value that an expression works on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Kind = Literal[
    "text", "integer", "decimal", "boolean", "date", "datetime", "duration", "list", "record", "working_days", "any"
]


@dataclass(frozen=True, slots=True)
class FieldType:
    """The type of a field of the data. A record without `fields` may hold any; a list without `item` likewise."""

    kind: Kind
    item: "FieldType | None" = None
    fields: Mapping[str, "FieldType"] = field(default_factory=lambda: MappingProxyType({}))

    def accepts(self, other: "FieldType") -> bool:
        """Whether a value of the type `other` may be stored in a field of this type."""
        if "any" in (self.kind, other.kind):
            return True
        if self.kind == "list" and other.kind == "list":
            return self.item is None or other.item is None or self.item.accepts(other.item)
        return self.kind == other.kind or (self.kind, other.kind) == ("decimal", "integer")

    def __str__(self) -> str:
        return f"list of {self.item}" if self.item is not None and self.item.kind != "any" else self.kind


ANY = FieldType("any")
TEXT = FieldType("text")
INTEGER = FieldType("integer")
DECIMAL = FieldType("decimal")
BOOLEAN = FieldType("boolean")
INSTANT = FieldType("datetime")
DATE = FieldType("date")
DURATION = FieldType("duration")
WORKING_DAYS = FieldType("working_days")
LIST = FieldType("list")
RECORD = FieldType("record")
