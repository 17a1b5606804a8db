"""Lint: every slip in an SOP is found, with its place; what is right passes."""

import shutil
from pathlib import Path

import pytest

from sop_engine.cases.lint.linting import lint_ladder
from sop_engine.content.checking import check_sop, look_at, surroundings_of
from sop_engine.content.library import content_root, load_library
from sop_engine.timekeeping.ladders import parse_ladder
from tests.unit.cases.casework_samples import ROLES, organization
from tests.unit.cases.lint_samples import GOOD, around, errors_in, found


def test_what_is_right_passes() -> None:
    assert found(GOOD) == ()


SLIPS = [
    ("role: who", "role: whom", "states.doing.task.role", "unknown name whom, did you mean who?"),
    ("of: [clerk, auditor]", "of: [clerk, auditr]", "states.doing.task.role", "unknown role 'auditr', did you mean"),
    ("form: [name,", "form: [nme,", "states.doing.task.form.0", "unknown field 'nme', did you mean name?"),
    ("form: [name,", "form: [name, name,", "states.doing.task.form", "shows 'name' twice"),
    ("require: [name]", "require: [email]", "states.doing.task.outcomes.done", "requires 'email', which the form"),
    ("require: [name]", "require: [nam]", "states.doing.task.outcomes.done", "unknown field 'nam'"),
    (
        "require: [name]}, odd: {}}",
        "require: [name]}, odd: {}}\n      skip: [don]",
        "states.doing.task.skip",
        "outcome 'don'",
    ),
    ("rule: total < 9", "rule: totl < 9", "states.doing.task.checks.few.rule", "unknown name totl"),
    ("rule: total < 9", "rule: name < 9", "states.doing.task.checks.few.rule", "text"),
    ("rule: total < 9", "rule: in_state('dong')", "states.doing.task.checks.few.rule", "unknown state 'dong'"),
    ("outcomes: done}}", "outcomes: don}}", "states.doing.task.checks.few.outcomes", "unknown outcome 'don'"),
    ("distinct_from: doing", "distinct_from: running", "states.checking.task.distinct_from", "unknown task 'running'"),
    ("candidates: [ann]", "candidates: [an]", "states.checking.task.candidates", "unknown person 'an'"),
    ("for_each: lines", "for_each: total", "states.each.task.for_each", "gives integer, not list"),
    (
        "outcomes: {done:",
        "outcomes: {other: {}, done:",
        "states.doing.task.outcomes.other",
        "no transition takes doing.other",
    ),
    ("on: {running.done: child}", "on: {stop: child}", "states.running.work", "no transition takes running.done"),
    ("child.odd: checking, ", "", "states.child.case", "no transition takes child.odd"),
    ("each.all: checking", "each.seen: checking", "states.each.task.for_each", "no transition takes each.all"),
    (
        "doing.odd: each",
        "doing.od: each",
        "states.doing.on.doing.od",
        "nothing reports the event 'doing.od', did you mean",
    ),
    ("      ready: checking", "      raedy: checking", "states.doing.on.raedy", "did you mean ready?"),
    ("plan.breached:", "plan.breeched:", "states.doing.on.plan.breeched", "did you mean plan.breached?"),
    ("  stop:\n", "  doing.stop:\n  stop:\n", "events.doing.stop", "which only the engine may use"),
    ("roles: [clerk]", "roles: [clark]", "events.news.roles", "unknown role 'clark'"),
    ("data: {total: {type: integer}}", "data: {total: {type: text}}", "events.news.data.total", "where it is integer"),
    ("start: opened", "start: opend", "clocks.plan.start", "nothing reports the event 'opend'"),
    ("start: opened, ", "", "clocks.plan", "says in `start`"),
    ("in checking]", "in cheking]", "clocks.plan.stop", "unknown state 'cheking'"),
    (
        "stop: [stop, in checking]",
        "stop: {ended: [stopp, in checking]}",
        "clocks.plan.stop.ended",
        "did you mean stop?",
    ),
    ("stop: [stop, in checking]", "stop: {met: stop, ended: in cheking}", "clocks.plan.stop.ended", "state 'cheking'"),
    ("pause: when total > 5", "pause: when totl > 5", "clocks.plan.pause", "unknown name totl"),
    ("title: {en: Plan, zh: 计划}, ", "", "clocks.plan", "title"),
    ("since: limit_at", "since: limt_at", "clocks.plan.since", "did you mean limit_at?"),
    ("since: limit_at", "since: total", "clocks.plan.since", "gives integer"),
    ("within: promise, since", "within: promis, since", "clocks.plan.within", "did you mean promise?"),
    ("default: 4 working hours", "default: 4 working weeks", "clocks.plan.within", "parameter promise"),
    ("default: 4 working hours", "default: 0 hours", "clocks.plan.within", "over at once"),
    ("until: limit_at - 2 hours", "until: limit - 2 hours", "states.doing.clocks.cut.until", "unknown name limit"),
    ("until: limit_at - 2 hours", "until: limit_at - 2 huors", "states.doing.clocks.cut.until", "huors"),
    ("until: limit_at - 2 hours", "until: total", "states.doing.clocks.cut.until", "gives integer"),
    ("ladder: plain", "ladder: plane", "states.doing.clocks.cut.ladder", "did you mean plain?"),
    ("ladder: plain", "start: opened", "states.doing.clocks.cut", "has no `start`"),
    ("clocks: {cut:", "clocks: {plan:", "states.doing.clocks.plan", "name of another clock"),
    ("activity: sums", "activity: sumz", "states.running.work.activity", "did you mean sums?"),
    ("with: {base: total}", "with: {base: totl}", "states.running.work.with.base", "unknown name totl"),
    ("store: {total: sum}", "store: {totl: sum}", "states.running.work.store", "unknown field 'totl'"),
    (
        "with: {base: total}",
        "with: {bsae: total}",
        "states.running.work.with.bsae",
        "unknown input of sums 'bsae', did",
    ),
    ("with: {base: total}", "with: {bsae: total}", "states.running.work.with", "input of sums lacks 'base'"),
    ("with: {base: total}", "with: {base: name}", "states.running.work.with.base", "is text, not integer"),
    ("with: {base: total}", "with: {base: [1]}", "states.running.work.with.base", "is list, not integer"),
    (
        "with: {base: total}",
        "with: {base: total, on: limit_at}",
        "states.running.work.with.on",
        "is datetime, not date",
    ),
    ("with: {base: total}", "with: {base: 1, mode: \"'al'\"}", "states.running.work.with.mode", "did you mean all?"),
    (
        "with: {base: total}",
        "with: {base: total, lines: [{nam: name}]}",
        "states.running.work.with.lines.0.nam",
        "unknown input of sums.lines 'nam', did you mean name?",
    ),
    (
        "with: {base: total}",
        "with: {base: total, lines: [{count: total}]}",
        "states.running.work.with.lines.0",
        "input of sums.lines lacks 'name'",
    ),
    (
        "with: {base: total}",
        "with: {base: total, lines: \"[{'name': total, 'cuont': 1}]\"}",
        "states.running.work.with.lines",
        "input of sums.lines: [].name: is integer, not text",
    ),
    (
        "with: {base: total}",
        "with: {base: total, lines: \"[{'name': name, 'cuont': 1}]\"}",
        "states.running.work.with.lines",
        "input of sums.lines: []: unknown 'cuont', did you mean count?",
    ),
    (
        "store: {total: sum}",
        "store: {total: smu}",
        "states.running.work.store.total",
        "unknown result of sums 'smu', did",
    ),
    (
        "store: {total: sum}",
        "store: {total: share}",
        "states.running.work.store.total",
        "'total' cannot hold share: is",
    ),
    (
        "store: {total: sum}",
        "store: {lines: lines}",
        "states.running.work.store.lines",
        "'lines' cannot hold lines: []: is record, not text",
    ),
    ("case: {sop: Child", "case: {sop: Chidl", "states.child.case.sop", "did you mean Child?"),
    ("with: {need: total}, store", "with: {ned: total}, store", "states.child.case.with.ned", "did you mean need?"),
    ("with: {need: total}, store", "with: {}, store", "states.child.case.with", "Child needs need"),
    ("with: {need: total}, store", "with: {need: name}, store", "states.child.case.with.need", "is integer, the value"),
    ("store: {total: fee,", "store: {total: feee,", "states.child.case.store.total", "did you mean fee?"),
    ("spent: spent}", "spent: spnt}", "states.child.case.store.spent", "did you mean spent?"),
    ("cancelled_with: {so_far: total}", "cancelled_with: {so_far: totl}", "cancelled_with.so_far", "unknown name totl"),
    ("notify: email", "notify: emial", "states.doing.on.doing.done.do.0.notify", "did you mean email?"),
    (
        "template: hello, undo",
        "template: helo, undo",
        "states.doing.on.doing.done.do.0.template",
        "did you mean hello?",
    ),
    (
        "template: hello, undo",
        "template: hello, otherwise: clark, undo",
        "states.doing.on.doing.done.do.0.otherwise",
        "unknown role 'clark', did you mean clerk?",
    ),
    (
        "cancel: [{notify: clerk, template: hello}]",
        "cancel: [{notify: clerk, template: hello, otherwise: owner}]",
        "cancel.0.otherwise",
        "is never told: 'clerk' is no field that may be empty",
    ),
    ("with: {n: total}", "with: {n: totl}", "states.doing.on.doing.done.do.0.undo.0.with.n", "unknown name totl"),
    ("undo: {notify", "undo: {notfy", "states.doing.on.doing.done.do.0.undo.0", "is no effect"),
    ("kind: planned", "kind: plannd", "states.doing.on.doing.done.do.1.kind", "did you mean planned?"),
    ("at: limit_at,", "at: total,", "states.doing.on.doing.done.do.1.at", "gives integer"),
    ("at: limit_at,", "when: limit_at,", "states.doing.on.doing.done.do.1.when", "unknown key 'when'"),
    ("document: paper", "document: papr", "states.doing.on.doing.done.do.2.document", "did you mean paper?"),
    ("post: fee", "post: fe", "states.doing.on.doing.done.do.3.post", "did you mean fee?"),
    ("business_key: case_id, ", "", "states.doing.on.doing.done.do.3", "business_key"),
    (", event: told", "", "states.doing.on.doing.done.do.4", "names in `event`"),
    ("tell: parent", "tell: parnt", "states.doing.on.doing.done.do.4.tell", "unknown name parnt"),
    ("start: Child", "start: Chidl", "states.doing.on.doing.done.do.5.start", "did you mean Child?"),
    ("start: Child,", "start: Child, id: \"'kid'\",", "states.doing.on.doing.done.do.5.id", "letters, digits, - and _"),
    ("wait: checking,", "wiat: checking,", "states.doing.after.wiat", "unknown name wiat"),
    ("3 hours: checking", "3 huors: checking", "states.doing.after.3 huors", "unknown unit"),
    ("limit_at - 1 hour:", "limt_at - 1 hour:", "states.doing.after.limt_at - 1 hour", "did you mean limit_at"),
    ("cancel: [{notify: clerk", "cancel: [{notify: clark", "cancel.0.notify", "did you mean clerk?"),
    ("reference: [name]", "reference: [nam]", "reference", "unknown field 'nam'"),
    ("retention: 1 year", "retention: long", "retention", "not a length of time"),
    ("  email:", "  now:", "data.now", "belongs to the engine"),
    ("wait: {default", "total: {default", "parameters.total", "a field has the same name"),
    ("type: integer, default: 1", "type: integer, default: one", "data.total.default", "not a whole number"),
    ("type: integer, default: 1", "type: integer, example: one", "data.total.example", "not a whole number"),
    ("  end: {final: ended}", "  lost: {final: no}\n  end: {final: ended}", "states.lost", "no transition leads here"),
]


