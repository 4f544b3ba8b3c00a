"""Encrypted columns and the blind index.

What a person could be found or harmed by is stored encrypted with AES-256-GCM: one byte for the key,
twelve for the nonce, then the ciphertext with its tag. The name of the column is bound into it, so a value
moved to another column no longer opens. Exact search goes by a keyed hash of the normalised value.
"""

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

NONCE = 12


class KeyRing:
    """The keys of this process: the first writes, all read.

    A key's number is the first byte of its own hash, so that it stays the same when the list's order changes.
    """

    def __init__(self) -> None:
        self._ciphers: dict[int, AESGCM] = {}
        self._write = 0
        self._index_key = b""

    def load(self, keys: tuple[bytes, ...], index_key: bytes) -> None:
        """Take the keys in; raises ValueError when two keys share a number."""
        ciphers = {number(key): AESGCM(key) for key in keys}
        if len(ciphers) != len(keys):
            raise ValueError("Two of the encryption keys share a number; make another one.")
        self._ciphers = ciphers
        self._write = number(keys[0])
        self._index_key = index_key

    @property
    def write_id(self) -> int:
        """Number of the key that new values are written with."""
        return self._write

    @property
    def others(self) -> frozenset[int]:
        """Numbers of the keys that only read: what they wrote is to be written anew before they can go."""
        return frozenset(self._ciphers.keys() - {self._write})

    def seal(self, text: str, where: str) -> bytes:
        """Encrypt ``text`` for the column ``where`` (a fixed string like "family.name")."""
        nonce = os.urandom(NONCE)
        return (
            bytes([self._write])
            + nonce
            + self._ciphers[self._write].encrypt(nonce, text.encode(), where.encode())
        )

    def open(self, value: bytes, where: str) -> str:
        """Decrypt; raises KeyError for an unknown key, InvalidTag for a value tampered with or moved."""
        nonce, sealed = value[1 : 1 + NONCE], value[1 + NONCE :]
        return self._ciphers[value[0]].decrypt(nonce, sealed, where.encode()).decode()

    def blind_index(self, kind: str, normalised: str) -> bytes:
        """32 bytes by which an exact value can be found again; ``kind`` keeps phone and postcode apart."""
        return hmac.digest(self._index_key, f"{kind}\0{normalised}".encode(), "sha256")


ring = KeyRing()


def number(key: bytes) -> int:
    """By which a key is told in front of what it wrote, 0 to 255."""
    return hashlib.sha256(key).digest()[0]


def authenticator_secrets(keys: tuple[bytes, ...]) -> dict[str, str]:
    """What the secrets of authenticator apps are kept under: by a name that begins with the key's number."""
    return {hashlib.sha256(key).hexdigest()[:8]: _derived(key, b"authenticator").hex() for key in keys}


def recovery_code_keys(keys: tuple[bytes, ...]) -> list[bytes]:
    """What recovery codes are kept under."""
    return [base64.urlsafe_b64encode(_derived(key, b"recovery codes")) for key in keys]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, purpose, "sha256")


class Encrypted(TypeDecorator[str]):
    """A text column that is encrypted at rest. ``where`` is "table.column" and must never change."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else ring.seal(value, self.where)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else ring.open(value, self.where)


class EncryptedJson(TypeDecorator[Any]):
    """A small JSON document that is encrypted at rest."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else ring.seal(json.dumps(value, ensure_ascii=False), self.where)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(ring.open(value, self.where))
