"""Notices that wait: what lint finds wrong with them, and with the channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sop_engine.cases.written.channels import ChannelSpec, faults_of_channels
from sop_engine.content.checking import check_channels, check_sop
from sop_engine.content.library import Library, content_root, load_library
from tests.workflows.notice_house import CHANNELS, NOTICE, PROMISE


@pytest.fixture
def content(tmp_path: Any) -> Any:
    import shutil

    root = tmp_path / "sop_definitions"
    shutil.copytree(content_root(), root)
    (root / "notices" / "promise.j2").write_text(NOTICE, encoding="utf-8")
    channels = CHANNELS.replace("MORE", "").replace("DIGEST", "")
    (root / "channels.yaml").write_text(channels, encoding="utf-8")

    def read(notify: str, **changes: str) -> Library:
        text = PROMISE.replace("WITH", notify)
        for old, new in changes.items():
            text = text.replace(OLD[old], new)
        (root / "service" / "Promise.yaml").write_text(text, encoding="utf-8")
        return load_library(root)

    return read


OLD = {"ways": "phone: phone, email: email, customer: customer_no", "counts": "as: told, counts: delivered,"}


def found(library: Library) -> tuple[list[str], list[str]]:
    errors, warnings = check_sop(library, "Promise")
    return [fault.message for fault in errors], [fault.message for fault in warnings]


def test_a_promise_that_can_be_kept_has_no_fault(content: Any) -> None:
    library = content("else: [call]")
    assert found(library) == ([], [])
    assert check_channels(library) == []


@pytest.mark.parametrize(
    ("notify", "changes", "words"),
    [
        ("else: [cal]", {}, "unknown channel 'cal'"),
        ("by: [sms, pigeon], else: [call]", {}, "unknown channel 'pigeon'"),
        ("class: urgent, else: [call]", {}, "unknown class 'urgent'"),
        ("within: soon, else: [call]", {}, "'soon' is not a length of time"),
        ("otherwise: operator, else: [call]", {}, "is for notices without `as`"),
        ("else: [call]", {"counts": "as: waiting, counts: delivered,"}, "is a state, a clock"),
        ("else: [call]", {"counts": "counts: delivered,"}, "needs `as`"),
        ("by: [sms]", {"ways": "email: email"}, "has nothing by which any of these channels"),
    ],
)
def test_what_cannot_work_is_an_error(content: Any, notify: str, changes: Mapping[str, str], words: str) -> None:
    errors, _ = found(content(notify, **changes))
    assert any(words in error for error in errors), errors


def test_one_who_may_have_no_address_and_is_not_called_is_warned_of(content: Any) -> None:
    errors, warnings = found(content("by: [mail, sms]"))
    assert errors == []
    assert any("may have no address" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ({"kind": "http", "url": "https://x"}, "needs `accepted`"),
        ({"kind": "http", "accepted": "true"}, "says either `url` or"),
        ({"kind": "http", "url": "https://x", "accepted": "anser.code"}, "anser"),
        ({"kind": "http", "url": "https://x", "accepted": "true", "body": {"to": "{adress}"}}, "unknown name 'adress'"),
        ({"kind": "smtp", "sop": "Call"}, "belongs to channels of kind case"),
        ({"kind": "smtp", "hours": "nights"}, "unknown calendar 'nights'"),
        ({"kind": "smtp", "digest_at": "08:00"}, "needs `hours`"),
        ({"kind": "smtp", "bounces_within": "2 working days"}, "elapsed time"),
        ({"kind": "case", "sop": "Cal", "told": {"told": "delivered"}}, "unknown SOP 'Cal'"),
        ({"kind": "case", "sop": "Call", "told": {"tolled": "delivered"}}, "no outcome 'tolled'"),
        ({"kind": "case", "sop": "Call"}, "says of no outcome"),
        ({"kind": "webhook", "url": "https://x"}, "needs `secret`"),
    ],
)
def test_a_channel_that_cannot_work_is_an_error(channel: dict[str, Any], words: str) -> None:
    spec = ChannelSpec.model_validate(channel)
    faults = [what for _, what in faults_of_channels({"way": spec}, ("cn_office",), {"Call": ("told", "not_reached")})]
    assert any(words in fault for fault in faults), faults
