"""What managers answer a committee with, and what waits for their decision."""

from flask import Blueprint

manager = Blueprint("manager", __name__)

from catchup.web.manager import (  # noqa: E402 -- the views need the blueprint
    absences,
    access_requests,
    breaches,
    budget,
    complaints,
    council_decisions,
    demand,
    early_or_crisis,
    exports,
    looks,
    needs,
    offer_contacts,
    offers,
    reassigning,
    recorded_orders,
    registration_links,
    report_families,
    reports,
    request_reviews,
    retention,
    targets,
    who_is_missing,
    workload,
)

__all__ = [
    "absences",
    "access_requests",
    "breaches",
    "budget",
    "complaints",
    "council_decisions",
    "demand",
    "early_or_crisis",
    "exports",
    "looks",
    "manager",
    "needs",
    "offer_contacts",
    "offers",
    "reassigning",
    "recorded_orders",
    "registration_links",
    "report_families",
    "reports",
    "request_reviews",
    "retention",
    "targets",
    "who_is_missing",
    "workload",
]
