"""The shipped rules of the trade, read once."""

from functools import cache

from activities.work_rules import CustomsRules
from sop_engine.content.library import content_root
from sop_engine.content.rules import load_rules


@cache
def customs_rules() -> CustomsRules:
    return load_rules(content_root() / "rules" / "customs.yaml", CustomsRules)
