"""When a name is proven: what is signed, by whom, and when."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine.basis.faults import NotPermitted, NotProven
from sop_engine.cases.people.identity import LASTS, WORKERS, refuse_unproven
from sop_engine.cases.people.organization import Organization, fingerprint
from sop_engine.cases.people.signatures import PrivateKey, is_signed
from sop_engine.cases.people.statements import Proof, Statement, claim_of, digest_of, read_proof
from sop_engine.content.organization_file import read_organization
from tests.signed_people import key_of, with_keys

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BODY = {"actor": "li.na", "task": "registered", "outcome": "acknowledged"}
SAID = Statement("act", "default", "CMP-1", "", "complete_task", "u-1", "li.na", digest_of([BODY]))
TITLE = {"en": "Firm", "zh": "公司"}
FIRM = with_keys(
    Organization.model_validate(
        {
            "name": TITLE,
            "roles": {"clerk": {"title": TITLE}},
            "people": {name: {"name": name, "roles": ["clerk"]} for name in ("li.na", "wu.fang", "keyless")},
        }
    ),
    ("li.na", "wu.fang"),
)


def proof_of(statement: Statement, by: str = "li.na", at: datetime = NOW) -> str:
    key, moment = key_of(by), int(at.timestamp())
    return str(Proof(fingerprint(key.public), moment, key.signature(statement.at(moment))))


def judge(header: object, statement: Statement = SAID, now: datetime = NOW, **more: Any) -> None:
    refuse_unproven(FIRM, statement, header, now, is_signed, **more)


def test_what_its_person_signed_just_now_is_proven() -> None:
    judge(proof_of(SAID))


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (None, "this has no proof of identity"),
        ("", "cannot be read"),
        (17, "cannot be read"),
        ("a.b.c", "cannot be read"),
        ("a.1.c.d", "cannot be read"),
        (f"a.{'9' * 12}.c", "cannot be read"),
        (proof_of(SAID, by="wu.fang"), "a key of wu.fang's, and this says to be by li.na"),
        (proof_of(SAID, by="a stranger"), "a key that is nobody's here"),
        (proof_of(SAID)[:-40] + "A" * 40, "is not for this act"),
        (proof_of(SAID) + "!", "is not for this act"),
        (f"{fingerprint(key_of('li.na').public)}.{int(NOW.timestamp())}.", "is not for this act"),
        (f"{WORKERS}.{int(NOW.timestamp())}.00", "is not for this act"),
    ],
)
def test_a_proof_that_proves_nothing_is_refused_by_what_is_wrong_with_it(header: object, why: str) -> None:
    with pytest.raises(NotProven, match=why):
        judge(header)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "start"},
        {"namespace": "other"},
        {"subject": "CMP-2"},
        {"run": "another"},
        {"name": "skip_task"},
        {"id": "u-2"},
        {"digest": digest_of([{**BODY, "outcome": "rejected"}])},
        {"digest": digest_of([{**BODY, "on_behalf_of": "wu.fang"}])},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_every_word_of_a_statement_is_signed(changed: dict[str, Any]) -> None:
    with pytest.raises(NotProven, match="is not for this"):
        judge(proof_of(SAID), SAID._replace(**changed))


def test_the_moment_of_a_proof_is_signed() -> None:
    made = read_proof(proof_of(SAID))
    assert made is not None
    with pytest.raises(NotProven, match="is not for this act"):
        judge(str(made._replace(moment=made.moment + 60)))


@pytest.mark.parametrize(
    ("off", "why"),
    [
        (LASTS, None),
        (-LASTS, None),
        (LASTS + timedelta(seconds=1), "lasts 300 seconds"),
        (-LASTS - timedelta(seconds=1), "lies ahead"),
    ],
)
def test_a_proof_is_taken_for_five_minutes_by_either_clock(off: timedelta, why: str | None) -> None:
    header = proof_of(SAID, at=NOW - off)
    if why is None:
        judge(header)
        return
    with pytest.raises(NotProven, match=why):
        judge(header)
    judge(header, is_repeated=True)


def test_who_has_no_key_or_is_not_known_proves_nothing() -> None:
    keyless = SAID._replace(claim="keyless")
    with pytest.raises(NotProven, match="has no key of keyless"):
        judge(proof_of(keyless, by="a stranger"), keyless)
    with pytest.raises(NotPermitted, match="nobody called"):
        judge(proof_of(SAID), SAID._replace(claim="li.nan"))


def test_workers_vouch_for_acts_alone() -> None:
    def vouched(key: str, message: bytes, signature: str) -> bool:
        return key == WORKERS

    header = f"{WORKERS}.{int(NOW.timestamp())}.mac"
    refuse_unproven(FIRM, SAID, header, NOW, vouched)
    with pytest.raises(NotProven, match="nobody's here"):
        refuse_unproven(FIRM, SAID._replace(kind="start"), header, NOW, vouched)


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ([], None),
        (["li.na"], None),
        ([{"data": {"actor": "li.na"}}], None),
        ([{"actor": "li.na", "reader": "wu.fang"}], "li.na"),
        ([{"reader": "li.na"}], "li.na"),
        ([{"order": {"does": "set_hold", "actor": "li.na"}}], "li.na"),
        ([{"given": {"order": {"actor": "li.na"}}}], "li.na"),
        ([{"actor": ["li.na"]}], ["li.na"]),
        ([{"text": "x"}, {"actor": "li.na"}], None),
    ],
)
def test_who_a_message_says_it_is_by(said: list[Any], who: object) -> None:
    assert claim_of(said) == who


def test_neither_the_order_of_keys_nor_spaces_are_signed() -> None:
    assert digest_of([dict(reversed(BODY.items()))]) == digest_of([BODY])
    assert digest_of([{"a": {"b": 1}}]) != digest_of([{"a": {"b": 2}}]) != digest_of([{"a": {"b": "2"}}])
    assert digest_of([b"\x00", "发票"]) == digest_of([b"\x00", "发票"])


FILE = """
name: {en: Firm, zh: 公司}
roles: {clerk: {title: {en: Clerk, zh: 文员}}}
people:
  li.na: {name: Li, roles: [clerk], keys: [KEY]}
  wu.fang: {name: Wu, roles: [clerk], keys: [OTHER]}
"""


@pytest.mark.parametrize(
    ("key", "other", "why"),
    [
        ("abc", "GOOD", "is no public key"),
        (b64encode(bytes(31)).decode(), "GOOD", "base64 of the 32 bytes of an Ed25519 key"),
        ("GOOD", "GOOD", "li.na has that key already, so it proves nobody"),
        ("GOOD", key_of("wu.fang").public, None),
    ],
)
def test_keys_stand_in_the_file_of_the_organisation(tmp_path: Path, key: str, other: str, why: str | None) -> None:
    path, good = tmp_path / "organization.yaml", key_of("li.na").public
    path.write_text(FILE.replace("KEY", key).replace("OTHER", other).replace("GOOD", good), encoding="utf-8")
    faults: list[Any] = []
    found = read_organization(path, (), faults)
    if why is None:
        assert found is not None
        assert (found.people["li.na"].keys, faults) == ((good,), [])
    else:
        assert [(why in str(fault) and ":5" in str(fault)) or why in str(fault) for fault in faults] == [True], faults


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (b"", "is no private key in PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "is no private key in PEM"),
    ],
)
def test_a_file_that_holds_no_key_says_so(pem: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        PrivateKey.of_pem(pem)


def test_a_key_is_read_as_it_was_written() -> None:
    assert PrivateKey.of_pem(key_of("li.na").pem).public == key_of("li.na").public