@pytest.mark.parametrize(("right", "wrong", "where", "what"), SLIPS, ids=[f"{slip[2]}: {slip[3]}" for slip in SLIPS])
def test_a_slip_is_found(right: str, wrong: str, where: str, what: str) -> None:
    assert right in GOOD
    faults = [(".".join(map(str, finding.path)), finding.message) for finding in found(GOOD.replace(right, wrong, 1))]
    assert [message for path, message in faults if path == where and what in message], faults


def test_four_eyes_need_two_people() -> None:
    present = organization()
    alone = present.model_copy(update={"people": {"cai": present.people["cai"]}})
    text = GOOD.replace("role: who", "role: auditor")
    messages = [finding.message for finding in found(text, organization=alone)]
    assert "four eyes can never be: cai alone does 'doing' and 'checking'" in messages


def test_a_role_that_nobody_holds() -> None:
    present = organization()
    without = {name: person for name, person in present.people.items() if "auditor" not in person.roles}
    messages = [f.message for f in found(GOOD, organization=present.model_copy(update={"people": without}))]
    assert "nobody holds the role 'auditor'" in messages


def test_a_warning_is_not_an_error() -> None:
    warned = found(GOOD.replace(", child.cancelled: end", ""))
    assert [(finding.severity, finding.message) for finding in warned] == [
        ("warning", "no transition takes child.cancelled")
    ]


