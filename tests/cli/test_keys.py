"""Changing the encryption keys: everything that older keys wrote is written anew, and the old one can go."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask_security import MfRecoveryCodesUtil
from sqlalchemy.orm import Session

from catchup.crypto import number, ring
from catchup.extensions import db
from catchup.models.base import Base
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.services import keys
from catchup.web.sign_in import Totp
from config import Settings
from tests.factories.families import a_family
from tests.factories.staff import staff_member


@pytest.fixture
def under(app: Flask, settings: Settings) -> Iterator[Callable[..., None]]:
    """``under(NEW, OLD)``: from now on these keys are set, the first writes."""

    def these(*given: bytes) -> None:
        ring.load(given, settings.index_key)
        app.config["CATCHUP"] = replace(settings, encryption_keys=given)

    yield these
    ring.load(settings.encryption_keys, settings.index_key)


@pytest.fixture
def old(settings: Settings) -> bytes:
    """The key of before."""
    return settings.encryption_keys[0]


@pytest.fixture
def new(old: bytes) -> bytes:
    """Another key, with a number of its own."""
    while number(key := os.urandom(32)) == number(old):
        pass
    return key


def run(app: Flask, *words: str) -> Result:
    db.session.commit()
    return app.test_cli_runner().invoke(args=["keys", *words], catch_exceptions=False)


def totp(*given: bytes) -> Totp:
    from catchup import crypto

    return Totp(crypto.authenticator_secrets(given), "Catch-up")


def recovery(app: Flask, *given: bytes) -> MfRecoveryCodesUtil:
    from catchup import crypto

    util = MfRecoveryCodesUtil.__new__(MfRecoveryCodesUtil)
    util.setup_cryptor(crypto.recovery_code_keys(given))
    return util


def test_every_encrypted_column_is_found() -> None:
    columns = [column for table in Base.metadata.sorted_tables for column in keys.encrypted(table)]
    kinds = {
        column
        for table in Base.metadata.sorted_tables
        for column in table.c
        if "Encrypted" in repr(column.type)
    }
    assert set(columns) == kinds
    assert len(columns) > 90


@pytest.mark.promise("4.7 rotation")
def test_after_it_the_old_key_can_go(
    app: Flask, session: Session, under: Callable[..., None], old: bytes, new: bytes
) -> None:
    family = a_family(name="Eastleaf")
    family.before_we_ring = "Ask for Sam"
    session.commit()
    key = family.id
    under(new, old)
    assert json.loads(run(app, "status", "--json").stdout)["can_go"] == []

    answer = json.loads(run(app, "rotate", "--json").stdout)

    assert answer["can_go"] == [f"{number(old):02x}"]
    assert [one["key"] for one in answer["keys"]] == [f"{number(new):02x}"]
    under(new)
    session.expire_all()
    assert session.get_one(Family, key).name == "Eastleaf"
    assert session.get_one(Family, key).before_we_ring == "Ask for Sam"
    assert run(app, "status").exit_code == 0


@pytest.mark.promise("4.7 rotation")
def test_people_still_sign_in_with_their_app_and_their_codes(
    app: Flask, session: Session, under: Callable[..., None], old: bytes, new: bytes
) -> None:
    secret = totp(old).generate_totp_secret()
    person = staff_member(
        tf_primary_method="authenticator",
        tf_totp_secret=secret,
        mf_recovery_codes=recovery(app, old)._encrypt_codes(["abcd-efgh", "ijkl-mnop"]),
    )
    before = totp(old).get_totp_uri(person.email, secret)
    under(new, old)
    assert json.loads(run(app, "status", "--json").stdout)["keys"][0]["columns"]["staff.sign_in"] == 3

    run(app, "rotate")
    session.refresh(person)

    assert totp(new).get_totp_uri(person.email, str(person.tf_totp_secret)) == before
    assert recovery(app, new)._decrypt_codes(list(person.mf_recovery_codes or ())) == [
        "abcd-efgh",
        "ijkl-mnop",
    ]
    used = keys.in_use()
    assert set(used) == {number(new)}


def test_a_second_time_changes_nothing(
    app: Flask, session: Session, under: Callable[..., None], old: bytes, new: bytes
) -> None:
    a_family()
    staff_member(mf_recovery_codes=recovery(app, old)._encrypt_codes(["abcd-efgh"]))
    under(new, old)
    assert json.loads(run(app, "rotate", "--json").stdout)["renewed"] > 3
    before = session.execute(sa.select(sa.type_coerce(Family.name, sa.LargeBinary))).all()
    assert json.loads(run(app, "rotate", "--json").stdout)["renewed"] == 0
    assert session.execute(sa.select(sa.type_coerce(Family.name, sa.LargeBinary))).all() == before


@pytest.mark.engine_in_ci("sqlite")
def test_values_under_a_key_that_was_taken_away_are_told(
    app: Flask, session: Session, under: Callable[..., None], old: bytes, new: bytes
) -> None:
    a_family()
    session.add(staff := staff_member(mf_recovery_codes=recovery(app, old)._encrypt_codes(["abcd-efgh"])))
    session.commit()
    assert isinstance(staff, Staff)
    under(new)
    refused = run(app, "status", "--json")
    assert refused.exit_code == 1
    assert f"not in CATCHUP_ENCRYPTION_KEYS ({number(old):02x}, unknown)" in refused.stderr


@pytest.mark.engine("postgresql")
def test_a_row_that_somebody_holds_is_left_for_another_round(
    app: Flask, session: Session, under: Callable[..., None], old: bytes, new: bytes
) -> None:
    families = [a_family(), a_family()]
    session.commit()
    held, free = (family.id for family in families)
    under(new, old)
    with db.engine.begin() as somebody:
        somebody.execute(sa.text("UPDATE family SET reference = reference WHERE id = :id"), {"id": held})
        part = next(part for part in keys.parts() if part.name == "family")
        assert part.renew(None).changed == 1
        session.commit()
        raw = sa.select(Family.id).where(
            sa.func.substr(sa.type_coerce(Family.name, sa.LargeBinary), 1, 1) == bytes([number(old)])
        )
        assert session.scalars(raw).all() == [held]
    assert part.renew(None).changed == 1
    assert free != held
