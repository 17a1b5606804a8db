"""The rules that automated work applies, as a site keeps them in files."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel

from sop_engine.content.rules import load_rules
from sop_engine.freight.cargo_acceptance import CargoRules
from sop_engine.freight.customs_refunds import DemandDepositRate
from sop_engine.freight.customs_taxes import ImportTaxRule
from sop_engine.freight.customs_value import CustomsValueRule
from sop_engine.freight.document_checklist import DocumentTable
from sop_engine.freight.export_duty import ExportDutyRule
from sop_engine.freight.surcharges import LateDeclarationRule, LatenessRule


class CustomsRules(BaseModel):
    """The law on customs taxes and lateness, by date."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    import_taxes: tuple[ImportTaxRule, ...] = Field(min_length=1)
    late_payment: tuple[LatenessRule, ...] = Field(min_length=1)
    late_declaration: tuple[LateDeclarationRule, ...] = Field(min_length=1)
    customs_value: tuple[CustomsValueRule, ...] = Field(min_length=1)
    export_duty: tuple[ExportDutyRule, ...] = Field(min_length=1)
    demand_deposit: tuple[DemandDepositRate, ...] = Field(min_length=1)
    litres_per_tonne: dict[str, Decimal]


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
