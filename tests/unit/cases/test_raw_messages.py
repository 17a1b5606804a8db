"""What cannot be read of a raw message is told in our own words: no names of classes, no pages of a library."""

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.casework import read_act
from sop_engine.cases.told.messages import Unreadable
from sop_engine.temporal.payloads import PAYLOADS
from workflows.reading import read_body, word_of

JSON = {"encoding": b"json/plain"}
RAW = {
    "no json": (JSON, b"{not json", "is no JSON: key must be a string at line 1 column 2"),
    "no text": (JSON, b"\xff\xfe", "is no JSON: expected value at line 1 column 1"),
    "half a character": (JSON, b'"\\ud800"', "is no JSON: unexpected end of hex escape at line 1 column 8"),
    "too deep": (JSON, b"[" * 5_000 + b"]" * 5_000, "is no JSON: nested too deep at line 1 column 202"),
    "another encoding": ({"encoding": b"text/odd"}, b"x", "its encoding is 'text/odd', and not json/plain"),
    "a message of protobuf": ({"encoding": b"binary/protobuf"}, b"x", "its encoding is 'binary/protobuf', and not"),
    "no encoding": ({}, b"x", "it names no encoding"),
    "a list": (JSON, b"[1, 2]", "the body is '[1, 2]', not one JSON object"),
    "a text": (JSON, b'"soon"', "the body is 'soon', not one JSON object"),
}


@pytest.mark.parametrize("name", ["event", "customs.released", "case.child", "case.ended"])
@pytest.mark.parametrize("raw", RAW)
def test_a_signal_that_cannot_be_read(raw: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "payload_converter", lambda: PAYLOADS.payload_converter)
    metadata, data, expected = RAW[raw]
    said = word_of(name, read_body(RawValue(Payload(metadata=metadata, data=data))))
    assert isinstance(said, Unreadable)
    assert said.why.startswith(expected)
    assert "pydantic" not in said.why


def test_an_act_that_is_no_object() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_act("comment", ["li.na", "a text"])
    assert refused.value.text() == "comment cannot be read\n  - Input should be an object with fields"
