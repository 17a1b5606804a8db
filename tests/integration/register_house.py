"""An installation whose content has three procedures more: one that keeps a customer's grade,
one that reads it, one that has a number alone."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sop_engine.content.library import Library, content_root, load_library
from sop_engine.temporal.anchor import Anchor
from sop_engine.temporal.records_guard import RecordsGuard
from tests.integration.installation import Installation, installation
from tests.serving import serving
from worker import build_worker

GRADING = """
sop: Grading
version: 1
title: {en: Grading, zh: 评级}
owner: sales_rep
calendar: cn_office
data:
  customer_no: {type: text, required: true, title: {en: Customer number, zh: 客户编号}}
  customer_name: {type: text, title: {en: Customer, zh: 客户名称}}
  grade: {type: text, title: {en: Grade, zh: 等级}}
initial: grading
states:
  grading:
    title: {en: Grading, zh: 评级}
    task:
      role: sales_rep
      form: [grade]
      outcomes: {done: {en: Graded, zh: 完成}}
    on:
      grading.done:
        to: grading
        do:
          - keep: customers
            with: {customer_no: customer_no, name: customer_name, grade: grade}
            reason: "'Review ' ~ case_id"
"""
SERVING = """
sop: Serving
version: 1
title: {en: Serving, zh: 服务}
owner: sales_rep
calendar: cn_office
data:
  number: {type: text, title: {en: Customer number, zh: 客户编号}}
reads:
  customer: {register: customers, key: number, fields: [grade, contacts]}
initial: waiting
states:
  waiting:
    title: {en: Waiting, zh: 等待}
    task: {role: sales_rep, outcomes: {again: {en: Read again, zh: 重读}}}
    on:
      reads.customer.missing: unknown
      reads.customer.found: {when: "customer.grade == 'A'", to: special}
      waiting.again: {do: [{read: customer}]}
  unknown:
    title: {en: Unknown, zh: 未知}
    task: {role: sales_rep, outcomes: {left: {en: Left, zh: 结束}}}
    on: {unknown.left: done, reads.customer.found: waiting}
  special:
    title: {en: Special, zh: 重点}
    task: {role: sales_rep, outcomes: {left: {en: Left, zh: 结束}}}
    on: {special.left: done}
  done: {title: {en: Done, zh: 完成}, final: done}
"""

VOUCHER = """
sop: Voucher
version: 1
title: {en: Voucher, zh: 凭证}
owner: sales_rep
calendar: cn_office
data:
  number: {type: text, required: true, title: {en: Voucher number, zh: 凭证编号}}
unique:
  voucher: {value: number}
initial: asking
states:
  asking:
    title: {en: Asking, zh: 查重}
    on: {unique.voucher.held: booking, unique.voucher.taken: doubled}
  booking:
    title: {en: Booking, zh: 入账}
    task: {role: sales_rep, outcomes: {booked: {en: Booked, zh: 已入账}}}
    on: {booking.booked: done, unique.voucher.taken: doubled}
  doubled:
    title: {en: Doubled, zh: 重复}
    task: {role: sales_rep, outcomes: {again: {en: Ask again, zh: 重新查重}}}
    on: {doubled.again: {do: [{unique: voucher}]}, unique.voucher.held: booking}
  done: {title: {en: Done, zh: 完成}, final: done}
"""


def library(folder: Path) -> Library:
    root = folder / "sop_definitions"
    shutil.copytree(content_root(), root)
    for name, text in (("Grading", GRADING), ("Serving", SERVING), ("Voucher", VOUCHER)):
        (root / "service" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_library(root)


@asynccontextmanager
async def register_house(content: Path, folder: Path) -> AsyncIterator[Installation]:
    """With a worker whose cases remember its records."""
    procedures = library(content)
    async with installation(folder) as running:
        guard = RecordsGuard(running.engine, Anchor(running.client, running.settings.task_queue))
        await guard.look()
        async with serving(build_worker(running.client, running.settings, procedures, running.engine, guard)):
            yield running
