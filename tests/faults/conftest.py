"""What tests of many at once may ask for."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine

from catchup.database import configure, engine_options
from catchup.extensions import db
from tests.at_once import AT_ONCE


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
