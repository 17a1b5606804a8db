"""The shipped rules of the trade, read once."""

from functools import cache

from activities.work_rules import CustomsRules
from sop_engine.content.library import content_root
from sop_engine.content.rules import load_rules
from sop_engine.freight.free_time import FreeTimeTariffs


@cache
def customs_rules() -> CustomsRules:
    return load_rules(content_root() / "rules" / "customs.yaml", CustomsRules)


@cache
def free_time_tariffs() -> FreeTimeTariffs:
    return load_rules(content_root() / "rules" / "free_time.yaml", FreeTimeTariffs)
