"""Small procedures for tests of parents and children: an outing, which has a walk for a child, and a tour of many."""

import shutil
from pathlib import Path

from sop_engine.content.library import Library, content_root, load_library
from tests.integration.installation import Installation

OUTING = """
sop: Outing
version: 1
title: {en: Outing, zh: 外出}
owner: operator
calendar: cn_office
data:
  destination: {type: text, title: {en: Destination, zh: 目的地}}
  leave_by: {type: datetime, title: {en: Leave by, zh: 最晚出发}}
initial: deciding
states:
  deciding:
    title: {en: Deciding, zh: 决定}
    task: {role: operator, outcomes: {go: {en: Go, zh: 去}, glance: {en: Glance, zh: 看}, look: {en: Look, zh: 查}}}
    on: {deciding.go: walking, deciding.glance: glancing, deciding.look: looking}
  walking:
    title: {en: Walking, zh: 步行}
    case: {sop: Walk, id: walk, with: {destination: destination, leave_by: leave_by}, follow: [leave_by]}
    on: {walking.home: closed, walking.cancelled: deciding}
  glancing:
    title: {en: Glancing, zh: 一瞥}
    case: {sop: Walk, id: glance, with: {destination: destination}}
    always: deciding
  looking:
    title: {en: Looking, zh: 查看}
    work: {activity: cargo_acceptance, with: {goods: "[]", cargo_class: "'general'", licensed: "true"}}
    always: closed
  closed: {title: {en: Closed, zh: 结束}, final: closed}
"""

WALK = """
sop: Walk
version: 1
title: {en: Walk, zh: 步行}
owner: operator
calendar: cn_office
data:
  destination: {type: text, required: true, title: {en: Destination, zh: 目的地}}
  leave_by: {type: datetime, title: {en: Leave by, zh: 最晚出发}}
clocks:
  leaving: {title: {en: Leaving, zh: 出发}, until: leave_by, expects: maybe, start: in under_way, ladder: standard}
events:
  rain: {title: {en: Rain, zh: 下雨}}
  tide.turned: {title: {en: The tide turned, zh: 转潮}, roles: [operator], machines: true}
  walker.gave_up: {title: {en: The walker gave up, zh: 放弃步行}, roles: [operator]}
initial: under_way
states:
  under_way:
    title: {en: Under way, zh: 途中}
    task: {role: operator, outcomes: {arrived: {en: Arrived, zh: 到达}}}
    on: {under_way.arrived: home, rain: {}, tide.turned: {}, walker.gave_up: home}
  home: {title: {en: Home, zh: 到家}, final: home}
"""

TOUR = """
sop: Tour
version: 1
title: {en: Tour, zh: 团队出行}
owner: operator
calendar: cn_office
data:
  destinations:
    type: list
    required: true
    max_items: 20
    item: {type: text, title: {en: Destination, zh: 目的地}}
    title: {en: Destinations, zh: 目的地}
  leave_by: {type: datetime, title: {en: Leave by, zh: 最晚出发}}
initial: walking
states:
  walking:
    title: {en: Walking, zh: 步行}
    case:
      sop: Walk
      id: walk
      for_each: destinations
      with: {destination: item, leave_by: leave_by}
      follow: [leave_by]
    on: {walking.all: closed}
  closed: {title: {en: Closed, zh: 结束}, final: closed}
"""

OPERATOR = "zhou.jie"


def outing_library(folder: Path) -> Library:
    """The packaged content with these procedures beside it, in a new folder."""
    root = folder / "sop_definitions"
    shutil.copytree(content_root(), root)
    for name, text in (("Outing", OUTING), ("Walk", WALK), ("Tour", TOUR)):
        (root / "service" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_library(root)


async def go(house: Installation, case_id: str, how: str, destination: str | None = "the hills") -> None:
    await house.open("Outing", case_id, {} if destination is None else {"destination": destination})
    await house.act(case_id, "complete_task", actor=OPERATOR, outcome=how)
