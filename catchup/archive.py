"""A file that is sealed: a head that anybody may read, then pieces that only the key opens.

Each piece is packed, compressed and encrypted with AES-256-GCM under a key of this file alone. It is bound to
the head and to its place, the last one to being the last, so that nothing can be changed, moved or cut off
unseen.
"""

import hmac
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BufferedReader
from typing import Any, BinaryIO

import msgpack
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"catch-up backup 1\n"
PIECE = 1 << 20  # bytes before compressing
LONGEST = 1 << 26  # bytes that one piece may have
LENGTH = 4


class DamagedError(Exception):
    """The file is not one of ours, or not as it was written. The text is a sentence."""


def fingerprint(key: bytes) -> str:
    """Eight bytes by which a key is known again, and from which it cannot be found."""
    return hmac.digest(key, b"catch-up fingerprint", "sha256")[:8].hex()


class Writer:
    """Writes records into an open file; ``close`` ends it, and without that it stays damaged."""

    def __init__(self, file: BinaryIO, key: bytes, head: Mapping[str, Any]) -> None:
        self._file = file
        salt = os.urandom(32)
        begin = MAGIC + json.dumps({**head, "salt": salt.hex()}).encode() + b"\n"
        file.write(begin)
        self._cipher, self._bound = _cipher(key, salt), sha256(begin).digest()
        self._number, self._waiting, self._size = 0, list[bytes](), 0

    def write(self, record: list[Any]) -> None:
        """Add one record."""
        packed: bytes = msgpack.packb(record)
        self._waiting.append(packed)
        self._size += len(packed)
        if self._size >= PIECE:
            self._flush(last=False)

    def close(self) -> None:
        """Write the last piece."""
        self._flush(last=True)

    def _flush(self, *, last: bool) -> None:
        plain = zlib.compress(b"".join(self._waiting), 1)
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), plain, self._bound)
        self._file.write(len(sealed).to_bytes(LENGTH, "big") + sealed)
        self._number, self._waiting, self._size = self._number + 1, [], 0


def read_head(file: BufferedReader) -> dict[str, Any]:
    """What anybody may read, from the beginning of the file. Raises DamagedError."""
    begin = file.read(len(MAGIC))
    line = file.readline(1 << 16)
    try:
        head = json.loads(line)
    except ValueError:
        head = None
    if begin != MAGIC or not line.endswith(b"\n") or not isinstance(head, dict) or "salt" not in head:
        raise DamagedError("This is not a backup of Catch-up, or its beginning is damaged.")
    return head


def records(file: BufferedReader, key: bytes) -> Iterator[list[Any]]:
    """The records, to the end of the file. Raises DamagedError at the first piece that is not as written."""
    head = read_head(file)
    end = file.tell()
    file.seek(0)
    cipher, bound = _cipher(key, bytes.fromhex(head["salt"])), sha256(file.read(end)).digest()
    unpacker = msgpack.Unpacker(max_buffer_size=0)
    number, last = 0, False
    while not last:
        size = int.from_bytes(file.read(LENGTH), "big")
        sealed = file.read(size) if size <= LONGEST else b""
        if not sealed or len(sealed) != size:
            raise DamagedError("The backup is damaged or cut short: it ends too early.")
        last = not file.peek(1)
        try:
            plain = cipher.decrypt(_nonce(number, last=last), sealed, bound)
        except InvalidTag:
            where = file.tell() - size
            raise DamagedError(
                f"The backup is damaged or cut short: what follows byte {where} is not as it was written."
            ) from None
        unpacker.feed(zlib.decompress(plain))
        yield from unpacker
        number += 1


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, b"catch-up backup\0" + salt, "sha256"))


def _nonce(number: int, *, last: bool) -> bytes:
    # The key is this file's alone, so that counting never repeats one.
    return bytes([last]) + number.to_bytes(11, "big")
