"""Changing the encryption keys under a running service: what older keys wrote is written anew with the first.

Which values are left stands in the values themselves: each begins with its key's number. So a change that is
killed goes on where it ended, and two at once do no harm. Everything is found from the models. Besides the
encrypted columns there are the secrets of authenticator apps and the recovery codes of staff, which the
sign-in library keeps in forms of its own under keys made of ours. Source: service policy (keys).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app
from passlib.totp import TOTP, AppWallet
from sqlalchemy import (
    Column,
    ColumnClause,
    ColumnElement,
    LargeBinary,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from catchup import crypto
from catchup.crypto import Encrypted, EncryptedJson, ring
from catchup.extensions import db
from catchup.models.base import Base

AT_A_TIME = 200
# As they are stored: the library's own type for the codes joins them by commas.
SIGN_INS = sa.table(
    "staff", sa.column("id", Uuid), sa.column("tf_totp_secret", Text), sa.column("mf_recovery_codes", Text)
)
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction did: ``last`` is where the next one goes on, None at the table's end."""

    changed: int
    last: Key | None


@dataclass(frozen=True, slots=True)
class Part:
    """One place where values are kept under an encryption key.

    ``renew`` writes anew what older keys wrote in the next rows after one; the caller commits. On PostgreSQL
    rows that somebody else holds are left for another round, so it never waits with rows of its own in hand:
    nobody's page can meet it in a deadlock.
    """

    name: str
    renew: Callable[[Key | None], Batch]


def parts() -> list[Part]:
    """Every such place."""
    tables = [table for table in Base.metadata.sorted_tables if encrypted(table)]
    columns = [Part(table.name, partial(_renew_columns, table)) for table in tables]
    return [*columns, Part("staff.sign_in", _renew_sign_ins)]


def encrypted(of: Table) -> list[Column[Any]]:
    """The encrypted columns of a table."""
    return [one for one in of.c if isinstance(one.type, Encrypted | EncryptedJson)]


def _renew_columns(table: Table, after: Key | None) -> Batch:
    columns, primary = encrypted(table), list(table.primary_key)
    raw = [type_coerce(column, LargeBinary).label(f"raw_{column.name}") for column in columns]
    older = or_(*(_key_of(column).in_([bytes([one]) for one in ring.others]) for column in columns))
    rows = _next_rows(select(*primary, *raw).where(older), primary, after)
    if rows:
        change = update(table).where(*(column == bindparam(f"at_{column.name}") for column in primary))
        new = {column.name: bindparam(f"new_{column.name}", type_=LargeBinary) for column in columns}
        db.session.execute(change.values(new), [_renewed(row, primary, columns) for row in rows])
    return Batch(len(rows), _end_of(rows, primary))


def _key_of(column: Column[Any]) -> ColumnElement[bytes]:
    return func.substr(type_coerce(column, LargeBinary), 1, 1, type_=LargeBinary)


def _renewed(
    row: Any, primary: Sequence[ColumnClause[Any]], columns: Sequence[Column[Any]]
) -> dict[str, Any]:
    values = {f"at_{column.name}": getattr(row, column.name) for column in primary}
    for column in columns:
        value: bytes | None = getattr(row, f"raw_{column.name}")
        if value is not None and value[0] in ring.others:
            where = column.type.where  # type: ignore[attr-defined]  # one of ours
            value = ring.seal(ring.open(value, where), where)
        values[f"new_{column.name}"] = value
    return values


def _next_rows(query: Any, primary: Sequence[ColumnClause[Any]], after: Key | None) -> Sequence[Any]:
    if after is not None:
        query = query.where(_beyond(primary, after))
    query = query.order_by(*primary).limit(AT_A_TIME).with_for_update(skip_locked=True, key_share=True)
    return db.session.execute(query).all()


def _beyond(primary: Sequence[ColumnClause[Any]], after: Key) -> ColumnElement[bool]:
    """The rows that come after one, in the order of the whole key."""
    steps = (
        and_(
            *(column == value for column, value in zip(primary[:place], after, strict=False)),
            at > after[place],
        )
        for place, at in enumerate(primary)
    )
    return or_(*steps)


def _end_of(rows: Sequence[Any], primary: Sequence[ColumnClause[Any]]) -> Key | None:
    if len(rows) < AT_A_TIME:
        return None
    return tuple(getattr(rows[-1], column.name) for column in primary)


# What the sign-in library keeps


class SignInKeys:
    """Its secrets of authenticator apps and its recovery codes, under keys made of ours."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = keys
        secrets = crypto.authenticator_secrets(keys)
        self._first = next(iter(secrets))
        self._apps = TOTP.using(wallet=AppWallet(secrets, default_tag=self._first))

    @cached_property
    def _codes(self) -> list[Fernet]:
        return [Fernet(key) for key in crypto.recovery_code_keys(self._keys)]

    def app(self, secret: str) -> str:
        """The secret under the first key."""
        if json.loads(secret)["enckey"]["t"] == self._first:
            return secret
        return str(self._apps.from_source(secret).to_json(encrypt=True))

    def codes(self, codes: str) -> str:
        """Recovery codes, with commas between them, under the first key."""
        first = crypto.number(self._keys[0])
        every = MultiFernet(self._codes)
        return ",".join(
            code if self._of(code) == first else every.rotate(code.encode()).decode()
            for code in codes.split(",")
        )

    def used(self, secret: str | None, codes: str | None) -> Iterator[int | None]:
        """The number of the key behind each of a person's values; None: a key that is not known."""
        if secret:
            yield int(json.loads(secret)["enckey"]["t"][:2], 16)
        for code in (codes or "").split(","):
            if code:
                yield self._of(code)

    def _of(self, code: str) -> int | None:
        for key, cipher in zip(self._keys, self._codes, strict=True):
            with suppress(InvalidToken):
                cipher.decrypt(code.encode())
                return crypto.number(key)
        return None


def _renew_sign_ins(after: Key | None) -> Batch:
    keys = SignInKeys(current_app.config["CATCHUP"].encryption_keys)
    rows = _next_rows(select(SIGN_INS), [SIGN_INS.c.id], after)
    changed = 0
    for key, secret, codes in rows:
        now = {
            "tf_totp_secret": keys.app(secret) if secret else secret,
            "mf_recovery_codes": keys.codes(codes) if codes else codes,
        }
        if now != {"tf_totp_secret": secret, "mf_recovery_codes": codes}:
            db.session.execute(update(SIGN_INS).where(SIGN_INS.c.id == key).values(now))
            changed += 1
    return Batch(changed, _end_of(rows, [SIGN_INS.c.id]))


# Which keys are in use


def in_use() -> dict[int | None, Counter[str]]:
    """How many values stand under each key, by "table.column"; None: under keys that cannot be told."""
    found: dict[int | None, Counter[str]] = {}
    for table in Base.metadata.sorted_tables:
        for column in encrypted(table):
            key = _key_of(column)
            for first, values in db.session.execute(
                select(key, func.count()).where(column.is_not(None)).group_by(key)
            ):
                found.setdefault(first[0], Counter())[f"{table.name}.{column.name}"] += values
    keys = SignInKeys(current_app.config["CATCHUP"].encryption_keys)
    for _key, secret, codes in db.session.execute(select(SIGN_INS)).all():
        for one in keys.used(secret, codes):
            found.setdefault(one, Counter())["staff.sign_in"] += 1
    return found
