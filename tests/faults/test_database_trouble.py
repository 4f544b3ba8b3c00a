"""A database that is full, read-only, in the way or away: calm words, nothing half saved, nothing lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, func, select, text
from werkzeug.test import TestResponse

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.call import Attempt, Call
from catchup.models.staff import Staff
from tests.codes import token_of
from tests.factories.attempts import TODAY, a_call, form_of, made
from tests.factories.families import KENT
from tests.factories.staff import sign_in, staff_member
from tests.trust import Measured

NAME, TYPED = "The Zanzibarwick family", "They ring back on Friday, after five"
LONG = "字" * 1_900  # more than a page of SQLite's holds
TRIES = "CREATE SEQUENCE tries"
RAISES = """CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
IF {} THEN RAISE EXCEPTION 'no' USING ERRCODE = '{}'; END IF; RETURN NEW; END$$"""
REFUSES = "CREATE TRIGGER refuses BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION refuses()"
ABORTS = "CREATE TRIGGER refuses BEFORE INSERT ON {} BEGIN SELECT RAISE(ABORT, 'no'); END"


@pytest.fixture
def lead(session: object) -> Staff:
    clock.move_to(TODAY)
    return staff_member(councils=(KENT,))


@pytest.fixture
def priya(client: FlaskClient, lead: Staff) -> FlaskClient:
    sign_in(client, lead)
    return client


@pytest.fixture
def call(lead: Staff) -> Call:
    return a_call(lead, name=NAME)


def refuse(table: str, state: str, when: str = "true") -> None:
    """Let PostgreSQL answer what is added to a table with one of its errors; ``tries`` counts."""
    for statement in (TRIES, RAISES.format(when, state), REFUSES.format(table)):
        db.session.execute(text(statement))
    db.session.commit()


@contextmanager
def connections_that(*pragmas: str) -> Iterator[None]:
    """While inside, SQLite opens its file like this."""

    def limit(connection: object, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(pragma)  # type: ignore[attr-defined]  # the driver's own

    db.session.rollback()
    db.engine.dispose()
    event.listen(db.engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(db.engine, "connect", limit)
        db.session.rollback()
        db.engine.dispose()


@contextmanager
def trouble(engine: str, kind: str) -> Iterator[None]:
    """While inside, the database is ``full`` or takes no writes at all."""
    if engine == "sqlite":
        pages = db.session.scalar(text("PRAGMA page_count"))
        with connections_that(
            f"PRAGMA max_page_count = {pages}" if kind == "full" else "PRAGMA query_only = 1"
        ):
            yield
    else:
        for table in ("audit_event", "attempt"):
            state = "53100" if kind == "full" else "25006"
            db.session.execute(text(RAISES.format("true", state).replace("refuses", f"refuses_{table}")))
            db.session.execute(text(REFUSES.format(table).replace("refuses", f"refuses_{table}")))
        db.session.commit()
        yield
        for table in ("audit_event", "attempt"):
            db.session.execute(text(f"DROP FUNCTION refuses_{table} CASCADE"))
        db.session.commit()


def form(client: FlaskClient, call: Call) -> dict[str, str]:
    """What the button "No answer" sends, with a note."""
    page = client.get(f"/calls/{call.id}")
    return {**form_of(page), "csrf_token": token_of(page), "outcome": "no_answer", "note": TYPED}


def send(client: FlaskClient, call: Call, answers: dict[str, str]) -> TestResponse:
    return client.post(f"/calls/{call.id}/attempts", data=answers)


def rows_of_saving() -> int:
    saved = select(func.count()).where(AuditEvent.action == "attempt.record")
    return db.session.scalar(saved) or 0


@pytest.mark.promise("4.11 disk")
@pytest.mark.parametrize("kind", ["full", "read-only"])
def test_a_disk_without_room_refuses_in_calm_words_and_takes_what_was_typed_when_it_has_room_again(
    priya: FlaskClient, call: Call, engine: str, kind: str, measured: Measured
) -> None:
    answers = form(priya, call)
    long = answers | {"note": TYPED + LONG}
    with trouble(engine, kind):
        refused = send(priya, call, long)
        # The last page of the audit may still have room for some rows.
        pages = (priya.get(f"/families/{call.family_id}") for _ in range(100))
        page = next(answer for answer in pages if answer.status_code != 200)
    assert (refused.status_code, page.status_code) == (503, 503)
    assert refused.headers["Retry-After"]
    assert "Nothing of what you just sent was saved" in refused.text
    assert f'name="note" value="{escape(TYPED + LONG)}"' in refused.text
    assert NAME not in refused.text + page.text
    assert (made(call), rows_of_saving()) == ([], 0)
    assert send(priya, call, long).status_code == 302
    assert [attempt.note for attempt in made(call)] == [TYPED + LONG]
    if engine == "sqlite":
        assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
    measured(f"{kind}: refused with 503 and what was typed, 0 saved, sound, saved when sent again")


@pytest.mark.promise("4.8 no row no page")
def test_where_no_audit_row_can_be_written_nothing_of_a_record_leaves(
    priya: FlaskClient, call: Call, engine: str, measured: Measured
) -> None:
    paths = f"/calls/{call.id}", f"/families/{call.family_id}", "/queue", "/families"
    secrets = NAME, call.family.reference, call.family.parents[0].name
    assert all(NAME in priya.get(path).text for path in paths)
    if engine == "sqlite":
        db.session.execute(text(ABORTS.format("audit_event")))
        db.session.commit()
    else:
        refuse("audit_event", "42501")  # what a role gets whose right was revoked
    answers = [priya.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [500] * len(paths)
    shown = sum(secret in answer.text for secret in secrets for answer in answers)
    measured(f"{shown} of {len(secrets)} secrets of a record on {len(paths)} pages", holds=shown == 0)
    assert shown == 0


@pytest.mark.promise("4.10 busy")
@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "23505"])
def test_what_met_another_transaction_is_done_once_more_from_the_start(
    priya: FlaskClient, call: Call, state: str
) -> None:
    answers = form(priya, call)
    refuse("attempt", state, "nextval('tries') = 1")
    assert send(priya, call, answers).status_code == 302
    assert [attempt.note for attempt in made(call)] == [TYPED]
    assert rows_of_saving() == 1
    assert db.session.scalar(text("SELECT last_value FROM tries")) == 2


@pytest.mark.promise("4.10 busy")
@pytest.mark.engine("postgresql")
@pytest.mark.parametrize("state, status", [("40P01", 503), ("23505", 500)])
def test_what_fails_a_second_time_is_not_tried_again(
    priya: FlaskClient, call: Call, state: str, status: int
) -> None:
    answers = form(priya, call)
    refuse("attempt", state, "nextval('tries') > 0")
    assert send(priya, call, answers).status_code == status
    assert db.session.scalar(text("SELECT last_value FROM tries")) == 2
    assert db.session.scalars(select(Attempt.id)).all() == []


@pytest.mark.promise("4.11 disk")
@pytest.mark.engine("postgresql")
def test_a_database_that_cannot_be_reached_shows_nobody_anything_and_is_found_again(
    priya: FlaskClient, call: Call
) -> None:
    answers, address, name = form(priya, call), f"/calls/{call.id}/attempts", db.engine.url.database
    db.session.rollback()
    server = create_engine(db.engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    ends = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with server.connect() as elsewhere:
        elsewhere.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        elsewhere.execute(ends, {"name": name})
        refused = [priya.get(path) for path in ("/queue", "/families", "/")] + [
            priya.post(address, data=answers)
        ]
        elsewhere.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    server.dispose()
    assert [answer.status_code for answer in refused] == [503] * 4
    assert not any(NAME in answer.text for answer in refused)
    assert TYPED in refused[-1].text
    assert "may not have been saved" in refused[-1].text
    assert priya.post(address, data=answers).status_code == 302
    assert [attempt.note for attempt in made(call)] == [TYPED]
