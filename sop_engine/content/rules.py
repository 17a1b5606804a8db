"""Rules that are neither SOP nor calendar, read into the model of whoever uses them: posting, customs, acceptance."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sop_engine.cases.written.shape import faults_of
from sop_engine.content.library import ContentError
from sop_engine.content.yaml_files import YamlError, read_file

Rules = TypeVar("Rules", bound=BaseModel)


def load_rules(path: Path, model: type[Rules]) -> Rules:
    """One file of rules. Raises ContentError with every fault and its line."""
    try:
        file = read_file(path)
    except YamlError as error:
        raise ContentError(list(error.faults)) from None
    try:
        return model.model_validate(file.value)
    except ValidationError as error:
        raise ContentError([file.fault(found.path, found.message) for found in faults_of(error, ())]) from None
