"""Blueprints by audience, each with its own guard."""

from flask import Flask

from catchup.web import (
    account,
    compression,
    council_sign_in,
    errors,
    filters,
    health,
    languages,
    metrics,
    request_log,
    security,
    static,
)
from catchup.web.admin import admin
from catchup.web.family import family
from catchup.web.manager import manager
from catchup.web.outside import outside
from catchup.web.public import public
from catchup.web.staff import staff


def register(app: Flask) -> None:
    """Bind everything a browser can reach to the app."""
    security.register(app)
    metrics.register(app)
    static.register(app)
    compression.register(app)
    languages.register(app)
    filters.register(app)
    errors.register(app)
    account.register(app)
    council_sign_in.register(app)
    for blueprint in (public, outside, family, staff, manager, admin, health.health):
        app.register_blueprint(blueprint)
    request_log.register(app)
