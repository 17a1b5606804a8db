"""Terms that several parts of an SOP file share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

Verdict = Literal["met", "ended", "goes_on"]
"""What becomes of a promise: it is kept, nothing is promised any more, or it still is."""


def _names(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names, json_schema_input_type=str | tuple[str, ...])]
"""One name or a list of them."""

Until = Literal["all", "any"] | Annotated[int, Field(ge=1)]
"""How many tasks or children of a `for_each` must end before it is done."""
