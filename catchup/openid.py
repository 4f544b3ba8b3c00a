"""Speaking with a council's identity provider: OpenID Connect by codes, with PKCE, by Authlib.

What it says of itself is asked for when somebody first presses its button and once an hour after that; its
keys then too, and when an answer is signed by one that is not known yet. Nothing that it says is believed
beyond what is needed: a redirect is not followed, an address that is not https is not used, and an answer
signed by a shared secret, or by nothing, is none.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException, Response

from catchup.sign_in_providers import Provider, safe_address

PATIENCE_S = 5.0  # for all that is asked while one person waits
TURN_S = 1.0
AT_ONCE = 2  # of a process's four requests: people who sign in by password find the others free
FRESH_S = 3600.0
CLOCKS_APART_S = 60
LONGEST_SUBJECT = 255
SERVER_ERROR = 500
# By private keys alone: "none" proves nothing, and a secret could be the public key.
SIGNED_BY = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

T = TypeVar("T")


class UnreachableError(Exception):
    """The provider does not answer, or not as one does. It may later."""


class ForgedError(Exception):
    """What came is no answer of this provider to what this browser asked. The text names nobody."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One browser on its way to a provider: where it goes, and what its answer must fit."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Who somebody is there. ``email`` is None unless the provider says that it was checked."""

    subject: str
    email: str | None
    second_factor: bool


class Connection(OAuth2Session):  # type: ignore[misc]  # the library has no types
    """Requests to a provider: to that very address, and not for long."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Send one. Raises UnreachableError for a redirect and for a server's own fault."""
        answer: Response = super().request(method, url, *args, **{**kwargs, "allow_redirects": False})
        if answer.is_redirect or answer.status_code >= SERVER_ERROR:
            raise UnreachableError(f"{answer.status_code}")
        return answer


class Line(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]  # the library has no types
    """The way to one provider, kept for the life of a process; any number of threads may use it."""

    client_cls = Connection
    server_metadata: dict[str, Any]

    def __init__(self, provider: Provider, *, demo: bool) -> None:
        super().__init__(
            framework=None,
            name=provider.key,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "default_timeout": PATIENCE_S,
            },
        )
        self.provider, self._demo = provider, demo
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def begin(self, back: str) -> Journey:
        """Where to send a browser that is to come back to ``back``. Raises UnreachableError."""
        said = self._in_time(lambda: self.create_authorization_url(back))
        return Journey(said["url"], said["state"], said["nonce"], said["code_verifier"])

    def finish(self, code: str, issuer: str | None, nonce: str, verifier: str, back: str) -> Answer:
        """Who has come back with a code. Raises UnreachableError, ForgedError.

        ``issuer`` is what came with the code: a browser may have been sent back by another provider.
        """
        if issuer is not None and issuer != self.provider.issuer:
            raise ForgedError("sent back by another issuer")
        return self._in_time(lambda: self._finish(code, issuer, nonce, verifier, back))

    @property
    def has_a_way_out(self) -> bool:
        """Whether one can sign out there too, as far as it has said so to this process."""
        return "end_session_endpoint" in self.server_metadata

    def leaving(self, after: str) -> str | None:
        """Where somebody can sign out at the provider too and come to ``after``; None where it has no such.

        Raises UnreachableError.
        """
        metadata = self._in_time(self.load_server_metadata)
        if "end_session_endpoint" not in metadata:
            return None
        # Without a state: nothing is awaited.
        url: str = self.create_logout_url(after, state="", client_id=self.client_id)["url"]
        return url

    def load_server_metadata(self) -> dict[str, Any]:
        """What the provider says of itself, as far as it is used here; called by the library too."""
        known = self.server_metadata
        if known.get("_loaded_at", -FRESH_S) <= time.monotonic() - FRESH_S:
            with self._get_session() as session:
                address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
                answer = session.request("GET", address, withhold_token=True)
                answer.raise_for_status()
                known = self.server_metadata = self._believed(answer.json())
        return known

    def _believed(self, said: Any) -> dict[str, Any]:
        if not isinstance(said, dict) or said.get("issuer") != self.provider.issuer:
            raise UnreachableError("describes another issuer")
        if not all(safe_address(said.get(name), demo=self._demo) for name in ENDPOINTS):
            raise UnreachableError("names an address that is not safe")
        known = {name: said[name] for name in ("issuer", *ENDPOINTS)}
        if safe_address(said.get("end_session_endpoint"), demo=self._demo):
            known["end_session_endpoint"] = said["end_session_endpoint"]
        ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in ways
        known["token_endpoint_auth_method"] = "client_secret_basic" if basic else "client_secret_post"
        known["id_token_signing_alg_values_supported"] = SIGNED_BY
        known["tells_issuer"] = said.get("authorization_response_iss_parameter_supported") is True
        known["_loaded_at"] = time.monotonic()
        return known

    def _finish(self, code: str, issuer: str | None, nonce: str, verifier: str, back: str) -> Answer:
        if issuer is None and self.load_server_metadata()["tells_issuer"]:
            raise ForgedError("does not say which issuer sent it back")
        token = self.fetch_access_token(back, code=code, code_verifier=verifier)
        if not isinstance(token.get("id_token"), str):
            raise ForgedError("no id_token")
        claims = self.parse_id_token(
            token,
            nonce,
            claims_options={"iss": {"essential": True, "value": self.provider.issuer}},
            leeway=CLOCKS_APART_S,
        )
        # The library lets another audience pass where the authorised party is us.
        if claims["aud"] not in (self.client_id, [self.client_id]):
            raise ForgedError("for another audience")
        return self._answer(claims)

    def _answer(self, claims: dict[str, Any]) -> Answer:
        subject, email = claims["sub"], claims.get("email")
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or "\0" in subject:
            raise ForgedError("no subject that can be kept")
        checked = claims.get(self.provider.verified_claim) in (True, "1", "true")
        factor = self.provider.second_factor
        said = claims.get(factor.claim) if factor else None
        values = {one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str)}
        return Answer(
            subject=subject,
            email=email if checked and isinstance(email, str) else None,
            second_factor=factor is not None and not values.isdisjoint(factor.values),
        )

    def _in_time(self, ask: Callable[[], T]) -> T:
        """What the provider answers, or UnreachableError when that takes too long.

        A thread of its own: no setting bounds the time of names that are looked up, or of bytes that drip.
        """
        if not self._turns.acquire(timeout=TURN_S):
            raise UnreachableError("too many are waiting for it")
        answer: Future[T] = Future()

        def work() -> None:
            try:
                answer.set_result(ask())
            except BaseException as error:  # told to whoever waits
                answer.set_exception(error)
            finally:
                self._turns.release()

        threading.Thread(target=work, daemon=True, name=f"sign-in at {self.name}").start()
        try:
            return answer.result(PATIENCE_S)
        except (UnreachableError, ForgedError):
            raise
        except TimeoutError:
            raise UnreachableError("silent") from None
        except RequestException as error:
            raise UnreachableError(type(error).__name__) from None
        except (
            Exception
        ) as error:  # refused by the library, or what another program sends: it may be anything
            raise ForgedError(type(error).__name__) from None
