"""The surroundings that other tests stand on do what they promise."""

import smtplib
import urllib.error
import urllib.request
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from catchup.database import writing
from catchup.extensions import db
from config import Settings
from tests.mailbox import Mailbox
from tests.servers import LiveServer


def make_mark(session: Session, name: str) -> None:
    session.execute(text(f"CREATE TABLE {name} (n INTEGER)"))


def has(session: Session, table: str) -> bool:
    return db.inspect(session.connection()).has_table(table)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_migrated_database_of_its_own(session: Session, turn: int):
    assert has(session, "alembic_version")
    assert not has(session, "left_behind")

    make_mark(session, "left_behind")
    session.commit()


def test_the_service_is_on_the_engine_that_the_test_is_named_for(settings: Settings, engine: str):
    assert settings.database_url.startswith(engine)


@pytest.mark.engine("sqlite")
def test_a_test_can_keep_to_one_engine(settings: Settings):
    assert settings.database_url.startswith("sqlite")


def test_a_visitor_sees_what_the_test_arranged_and_the_test_what_a_view_committed(
    app: Flask, session: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    make_mark(session, "arranged")
    seen = {}

    def view(forget: bool) -> tuple[str, dict[str, str]]:
        seen["arranged"] = has(db.session, "arranged")
        # What only reads ends without writing anything; a view that writes is reached by POST.
        db.session.rollback()
        with writing():
            make_mark(db.session, "forgotten" if forget else "kept")
            if not forget:
                db.session.commit()
        return "done", {"Content-Type": "text/plain"}

    monkeypatch.setattr(app, "dispatch_request", lambda: view(forget=True))
    client.get("/")
    monkeypatch.setattr(app, "dispatch_request", lambda: view(forget=False))
    client.get("/")

    assert seen["arranged"]
    assert not has(session, "forgotten")
    assert has(session, "kept")


def test_a_server_answers_on_a_database_of_its_own(live_server: LiveServer, fresh_database: str):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{live_server.url}/there-is-no-such-page")

    assert live_server.environment["DATABASE_URL"] == fresh_database
    engine = create_engine(fresh_database)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    engine.dispose()


def test_the_mail_server_keeps_what_it_is_given(smtp_server: Mailbox):
    message = EmailMessage()
    message["Subject"], message["To"] = "Hello", "family@example.com"
    message.set_content("A call is due.")

    host, port = smtp_server.url.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port)) as connection:
        connection.send_message(message, "service@example.com")

    assert smtp_server.messages[0]["Subject"] == "Hello"
    assert smtp_server.recipients == [["family@example.com"]]
