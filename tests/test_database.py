"""The transactions of both engines, and statements that are prepared once."""

import sqlite3

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, bindparam, select, text
from sqlalchemy.exc import InternalError, SQLAlchemyError
from sqlalchemy.orm import Session

from catchup.database import Prepared, reading, writing
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.rules.terms import CallKind
from tests.factories.families import a_family
from tests.factories.staff import sign_in, staff_member

call, family = core(Call), core(Family)


@pytest.mark.engine("postgresql")
def test_a_transaction_that_only_reads_is_refused_a_write(session: Session) -> None:
    one = a_family()
    session.rollback()
    with reading():
        one.language = "Polish"
        with pytest.raises(InternalError, match="read-only"):
            session.flush()
    session.rollback()
    with reading(), writing():
        one.language = "Polish"
        session.commit()
    assert one.language == "Polish"


@pytest.mark.engine("postgresql")
def test_statements_stay_prepared_from_page_to_page(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    sign_in(client, staff_member())
    for _page in range(30):
        client.get("/queue")
    found = session.connection().exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one()
    assert found > 0


def test_a_prepared_statement_reads_what_core_reads(session: Session) -> None:
    one = a_family(name="The Łuk family", language="Polish", good_times={"0": ["9-12"]})
    wanted = (
        select(family.c.id, family.c.name, family.c.good_times, family.c.created_at, family.c.before_we_ring)
        .where(family.c.reference == bindparam("reference", None, type_=String()))
        .where(family.c.language.in_(["Polish", "Urdu"]))
    )
    prepared = Prepared(wanted)
    for reference in (one.reference, "CU-0000-0000"):
        values = {"reference": reference}
        rows = [tuple(row) for row in db.session.connection().execute(wanted, values)]
        assert prepared.all(db.session.connection(), values) == rows
        assert len(rows) == (reference == one.reference)


def test_raw_rows_hold_nothing_that_can_be_read(session: Session) -> None:
    a_family(name="The Okafor family")
    prepared = Prepared(select(family.c.name))
    ((raw,),) = prepared.raw(session.connection(), {})
    assert b"Okafor" not in bytes(raw)
    assert prepared.read(session.connection().dialect, [(raw,)]) == [("The Okafor family",)]


def test_a_value_of_a_closed_list_is_bound_as_it_is_stored(session: Session) -> None:
    a_family()
    prepared = Prepared(select(call.c.kind).where(call.c.kind.in_([CallKind.WELCOME])))
    assert prepared.all(session.connection(), {}) == [(CallKind.WELCOME,)]


def test_what_a_database_complains_of_holds_no_values(session: Session) -> None:
    with pytest.raises(SQLAlchemyError) as complaint:
        session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "12 Sentinel Road"})
    assert "nowhere" in str(complaint.value)
    assert "Sentinel" not in str(complaint.value)


@pytest.mark.engine("sqlite")
def test_every_connection_to_sqlite_keeps_what_it_is_told_and_what_belongs_together(session: Session) -> None:
    for _ in range(3):
        with db.engine.connect() as connection:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


@pytest.mark.engine("sqlite")
def test_a_writer_keeps_others_out_from_its_first_statement(session: Session) -> None:
    """One that has only read could not go on to write once somebody else has written."""
    with writing(), db.engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        other = sqlite3.connect(str(db.engine.url.database), timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
