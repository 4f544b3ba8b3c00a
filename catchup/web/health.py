"""Whether the service is alive and ready. Says nothing about anybody."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from catchup.extensions import db

health = Blueprint("health", __name__, url_prefix="/health")


@health.get("/live")
def live() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@health.get("/ready")
def ready() -> ResponseReturnValue:
    """The process can reach its database."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")
