"""Ed25519 (RFC 8032), the one module that knows the library for it: keys are 32 bytes, written in base64."""

from __future__ import annotations

from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

_RAW: Final = (Encoding.Raw, PublicFormat.Raw)


def is_signed(key: str, message: bytes, signature: str) -> bool:
    """Whether the public key's owner signed the message."""
    try:
        signed = urlsafe_b64decode(f"{signature}==")
        Ed25519PublicKey.from_public_bytes(b64decode(key)).verify(signed, message)
    except (InvalidSignature, ValueError):
        return False
    return _written(signed) == signature


def _written(signature: bytes) -> str:
    return urlsafe_b64encode(signature).decode().rstrip("=")


class PrivateKey:
    """What a person signs with. It is nowhere but in that person's file."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def of_pem(cls, written: bytes) -> PrivateKey:
        """Reads PKCS #8 as `openssl genpkey -algorithm ed25519` writes it. Raises ValueError, which says why not."""
        try:
            key = load_pem_private_key(written, password=None)
        except TypeError:
            raise ValueError("it is locked by a password") from None
        except (ValueError, UnsupportedAlgorithm):
            raise ValueError("it is no private key in PEM") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("it is a key of another kind than Ed25519")
        return cls(key)

    @classmethod
    def made_of(cls, seed: bytes) -> PrivateKey:
        """The key of 32 random bytes."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def pem(self) -> bytes:
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public(self) -> str:
        """The public key as `organization.yaml` has it."""
        return b64encode(self._key.public_key().public_bytes(*_RAW)).decode()

    def signature(self, message: bytes) -> str:
        return _written(self._key.sign(message))
