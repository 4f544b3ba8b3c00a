"""Settings from the environment. A bad one stops the start with a sentence that says what to do."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parent
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SHORTEST_SECRET = 32
FEWEST_BYTES = 12  # different ones in a key of 32: by chance there are about 30
PLACEHOLDERS = ("changeme", "change-me", "change_me", "change me", "secret-key", "secret_key", "your-secret")
# Secrets that once stood in this repository, by their hash.
PUBLISHED = frozenset(
    {
        "6edd4e26b963d9cd79fd36bfcbfca5088f68c5da4b6d33112a4bbf6dae26e9a0",
        "b315a6ae8a3365b75c21bf035b3d93eacfb69cbfe1a577ad6b23c23f43e146c0",
    }
)
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NOTIFY = "https://api.notifications.service.gov.uk"
DEMO_PHONE, DEMO_EMAIL = "01632 960 000", "calls@example.com"  # the number is one that Ofcom keeps for drama


class ConfigError(Exception):
    """A setting that must not be started with. The text is a sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the service takes from its surroundings, checked once.

    Keys are raw bytes: each encryption key, the index key and the audit key are 32 bytes.
    ``notify_email_template`` and ``notify_text_template`` are ids at GOV.UK Notify: what has one
    goes that way.
    ``audit_copy`` is the folder that the end of the audit chain is copied to each night, ``audit_mail`` the
    address that it is sent to as well.
    ``today`` moves the service's date in a demo, ``hour`` its time of day when it starts; both are None
    otherwise. ``contact_phone`` and ``contact_email`` are where families reach the agency; without them no
    page or message promises either. ``asks_from_one_place`` and ``asks_in_all``: how many questions of who
    supports a family are answered in an hour, to one address and to all. ``joins_from_one_place`` and
    ``joins_in_all``: how many forms become registrations in an hour; what comes on top is looked at first.
    ``monitors`` are the networks that may read /health/ready and /metrics.
    """

    database_url: str
    secret_key: str = field(repr=False)
    encryption_keys: tuple[bytes, ...] = field(repr=False)
    index_key: bytes = field(repr=False)
    audit_key: bytes = field(repr=False)
    instance: Path
    audit_copy: Path
    demo: bool = False
    today: date | None = None
    hour: time | None = None
    port: int = 5000
    base_url: str = "http://127.0.0.1:5000"
    smtp_url: str | None = field(default=None, repr=False)
    notify_api_key: str | None = field(default=None, repr=False)
    notify_email_template: str | None = None
    notify_text_template: str | None = None
    notify_url: str = NOTIFY
    sender_address: str = "catch-up@example.com"
    agency_name: str = "Catch-up calls"
    contact_phone: str | None = None
    contact_email: str | None = None
    trusted_proxies: int = 0
    audit_mail: str | None = None
    sign_in_providers: Path | None = None
    asks_from_one_place: int = 60
    asks_in_all: int = 3_000
    joins_from_one_place: int = 5
    joins_in_all: int = 200
    monitors: tuple[IPv4Network | IPv6Network, ...] = ()

    @property
    def secure(self) -> bool:
        """Whether people reach the service over https (decides the cookies' prefix and the Secure flag)."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Settings":
        """Read and check the settings. Raises ConfigError with a sentence."""
        demo = _flag(env, "CATCHUP_DEMO")
        instance = Path(env.get("CATCHUP_INSTANCE") or ROOT / "instance").absolute()
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        port = _port(env.get("PORT") or "5000")
        secret = env.get("SECRET_KEY") or (_demo_secret(instance) if demo else "")
        if not demo and (env.get("FLASK_DEBUG") or "0").casefold() not in {"0", "false", "no"}:
            raise ConfigError(
                "FLASK_DEBUG must be off: whoever meets an error would be shown our memory. Take it away."
            )
        if len(secret) < SHORTEST_SECRET:
            raise ConfigError(
                f"SECRET_KEY must be at least {SHORTEST_SECRET} characters. "
                "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        if not demo and _is_known(secret):
            raise ConfigError(
                "SECRET_KEY is one from an example, which everybody knows. "
                "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        today, hour = _today(env.get("CATCHUP_TODAY"), demo=demo)
        base_url = _base_url(env.get("CATCHUP_BASE_URL") or f"http://127.0.0.1:{port}", demo=demo)
        return cls(
            database_url=_database_url(env.get("DATABASE_URL") or f"sqlite:///{instance / 'catchup.db'}"),
            secret_key=secret,
            encryption_keys=_keys(env, "CATCHUP_ENCRYPTION_KEYS", secret, demo=demo),
            index_key=_keys(env, "CATCHUP_INDEX_KEY", secret, demo=demo)[0],
            audit_key=_keys(env, "CATCHUP_AUDIT_KEY", secret, demo=demo)[0],
            instance=instance,
            audit_copy=Path(env.get("CATCHUP_AUDIT_COPY") or instance / "audit-heads").absolute(),
            demo=demo,
            today=today,
            hour=hour,
            port=port,
            base_url=base_url,
            smtp_url=env.get("SMTP_URL") or None,
            **_notify(env, demo=demo),
            sender_address=env.get("CATCHUP_SENDER") or "catch-up@example.com",
            agency_name=env.get("CATCHUP_AGENCY") or "Catch-up calls",
            contact_phone=_contact_phone(env.get("CATCHUP_CONTACT_PHONE") or (DEMO_PHONE if demo else "")),
            contact_email=_address(
                "CATCHUP_CONTACT_EMAIL", env.get("CATCHUP_CONTACT_EMAIL") or (DEMO_EMAIL if demo else "")
            ),
            trusted_proxies=_count(env.get("CATCHUP_PROXIES") or "0"),
            audit_mail=_address("CATCHUP_AUDIT_MAIL", env.get("CATCHUP_AUDIT_MAIL") or ""),
            sign_in_providers=_file(env.get("CATCHUP_SIGN_IN_PROVIDERS")),
            asks_from_one_place=_an_hour(env, "CATCHUP_ASKS_FROM_ONE_PLACE", "60"),
            asks_in_all=_an_hour(env, "CATCHUP_ASKS_IN_ALL", "3000"),
            joins_from_one_place=_an_hour(env, "CATCHUP_JOINS_FROM_ONE_PLACE", "5"),
            joins_in_all=_an_hour(env, "CATCHUP_JOINS_IN_ALL", "200"),
            monitors=_networks(env.get("CATCHUP_MONITORS") or "127.0.0.0/8,::1"),
        )


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "")
    if value not in {"", "0", "1"}:
        raise ConfigError(f"{name} must be 1 or 0, not {value!r}.")
    return value == "1"


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ConfigError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 5:
        raise ConfigError(f"CATCHUP_PROXIES must be the number of proxies in front, 0 to 5, not {text!r}.")
    return int(text)


def _file(text: str | None) -> Path | None:
    """A file to be read later, by whoever knows what should be in it."""
    return Path(text).absolute() if text else None


def _an_hour(env: Mapping[str, str], name: str, otherwise: str) -> int:
    text = env.get(name) or otherwise
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise ConfigError(f"{name} must be how many an hour are let through, like {otherwise}, not {text!r}.")
    return int(text)


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(","))
    except ValueError:
        raise ConfigError(
            f"CATCHUP_MONITORS must be addresses or networks like 10.1.2.0/24, with commas, not {text!r}."
        ) from None


def _today(text: str | None, *, demo: bool) -> tuple[date | None, time | None]:
    if not text:
        return None, None
    if not demo:
        raise ConfigError("CATCHUP_TODAY moves the date of a demo only. Set CATCHUP_DEMO=1 or take it away.")
    try:
        if len(text) == len("2026-11-22"):
            return date.fromisoformat(text), None
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 -- a time on the wall in London
    except ValueError:
        raise ConfigError(
            f"CATCHUP_TODAY must be a date like 2026-11-22, or 2026-11-22T10:30, not {text!r}."
        ) from None
    return moment.date(), moment.time()


def _contact_phone(text: str) -> str | None:
    """A number as it is shown: digits, with blanks where people like to read them."""
    if not text:
        return None
    if not re.fullmatch(r"\+?[0-9][0-9 ]*[0-9]", text) or not 10 <= sum(map(str.isdigit, text)) <= 15:
        raise ConfigError(f"CATCHUP_CONTACT_PHONE must be a number like {DEMO_PHONE}, not {text!r}.")
    return text


def _address(name: str, text: str) -> str | None:
    if not text:
        return None
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", text):
        raise ConfigError(f"{name} must be an address like {DEMO_EMAIL}, not {text!r}.")
    return text


def _base_url(text: str, *, demo: bool) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(
            f"CATCHUP_BASE_URL must be a web address like https://calls.example.org, not {text!r}."
        )
    if parts.scheme == "http" and not (demo and parts.hostname in LOOPBACK):
        raise ConfigError(
            "CATCHUP_BASE_URL must begin with https://. Plain http is for a demo on this machine: "
            "CATCHUP_DEMO=1 and a loopback address."
        )
    return text.rstrip("/")


def _notify(env: Mapping[str, str], *, demo: bool) -> dict[str, Any]:
    """The way out through GOV.UK Notify: for e-mails, texts, or both, by which templates are named."""
    key = env.get("NOTIFY_API_KEY") or None
    templates = {
        name: env.get(name) or None for name in ("NOTIFY_EMAIL_TEMPLATE_ID", "NOTIFY_TEXT_TEMPLATE_ID")
    }
    if key is not None and not re.fullmatch(rf".*{_UUID}-{_UUID}", key):
        raise ConfigError("NOTIFY_API_KEY must be a whole key of GOV.UK Notify, as its page shows it once.")
    if (key is None) is any(templates.values()):
        raise ConfigError(
            "GOV.UK Notify needs NOTIFY_API_KEY, and NOTIFY_EMAIL_TEMPLATE_ID or NOTIFY_TEXT_TEMPLATE_ID."
        )
    for name, template in templates.items():
        if template is not None and not re.fullmatch(_UUID, template):
            raise ConfigError(f"{name} must be a template's id like {uuid.UUID(int=0)}, not {template!r}.")
    url = urlsplit(env.get("NOTIFY_URL") or NOTIFY)
    if not url.hostname or not (url.scheme == "https" or (demo and url.hostname in LOOPBACK)):
        raise ConfigError(f"NOTIFY_URL must begin with https://, like {NOTIFY}.")
    return {
        "notify_api_key": key,
        "notify_email_template": templates["NOTIFY_EMAIL_TEMPLATE_ID"],
        "notify_text_template": templates["NOTIFY_TEXT_TEMPLATE_ID"],
        "notify_url": url.geturl(),
    }


def _database_url(text: str) -> str:
    if text.startswith("sqlite:///"):
        return text
    if text.startswith(("postgresql://", "postgresql+psycopg://")):
        return "postgresql+psycopg://" + text.split("://", 1)[1]
    raise ConfigError("DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _keys(env: Mapping[str, str], name: str, secret: str, *, demo: bool) -> tuple[bytes, ...]:
    """32-byte keys, base64 and comma-separated; derived from the secret in a demo only."""
    text = env.get(name)
    if not text:
        if not demo:
            raise ConfigError(
                f"{name} is missing. Make a key with: "
                "python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'"
            )
        return (hmac.digest(secret.encode(), name.encode(), hashlib.sha256),)
    try:
        keys = tuple(base64.b64decode(part.strip(), validate=True) for part in text.split(","))
    except binascii.Error:
        raise ConfigError(f"{name} must be base64.") from None
    if any(len(key) != 32 for key in keys):
        raise ConfigError(f"Every key in {name} must be 32 bytes long before base64.")
    if not demo and any(_is_made_up(key) for key in keys):
        raise ConfigError(
            f"{name} holds a key from an example or one that somebody made up. Make a key with: "
            "python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'"
        )
    return keys


def _is_known(secret: str) -> bool:
    """Whether a secret stands in public, or says itself that it is to be replaced."""
    said = secret.casefold()
    return hashlib.sha256(secret.encode()).hexdigest() in PUBLISHED or any(
        word in said for word in PLACEHOLDERS
    )


def _is_made_up(key: bytes) -> bool:
    """Whether a key reads as words or repeats itself: chance never makes such a one."""
    return key.isascii() or len(set(key)) < FEWEST_BYTES


def _demo_secret(instance: Path) -> str:
    """The demo's secret, made once and kept beside its database."""
    path = instance / "secret"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()
