"""Services of the directory with safe defaults."""

from datetime import date

from catchup.extensions import db
from catchup.models.directory import Service, ServiceCouncil
from catchup.rules.terms import Category


def a_service(
    name: str = "Example group",
    category: Category = Category.PEERS,
    *,
    councils: tuple[str, ...] = (),
    checked_on: date | None = None,
    **facts: object,
) -> Service:
    """A service for everybody, never checked, unless told otherwise; committed."""
    service = Service(
        name=name,
        category=category,
        **{"offers": "A group that meets.", "run_by": "Example charity", **facts},
        checked_on=checked_on,
        councils=[ServiceCouncil(council_code=code) for code in councils],
    )
    db.session.add(service)
    db.session.commit()
    return service
