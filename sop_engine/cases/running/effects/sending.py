"""`notify … as`: a notice that waits for something, by a workflow of its own, of which the case hears `<as>.kept`,
`<as>.failed` and so on.

Whom it is for is said by the case's data alone; which ways there are to them, and what they want, is found out when it
is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from sop_engine.basis.faults import Fault
from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.commands import SendNotice
from sop_engine.cases.contracts.outgoing import ALWAYS, WORDS, Addressee, Counts, NoticeClass, NoticeInput
from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.running.state import SentNotice
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.channels import ChannelSpec
from sop_engine.cases.written.procedure import Procedure, period_of
from sop_engine.statechart.model import matches
from sop_engine.statechart.snapshot import Effect

SENDING = ("as", "counts", "within", "class", "by", "else")
"""What a notice says beside its template that waits for something."""
KEPT_NOTICES = 100
"""So many of a case are remembered; the oldest that ended go first."""
WAYS = ("email", "phone", "address", "url", "language", "customer")
"""What a record of the case may say of an addressee under the same names."""


def send(turn: Turn, effect: Effect, actor: str) -> None:
    """Asks for a notice to each addressee. Raises ExpressionError or ValueError where the case cannot say who it is."""
    options, name = effect.options, str(effect.options["as"])
    number = turn.state.entries[f"notice.{name}"] = turn.state.entries.get(f"notice.{name}", 0) + 1
    addressees = tuple(addressees_of(turn, str(effect.target)))
    if not addressees:
        raise ValueError(f"{effect.target} names nobody whom {name} could tell")
    within = options.get("within")
    until = None
    if within is not None:
        period = period_of(str(within), {**turn.data, **turn.procedure.parameters}, turn.procedure.types)
        until = turn.procedure.calendar.add_period(turn.now, period).at
    heard = [word for word in WORDS if is_heard(turn.procedure, f"{name}.{word}")]
    for index, addressee in enumerate(addressees, 1):
        key = f"{name}#{number}" + (f".{index}" if len(addressees) > 1 else "")
        turn.state.notices[key] = SentNotice(key=key, name=name, addressee=addressee.called or addressee.name)
        given = NoticeInput(
            case_id=turn.state.case_id,
            key=key,
            name=name,
            addressee=addressee,
            counts=options.get("counts", "accepted"),
            until=until,
            kind=options.get("class", "service"),
            by=_listed(options.get("by")),
            otherwise=_listed(options.get("else")),
            template=str(options.get("template")),
            values=plain(effect.data),
            facts=turn.facts(effect.state, actor),
            tells=tuple(dict.fromkeys((*heard, *ALWAYS))),
            waits_for_person="failed" not in heard,
            owner=turn.procedure.definition.owner,
        )
        turn.commands.append(SendNotice(given=given))
    _forget(turn)


def addressees_of(turn: Turn, name: str) -> Iterator[Addressee]:
    """Whom a name means: what `addressees` says; else what a field of the case holds, a list of them too; else a role.

    One of whom the case knows no address is one all the same: there are ways that need none.
    """
    spec = turn.procedure.definition.addressees.get(name)
    if spec is not None:
        yield _addressee(name, turn.evaluate_all(spec.sources()))
        return
    held = turn.data.get(name) if name in turn.procedure.definition.data else None
    if isinstance(held, list | tuple):
        yield from (_addressee(name, _as_record(each)) for each in held)
    elif held is not None and str(held) not in turn.procedure.bundle.superiors:
        yield _addressee(name, _as_record(held))
    else:
        yield Addressee(name=name if held is None else str(held))


def _as_record(held: Any) -> Mapping[str, Any]:
    if isinstance(held, Mapping):
        return {**held, "called": held.get("name")}
    return {"email" if "@" in str(held) else "phone": held}


def _addressee(name: str, values: Mapping[str, Any]) -> Addressee:
    known = {key: str(values[key]) for key in ("called", *WAYS) if values.get(key) not in (None, "")}
    if known.get("language") not in (None, "en", "zh"):
        raise ValueError(str(Fault(f"{name}.language", f"{known['language']!r} is no language of notices", "en, zh")))
    return Addressee.model_validate({"name": name, **known})


def is_heard(procedure: Procedure, event: str) -> bool:
    """Whether a transition or a clock waits for an event, in whatever state."""
    states = (procedure.chart.root, *procedure.chart.states.values())
    taken = (descriptor for state in states for transition in state.on for descriptor in transition.events)
    moved = (text for spec in procedure.definition.clocks.values() for _, texts in spec.triggers for text in texts)
    return any(matches(descriptor, event) for descriptor in (*taken, *moved))


def lint_sending(notes: Notebook, written: WrittenEffect) -> bool:
    """Looks at a notice that waits for something; whether it is one."""
    body, path = written.body, written.path
    if "as" not in body:
        for key in SENDING:
            if key in body:
                notes.error((*path, key), "needs `as`: the name under which the case hears what came of the notice")
        return False
    definition = notes.procedure.definition
    notes.known(written.place, "addressee", written.target, (*definition.addressees, *definition.data))
    if "otherwise" in body:
        notes.error((*path, "otherwise"), "is for notices without `as`; here `else` says by which ways, such as a call")
    name = str(body["as"])
    if re.fullmatch(r"[a-z][a-z0-9_]*", name) is None:
        notes.error((*path, "as"), f"{name!r} is no name: small letters, digits and `_`")
    if name in {*notes.procedure.shapes, *definition.clocks, "done", "case", "reads", "unique"}:
        notes.error((*path, "as"), f"{name!r} is a state, a clock or a word of the engine already")
    for key, allowed in (("counts", get_args(Counts)), ("class", get_args(NoticeClass))):
        if key in body:
            notes.known((*path, key), key, str(body[key]), allowed)
    if "within" in body:
        notes.period((*path, "within"), str(body["within"]))
    _lint_ways(notes, written)
    return True


def _lint_ways(notes: Notebook, written: WrittenEffect) -> None:
    """The channels of a notice: that there are such, that one can keep the promise, and that one reaches everybody."""
    known, path = notes.around.channels, written.path
    if known is None:
        return
    by, otherwise = _listed(written.body.get("by")), _listed(written.body.get("else"))
    for key, names in (("by", by), ("else", otherwise)):
        unknown = [name for name in names if not notes.known((*path, key), "channel", name, known)]
        if unknown:
            return
    ways = [known[name] for name in (*(by or _messages(known)), *otherwise)]
    if written.body.get("counts", "accepted") == "delivered" and not any(map(_delivers, ways)):
        notes.error((*path, "counts"), "no channel of it ever says that something was delivered")
    spec = notes.procedure.definition.addressees.get(written.target)
    has = set(spec.sources()) if spec is not None else {*WAYS}
    reaches = [way for way in ways if way.kind == "case" or way.address_kind in has or "customer" in has]
    if not reaches:
        notes.error(written.place, f"{written.target} has nothing by which any of these channels could reach them")
    elif all(way.kind != "case" for way in ways):
        mend = "name a call or a letter in `else`"
        notes.warn(written.place, f"{written.target} may have no address, and then nobody tells them", mend=mend)


def _messages(known: Mapping[str, ChannelSpec]) -> tuple[str, ...]:
    return tuple(name for name, spec in known.items() if spec.kind != "case")


def _delivers(spec: ChannelSpec) -> bool:
    return spec.delivered_by != "nobody" or "delivered" in spec.told.values()


def _listed(value: Any) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(map(str, value))


def _forget(turn: Turn) -> None:
    ended = [key for key, notice in turn.state.notices.items() if notice.status in ("kept", "failed", "skipped")]
    for key in ended[: max(0, len(turn.state.notices) - KEPT_NOTICES)]:
        del turn.state.notices[key]
