"""Catch-up: yearly calls to adoptive families, and nobody dropped between two councils."""

import os
from pathlib import Path

from flask import Flask

from catchup import clock, database
from catchup.crypto import ring
from catchup.extensions import csrf, db, migrate
from config import Settings

ROOT = Path(__file__).parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """The application, ready to serve or to run a command. Raises ConfigError with a sentence."""
    settings = settings or Settings.from_environment(os.environ)
    app = Flask(
        __name__,
        instance_path=str(settings.instance),
        template_folder=str(ROOT / "templates"),
        static_folder=None,
    )
    app.config.from_mapping(flask_config(settings))
    ring.load(settings.encryption_keys, settings.index_key)
    clock.begin_at(settings.hour)
    clock.move_to(settings.today)

    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    with app.app_context():
        database.configure(db.engine)
    csrf.init_app(app)

    from catchup import cli, web

    web.register(app)
    cli.register(app)
    return app


def flask_config(settings: Settings) -> dict[str, object]:
    """What Flask and its extensions are told, from the checked settings."""
    return {
        "CATCHUP": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": database.engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "MAX_FORM_PARTS": 1000,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_DEFAULT_TIMEZONE": "Europe/London",
        "PREFERRED_URL_SCHEME": "https" if settings.secure else "http",
    }
