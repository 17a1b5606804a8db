"""Who may see: the lens of a reader on a case, views as it lets them pass, and the ways by which lint sees a leak."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.visibility.lens import Lens, lens, nobodys_lens
from sop_engine.cases.visibility.masking import HIDDEN, masked_data, masked_steps
from sop_engine.cases.visibility.papers import hidden_from_paper
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.fields import FieldSpec, read_value
from sop_engine.cases.written.register import RegisterSpec
from tests.unit.cases.casework_samples import bundle
from tests.unit.cases.lint_samples import CHILD, GOOD, found

PHONE, PRICE = "13811112222", {"amount": "98765.40", "currency": "CNY"}
SECRET = """
data:
  caller: {type: text, personal: true}
  price: {type: money, confidential: [auditor]}
  accused: {type: text}
  about: {type: text}
  parties:
    type: list
    fields: {name: {type: text, title: {en: N, zh: 名}}, phone: {type: text, personal: true, title: {en: P, zh: 电}}}
states:
  asking: {task: {role: clerk, form: [caller, about], outcomes: [done]}, on: {asking.done: end}}
  end: {final: ended}
"""
DATA = {
    "caller": PHONE,
    "price": PRICE,
    "accused": "bea",
    "about": "box",
    "parties": [{"name": "East Lake", "phone": "021-5555"}],
}


def firm() -> Organization:
    roles: dict[str, Any] = {
        name: {"title": {"en": name, "zh": name}, "superior": superior}
        for name, superior in (("clerk", "boss"), ("boss", None), ("auditor", None), ("owner", None))
    }
    people = {"ann": ["clerk"], "bea": ["boss"], "cy": ["auditor"], "dan": ["owner"]}
    return Organization.model_validate(
        {
            "name": {"en": "Firm", "zh": "公司"},
            "roles": roles,
            "people": {name: {"name": name, "roles": held} for name, held in people.items()},
        }
    )


def secret(more: str = "") -> SopDefinition:
    return SopDefinition.model_validate({**bundle(SECRET + more).definition, "owner": "owner"})


def looking(reader: str | None, more: str = "") -> Lens:
    return lens(firm(), secret(more), DATA, reader)


def test_what_is_personal_shows_to_those_whose_forms_name_it_to_the_owner_and_to_those_above() -> None:
    assert looking("ann").shows == {"caller"}
    assert looking("bea").shows == {"caller"}
    assert looking("dan").shows == {"caller", "parties.*.phone"}


def test_what_is_confidential_shows_to_its_list_alone() -> None:
    assert looking("cy").shows == {"price"}
    assert "price" in looking("dan").hides


@pytest.mark.parametrize("reader", [None, "nobody"])
def test_who_says_nothing_and_whom_nobody_knows_see_nothing_classified(reader: str | None) -> None:
    seen = looking(reader)
    assert not seen.shows
    assert set(seen.hides) == ({"caller", "price", "parties.*.phone"})
    data = masked_data(DATA, seen)
    assert data == {**DATA, "caller": None, "price": None, "parties": [{"name": "East Lake", "phone": None}]}


def test_a_case_with_readers_shows_its_data_to_them_alone_and_never_to_whom_it_is_hidden_from() -> None:
    assert looking("ann", "readers: [auditor]\n").is_shut
    assert looking("ann", "readers: [auditor]\n").hides >= {"about", "accused"}
    assert not looking("cy", "readers: [auditor]\n").is_shut
    assert not looking("bea", "readers: [{person: accused}]\n").is_shut
    hidden = looking("bea", "readers: [boss]\nhidden_from: [{person: accused}]\n")
    assert (hidden.is_shut, hidden.shows) == (True, frozenset())


def test_a_case_that_is_hidden_from_nobody_yet_is_open() -> None:
    definition = secret("hidden_from: [{person: accused}]\n")
    assert not nobodys_lens(definition, {**DATA, "accused": None}).is_shut
    assert not lens(firm(), definition, {**DATA, "accused": None}, "bea").is_shut
    assert nobodys_lens(definition, DATA).is_shut
    assert lens(firm(), definition, DATA, "bea").is_shut
    assert not lens(firm(), definition, DATA, "ann").is_shut


def test_a_journal_tells_neither_old_nor_new_nor_in_words() -> None:
    step = StepView(
        step=1,
        at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        happened_at=None,
        actor="ann",
        kind="amended",
        name="case.amended",
        changes=(
            {"field": "caller", "old": "13700001111", "new": PHONE},
            {"field": "about", "old": None, "new": "box"},
        ),
        note=f"was 13700001111, {PHONE} called",
        data={"caller": PHONE, "other": ["said", PHONE]},
    )
    (shown,) = masked_steps([step], nobodys_lens(secret(), DATA), DATA)
    assert shown.changes[0] == {"field": "caller", "old": None, "new": None}
    assert shown.changes[1]["new"] == "box"
    assert (shown.note, shown.data) == (f"was {HIDDEN}, {HIDDEN} called", {"caller": None, "other": ["said", HIDDEN]})


def test_a_shortened_value_is_hidden_as_a_whole() -> None:
    data = masked_data({"parties": "[{'name': 'East Lake', 'phone': '021-55 …"}, nobodys_lens(secret(), DATA))
    assert data == {"parties": None}


def test_a_fault_never_quotes_a_classified_value() -> None:
    spec = FieldSpec(type="text", format="phone", title={"en": "T", "zh": "电"}, personal=True)
    (fault,) = read_value(spec, "secret-12", "caller")[1]
    assert "secret" not in str(fault)
    assert fault.allowed


def test_a_paper_is_as_classified_as_what_its_template_reads() -> None:
    nobody = nobodys_lens(secret(), DATA)
    assert hidden_from_paper(secret(), "paper", {"about", "parties.name"}, nobody) == ()
    assert hidden_from_paper(secret(), "paper", {"parties"}, nobody) == ("parties.*.phone",)
    assert hidden_from_paper(secret(), "paper", None, nobody) == ("caller", "parties.*.phone", "price")


# -- lint: one seeded fault a way --------------------------------------------------------------------------------------

MARKED = GOOD.replace("  email: {type: text}", "  email: {type: text, personal: true}\n  plain: {type: text}").replace(
    "  spent: {type: integer}", "  spent: {type: integer, confidential: [auditor]}\n  open: {type: integer}"
)
WAYS = [
    ("reference: [name]", "reference: [name, email]", "reference.1"),
    ("states:\n  doing:", "unique: {one: {value: email}}\nstates:\n  doing:", "unique.one.value"),
    ("set: {total: total + 1}", "set: {total: spent + 1}", "set.total"),
    ("set: {total: total + 1}", "set: {plain: \"'to ' ~ email\"}", "set.plain"),
    ("set: {total: total + 1}", "set: {plain: email if total > 2 else name}", "set.plain"),
    ("set: {total: total + 1}", "set: {plain: email | default(name) | upper}", "set.plain"),
    ("case: {sop: Child, with: {need: total}", "case: {sop: Child, with: {need: spent}", "case.with.need"),
    ("{start: Child, with: {need: total}}", "{start: Child, with: {need: spent}}", "with.need"),
    ("role: clerk, distinct_from", "role: clerk, form: [spent], distinct_from", "states.checking.task.form.0"),
    (
        "events:\n  news: {data: {total:",
        "events:\n  news: {data: {open: {type: integer, confidential: [clerk]}, total:",
        "events.news.data.open",
    ),
    ("at: limit_at, kind", "at: secret_at, kind", "at"),
    ("with: {base: total}", "with: {base: total, lines: \"[{'name': email}]\"}", "work.store.total"),
    ("confidential: [auditor]", "confidential: [audtor]", "data.spent.confidential.0"),
    ("title: {en: Good", "readers: [clark]\ntitle: {en: Good", "readers.0"),
    ("title: {en: Good", "hidden_from: [{person: whom}]\ntitle: {en: Good", "hidden_from.0.person"),
    ("title: {en: Good", "readers: [auditor]\ntitle: {en: Good", "reference.0"),
    ("title: {en: Good", "readers: [auditor]\npublishes: [total]\ntitle: {en: Good", "publishes.0"),
]


def leaks(text: str) -> list[str]:
    findings = [each for each in found(text, **{}) if each.check == "visibility"]
    return [".".join(map(str, each.path)) for each in findings]


@pytest.mark.parametrize(("right", "wrong", "place"), WAYS, ids=[way[1][:40] for way in WAYS])
def test_lint_refuses_each_way_by_which_a_value_would_leak(right: str, wrong: str, place: str) -> None:
    text = MARKED.replace(
        "  limit_at: {type: datetime}", "  limit_at: {type: datetime}\n  secret_at: {type: datetime, personal: true}"
    )
    assert leaks(text) == []
    assert right in text
    assert any(each.endswith(place) for each in leaks(text.replace(right, wrong, 1))), leaks(
        text.replace(right, wrong, 1)
    )


@pytest.mark.parametrize(
    "fine", ["1 if spent > 3 else 0", "total if email is none else 2", "lines | length", "2 if email == 'x' else 1"]
)
def test_what_only_decides_by_a_value_is_no_leak(fine: str) -> None:
    assert leaks(MARKED.replace("total: total + 1", f"total: {fine}")) == []


def test_work_that_answers_yes_or_no_of_a_value_is_no_leak() -> None:
    given = MARKED.replace("with: {base: total}", "with: {base: total, lines: \"[{'name': email}]\"}")
    text = given.replace("  plain: {type: text}", "  plain: {type: text}\n  large: {type: boolean}")
    assert leaks(text.replace("store: {total: sum}", "store: {large: is_large}")) == []
    assert leaks(text.replace("store: {total: sum}", "store: {email: sum}")) == []
    assert leaks(text.replace("store: {total: sum}", "store: {plain: sum}")) == ["states.running.work.store.plain"]


def test_paths_are_followed_and_not_the_names_at_their_roots() -> None:
    fields = "{name: {type: text, title: {en: N, zh: 名}}, phone: {type: text, personal: true, title: {en: P, zh: 电}}}"
    who = f"  who_is: {{type: record, fields: {fields}}}"
    text = MARKED.replace("  plain: {type: text}", "  plain: {type: text}\n" + who)
    assert leaks(text.replace("set: {total: total + 1}", "set: {plain: who_is.name}")) == []
    assert leaks(text.replace("set: {total: total + 1}", "set: {plain: who_is.phone}")) != []


TELLING = """
title: {en: Telling, zh: 告知}
data:
  caller: {type: text, personal: true}
  need: {type: integer, confidential: [auditor]}
  plain: {type: text}
  count: {type: integer}
