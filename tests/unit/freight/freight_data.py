"""The shipped rules of the trade, read once."""

from functools import cache

from activities.work_rules import CustomsRules
from sop_engine.content.library import content_root
from sop_engine.content.place_files import load_places
from sop_engine.content.rules import load_rules
from sop_engine.freight.charges.codes import ChargeRules
from sop_engine.freight.charges.free_time import FreeTimeTariffs
from sop_engine.freight.charges.tariffs import FreightTariffs
from sop_engine.freight.charges.weight import WeightRules
from sop_engine.freight.customs.tariff import TariffTable
from sop_engine.freight.liability_limits import LiabilityLimits
from sop_engine.freight.places import Places


@cache
def customs_rules() -> CustomsRules:
    return load_rules(content_root() / "rules" / "customs.yaml", CustomsRules)


@cache
def free_time_tariffs() -> FreeTimeTariffs:
    return load_rules(content_root() / "rules" / "free_time.yaml", FreeTimeTariffs)


@cache
def charge_rules() -> ChargeRules:
    return load_rules(content_root() / "rules" / "charges.yaml", ChargeRules)


@cache
def weight_rules() -> WeightRules:
    return load_rules(content_root() / "rules" / "weights.yaml", WeightRules)


@cache
def freight_tariffs() -> FreightTariffs:
    return load_rules(content_root() / "rules" / "tariffs.yaml", FreightTariffs)


@cache
def tariff_table() -> TariffTable:
    return load_rules(content_root() / "rules" / "tariff.yaml", TariffTable)


@cache
def places() -> Places:
    return load_places(content_root())


@cache
def liability_limits() -> LiabilityLimits:
    return load_rules(content_root() / "rules" / "liability_limits.yaml", LiabilityLimits)
