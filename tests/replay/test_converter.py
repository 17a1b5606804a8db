"""The shapes of contracts are read once for all runs of a worker: the SDK makes a converter for each run."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.replay.replaying import replay

HISTORY = Path(__file__).parent / "histories" / "v2-hold.json"


async def test_a_second_run_reads_no_shape_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = HISTORY.read_text(encoding="utf-8")
    made: list[Any] = []
    make = TypeAdapter.__init__

    def counted(self: TypeAdapter[Any], type: Any, **options: Any) -> None:
        made.append(type)
        make(self, type, **options)

    await replay(text)
    monkeypatch.setattr(TypeAdapter, "__init__", counted)
    first = await replay(text)
    assert first
    assert made == []