states:
  asking:
    task: {role: auditor, outcomes: [done]}
    on:
      asking.done:
        to: child
        do:
          - {tell: parent, event: told, with: {who: plain}}
          - {keep: clients, with: {client_no: plain, name: plain}}
  child:
    case: {sop: Child, id: plain, with: {need: count}, store: {count: fee}}
    on: {child.ok: end, child.odd: end, child.cancelled: end}
  end: {final: ended}
"""
OUTWARD = [
    ("with: {who: plain}", "with: {who: caller}", "with.who"),
    ("name: plain}", "name: caller}", "with.name"),
    ("id: plain", "id: caller", "case.id"),
    ("need: count}", "need: need}", "case.with.need"),
]


def outward(text: str, child: str = "") -> list[str]:
    title = {"en": "T", "zh": "题"}
    of_child = bundle(
        CHILD.replace("need: {type: integer, required: true}", child or "need: {type: integer, required: true}")
    )
    written = {
        **of_child.definition,
        "events": {"told": {"title": title, "data": {"who": {"type": "text", "title": title}}}},
    }
    clients = {
        "register": "clients",
        "title": title,
        "purpose": title,
        "keepers": ["clerk"],
        "key": "client_no",
        "fields": {
            "client_no": {"type": "text", "required": True, "title": title},
            "name": {"type": "text", "title": title},
        },
    }
    known = {
        "sops": {"Child": SopDefinition.model_validate(written)},
        "registers": {"clients": RegisterSpec.model_validate(clients)},
    }
    return [".".join(map(str, each.path)) for each in found(text, **known) if each.check == "visibility"]


@pytest.mark.parametrize(("right", "wrong", "place"), OUTWARD, ids=[way[2] for way in OUTWARD])
def test_lint_refuses_what_would_leave_the_case(right: str, wrong: str, place: str) -> None:
    assert outward(TELLING) == []
    assert right in TELLING
    assert any(each.endswith(place) for each in outward(TELLING.replace(right, wrong, 1)))


def test_lint_refuses_what_a_child_reports_into_a_field_that_is_not_as_classified() -> None:
    secret_need = "need: {type: integer, required: true, confidential: [auditor]}"
    assert outward(TELLING, secret_need) == ["states.child.case.store.count"]
    assert outward(TELLING.replace("store: {count: fee}", "store: {need: fee}"), secret_need) == []
