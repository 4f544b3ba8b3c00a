"""What tests of many at once may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine

from catchup import clock, create_app
from catchup.database import configure, engine_options
from catchup.extensions import db
from config import Settings
from tests.at_once import AT_ONCE
from tests.databases import PostgresStore, SqliteStore
from tests.faults.campaign import Field
from tests.faults.nursery import nursery
from tests.mailbox import Mailbox
from tests.settings import environment


@pytest.fixture
def a_connection_each(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As many as many hosts have between them."""
    with app.app_context():
        url = db.engine.url
        engine = create_engine(url, **{**engine_options(str(url)), "pool_size": AT_ONCE})
        configure(engine)
        monkeypatch.setitem(db.engines, None, engine)
        yield
        engine.dispose()


@pytest.fixture
def field(
    store: SqliteStore | PostgresStore,
    fresh_name: str,
    fresh_database: str,
    tmp_path: Path,
    smtp_server: Mailbox,
) -> Iterator[Field]:
    """A prepared process on an empty database, and the context of a service here."""
    env = environment(fresh_database, tmp_path, SMTP_URL=smtp_server.url)
    with create_app(Settings.from_environment(env)).app_context(), nursery(env) as parent:
        yield Field(parent, smtp_server, lambda: store.copy("template", fresh_name))
        db.session.remove()
        db.engine.dispose()
    clock.move_to(None)
