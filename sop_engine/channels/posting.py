"""One request of HTTP whose answer is read whole or not at all: the one way in which messages and webhooks leave.

No redirect is followed, for a `POST` becomes a `GET` on the way and is lost. The time is our own: the client's counts
from one piece to the next, and a server that drips would hold a call as long as it likes.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from ssl import SSLContext
from urllib.parse import urlsplit

import httpx

from sop_engine.channels.outbound import PermanentError, TransientError

MOST_BYTES = 64 * 1024
LONGEST_PAUSE = 3_600.0
"""Of `Retry-After`, in seconds."""
COME_AGAIN = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def post(
    url: str, content: bytes, headers: Mapping[str, str], *, seconds: float, is_local_allowed: bool = False
) -> Answer:
    """The answer with a status of 2xx. Raises TransientError, PermanentError; never longer than `seconds`."""
    return asyncio.run(_post(url, content, headers, seconds, is_local_allowed))


async def _post(url: str, content: bytes, headers: Mapping[str, str], seconds: float, is_local_allowed: bool) -> Answer:
    parts = urlsplit(url)
    host = parts.hostname or ""
    trusted = _trusted()
    try:
        async with asyncio.timeout(seconds):
            address = await _address_of(url, is_local_allowed)
            # The address that was judged is the one that is called: a name could mean another one a moment later.
            netloc = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
            pinned = parts._replace(netloc=netloc if parts.port is None else f"{netloc}:{parts.port}").geturl()
            async with (
                httpx.AsyncClient(verify=trusted, timeout=seconds, follow_redirects=False, trust_env=False) as client,
                client.stream(
                    "POST",
                    pinned,
                    content=content,
                    headers={"Accept-Encoding": "identity", **headers, "Host": parts.netloc.rpartition("@")[2]},
                    extensions={"sni_hostname": host},
                ) as response,
            ):
                _judge(response, host)
                body = b""
                async for piece in response.aiter_raw():
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise PermanentError(f"{host} answers with more than {MOST_BYTES:,} bytes")
                return Answer(response.status_code, body)
    except (TimeoutError, httpx.TimeoutException):
        raise TransientError(f"{host} does not answer within {seconds:g} s: nobody knows whether it took it") from None
    except (httpx.TransportError, httpx.StreamError) as error:
        raise TransientError(f"{host}: {error or type(error).__name__}") from None
    except httpx.InvalidURL as error:
        raise PermanentError(f"{host}: {error}") from None


@cache
def _trusted() -> SSLContext:
    """Read once: it takes longer than a request."""
    return httpx.create_ssl_context()


def _judge(response: httpx.Response, host: str) -> None:
    status = response.status_code
    if 200 <= status < 300:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise PermanentError(f"{host} answers in {response.headers['Content-Encoding']}, which nobody asked for")
        return
    if status in COME_AGAIN or status >= 500:
        raise TransientError(f"{host} answers {status}", _pause_of(response.headers.get("Retry-After")))
    if 300 <= status < 400:
        raise PermanentError(f"{host} answers {status}: a redirect, which is not followed; correct its address")
    raise PermanentError(f"{host} answers {status}")


def _pause_of(text: str | None) -> float | None:
    """Seconds that a server wants to be left alone; none where it does not say, or says nonsense."""
    if text is None:
        return None
    try:
        seconds = float(text) if text.isdigit() else (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE)


async def _address_of(url: str, is_local_allowed: bool) -> IPv4Address | IPv6Address:
    """The address that is called. Raises PermanentError for one that is private, where that was not declared."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise PermanentError(f"{url!r} is no address of a server") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or (parts.scheme == "http" and not is_local_allowed):
        raise PermanentError(f"{parts.scheme or 'no'} address {parts.hostname or url!r}: https is meant")
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(parts.hostname, port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TransientError(f"{parts.hostname} is not found: {error}") from None
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    inner = [str(address) for address in addresses if not address.is_global or address.is_multicast]
    if inner and not is_local_allowed:
        raise PermanentError(f"{parts.hostname} is {inner[0]}, an address inside a house, which was not declared")
    return addresses[0]
