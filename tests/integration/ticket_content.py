"""A small procedure that has a number, a notice and a paper made: a plugin with the fixture `ticket_library`."""

import shutil
from pathlib import Path

import pytest

from sop_engine.content.library import Library, content_root, load_library

TICKET = """
sop: Ticket
version: 1
title: {en: Ticket, zh: 票}
owner: operator
calendar: cn_office
data:
  remark: {type: text, title: {en: Remark, zh: 备注}}
  ticket_no: {type: text, title: {en: Ticket number, zh: 票号}}
initial: asking
states:
  asking:
    title: {en: Asking, zh: 询问}
    task:
      role: operator
      form: [{field: remark}]
      outcomes: {go: {en: Go, zh: 去}}
    on: {asking.go: numbering}
  numbering:
    title: {en: Numbering, zh: 编号}
    work: {activity: next_number, with: {register: "'invoice'"}, store: {ticket_no: number}}
    on: {numbering.done: telling}
  telling:
    title: {en: Telling, zh: 告知}
    entry:
      - {notify: operator, template: ticket}
      - {document: report}
    task:
      role: operator
      outcomes: {done: {en: Done, zh: 完成}}
    on: {telling.done: closed}
  closed: {title: {en: Closed, zh: 结束}, final: closed}
"""


NOTICE = """{% block subject %}Ticket {{ data.ticket_no }}{% endblock %}
{% block body %}{{ data.remark }}{% endblock %}
"""


@pytest.fixture(scope="session")
def ticket_library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The packaged procedures and this one."""
    root = Path(tmp_path_factory.mktemp("content")) / "sop_definitions"
    shutil.copytree(content_root(), root)
    (root / "service" / "Ticket.yaml").write_text(TICKET, encoding="utf-8")
    (root / "notices" / "ticket.j2").write_text(NOTICE, encoding="utf-8")
    return load_library(root)
