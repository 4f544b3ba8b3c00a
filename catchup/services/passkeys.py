"""Passkeys: a second factor that answers to this service's own host alone. The caller commits.

A key is added beside the authenticator app and never in its place, so that losing it locks nobody out. It may
be part of a laptop or a phone as well as a key on a ring; it always asks for a PIN, a finger or a face.
Source: docs/decisions/0028-passkeys.md.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import webauthn
from flask import current_app
from sqlalchemy import select
from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff, WebAuthn
from catchup.queries.scope import Viewer
from catchup.services import account_notices, audit, limits, staff

ASKED_FOR = timedelta(minutes=5)  # how long a challenge may be answered
REMEMBERED = timedelta(hours=12)  # much longer than that, so that hosts need not agree about the time
MOST = 10
LONGEST_NAME = 64
NAME = "Catch-up"

# What the library raises for an answer that is not what it should be, whatever was sent.
_NOT_AN_ANSWER = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, OverflowError)


class NotProvenError(Exception):
    """The key, or whatever answered in its place, has proved nothing. The text is for the log of a test."""


def new_challenge() -> str:
    """Text that a key has to sign: 256 bits, which nobody can know before."""
    return secrets.token_urlsafe(32)


def claim(challenge: str) -> bool:
    """Whether this challenge is answered for the first time, on whatever host. Needs no open transaction."""
    return limits.hit(limits.bucket("passkey-challenge", challenge), REMEMBERED, 1)


def prepare(person: Staff) -> None:
    """Give somebody the name under which keys know them: random, and no address."""
    if person.fs_webauthn_user_handle is None:
        person.fs_webauthn_user_handle = uuid4().hex


def to_add(person: Staff, challenge: str) -> str:
    """What the browser needs to make a new passkey for somebody, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=NAME,
        user_id=(person.fs_webauthn_user_handle or "").encode(),
        user_name=person.email,
        user_display_name=person.name,
        challenge=challenge.encode(),
        timeout=_milliseconds(),
        # No attachment is asked for: a laptop's own reader is as good as a key on a ring.
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(person.webauthn),
    )
    return webauthn.options_to_json(options)


def to_use(person: Staff, challenge: str) -> str:
    """What the browser needs to ask one of somebody's passkeys, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=challenge.encode(),
        timeout=_milliseconds(),
        allow_credentials=_described(person.webauthn),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def add(person: Staff, name: str, challenge: str, answer: str, by: Viewer) -> WebAuthn:
    """Keep a new passkey under a name. Raises NotProvenError."""
    try:
        proven = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge.encode(),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
        transports = parse_registration_credential_json(answer).response.transports or []
    except _NOT_AN_ANSWER as wrong:
        raise NotProvenError(str(wrong)) from wrong
    known = select(WebAuthn.id).where(WebAuthn.credential_id == proven.credential_id)
    if db.session.scalar(known) is not None:
        raise NotProvenError("known")
    now = clock.real_now()
    passkey = WebAuthn(
        id=uuid4(),
        staff=person,
        credential_id=proven.credential_id,
        public_key=proven.credential_public_key,
        sign_count=proven.sign_count,
        transports=[transport.value for transport in transports],
        backup_state=proven.credential_backed_up,
        device_type=proven.credential_device_type.value,
        create_datetime=now,
        lastuse_datetime=now,
        name=name,
        usage="secondary",
    )
    db.session.add(passkey)
    audit.record(by, audit.Seen("passkey-added", "staff", subject_id=person.id))
    account_notices.tell(person, account_notices.PASSKEY_ADDED)
    return passkey


def use(person: Staff, challenge: str, answer: str) -> None:
    """Note that a passkey of this person has signed the challenge. Raises NotProvenError.

    The row stays locked until the transaction ends. A count that did not go up is a copied key's.
    """
    try:
        credential = parse_authentication_credential_json(answer)
        passkey = db.session.scalar(
            select(WebAuthn)
            .where(WebAuthn.credential_id == credential.raw_id, WebAuthn.user_id == person.id)
            .with_for_update()
        )
        if passkey is None:
            raise NotProvenError("not one of theirs")
        proven = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.encode(),
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _NOT_AN_ANSWER as wrong:
        raise NotProvenError(str(wrong)) from wrong
    passkey.sign_count = proven.new_sign_count
    passkey.backup_state = proven.credential_backed_up
    passkey.lastuse_datetime = clock.real_now()


def remove(person: Staff, passkey: WebAuthn, by: Viewer) -> None:
    """Let a passkey in no longer, and end every session: it may have been lost with one open."""
    person.webauthn.remove(passkey)
    staff.end_sessions(person)
    audit.record(by, audit.Seen("passkey-removed", "staff", subject_id=person.id))
    account_notices.tell(person, account_notices.PASSKEY_REMOVED)


def _host() -> str:
    """The host that keys are bound to: from the configuration, never from what a request says."""
    return urlsplit(_origin()).hostname or ""


def _origin() -> str:
    parts = urlsplit(current_app.config["CATCHUP"].base_url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _milliseconds() -> int:
    return int(ASKED_FOR.total_seconds() * 1000)


def _described(passkeys: Iterable[WebAuthn]) -> list[PublicKeyCredentialDescriptor]:
    known = {transport.value for transport in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=one.credential_id,
            transports=[AuthenticatorTransport(way) for way in one.transports or () if way in known],
        )
        for one in passkeys
    ]
