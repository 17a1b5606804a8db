"""The one place where a claim becomes a person: what an act, a start or a question says of who speaks is only a claim.

Where an installation believes names, the name alone is enough, if the organisation has it. Where it asks for proofs,
`refuse_unproven` is asked before anything reaches history; a history that is lived again is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from sop_engine.basis.faults import NotPermitted, NotProven
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.people.organization import Organization, Person, fingerprint
from sop_engine.cases.people.statements import Statement, read_proof

LASTS = timedelta(seconds=300)
"""How long after it was made a proof is taken, and how far the clock of whoever made it may differ."""
WORKERS = "workers"
"""In place of a key: the workers of the installation tell a case what a person ordered past it, and vouch for that."""
HOW = ("sop with SOP_IDENTITY_KEY", "the header that `sop sign` prints")

IsSigned = Callable[[str, bytes, str], bool]
"""Whether the owner of a key, a public one or `WORKERS`, signed a message with that signature."""


def person_of(organization: Organization, claim: str) -> Person:
    """The person that an act says it is by. Raises NotPermitted where the organisation has none of that name."""
    person = organization.people.get(claim)
    if person is None:
        alike = nearest(claim, organization.people)
        raise NotPermitted(f"nobody called {claim!r} is known", allowed=alike or tuple(organization.people)[:12])
    return person


def refuse_without_role(
    organization: Organization, claim: str, roles: Iterable[str], why: str, *, administrators: bool = True
) -> None:
    """Raises NotPermitted for somebody who has none of the roles; an administrator has no need of one, but where that
    is said. `why` stands behind the name: `may not set a legal hold`.
    """
    person, wanted = person_of(organization, claim), tuple(roles)
    if not (administrators and person.administrator) and not set(person.all_roles) & set(wanted):
        raise NotPermitted(f"{claim} {why}", allowed=wanted)


def refuse_unproven(
    organization: Organization,
    statement: Statement,
    header: object,
    now: datetime,
    is_signed: IsSigned,
    *,
    is_repeated: bool = False,
) -> None:
    """Raises NotProven where the header does not prove that the statement is made by whom it says, and just now.

    Of one that is repeated, which was judged when it came first, the time is not asked.
    """
    who = statement.claim
    if header is None:
        raise NotProven(f"{who} is a name, which has to be proven here, and this has no proof of identity", allowed=HOW)
    proof = read_proof(header)
    if proof is None:
        raise NotProven(f"the proof that this is {who}'s cannot be read", allowed=HOW)
    key = WORKERS if proof.key == WORKERS and statement.kind == "act" else _key_of(organization, who, proof.key)
    if not is_signed(key, statement.at(proof.moment), proof.signature):
        raise NotProven(
            f"the proof is not for this {statement.kind}: {who} signed another workflow, name, id or content"
        )
    if not is_repeated:
        _refuse_untimely(who, datetime.fromtimestamp(proof.moment, UTC), now)


def _key_of(organization: Organization, who: str, wanted: str) -> str:
    """The person's public key with that fingerprint."""
    for key in person_of(organization, who).keys:
        if fingerprint(key) == wanted:
            return key
    owner = next((n for n, p in organization.people.items() if wanted in map(fingerprint, p.keys)), None)
    if owner is not None:
        raise NotProven(f"the proof is made with a key of {owner}'s, and this says to be by {who}")
    if not organization.people[who].keys:
        raise NotProven(f"the organisation has no key of {who}, so nothing can be proven to be theirs")
    raise NotProven(f"the proof is made with a key that is nobody's here, and not with one of {who}'s")


def _refuse_untimely(who: str, made: datetime, now: datetime) -> None:
    if now - made > LASTS:
        why = f"it was made at {made.isoformat()} and lasts {LASTS.seconds} seconds: sign anew"
    elif made - now > LASTS:
        why = f"it says to be made at {made.isoformat()}, which lies ahead: the clock of who signed is wrong, or ours"
    else:
        return
    raise NotProven(f"the proof that this is {who}'s is not of now: {why}", allowed=(f"around {now.isoformat()}",))
