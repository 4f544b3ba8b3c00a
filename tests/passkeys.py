"""An authenticator in software, for tests: it signs as a key on a ring does, and lies when it is told to."""

import hashlib
import json
import re
import secrets
from html import unescape
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from werkzeug.test import TestResponse

from tests.codes import token_of

HOST = "catch-up.example.com"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Key:
    """One passkey. ``count`` is what it says of how often it was used; 0 for good: it does not count."""

    def __init__(self, *, counts: bool = True) -> None:
        self.id = secrets.token_bytes(32)
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.counts = counts
        self.count = 0

    def make(self, options: dict[str, Any], **lies: Any) -> str:
        """Answer a page that wants a new passkey."""
        numbers = self.private.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )
        about = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(lies, PRESENT | VERIFIED | ATTESTED) + about
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options, lies)
        return self._answer({"attestationObject": _text(attestation), "clientDataJSON": _text(client)})

    def sign(self, options: dict[str, Any], **lies: Any) -> str:
        """Answer a page that wants a passkey that is known. ``lies``: origin, host, challenge, flags."""
        self.count += self.counts
        data = self._data(lies, PRESENT | VERIFIED)
        client = self._client("webauthn.get", options, lies)
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "authenticatorData": _text(data),
                "clientDataJSON": _text(client),
                "signature": _text(signature),
            }
        )

    def _data(self, lies: dict[str, Any], flags: int) -> bytes:
        host = hashlib.sha256(lies.get("host", HOST).encode()).digest()
        return host + bytes([lies.get("flags", flags)]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any], lies: dict[str, Any]) -> bytes:
        said = {
            "type": kind,
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", f"https://{HOST}"),
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, str]) -> str:
        name = _text(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _text(data: bytes) -> str:
    return bytes_to_base64url(data)


def options_of(page: TestResponse) -> dict[str, Any]:
    """What the page hands to the browser."""
    found = re.search(r'data-options="([^"]+)"', page.text)
    assert found, page.text
    options: dict[str, Any] = json.loads(unescape(found[1]))
    assert len(base64url_to_bytes(options["challenge"])) >= 32
    return options


def answer(client: FlaskClient, path: str, page: TestResponse, said: str) -> TestResponse:
    """Send the page's form with what a key has said."""
    return client.post(path, data={"csrf_token": token_of(page), "answer": said})
