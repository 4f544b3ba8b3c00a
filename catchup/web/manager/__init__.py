"""What managers answer a committee with, and what waits for their decision."""

from flask import Blueprint

manager = Blueprint("manager", __name__)

from catchup.web.manager import needs, recorded_orders, reports  # noqa: E402 -- the views need the blueprint

__all__ = ["manager", "needs", "recorded_orders", "reports"]
