"""Whose sign-in is taken besides ours: councils' own identity providers, from a file.

The file is TOML with a table for each, called as in the addresses of its pages::

    [kent]
    name = "Kent County Council"            # on the button
    issuer = "https://login.example.com/tenant/v2.0"
    client_id = "…"
    client_secret_file = "/etc/catchup/kent.secret"     # or client_secret = "…"
    councils = ["E10000016"]                # whose staff it may speak for
    mail_domains = ["kent.example.com"]     # and at which addresses
    verified_claim = "email_verified"       # what says that an address was checked; this one if left out
    second_factor = { claim = "amr", values = ["mfa"] }  # left out: ours is asked
    password = false                        # whoever is linked uses this alone; true if left out
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config import LOOPBACK, ConfigError

LONGEST_ISSUER = 200  # as the table of links keeps it
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_COUNCIL = re.compile(r"[ENSW]\d{8}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """How a provider says that a second factor was used: by one of ``values`` in ``claim``."""

    claim: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Provider:
    """One identity provider. ``key`` is its name in addresses, ``name`` on the button."""

    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    councils: frozenset[str]
    mail_domains: frozenset[str]
    verified_claim: str = "email_verified"
    second_factor: SecondFactor | None = None
    password: bool = True

    def speaks_for(self, email: str) -> bool:
        """Whether an address is at one of its domains."""
        name, _, domain = email.casefold().rpartition("@")
        return bool(name) and domain in self.mail_domains


def read(path: Path, *, demo: bool) -> dict[str, Provider]:
    """The providers of a file by their keys, in its order. Raises ConfigError with a sentence."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"CATCHUP_SIGN_IN_PROVIDERS, {path}, cannot be read: {reason}.") from None
    providers = {key: _Table(path, key, table, demo=demo).provider() for key, table in tables.items()}
    for what, of in (
        ("issuer", [one.issuer for one in providers.values()]),
        ("mail domain", [domain for one in providers.values() for domain in one.mail_domains]),
    ):
        for said, times in Counter(of).items():
            if times > 1:
                raise ConfigError(f"{path}: the {what} {said} may stand in one provider only.")
    return providers


class _Table:
    """One table of the file, taken apart piece by piece; what is left over at the end is a mistake."""

    def __init__(self, path: Path, key: str, table: Any, *, demo: bool) -> None:
        self.path, self.key, self.demo = path, key, demo
        if not _NAME.fullmatch(key) or not isinstance(table, Mapping):
            raise self._wrong(
                "each provider is a table with a name like [kent]: small letters, digits, hyphens"
            )
        self.left = dict(table)

    def provider(self) -> Provider:
        """What the table says, checked."""
        provider = Provider(
            key=self.key,
            name=self._text("name"),
            issuer=self._issuer(),
            client_id=self._text("client_id"),
            client_secret=self._secret(),
            councils=self._several("councils", _COUNCIL.fullmatch, "codes like E10000016"),
            mail_domains=self._several("mail_domains", _DOMAIN.fullmatch, "domains like kent.example.com"),
            verified_claim=self._text("verified_claim", "email_verified"),
            second_factor=self._second_factor(),
            password=self._yes_or_no("password"),
        )
        if self.left:
            raise self._wrong(f"there is no setting called {', '.join(sorted(self.left))}")
        return provider

    def _text(self, name: str, otherwise: str | None = None) -> str:
        value = self.left.pop(name, otherwise)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self._wrong(f"{name} must be a text")
        return value.strip()

    def _issuer(self) -> str:
        issuer = self._text("issuer")
        parts = urlsplit(issuer)
        if not safe_address(issuer, demo=self.demo) or parts.query or parts.fragment:
            raise self._wrong("issuer must be an address that begins with https://, without ? and #")
        if len(issuer) > LONGEST_ISSUER:
            raise self._wrong(f"issuer must have {LONGEST_ISSUER} characters or fewer")
        return issuer

    def _secret(self) -> str:
        if ("client_secret" in self.left) is ("client_secret_file" in self.left):
            raise self._wrong("it needs client_secret or client_secret_file, not both")
        if "client_secret" in self.left:
            return self._text("client_secret")
        file = self.path.parent / self._text("client_secret_file")
        try:
            secret = file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            raise self._wrong(f"client_secret_file, {file}, cannot be read") from None
        if not secret:
            raise self._wrong(f"client_secret_file, {file}, is empty")
        return secret

    def _several(self, name: str, good: Callable[[str], object], like: str) -> frozenset[str]:
        values = self.left.pop(name, None)
        if not isinstance(values, list) or not values:
            raise self._wrong(f"{name} must be a list of {like}")
        if not all(isinstance(value, str) and good(value) for value in values):
            raise self._wrong(f"{name} must be a list of {like}")
        return frozenset(values)

    def _second_factor(self) -> SecondFactor | None:
        said = self.left.pop("second_factor", None)
        if said is None:
            return None
        match said:
            case {"claim": str(claim), "values": [*values], **more} if claim and values and not more:
                if all(isinstance(value, str) and value for value in values):
                    return SecondFactor(claim, frozenset(values))
        raise self._wrong('second_factor must be like { claim = "amr", values = ["mfa"] }')

    def _yes_or_no(self, name: str) -> bool:
        value = self.left.pop(name, True)
        if not isinstance(value, bool):
            raise self._wrong(f"{name} must be true or false")
        return value

    def _wrong(self, what: str) -> ConfigError:
        return ConfigError(f"{self.path}, provider {self.key!r}: {what}.")


def safe_address(address: object, *, demo: bool) -> bool:
    """Whether an address of a provider is https; in a demo, also http on this machine."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (demo and parts.scheme == "http" and host in LOOPBACK)
