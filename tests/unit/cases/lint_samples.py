"""A procedure that lint finds nothing in, its surroundings, and what it finds in others."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sop_engine.cases.lint.linting import DEEPER, Finding, Surroundings, lint
from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.running.effects.kinds import EFFECTS
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.content.checking import check_ladders, check_sop, surroundings_of
from sop_engine.content.library import Library
from sop_engine.content.yaml_files import YamlFault
from sop_engine.work.contract import Gives, Takes, Work
from tests.unit.cases.casework_samples import OFFICE, bundle, ladders, organization


class Line(Takes):
    name: str
    count: int = 1


class Added(Takes):
    base: int
    mode: Literal["all", "some"] = "all"
    on: date | None = None
    lines: tuple[Line, ...] = ()


class SumLine(Gives):
    text: str
    left: int


class Sums(Gives):
    sum: int
    share: Decimal
    lines: tuple[SumLine, ...]
    is_large: bool


SUMS = Work("sums", "Adds.", Added, Sums)


CHILD = """
sop: Child
events: {told: }
data: {need: {type: integer, required: true}, other: {type: text}}
states:
  a: {task: {outcomes: [fine, odd]}, on: {a.fine: b, a.odd: c}}
  b: {final: ok, with: {fee: need}}
  c: {final: odd}
cancelled_with: {spent: need}
"""


GOOD = """
title: {en: Good, zh: 好}
reference: [name]
retention: 1 year
parameters: {promise: {default: 4 working hours, mark: P}, wait: {default: 2 days, mark: P}}
data:
  name: {type: text}
  email: {type: text}
  total: {type: integer, default: 1}
  spent: {type: integer}
  limit_at: {type: datetime}
  who: {type: choice, of: [clerk, auditor], default: clerk}
  lines: {type: list, item: {type: text, title: {en: L, zh: 行}}}
events:
  news: {data: {total: {type: integer}}, roles: [clerk]}
  stop:
clocks:
  plan:
    {title: {en: Plan, zh: 计划}, within: promise, since: limit_at, start: opened, stop: [stop, in checking],
    pause: when total > 5}
states:
  doing:
    task:
      role: who
      within: promise
      form: [name, {field: total, required: true}]
      outcomes: {done: {require: [name]}, odd: {}}
      checks: {few: {rule: total < 9, outcomes: done}}
    clocks: {cut: {until: limit_at - 2 hours, ladder: plain}}
    on:
      doing.done:
        to: running
        do:
          - {notify: email, template: hello, undo: {notify: clerk, template: hello, with: {n: total}}}
          - {milestone: done, at: limit_at, kind: planned}
          - {document: paper}
          - {post: fee, with: {business_key: case_id, amount: total}}
          - {tell: parent, event: told}
          - {start: Child, with: {need: total}}
      doing.odd: each
      plan.breached: {do: [{set: {total: total + 1}}]}
      news: {do: [{raise: ready}]}
      ready: checking
    after: {wait: checking, 3 hours: checking, limit_at - 1 hour: checking}
  running:
    work: {activity: sums, with: {base: total}, store: {total: sum}}
    on: {running.done: child}
  child:
    case: {sop: Child, with: {need: total}, store: {total: fee, spent: spent}}
    on: {child.ok: checking, child.odd: checking, child.cancelled: end}
  each:
    task: {role: auditor, for_each: lines, until: any, outcomes: [seen]}
    on: {each.all: checking}
  checking:
    task: {role: clerk, distinct_from: doing, candidates: [ann]}
    on: {checking.done: end}
  end: {final: ended}
cancel: [{notify: clerk, template: hello}]
cancelled_with: {so_far: total}
"""


def around(**changes: Any) -> Surroundings:
    child = SopDefinition.model_validate(bundle(CHILD).definition)
    given: dict[str, Any] = {
        "ladders": ladders(),
        "calendars": (OFFICE,),
        "effects": EFFECTS,
        "sops": {"Child": child},
        "organization": organization(),
        "documents": ("paper",),
        "notices": ("hello",),
        "works": {"sums": SUMS},
        "entries": ("fee",),
    }
    return Surroundings(**{**given, **changes})


def found(text: str, **changes: Any) -> tuple[Finding, ...]:
    """What is found but for what follows the ways through a chart, which has tests of its own."""
    findings = lint(compile_procedure(bundle(text)), around(**changes))
    return tuple(finding for finding in findings if finding.check not in DEEPER)


def found_by(text: str, check: str) -> list[Finding]:
    """What one check finds, by its name."""
    return [finding for finding in lint(compile_procedure(bundle(text)), around()) if finding.check == check]


def errors_in(library: Library) -> list[YamlFault]:
    """Every error in all SOPs and ladders of a library."""
    known = surroundings_of(library)
    faults = (fault for sop in library.sops for fault in check_sop(library, sop, known)[0])
    return [*check_ladders(library, known), *faults]
