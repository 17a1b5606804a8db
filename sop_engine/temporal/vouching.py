"""What the workers of an installation sign by their own key: acts on cases that a person ordered past them.

The person's order was proven when it began; no key of theirs is there while it is carried out.
"""

from __future__ import annotations

import hmac


class Voucher:
    """Signs and judges by one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def mac(self, message: bytes) -> str:
        return hmac.new(self._key, message, "sha256").hexdigest()

    def is_signed(self, message: bytes, mac: str) -> bool:
        return hmac.compare_digest(mac.encode("utf-8", "surrogatepass"), self.mac(message).encode())
