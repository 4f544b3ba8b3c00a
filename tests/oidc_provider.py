"""Identity providers of councils: a process with its own keys, spoken to over HTTP, that can misbehave.

``python -m tests.oidc_provider PORT`` serves one at /kent and one at /medway. Each checks what it is asked as
a provider does (client, secret, redirect address, PKCE, a code once) and does what it was last ordered.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from joserfc import jwk, jwt

from tests.processes import Program, free_port

CLIENT, SECRET = "catch-up", "a secret between the two"
OTHER = {"medway-other": "another secret"}
BACK = "https://catch-up.example.com/sign-in/council/{key}/back"
NAMES = ("kent", "medway")
HANGS_FOR_S = 60
FOUND = 302
PUBLISHED = "a secret among the public keys"


class Issuer:
    """One provider: its keys, the codes that it gave out, what it was asked and how it is to behave."""

    def __init__(self, name: str, base: str) -> None:
        self.name, self.issuer = name, f"{base}/{name}"
        self.stranger = self._key("stranger")
        self.keys = [self._key("first")]
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.released = threading.Event()
        self.orders: dict[str, Any] = {}

    def order(self, orders: dict[str, Any]) -> None:
        """Behave like this from now on; nothing said: like a good provider."""
        self.released.set()
        self.released, self.orders, self.asked = threading.Event(), orders, []
        if orders.get("rotate"):
            self.keys = [self._key(orders["rotate"])]

    def says(self) -> dict[str, Any]:
        """Its description."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/leave",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            # Names that a client may take for settings of its own.
            "verify": False,
            "scope": "openid everything",
            "code_challenge_method": "plain",
            **self.orders.get("says", {}),
        }

    def code_for(self, query: dict[str, str]) -> str | None:
        """A code, where everything that was asked is as registered."""
        back = {self.orders.get("back") or BACK.format(key=self.name)}
        good = (
            query.get("client_id") in {CLIENT, *OTHER}
            and query.get("redirect_uri") in back
            and query.get("response_type") == "code"
            and query.get("code_challenge_method") == "S256"
            and "openid" in query.get("scope", "").split()
            and query.get("nonce")
            and query.get("state")
        )
        if not good:
            return None
        code = secrets.token_urlsafe(24)
        self.codes[code] = query
        return code

    def token_for(self, who: tuple[str, str], form: dict[str, str]) -> str | None:
        """A signed token for a code that is this client's, was not used and fits its proof."""
        query = self.codes.pop(form.get("code", ""), None)
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        fits = (
            query is not None
            and {CLIENT: SECRET, **OTHER}.get(who[0]) == who[1]
            and query["client_id"] == who[0]
            and query["redirect_uri"] == form.get("redirect_uri")
            and query["code_challenge"] == base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        )
        return self._signed(query["nonce"]) if query is not None and fits else None

    def _signed(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "subject-1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "amr": ["pwd", "mfa"],
            **{
                name: now + said["from_now"] if isinstance(said, dict) else said
                for name, said in self.orders.get("claims", {}).items()
            },
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key, how = self.keys[0], self.orders.get("sign", "well")
        if how in {"none", "HS256", PUBLISHED}:
            return self._unsigned(how, claims)
        header: dict[str, Any] = {"alg": "RS256", "kid": key.kid}
        if how.startswith("stranger"):
            key = self.stranger
            header["kid"] = self.keys[0].kid if how == "stranger under our name" else "stranger"
            if how == "stranger with its key":
                header["jwk"] = key.as_dict(private=False)
        token = jwt.encode(header, claims, key)
        if how == "changed":
            head, _, signature = token.split(".")
            token = f"{head}.{_encoded({**claims, 'sub': 'subject-2'})}.{signature}"
        if how == "cut":
            token = token.rpartition(".")[0] + "."
        return token

    def _unsigned(self, algorithm: str, claims: dict[str, Any]) -> str:
        """By nothing, by the public key as if it were a secret, or by a secret that is no longer one."""
        published = algorithm == PUBLISHED
        head = {"alg": "none" if algorithm == "none" else "HS256", "kid": self.keys[0].kid}
        signed = f"{_encoded({**head, 'kid': PUBLISHED} if published else head)}.{_encoded(claims)}"
        if algorithm == "none":
            return f"{signed}."
        secret = SECRET.encode() if published else self.keys[0].as_pem(private=False)
        mac = hmac.digest(secret, signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    @staticmethod
    def _key(kid: str) -> jwk.RSAKey:
        return jwk.RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


def _encoded(what: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(what).encode()).rstrip(b"=").decode()


class Handler(BaseHTTPRequestHandler):
    """The pages of all providers."""

    issuers: ClassVar[dict[str, Issuer]]

    def do_GET(self) -> None:
        """What a browser or a client reads."""
        if self.path == "/favicon.ico":
            self._answer(404, {})
            return
        one, what, query = self._asked()
        if what == "asked":
            self._answer(200, one.asked)
        elif self._misbehaves(one, what):
            return
        elif what == ".well-known/openid-configuration":
            self._answer(200, one.says())
        elif what == "keys":
            keys = [key.as_dict(private=False) for key in one.keys]
            if one.orders.get("sign") == PUBLISHED:
                k = base64.urlsafe_b64encode(SECRET.encode()).rstrip(b"=").decode()
                keys.append({"kty": "oct", "kid": PUBLISHED, "k": k})
            self._answer(200, {"keys": keys})
        elif what == "authorize":
            link = f"/{one.name}/approve?{urlencode(query)}".replace("&", "&amp;")
            self._page(f'<h1>Council account</h1><p><a href="{link}">Go on as the worker</a></p>')
        elif what == "approve":
            self._send_back(one, query)
        elif what == "leave":
            self._page("<h1>Signed out of the council account</h1>")
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        """Orders of a test, and codes that become tokens."""
        one, what, _ = self._asked()
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if what == "order":
            one.order(json.loads(body))
            self._answer(200, {})
        elif what == "token" and not self._misbehaves(one, what):
            form = {name: values[0] for name, values in parse_qs(body).items()}
            scheme, _, pair = self.headers.get("Authorization", "").partition(" ")
            name, _, secret = (
                base64.b64decode(pair).decode().partition(":") if scheme == "Basic" else ("", "", "")
            )
            token = one.token_for((name, secret), form)
            if token is None:
                self._answer(400, {"error": "invalid_grant"})
            else:
                self._answer(200, {"access_token": "x", "token_type": "Bearer", "id_token": token})

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _asked(self) -> tuple[Issuer, str, dict[str, str]]:
        parts = urlsplit(self.path)
        _, name, what = parts.path.split("/", 2)
        one = self.issuers[name]
        if what not in {"asked", "order"}:
            one.asked.append(what)
        return one, what, {name: values[0] for name, values in parse_qs(parts.query).items()}

    def _misbehaves(self, one: Issuer, what: str) -> bool:
        """Whether it did something else than it should."""
        how = one.orders.get("at", {}).get(what)
        if how == "hangs":
            one.released.wait(HANGS_FOR_S)
        elif how == "drips":
            self.send_response(200)
            self.end_headers()
            while not one.released.wait(0.05):
                self.wfile.write(b" ")
        elif how == "redirects":
            self.send_response(307)
            self.send_header("Location", f"{self.issuers['medway'].issuer}/{what}")
            self.end_headers()
        elif how == "garbage":
            self._page("<h1>Down for maintenance</h1>")
        elif how is not None:
            self._answer(how, {"error": "server_error"})
        return how is not None

    def _send_back(self, one: Issuer, query: dict[str, str]) -> None:
        code = one.code_for(query)
        if code is None:
            self._answer(400, {"error": "invalid_request"})
            return
        said = {"code": code, "state": query["state"], **one.orders.get("back_with", {})}
        self.send_response(302)
        self.send_header("Location", f"{query['redirect_uri']}?{urlencode(said)}")
        self.end_headers()

    def _page(self, body: str) -> None:
        page = f"<!doctype html><html lang=en><title>Council account</title>{body}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)

    def _answer(self, status: int, what: Any) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(what).encode())


class Stays(HTTPRedirectHandler):
    """A browser that says where it was sent instead of going there."""

    def redirect_request(self, *_: object) -> None:
        """Not followed."""


class OidcProviders:
    """The process, for tests. Use it in ``with``."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "tests.oidc_provider", str(self.port)]
        self._program = Program(command, folder / "oidc-provider.log")
        self._opener: OpenerDirector = build_opener(Stays)

    def __enter__(self) -> "OidcProviders":
        self._program.wait_until(self._answers)
        return self

    def __exit__(self, *_error: object) -> None:
        self._program.stop()

    def order(self, name: str, **orders: Any) -> None:
        """Behave like this from now on; with nothing, well."""
        self._ask(f"/{name}/order", json.dumps(orders).encode())

    def asked(self, name: str) -> list[str]:
        """What it was asked since the last order."""
        found: list[str] = json.loads(self._ask(f"/{name}/asked"))
        return found

    def visit(self, address: str) -> str:
        """Go where the service sent a browser and say yes: the address that it is sent back to."""
        parts = urlsplit(address)
        assert parts.netloc == f"127.0.0.1:{self.port}"
        assert parts.path.endswith("/authorize")
        try:
            self._opener.open(address.replace("/authorize?", "/approve?"), timeout=20)
        except HTTPError as answer:
            if answer.status == FOUND:
                return str(answer.headers["Location"])
        raise AssertionError("it did not send the browser back")

    def _ask(self, path: str, body: bytes | None = None) -> bytes:
        answer = self._opener.open(Request(self.base + path, data=body), timeout=20)
        with answer:
            return bytes(answer.read())

    def _answers(self) -> bool:
        try:
            self._ask("/kent/asked")
        except OSError:
            return False
        return True


def main() -> None:
    """Serve until the end."""
    port = int(sys.argv[1])
    Handler.issuers = {name: Issuer(name, f"http://127.0.0.1:{port}") for name in NAMES}
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
