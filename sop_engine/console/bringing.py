"""What a command names by `@PATH` is brought to the records, and its receipt stands in its place."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.contracts.acts import Act
from sop_engine.console.inputs import LocalFile

if TYPE_CHECKING:
    from sop_engine.temporal.files_gateway import FilesGateway
    from sop_engine.temporal.gateway import CaseGateway

SomeAct = TypeVar("SomeAct", bound=Act)


async def brought(gateway: "CaseGateway", value: Any) -> Any:
    """The value with every file in it brought, each once. Raises `InvalidInput` with a fault for each that is not."""
    found = dict.fromkeys(_paths(value))
    if not found:
        return value
    from sop_engine.temporal.files_gateway import FilesGateway

    kept = await _bring(FilesGateway(gateway), list(found))
    return _with(value, kept)


async def with_files(gateway: "CaseGateway", act: SomeAct) -> SomeAct:
    """An act whose files are brought."""
    named = {name: getattr(act, name) for name in ("data", "attachments") if getattr(act, name, None)}
    return act.model_copy(update=await brought(gateway, named))


async def _bring(files: "FilesGateway", paths: list[Path]) -> dict[Path, dict[str, Any]]:
    kept: dict[Path, dict[str, Any]] = {}
    faults: list[Fault] = []
    for path in paths:
        try:
            kept[path] = await files.bring(path)
        except InvalidInput as error:
            faults += error.faults
    if faults:
        raise InvalidInput("Nothing was told to the case: not every file can be taken", faults)
    return kept


def _paths(value: Any) -> list[Path]:
    if isinstance(value, LocalFile):
        return [value.path]
    entries = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [path for entry in entries for path in _paths(entry)]


def _with(value: Any, kept: Mapping[Path, Any]) -> Any:
    if isinstance(value, LocalFile):
        return kept[value.path]
    if isinstance(value, Mapping):
        return {key: _with(entry, kept) for key, entry in value.items()}
    return [_with(entry, kept) for entry in value] if isinstance(value, list | tuple) else value
