"""What managers answer a committee with, and what waits for their decision."""

from flask import Blueprint

manager = Blueprint("manager", __name__)

from catchup.web.manager import (  # noqa: E402 -- the views need the blueprint
    access_requests,
    complaints,
    council_decisions,
    exports,
    looks,
    needs,
    offer_contacts,
    offers,
    recorded_orders,
    registration_links,
    reports,
    request_reviews,
    targets,
)

__all__ = [
    "access_requests",
    "complaints",
    "council_decisions",
    "exports",
    "looks",
    "manager",
    "needs",
    "offer_contacts",
    "offers",
    "recorded_orders",
    "registration_links",
    "reports",
    "request_reviews",
    "targets",
]
