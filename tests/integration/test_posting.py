"""Requests of HTTP that leave the house, against a real server that answers slowly, never, elsewhere, or too much."""

from __future__ import annotations

import base64
import hmac
import json
import time
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from sop_engine.cases.written.channels import ChannelSpec
from sop_engine.channels.http_gateway import HttpGateway
from sop_engine.channels.outbound import Message, PermanentError, TransientError
from sop_engine.channels.posting import post
from sop_engine.channels.webhooks import Webhook
from tests.integration.provider import Behaviour, Provider, after, drips, hangs_up, says, serving_http

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MESSAGE = Message(
    key="CMP-1.notice.told#1~ab12",
    to="+8613800000000",
    subject="Told",
    text="您好\n{secret} & bye",
    short="您好 {out_id}",
    html="",
    at=AT,
    template="complaint_received",
    event={"case": "CMP-1"},
)
SPEC = ChannelSpec(
    kind="http",
    url_from="SOP_SMS_URL",
    secret="SOP_SMS_KEY",
    headers={"Authorization": "Bearer {secret}", "Idempotency-Key": "{out_id}"},
    body={"to": "{address}", "text": "{short}", "out_id": "{out_id}", "parts": ["{text}"]},
    accepted="answer.code == 'OK'",
    reference="answer.id",
    timeout_seconds=2,
)


def sent(*behaviour: Behaviour) -> tuple[Provider, object, float]:
    """The provider after one message, what came of it, and how long that took."""
    provider = Provider(*behaviour)
    with serving_http(provider):
        began = time.monotonic()
        try:
            came: object = HttpGateway(SPEC, provider.url, "k3y").send(MESSAGE).reference
        except (PermanentError, TransientError) as error:
            came = error
        return provider, came, time.monotonic() - began


def test_what_a_provider_takes_is_accepted_with_its_number() -> None:
    provider, came, _ = sent()
    assert came == "sms-1"
    (body,) = provider.asked
    # What a message says is never taken for a name to fill.
    assert body == {
        "to": MESSAGE.to,
        "text": "您好 {out_id}",
        "out_id": MESSAGE.key,
        "parts": ["您好\n{secret} & bye"],
    }
    assert (provider.headers[0]["Authorization"], provider.headers[0]["Idempotency-Key"]) == ("Bearer k3y", MESSAGE.key)


@pytest.mark.parametrize(
    ("behaviour", "error", "words"),
    [
        (says({"code": "isv.LIMIT", "message": "limit"}), PermanentError, "did not take it.*isv.LIMIT"),
        (says({"error": "k3y is wrong"}), PermanentError, "… is wrong"),
        (says(b"<html>"), TransientError, "no JSON"),
        (says({}, 400), PermanentError, "answers 400"),
        (says({}, 403), PermanentError, "answers 403"),
        (says({}, 408), TransientError, "answers 408"),
        (says({}, 425), TransientError, "answers 425"),
        (says({}, 503), TransientError, "answers 503"),
        (says(b"x" * 70_000), PermanentError, "more than 65,536 bytes"),
        (hangs_up, TransientError, "127.0.0.1"),
    ],
)
def test_other_answers_are_for_now_or_for_good(behaviour: Behaviour, error: type[Exception], words: str) -> None:
    _, came, _ = sent(behaviour)
    assert isinstance(came, error)
    with pytest.raises(error, match=words):
        raise came


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    provider, came, _ = sent(says({}, status, Location="/elsewhere"))
    assert isinstance(came, PermanentError)
    assert "redirect" in str(came)
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    "behaviour", [after(6, says({"code": "OK"})), drips(b" " * 8, 0.3, 40)], ids=["slow", "dripping"]
)
def test_nobody_is_waited_for_longer_than_was_said(behaviour: Behaviour) -> None:
    _, came, took = sent(behaviour)
    assert isinstance(came, TransientError)
    assert "nobody knows whether" in str(came)
    assert took < 5


@pytest.mark.parametrize(("said", "seconds"), [("7", 7.0), ("999999", 3600.0), ("soon", None), (None, None)])
def test_how_long_a_provider_wants_to_be_left_alone(said: str | None, seconds: float | None) -> None:
    _, came, _ = sent(says({}, 429, **({} if said is None else {"Retry_After": said})))
    assert isinstance(came, TransientError)
    assert came.retry_after == seconds


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://10.1.2.3/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "http://example.com/",
        "ftp://example.com/",
        "https://localhost:8080/",
        "https:///x",
    ],
)
def test_addresses_within_a_house_are_called_where_that_was_declared_alone(url: str) -> None:
    with pytest.raises(PermanentError):
        post(url, b"{}", {}, seconds=2)


def test_a_webhook_is_an_event_with_a_signature_of_each_attempt() -> None:
    secret = "whsec_" + base64.b64encode(b"a key of some length").decode()
    spec = ChannelSpec(kind="webhook", url_from="SOP_HOOK_URL", secret="SOP_HOOK_KEY")
    provider, now = Provider(says({})), iter((1_000.0, 2_000.0))
    with serving_http(provider):
        hook = Webhook(spec, provider.url, secret, clock=lambda: next(now))
        hook.send(MESSAGE)
        hook.send(MESSAGE)
    first, again = provider.headers
    assert first["webhook-id"] == again["webhook-id"] == MESSAGE.key
    assert first["webhook-signature"] != again["webhook-signature"]
    (body, _) = provider.asked
    assert body["specversion"] == "1.0"
    assert (body["id"], body["time"], body["data"]) == (MESSAGE.key, AT.isoformat(), {"case": "CMP-1"})
    plain = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    mac = hmac.new(b"a key of some length", f"{MESSAGE.key}.1000.{plain}".encode(), sha256).digest()
    assert first["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
