"""The rules that automated work applies, as a site keeps them in files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, RootModel

from sop_engine.basis.models import Frozen
from sop_engine.content.library import load_calendars
from sop_engine.content.own_tables import load_own_tables
from sop_engine.content.rules import load_rules
from sop_engine.freight.cargo_acceptance import CargoRules
from sop_engine.freight.charges.codes import ChargeRules
from sop_engine.freight.charges.free_time import FreeTimeTariffs
from sop_engine.freight.charges.tariffs import FreightTariffs
from sop_engine.freight.charges.weight import WeightRules
from sop_engine.freight.customs.export_duty import ExportDutyRule
from sop_engine.freight.customs.refunds import DemandDepositRate
from sop_engine.freight.customs.surcharges import LatenessRule
from sop_engine.freight.customs.tariff import TariffTable, VolumeRule
from sop_engine.freight.customs.taxes import ImportTaxRule
from sop_engine.freight.customs.value import CustomsValueRule
from sop_engine.freight.document_checklist import DocumentTable
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.legal_clocks import LegalClocks
from sop_engine.freight.liability_limits import LiabilityLimits
from sop_engine.freight.places import Places
from sop_engine.timekeeping.calendar import BusinessCalendar


class CustomsRules(Frozen):
    """The law on customs taxes and lateness, by date."""

    import_taxes: tuple[ImportTaxRule, ...] = Field(min_length=1)
    late_payment: tuple[LatenessRule, ...] = Field(min_length=1)
    late_declaration: tuple[LatenessRule, ...] = Field(min_length=1)
    customs_value: tuple[CustomsValueRule, ...] = Field(min_length=1)
    export_duty: tuple[ExportDutyRule, ...] = Field(min_length=1)
    demand_deposit: tuple[DemandDepositRate, ...] = Field(min_length=1)
    volumes: tuple[VolumeRule, ...] = Field(min_length=1)


Prefix = Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]


class Registers(RootModel[dict[str, Prefix]]):
    """The registers that number their papers, and the prefix of their numbers."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True)
class LegalClockTables:
    """The periods of law, one file each under `legal_clocks`."""

    customs: LegalClocks
    filings: LegalClocks
    claims: LegalClocks
    commercial: LegalClocks


@dataclass(frozen=True)
class WorkRules:
    """One file each."""

    customs: CustomsRules
    cargo: CargoRules
    documents: DocumentTable
    registers: Registers
    clocks: LegalClockTables
    tariff: TariffTable
    exchange_rates: ExchangeRates
    charges: ChargeRules
    weights: WeightRules
    tariffs: FreightTariffs
    free_time: FreeTimeTariffs
    liability_limits: LiabilityLimits
    places: Places
    calendars: Mapping[str, BusinessCalendar]


def load_work_rules(root: Path, own: Path | None = None) -> WorkRules:
    """Reads the folder `rules` of the content and the firm's own tables. Raises ContentError with every fault of the
    first part that has any."""
    folder = root / "rules"
    clocks = folder / "legal_clocks"
    tables = load_own_tables(root, own)
    return WorkRules(
        customs=load_rules(folder / "customs.yaml", CustomsRules),
        cargo=load_rules(folder / "cargo.yaml", CargoRules),
        documents=load_rules(folder / "documents.yaml", DocumentTable),
        registers=load_rules(folder / "registers.yaml", Registers),
        clocks=LegalClockTables(
            customs=load_rules(clocks / "customs.yaml", LegalClocks),
            filings=load_rules(clocks / "filings.yaml", LegalClocks),
            claims=load_rules(clocks / "claims.yaml", LegalClocks),
            commercial=load_rules(clocks / "commercial.yaml", LegalClocks),
        ),
        tariff=tables.tariff,
        exchange_rates=tables.exchange_rates,
        charges=load_rules(folder / "charges.yaml", ChargeRules),
        weights=load_rules(folder / "weights.yaml", WeightRules),
        tariffs=load_rules(folder / "tariffs.yaml", FreightTariffs),
        free_time=tables.free_time,
        liability_limits=load_rules(folder / "liability_limits.yaml", LiabilityLimits),
        places=tables.places,
        calendars=load_calendars(root),
    )
