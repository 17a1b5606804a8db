"""What is said about published definitions: which versions there are, and the text of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from sop_engine.cases.contracts.base import ActivityInput, Contract
from sop_engine.cases.contracts.limits import TEXT_LENGTH

Standing = Literal["file", "published", "draft", "used"]
"""Where a text stands: in the worker's files; published, by whoever may; kept to be published; or only in cases that
were opened with it."""


class DefinitionVersionsInput(ActivityInput):
    """Activity `list_definition_versions`: every text of an SOP."""

    sop: str = Field(max_length=TEXT_LENGTH)


class DefinitionVersion(Contract):
    """One text of an SOP."""

    version: int
    content_hash: str
    standing: Standing
    is_in_force: bool = False
    """New cases take it."""
    at: datetime | None = None
    actor: str = ""
    drafted_by: str = ""
    reason: str = ""
    case_id: str | None = None
    """The case that published it."""


class DefinitionVersions(Contract):
    """The newest version first."""

    sop: str
    versions: tuple[DefinitionVersion, ...]


class DefinitionTextInput(ActivityInput):
    """Activity `read_definition`: the text of a version, or of the draft whose hash begins so; the one in force where
    neither is said."""

    sop: str = Field(max_length=TEXT_LENGTH)
    version: int | None = None
    content_hash: str | None = Field(default=None, min_length=6, max_length=64)


class DefinitionText(Contract):
    """One text, with what shared parts say written out."""

    version: int
    content_hash: str
    standing: Standing
    written: dict[str, Any]
