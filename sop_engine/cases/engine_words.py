"""What a parent or a child tells a case by the engine's own signals, and what of it is believed.

A signal may be anybody's. So it only says where to look: what the parent or the child really told is read from its own
history, and that is taken, in the order in which it was told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sop_engine.cases import reports
from sop_engine.cases.contracts.proof import AskedSender, Claim, Told, Word
from sop_engine.cases.contracts.signals import ChildReport
from sop_engine.cases.engine_version import HARDENED
from sop_engine.cases.refusing import refuse_message
from sop_engine.cases.state import CaseState
from sop_engine.cases.turn import Turn

CHILD_WORDS = ("case.child", "case.child_failed")


def sender_of(state: CaseState, signal: str, body: Mapping[str, Any]) -> str | None:
    """The parent or child that a message must be from; none where the case has no such relative."""
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


def take(turn: Turn, sender: str, claims: Sequence[Claim], told: Told, dropped: int) -> None:
    """Takes what a sender told, and refuses the claims that it did not make; of too many, some were only counted."""
    for word in _new_words(turn, claims, told):
        _take_word(turn, word)
    unproven = [claim for claim in claims if claim.digest not in told.proven]
    if not unproven:
        return
    if told.is_gone and any(claim.signal in CHILD_WORDS for claim in unproven):
        for child in [child for child in turn.state.children.values() if child.case_id == sender]:
            reports.child_not_started(turn, child.key, "said to have ended, but its history is gone; see how it ended")
    names = ", ".join(dict.fromkeys(claim.signal for claim in unproven))
    refuse_message(turn, names, f"{sender} never said so", len(unproven) + dropped)


def _new_words(turn: Turn, claims: Sequence[Claim], told: Told) -> Sequence[Word]:
    """The words that were not taken before. A case of the first rung took some without a mark: of these, what is said
    now."""
    if turn.state.last_told is not None or turn.procedure.bundle.engine_version >= HARDENED:
        return told.words
    claimed = {claim.digest for claim in claims}
    return [word for word in told.words if word.digest in claimed][-len(claims) :]


def _take_word(turn: Turn, word: Word) -> None:
    if word.signal not in CHILD_WORDS:
        turn.state.last_told = word.mark
    take_message(turn, word.signal, word.body)


def take_message(turn: Turn, signal: str, body: Mapping[str, Any]) -> None:
    """Takes a message of the engine as it is, proven or, in a case of the first rung, not."""
    if signal not in CHILD_WORDS:
        reports.told_by_parent(turn, signal, body)
        return
    try:
        report = ChildReport.model_validate(body)
    except ValidationError as error:
        reports.unreadable(turn, signal, str(error))
        return
    if signal == "case.child":
        reports.child_reported(turn, report)
    else:
        reports.child_failed(turn, report)


def refuse_stranger(turn: Turn, signal: str) -> None:
    """Records a message for which the case has no relative that could have sent it."""
    why = "no child of this case reports under that key" if signal in CHILD_WORDS else "the case has no parent"
    refuse_message(turn, signal, why)
