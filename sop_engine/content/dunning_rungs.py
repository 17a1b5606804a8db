"""Rungs that stand at a level of dunning: the ledger says once after how many days past due each level is reached.

`second_reminder: {dunning: 2}` of a ladder becomes `at: "+6 days"` where level 2 is that of the seventh day past due:
the first one begins as the due day ends, which is where offsets count from.
"""

from collections.abc import Callable, Mapping
from typing import Any

KEY = "dunning"

Fault = Callable[[tuple[str | int, ...], str], None]
"""Notes what is wrong at a place of the ladders."""


def days_of_levels(ledger: Any) -> dict[int, int]:
    """Days past due of each level, as `policy: dunning:` of the ledger's file says; nothing where it says none."""
    policy = ledger.get("policy") if isinstance(ledger, Mapping) else None
    levels = policy.get("dunning") if isinstance(policy, Mapping) else None
    return {
        level["level"]: level["days"]
        for level in (levels if isinstance(levels, list) else ())
        if isinstance(level, Mapping) and isinstance(level.get("level"), int) and isinstance(level.get("days"), int)
    }


def placed(name: str, ladder: Any, days: Mapping[int, int], fault: Fault) -> Any:
    """The ladder with an offset in place of each level; a level that is not known is a fault and left as it is."""
    rungs = ladder.get("rungs") if isinstance(ladder, Mapping) else None
    if not isinstance(rungs, Mapping):
        return ladder
    found: dict[str, Any] = {}
    for key, rung in rungs.items():
        found[key] = rung
        if not isinstance(rung, Mapping) or KEY not in rung:
            continue
        level, place = rung[KEY], (name, "rungs", str(key), KEY)
        if "at" in rung:
            fault(place, "stands beside `at`; write one of the two")
        elif not isinstance(level, int) or level not in days:
            fault(place, f"no level {level!r} of dunning; allowed: {', '.join(map(str, days)) or 'none is known'}")
        else:
            rest = {name: value for name, value in rung.items() if name != KEY}
            found[key] = {"at": f"+{days[level] - 1} days", **rest}
    return {**ladder, "rungs": found}
