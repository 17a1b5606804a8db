"""`retention.yaml`: how long the files of cases are kept, with the places where it is written."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from sop_engine.cases.written.retention import Retention
from sop_engine.cases.written.shape import faults_of
from sop_engine.content.yaml_files import YamlFault, YamlFile, read_noting

RETENTION = "retention.yaml"


class RetentionFile(NamedTuple):
    """What the file says; none where a site has no such file, and nothing is disposed of."""

    file: YamlFile
    retention: Retention | None


NOTHING = RetentionFile(YamlFile(RETENTION, None, {}), None)


def read_retention(path: Path | None, faults: list[YamlFault]) -> RetentionFile:
    """Reads its shape; what it names is looked at by lint. Adds every fault found."""
    file = read_noting(path, faults) if path is not None else None
    if file is None:
        return NOTHING
    try:
        return RetentionFile(file, Retention.model_validate(file.value))
    except ValidationError as error:
        told = (file.fault(found.path, found.message.removeprefix("Value error, ")) for found in faults_of(error, ()))
        faults += told
        return NOTHING
