"""How often a stranger may ask who supports a family: counted without their address, afresh each day."""

from datetime import timedelta

from flask import current_app

from catchup.extensions import db
from catchup.services import limits
from catchup.web.visitors import network

WINDOW = timedelta(hours=1)
KIND = "who-supports-us"


def wait() -> int | None:
    """Count this question; seconds until another is answered where there were too many, else None."""
    settings = current_app.config["CATCHUP"]
    db.session.rollback()  # the counters have transactions of their own
    most = {
        limits.bucket_of_today(KIND, network()): settings.asks_from_one_place,
        f"{KIND}:everybody": settings.asks_in_all,
    }
    for bucket, limit in most.items():
        if not limits.hit(bucket, WINDOW, limit):
            return limits.free_in(bucket, WINDOW)
    return None
