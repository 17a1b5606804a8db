"""What a parent, a child or a notice tells a case by the engine's own signals, and what of it is believed.

A signal may be anybody's. So it only says where to look: what the parent or the child really told is read from its own
history, and that is taken, in the order in which it was told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from sop_engine.basis.faults import SopError
from sop_engine.cases.contracts.acts import CancelInput, HoldInput, ResumeInput
from sop_engine.cases.contracts.proof import AskedSender, Claim, Word
from sop_engine.cases.contracts.signals import FOLLOW, ChildReport
from sop_engine.cases.people.actors import case_actor
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told import acts
from sop_engine.cases.told.ends import child_failed, child_not_started, child_reported
from sop_engine.cases.told.following import follow
from sop_engine.cases.told.messages import EngineWord, ProvenWords, StrangersWord, Taken
from sop_engine.cases.told.notices import notice_told, sender_of_notice
from sop_engine.cases.told.refusing import REFUSED, refuse_event, refuse_message
from sop_engine.cases.written.engine_version import HARDENED

NOTICE_WORD = "case.notice"
CHILD_WORDS = ("case.child", "case.child_failed")
CANCELLED_FROM_OUTSIDE = EngineWord("case.cancel", {"actor": "temporal", "reason": "cancelled through Temporal"})
"""`temporal workflow cancel`, which names nobody."""


def sender_of(state: CaseState, signal: str, body: Mapping[str, Any]) -> str | None:
    """The parent, child or notice that a message must be from; none where the case has no such relative."""
    if signal == NOTICE_WORD:
        return sender_of_notice(state, body)
    if signal not in CHILD_WORDS:
        return state.parent.case_id if state.parent is not None else None
    child = state.children.get(str(body.get("key")))
    if child is None or child.case_id != body.get("case_id"):
        return None
    if child.status == "failed" and child.run_id is None:
        return None
    if child.run_id not in (None, body.get("run_id")):
        return None
    return child.case_id


def asked(state: CaseState, claims: Sequence[Claim]) -> tuple[AskedSender, ...]:
    """What to find out about these claims, one entry for each sender."""
    senders = dict.fromkeys(claim.sender for claim in claims)
    chains = {child.case_id: child.run_id for child in state.children.values()}
    chains |= {notice.id_in(state.case_id): notice.run_id for notice in state.notices.values()}
    parent = state.parent.case_id if state.parent is not None else None
    return tuple(
        AskedSender(
            case_id=sender,
            # The latest run too: a forged claim may have kept the right one from being asked for.
            runs=tuple(dict.fromkeys([*(claim.run_id for claim in claims if claim.sender == sender), None])),
            digests=tuple(dict.fromkeys(claim.digest for claim in claims if claim.sender == sender)),
            chain=chains.get(sender),
            after=state.last_told if sender == parent else None,
        )
        for sender in senders
    )


def _proven(turn: Turn, message: ProvenWords) -> None:
    """Takes what a sender told, and refuses the claims that it did not make."""
    told = message.told
    for word in _new_words(turn, message):
        if word.signal not in (*CHILD_WORDS, NOTICE_WORD):
            turn.state.last_told = word.mark
        _take(turn, EngineWord(word.signal, word.body))
    unproven = [claim for claim in message.claims if claim.digest not in told.proven]
    if not unproven:
        return
    if told.is_gone and any(claim.signal in CHILD_WORDS for claim in unproven):
        why = "said to have ended, but its history is gone; see how it ended"
        for child in [child for child in turn.state.children.values() if child.case_id == message.sender]:
            child_not_started(turn, child.key, why)
    names = ", ".join(dict.fromkeys(claim.signal for claim in unproven))
    refuse_message(turn, names, f"{message.sender} never said so", len(unproven) + message.dropped)


def _new_words(turn: Turn, message: ProvenWords) -> Sequence[Word]:
    """The words that were not taken before. A case of the first rung took some without a mark: of these, what is said
    now."""
    words = message.told.words
    if turn.state.last_told is not None or turn.procedure.bundle.engine_version >= HARDENED:
        return words
    claimed = {claim.digest for claim in message.claims}
    return [word for word in words if word.digest in claimed][-len(message.claims) :]


def _take(turn: Turn, message: EngineWord) -> None:
    """Takes a word as it is, proven or, in a case of the first rung, not."""
    if message.signal == NOTICE_WORD:
        notice_told(turn, message.body)
        return
    if message.signal not in CHILD_WORDS:
        _told_by_parent(turn, message.signal, message.body)
        return
    try:
        report = ChildReport.model_validate(message.body)
    except ValidationError as error:
        refuse_event(turn, message.signal, str(error))
        return
    (child_reported if message.signal == "case.child" else child_failed)(turn, report)


def _told_by_parent(turn: Turn, what: str, body: Mapping[str, Any]) -> None:
    """`case.hold`, `case.resume`, `case.cancel`: what happens to a parent happens to its live children; and what
    follows its fields.
    """
    teller = "parent"
    if turn.procedure.bundle.engine_version >= HARDENED and turn.state.parent is not None:
        teller = case_actor(turn.state.parent.case_id)
    if what == FOLLOW:
        follow(turn, body, teller)
        return
    told = {"actor": str(body.get("actor") or teller), "reason": str(body.get("reason") or "told by the parent case")}
    try:
        match what:
            case "case.hold":
                acts.hold(turn, HoldInput.model_validate(told))
            case "case.resume":
                acts.resume(turn, ResumeInput.model_validate(told))
            case "case.cancel":
                acts.cancel(turn, CancelInput.model_validate(told))
            case _:
                refuse_event(turn, what, "no case tells its children so")
    except ValidationError as error:
        refuse_event(turn, what, "; ".join(f"{found['loc'][0]}: {found['msg']}" for found in error.errors()))
    except SopError as error:
        # It is so already, and the parent's owner knows what they did: nobody has to be told.
        turn.journal(REFUSED, what, told["actor"], note=error.message)


def _strangers(turn: Turn, message: StrangersWord) -> None:
    is_of_child = message.signal in CHILD_WORDS
    why = "no child of this case reports under that key" if is_of_child else "the case has no parent"
    if message.signal == NOTICE_WORD:
        why = "the case waits for no such notice"
    refuse_message(turn, message.signal, why)


MESSAGES: Taken = MappingProxyType({EngineWord: _take, ProvenWords: _proven, StrangersWord: _strangers})
