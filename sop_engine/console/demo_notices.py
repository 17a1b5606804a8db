"""The part of the demonstration in which somebody must have been told: a text message to a receiver of its own, and a
call where there is no number for one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from sop_engine.cases.contracts.outgoing import ReceiptInput
from sop_engine.cases.contracts.views import CaseView
from sop_engine.console.playing import Example, PlayedAct, Player, PlayError

if TYPE_CHECKING:
    from sop_engine.temporal.gateway import CaseGateway

PATIENCE = 30.0
PROMISE = "response_told#1"
COMPLAINT = {
    "complainant": "Ms Shen",
    "event": "Two cartons arrived wet",
    "event_at": "2026-01-05T09:00:00+08:00",
    "business_no": "SHP-2026-0001",
}
NUMBER, NO_NUMBER = "+86 138 0000 0000", "came to the counter, left no number"


@dataclass
class Phone:
    """A gateway of text messages that takes everything."""

    url: str
    messages: Queue[dict[str, Any]] = field(default_factory=Queue)

    def settings(self) -> dict[str, str]:
        return {"SOP_SMS_URL": self.url, "SOP_SMS_KEY": "demo"}


@contextmanager
def text_messages() -> Iterator[Phone]:
    """Lets the gateway listen on the loopback."""
    phone = Phone("")

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            phone.messages.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer = b'{"code": "OK", "id": "demo-1"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing on the screen."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        phone.url = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield phone
        finally:
            server.shutdown()
            thread.join()


async def tell(gateway: CaseGateway, phone: Phone, say: Callable[[str], None]) -> None:
    """Two complaints: one is answered by a text message and its receipt, one by a call. Raises PlayError, SopError."""
    from sop_engine.temporal.notices_gateway import NoticesGateway

    first = await _complain(gateway, "CMP-2026-0001", NUMBER, say)
    try:
        message = await asyncio.to_thread(phone.messages.get, timeout=PATIENCE)
    except Empty:
        raise PlayError("no text message left") from None
    say(f"            text message to {message['to']}: {message['text']}")
    await NoticesGateway(gateway).receipt(ReceiptInput(out_id=message["out_id"], status="delivered"))
    say("  The provider: it was delivered")
    await _kept(first, say)
    second = await _complain(gateway, "CMP-2026-0002", NO_NUMBER, say)
    call = PlayedAct.model_validate(
        {
            "case": "notice.received#1.call",
            "as": "li.na",
            "do": "task calling",
            "outcome": "told",
            "data": {"told_at": "= now", "told_whom": "Ms Shen", "called_number": "021-6888 1234"},
        }
    )
    await second.ready(call)
    say(f"            task opened: To be called  [{second.example.id}.{call.case}]")
    await second.play(call)
    say("  Li Na: calls, and records to whom it was told")
    await _kept(second, say)


async def _complain(gateway: CaseGateway, case_id: str, contact: str, say: Callable[[str], None]) -> Player:
    """A complaint that was acknowledged."""
    acknowledged = {"as": "li.na", "do": "task registered", "outcome": "acknowledged", "checklist": ["soothed"]}
    example = Example.model_validate(
        {"sop": "Complaint", "id": case_id, "data": {**COMPLAINT, "contact": contact}, "script": [acknowledged]}
    )
    player = Player(gateway, example, lambda _: None)
    say(f"  Li Na: acknowledges a complaint; how to reach the complainant: {contact}  [{case_id}]")
    await player.open()
    await player.ready(example.script[0])
    await player.play(example.script[0])
    return player


async def _kept(player: Player, say: Callable[[str], None]) -> None:
    await player.until(player.example.id, "the complainant told", _is_kept)
    say(f"            clock met: First response has reached the complainant  [{player.example.id}]")


def _is_kept(view: CaseView) -> bool:
    return any(clock.clock == PROMISE and clock.status == "met" for clock in view.clocks)