def test_ladders_name_roles_and_notices() -> None:
    written = {"at_risk": {"at": "80 %", "notify": ["clark", "owner"], "template": "helo", "reassign": "supervisor"}}
    ladder = parse_ladder({"ladder": "l", "title": {"en": "L", "zh": "梯"}, "rungs": written})
    assert [finding.message for finding in lint_ladder(ladder, around())] == [
        "unknown role 'clark'",
        "unknown notice 'helo'",
    ]
    assert "clerk" in ROLES


def test_every_shipped_procedure_and_ladder_is_clean() -> None:
    library = load_library()
    assert errors_in(library) == []
    around = surroundings_of(library)
    assert [str(found.fault) for sop in library.sops for found in look_at(library, sop, around)] == [], "warnings too"


def test_a_misspelt_key_of_a_shipped_procedure_is_found_at_its_line(tmp_path: Path) -> None:
    """What was stored under a name that is not in the result emptied the field, without a word."""
    root = tmp_path / "content"
    shutil.copytree(content_root(), root)
    path = root / "freight" / "DocumentPreparation.yaml"
    right = path.read_text(encoding="utf-8")
    wrong = right.replace("destination: destination}", "destinaton: destination}")
    wrong = wrong.replace("{required_documents: required_documents}", "{required_documents: required_document}")
    path.write_text(wrong, encoding="utf-8")
    said = [(fault.line, fault.message) for fault in check_sop(load_library(root), "DocumentPreparation")[0]]
    line = {text: number for number, text in enumerate(wrong.splitlines(), start=1)}
    place = next(number for text, number in line.items() if "activity: document_checklist" in text)
    assert said == [
        (place + 1, "unknown input of document_checklist 'destinaton', did you mean destination?"),
        (place + 2, "unknown result of document_checklist 'required_document', did you mean required_documents?"),
    ]
