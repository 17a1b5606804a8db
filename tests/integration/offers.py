"""A small procedure whose tasks people have, and who leaves, succeeds and orders a hand-over: for tests of one."""

import shutil
from pathlib import Path

from sop_engine.content.library import Library, content_root, load_library

OFFER = """
sop: Offer
version: 1
title: {en: Offer, zh: 报价}
owner: sales_rep
calendar: cn_office
initial: drafting
states:
  drafting:
    title: {en: Drafting, zh: 起草}
    task: {role: sales_rep, outcomes: {done: {en: Drafted, zh: 完成}}}
    on: {drafting.done: checking}
  checking:
    title: {en: Checking, zh: 复核}
    task: {role: sales_rep, distinct_from: [drafting], outcomes: {done: {en: Checked, zh: 完成}}}
    on: {checking.done: closed}
  closed: {title: {en: Closed, zh: 结束}, final: closed}
"""
LEAVES, SUCCEEDS, ORDERS = "lin.yue", "he.ping", "sun.lihua"


def offers(root: Path) -> Library:
    """The packaged procedures and this one."""
    shutil.copytree(content_root(), root)
    (root / "sales").mkdir(exist_ok=True)
    (root / "sales" / "Offer.yaml").write_text(OFFER, encoding="utf-8")
    return load_library(root)
