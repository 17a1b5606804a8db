"""A stream of temperatures, and a procedure that hears of episodes in it."""

import shutil
from pathlib import Path

import yaml

from sop_engine.cases.written.stream import StreamSpec
from sop_engine.content.library import Library, content_root, load_library

TEMPERATURES = """
stream: temperatures
title: {en: Temperatures, zh: 箱温}
purpose: {en: How cold refrigerated containers are, zh: 冷箱温度}
feeders: [warehouse_keeper]
subject: container_no
lateness: 2 hours
keep: 90 days
fields:
  container_no: {type: text, required: true, title: {en: Container, zh: 箱号}}
  celsius: {type: decimal, unit: degrees, title: {en: Temperature, zh: 温度}}
"""
COOLING = """
sop: Cooling
version: 1
title: {en: Cooling, zh: 冷藏}
owner: operator
calendar: cn_office
parameters:
  warm_for: {default: 10 minutes, mark: E, title: {en: Too warm for so long, zh: 超温时长}}
data:
  containers:
    type: list
    max_items: 200
    item: {type: text, title: {en: Container, zh: 箱号}}
    title: {en: Containers, zh: 箱号}
  most_celsius: {type: decimal, default: 8, title: {en: At most, zh: 温度上限}}
  sealed_at: {type: datetime, title: {en: Sealed, zh: 施封时间}}
  warm_since_at: {type: datetime, title: {en: Too warm since, zh: 超温起始}}
events:
  cargo.too_warm:
    title: {en: Too warm, zh: 超温}
    data:
      subject: {type: text, title: {en: Container, zh: 箱号}}
      begun_at: {type: datetime, title: {en: Since, zh: 起}}
  cargo.cooled:
    title: {en: Cool again, zh: 恢复}
    data:
      ended_at: {type: datetime, required: true, title: {en: At, zh: 时间}}
  cargo.not_warm: {title: {en: It was not too warm, zh: 超温撤销}}
streams:
  temperatures:
    subject: containers
    from: sealed_at
    rules:
      too_warm:
        when: celsius > most_celsius
        for: warm_for
        tell: {begun: cargo.too_warm, ended: cargo.cooled, withdrawn: cargo.not_warm}
initial: cool
states:
  cool:
    title: {en: Cool, zh: 正常}
    no_clock: {en: Nothing is due while it is cool, zh: 正常时无时限}
    on: {cargo.too_warm: {to: warm, do: [{set: {warm_since_at: _event.data.begun_at}}]}}
  warm:
    title: {en: Too warm, zh: 超温}
    task:
      role: operator
      within: 2 hours
      outcomes: {spoiled: {en: Spoiled, zh: 货损}}
    on: {warm.spoiled: done, cargo.cooled: cool, cargo.not_warm: cool}
  done: {title: {en: Done, zh: 完成}, final: done}
"""


def stream_library(folder: Path, *changes: tuple[str, str], is_whole: bool = False) -> Library:
    """These two files beside the shipped content, or beside as much of it as lint asks of them.

    Raises ContentError for what the changes make wrong in them.
    """
    root = folder / "sop_definitions"
    others = ("customs", "finance", "freight", "service", "rules", "documents", "parameters.yaml", "schedules.yaml")
    shutil.copytree(content_root(), root, ignore=None if is_whole else shutil.ignore_patterns(*others))
    for path, text in (("streams/temperatures.yaml", TEMPERATURES), ("service/Cooling.yaml", COOLING)):
        written = text
        for old, new in changes:
            written = written.replace(old, new)
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(written, encoding="utf-8")
    return load_library(root)


def temperatures() -> StreamSpec:
    return StreamSpec.model_validate(yaml.safe_load(TEMPERATURES))
