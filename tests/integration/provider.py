"""A provider's HTTP gateway on the loopback, which answers as a test wants it to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Handler = BaseHTTPRequestHandler
Behaviour = Callable[[Handler, int], None]


class Provider:
    """Keeps what it is sent, and answers by what `behave` says for the first, second … request; the last one stays."""

    def __init__(self, *behaviour: Behaviour) -> None:
        self.behave = behaviour or (says({"code": "OK", "id": "sms-1"}),)
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    @property
    def taken(self) -> dict[str, dict[str, Any]]:
        """What an honest provider has sent on: one message for each idempotency key."""
        return {str(body.get("out_id")): body for body in self.asked}


def says(body: Any, status: int = 200, **headers: str) -> Behaviour:
    """Answers at once."""

    def behave(handler: Handler, number: int) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return behave


def after(seconds: float, then: Behaviour) -> Behaviour:
    """Answers late."""

    def behave(handler: Handler, number: int) -> None:
        time.sleep(seconds)
        then(handler, number)

    return behave


def drips(piece: bytes, every: float, times: int) -> Behaviour:
    """Answers piece by piece, and never ends within patience."""

    def behave(handler: Handler, number: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(piece) * times))
        handler.end_headers()
        for _ in range(times):
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(every)

    return behave


def hangs_up(handler: Handler, number: int) -> None:
    """Takes the message and says nothing."""
    handler.connection.close()


@contextmanager
def serving_http(provider: Provider) -> Iterator[Provider]:
    """Lets the provider listen on a port of its own."""

    class Listening(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            provider.headers.append(dict(self.headers.items()))
            provider.asked.append(json.loads(body))
            number = len(provider.asked)
            with suppress(BrokenPipeError, ConnectionResetError):
                provider.behave[min(number, len(provider.behave)) - 1](self, number)

        def do_GET(self) -> None:
            provider.asked.append({"method": "GET"})
            says({"code": "OK", "id": "by GET"})(self, 0)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_address[1]}/sms"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
