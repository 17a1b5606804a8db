"""Rules that are neither SOP nor calendar: how money is posted."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from sop_engine.cases.shape import faults_of
from sop_engine.content.library import ContentError
from sop_engine.content.yaml_files import YamlError, YamlFault, read_file
from sop_engine.records.posting import LedgerRules


def load_ledger_rules(root: Path) -> LedgerRules:
    """The chart of accounts and posting rules. Raises ContentError with every fault."""
    try:
        file = read_file(root / "ledger.yaml")
        return LedgerRules.model_validate(file.value)
    except YamlError as error:
        raise ContentError(list(error.faults)) from None
    except ValidationError as error:
        faults = [
            YamlFault(file.name, *file.place(f.path), ".".join(map(str, f.path)), f.message)
            for f in faults_of(error, ())
        ]
        raise ContentError(faults) from None
