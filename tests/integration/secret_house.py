"""An installation with a procedure that holds a telephone, a price and a person to be kept from it."""

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

PHONE, PRICE, ACCUSED = "13811112222", "98765.43", "zhou.jie"
"""What nobody without a right may find in anything that the program says."""

NO_GATEWAY = "http://127.0.0.1:9/sms"
"""Of text messages: nobody is called there, and what was to be sent stays in the outbox."""

ENQUIRY = """
sop: Enquiry
version: 1
title: {en: Enquiry, zh: 询价}
owner: sales_rep
reference: [subject]
calendar: cn_office
data:
  subject: {type: text, required: true, title: {en: Subject, zh: 主题}}
  caller: {type: text, format: phone, personal: true, title: {en: Caller, zh: 来电}}
  price: {type: money, confidential: [finance_manager], title: {en: Price, zh: 价格}}
  letter: {type: file, personal: true, title: {en: Letter, zh: 来函}}
  about: {type: text, title: {en: About whom, zh: 涉及人员}}
addressees:
  customer: {called: caller, phone: caller}
initial: asking
states:
  asking:
    title: {en: Asking, zh: 询问}
    entry:
      - {notify: operator, template: enquiry}
      - {notify: finance_manager, template: enquiry}
      - {notify: customer, as: told, template: enquiry, by: [sms]}
      - {notify: finance_manager, as: heard, template: enquiry, by: [in_app]}
      - {document: enquiry}
    task:
      role: sales_rep
      form: [caller, letter, subject]
      outcomes: {done: {en: Done, zh: 完成}}
    on: {asking.done: done}
  done: {title: {en: Done, zh: 完成}, final: done}
"""
NOTICE = """{% block subject %}Enquiry {{ data.subject }} {{ data.price.amount }}{% endblock %}
{% block body %}Called from {{ data.caller }} about {{ data.price.amount }}{% endblock %}
"""
SUMMONS = """{% block subject %}Hearing {{ data.said }}{% endblock %}
{% block body %}{{ data.said }}{% endblock %}
"""
PAPER = """#import "_shared/paper.typ": *
#show: paper.with((en: "Enquiry", zh: "询价"))
#form(columns: 2, field("Caller", "来电", "caller"))
"""
HEARING = """
sop: Hearing
version: 1
title: {en: Hearing, zh: 听证}
owner: operations_manager
calendar: cn_office
readers: [operations_manager]
hidden_from: [{person: accused}]
data:
  accused: {type: text, required: true, title: {en: Accused, zh: 被投诉人}}
  said: {type: text, title: {en: What was said, zh: 陈述}}
  record: {type: file, title: {en: Record, zh: 笔录}}
initial: hearing
states:
  hearing:
    title: {en: Hearing, zh: 听证}
    entry: [{notify: operations_manager, as: summoned, template: hearing, by: [in_app]}]
    task: {role: operations_manager, form: [said], outcomes: {done: {en: Done, zh: 完成}}}
    on: {hearing.done: done}
  done: {title: {en: Done, zh: 完成}, final: done}
"""


def library(folder: Path) -> Library:
    root = folder / "sop_definitions"
    shutil.copytree(content_root(), root)
    (root / "service" / "Enquiry.yaml").write_text(ENQUIRY, encoding="utf-8")
    (root / "service" / "Hearing.yaml").write_text(HEARING, encoding="utf-8")
    (root / "notices" / "enquiry.j2").write_text(NOTICE, encoding="utf-8")
    (root / "notices" / "hearing.j2").write_text(SUMMONS, encoding="utf-8")
    (root / "documents" / "enquiry.typ").write_text(PAPER, encoding="utf-8")
    return load_library(root)


@asynccontextmanager
async def secret_house(content: Path, folder: Path) -> AsyncIterator[Installation]:
    procedures = library(content)
    async with installation(folder, channel_settings={"SOP_SMS_URL": NO_GATEWAY, "SOP_SMS_KEY": "k3y"}) as running:
        guard = RecordsGuard(running.engine, Anchor(running.client, running.settings.task_queue))
        await guard.look()
        async with serving(build_worker(running.client, running.settings, procedures, running.engine, guard)):
            yield running
