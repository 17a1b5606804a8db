"""The rules that automated work applies, as a site keeps them in files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, RootModel

from sop_engine.content.rules import load_rules
from sop_engine.freight.cargo_acceptance import CargoRules
from sop_engine.freight.document_checklist import DocumentTable
from sop_engine.freight.surcharges import CustomsRules

Prefix = Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]


class Registers(RootModel[dict[str, Prefix]]):
    """The registers that number their papers, and the prefix of their numbers."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True)
class WorkRules:
    """One file each."""

    customs: CustomsRules
    cargo: CargoRules
    documents: DocumentTable
    registers: Registers


def load_work_rules(root: Path) -> WorkRules:
    """Reads the folder `rules` of the content. Raises ContentError with every fault of the first file that has any."""
    folder = root / "rules"
    return WorkRules(
        customs=load_rules(folder / "customs.yaml", CustomsRules),
        cargo=load_rules(folder / "cargo.yaml", CargoRules),
        documents=load_rules(folder / "documents.yaml", DocumentTable),
        registers=load_rules(folder / "registers.yaml", Registers),
    )
