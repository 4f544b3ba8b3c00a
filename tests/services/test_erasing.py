"""Erasing a family's record: nothing of it stays anywhere, and nothing of anybody else's goes."""

from collections import Counter
from datetime import date
from typing import Any, cast
from uuid import UUID

import pytest
from flask_security import AsaList
from sqlalchemy import CursorResult, Table, Update, Uuid, case, func, literal, select, text, update
from sqlalchemy.orm import Session, scoped_session

from catchup import clock
from catchup.crypto import Encrypted, ring
from catchup.database import writing
from catchup.extensions import db
from catchup.models import Base
from catchup.models.audit import AuditEvent
from catchup.models.family import Family, Parent
from catchup.models.order import RecordedOrder
from catchup.rules.terms import Channel
from catchup.services import demo, erasing, keys, outbox
from catchup.services.erasing import STAYS
from tests.trust import Measured

TODAY = date(2026, 11, 23)
FAMILIES, ERASED = 25, 20
SENTINEL = "zqerasure@example.com"
TOLD = {"lead_first_name": "Ama", "call_back_number": "01632 960 100"}
# Tables that have nothing of a family. A new table stands here or is erased with the family it belongs to.
OF_NOBODY = frozenset(
    {
        *("agency", "agency_membership", "annual_report", "annual_report_text", "annual_report_version"),
        *("audit_head", "audit_link", "breach", "breach_step", "budget_share", "council", "council_contact"),
        *("council_successor", "counter", "deputy", "doubted_form", "doubted_form_council", "family_export"),
        *(
            "import_file",
            "job_alert",
            "job_failure",
            "job_run",
            "join_draft",
            "language_check",
            "learned_guidance",
        ),
        *("lease", "link_request", "postcode_directory", "published_version", "reading_alert"),
        *("reassignment", "staff_identity"),
        *("service", "service_council", "service_mark", "setting", "staff", "staff_absence", "staff_council"),
        *("staff_hours", "staff_role", "staff_role_link", "staff_session", "target", "webauthn"),
    }
)


def test_every_table_is_a_familys_or_nobodys() -> None:
    tables = set(Base.metadata.tables)
    assert tables - {table.name for table in erasing.owned()} - STAYS == OF_NOBODY
    for name in OF_NOBODY:
        assert "family_id" not in Base.metadata.tables[name].c


@pytest.fixture
def loaded(session: scoped_session[Session]) -> scoped_session[Session]:
    """A demo: a bit of everything that a family can have."""
    clock.move_to(TODAY)
    with writing():
        demo.load(FAMILIES, 1, TODAY, lambda _what: None)
        session.commit()
    return session


@pytest.mark.promise("4.7 erased")
def test_nothing_of_it_stays_and_nothing_of_others_goes(loaded: scoped_session[Session]) -> None:
    families = list(loaded.scalars(select(Family.id).order_by(Family.reference)))
    before = _rows()
    gone: Counter[str] = Counter()
    for family_id in families[:ERASED]:
        gone.update(erasing.erase(family_id))
    loaded.commit()
    assert _rows() == before - gone
    assert len(gone) > 30
    left = {key for table in Base.metadata.sorted_tables if table.name not in STAYS for key in _ids(table)}
    assert left.isdisjoint(families[:ERASED])
    assert left >= set(families[ERASED:])
    if db.engine.dialect.name == "sqlite":
        assert loaded.execute(text("PRAGMA foreign_key_check")).all() == []


@pytest.mark.engine_in_ci("sqlite")
@pytest.mark.promise("4.7 erased")
def test_what_was_written_of_it_can_be_read_nowhere(
    loaded: scoped_session[Session], measured: Measured
) -> None:
    family = loaded.scalars(select(Family).order_by(Family.reference)).first()
    assert family is not None
    key, marked = family.id, 0
    for table in erasing.owned():
        of_it = table.c.id == key if table.name == "family" else table.c.get("family_id") == key
        columns = [one for one in keys.encrypted(table) if isinstance(one.type, Encrypted)]
        if columns and (table.name == "family" or "family_id" in table.c):
            new = {one.name: case((one.is_not(None), literal(SENTINEL, one.type))) for one in columns}
            marked += _changed(loaded, update(table).where(of_it).values(new))
    for parent in loaded.scalars(select(Parent).where(Parent.family_id == key)):
        parent.email, parent.email_index = SENTINEL, ring.blind_index("email", SENTINEL)
        for phone in parent.phones:
            phone.number, phone.number_index = SENTINEL, ring.blind_index("phone", SENTINEL)
        outbox.queue(key, parent.id, Channel.EMAIL, "not_reached", TOLD, SENTINEL, clock.now())
        marked += 2
    loaded.commit()
    assert sum(_said(SENTINEL).values()) > 5

    erasing.erase(key)
    loaded.commit()

    assert _said(SENTINEL) == Counter()
    kept = loaded.scalars(select(AuditEvent).where(AuditEvent.family_id == key)).all()
    assert kept
    words = " ".join(f"{row.action} {row.subject} {row.result}" for row in kept)
    assert SENTINEL not in words
    measured(
        f"0 of {marked} marked rows can be read in any table, outbox and search indexes among them; "
        f"{len(kept)} audit rows go on with ids"
    )


def _changed(session: scoped_session[Session], statement: Update) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def _said(sentinel: str) -> Counter[str]:
    """Where a word can be read with all keys, or found by an index."""
    indexes = [ring.blind_index(kind, sentinel) for kind in ("email", "phone", "postcode")]
    found: Counter[str] = Counter()
    for table in Base.metadata.sorted_tables:
        columns = [one for one in table.c if not isinstance(one.type, AsaList)]
        for row in db.session.execute(select(*columns)):
            found[table.name] += sum(sentinel in str(value) or value in indexes for value in row if value)
    return +found


@pytest.mark.engine_in_ci("sqlite")
def test_a_reference_that_two_families_share_takes_nothing_of_the_other(
    loaded: scoped_session[Session],
) -> None:
    mine, other = loaded.scalars(select(Family.id).order_by(Family.reference).limit(2))
    orders = loaded.scalars(select(RecordedOrder).order_by(RecordedOrder.reference).limit(2)).all()
    for order, family_id in zip(orders, (mine, other), strict=True):
        order.family_id, order.family_reference = family_id, "SHARED"
    loaded.commit()
    erasing.erase(mine)
    kept = loaded.scalars(select(RecordedOrder.family_id).where(RecordedOrder.family_reference == "SHARED"))
    assert list(kept) == [other]


def _rows() -> Counter[str]:
    counts = {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
    return Counter(counts)


def _ids(table: Table) -> set[UUID]:
    """Every id that stands anywhere in a table."""
    columns = [column for column in table.c if isinstance(column.type, Uuid)]
    rows = db.session.execute(select(*columns)) if columns else ()
    return {value for row in rows for value in row if value is not None}
