"""`schedules.yaml`: the recurring duties of a site, each with the place where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pydantic import ValidationError

from sop_engine.cases.duties.duty import Duty
from sop_engine.cases.written.shape import faults_of
from sop_engine.content.yaml_files import YamlFault, YamlFile, read_noting

SCHEDULES = "schedules.yaml"


class Schedules(NamedTuple):
    """The duties by name, and their file."""

    file: YamlFile
    duties: Mapping[str, Duty]


NOTHING = Schedules(YamlFile(SCHEDULES, None, {}), MappingProxyType({}))


def read_schedules(path: Path | None, faults: list[YamlFault]) -> Schedules:
    """Reads the shape of every duty; what it names is looked at by lint. A site need not have any.

    Adds every fault found.
    """
    file = read_noting(path, faults) if path is not None else None
    if file is None:
        return NOTHING
    duties: dict[str, Duty] = {}
    for name, body in file.entries(faults).items():
        try:
            duties[name] = Duty.model_validate(body)
        except ValidationError as error:
            known = ", ".join(field.alias or key for key, field in Duty.model_fields.items())
            for found in faults_of(error, (name,)):
                is_stranger = found.message.startswith("Extra inputs")
                told = f"unknown key; allowed: {known}" if is_stranger else found.message
                faults.append(file.fault(found.path, told))
    return Schedules(file, duties)
