"""Keeping the directory of services: adding, correcting, checking, retiring, and taking in a list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import selectinload

from catchup.extensions import db
from catchup.models.base import core
from catchup.models.directory import Service, ServiceCouncil
from catchup.queries.scope import Viewer
from catchup.services import audit, directory_rows
from catchup.services.audit import Seen
from catchup.services.directory_rows import ListRow, ServiceFacts

Key = tuple[str, str]
_COLUMNS = (
    "name", "category", "offers", "run_by", "own_staff", "online", "venue_postcode", "waiting_weeks",
    "languages", "contact",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not taken in: as it was given, and why not."""

    given: dict[str, str]
    reason: str


def add(facts: ServiceFacts, by: Viewer | None) -> Service:
    """Put a service into the directory."""
    service = Service(name=facts.name, category=facts.category, offers=facts.offers, run_by=facts.run_by)
    db.session.add(service)
    _write(service, facts)
    db.session.flush()
    audit.record(by, Seen("directory.add", "service", service.id))
    return service


def correct(service: Service, facts: ServiceFacts, by: Viewer | None) -> None:
    """Write down what is true of a service now. The day of the last check stays, or a later one is given."""
    _write(service, facts)
    audit.record(by, Seen("directory.correct", "service", service.id))


def verify(service: Service, on: date, by: Viewer) -> None:
    """Somebody has checked that all of it is true."""
    service.checked_on = on
    audit.record(by, Seen("directory.verify", "service", service.id))


def retire(service: Service, on: date, by: Viewer) -> None:
    """It can no longer be signposted to; signposts given keep its name."""
    service.retired_on = on
    audit.record(by, Seen("directory.retire", "service", service.id))


def bring_back(service: Service, by: Viewer) -> None:
    """It is there again. The day of the last check stays: nobody has looked whether all is still true."""
    service.retired_on = None
    audit.record(by, Seen("directory.bring_back", "service", service.id))


def take_in(lines: Iterable[str], today: date) -> tuple[int, int, list[BadRow]]:
    """Take in a CSV with the columns of ``COLUMNS``; returns (added, corrected, rows refused).

    A service is known by its name and who runs it. Councils are GSS codes, apart by spaces; days are
    ISO dates. Nothing is done while a row is refused. Raises ValueError for a file without the columns.
    """
    rows = directory_rows.read(lines, today)
    there = known()
    lines_seen: dict[Key, int] = {}
    bad: list[BadRow] = []
    good: list[ServiceFacts] = []
    for row in rows:
        reason = row.reason or clash(row, there, lines_seen)
        if reason or row.facts is None:
            bad.append(BadRow(row.given, reason or ""))
        else:
            good.append(row.facts)
    if bad:
        return 0, 0, bad
    new = [facts for facts in good if key(facts.name, facts.run_by) not in there]
    changed = [
        (there[key(facts.name, facts.run_by)], facts)
        for facts in good
        if key(facts.name, facts.run_by) in there
    ]
    take_in_rows(new, changed, None)
    return len(new), len(changed), []


def take_in_rows(
    new: Iterable[ServiceFacts], changed: Iterable[tuple[Service, ServiceFacts]], by: Viewer | None
) -> None:
    """Add services and correct others, all in one go: a list may have thousands."""
    added = {uuid4(): facts for facts in new}
    if added:
        services = [_columns(facts) | {"id": service_id} for service_id, facts in added.items()]
        db.session.execute(insert(core(Service)), services)
    links = [
        {"service_id": service_id, "council_code": code}
        for service_id, facts in added.items()
        for code in facts.councils
    ]
    if links:
        db.session.execute(insert(core(ServiceCouncil)), links)
    seen = [Seen("directory.add", "service", service_id) for service_id in added]
    for service, facts in changed:
        _write(service, facts)
        seen.append(Seen("directory.correct", "service", service.id))
    db.session.flush()
    audit.record(by, *seen)


def known() -> dict[Key, Service]:
    """Every service by its key. Of two with one name, the one in use comes last and counts."""
    there = db.session.scalars(
        select(Service)
        .options(selectinload(Service.councils))
        .order_by(Service.retired_on.is_(None), Service.id)
    )
    return {key(service.name, service.run_by): service for service in there}


def clash(row: ListRow, there: Mapping[Key, Service], lines_seen: dict[Key, int]) -> str | None:
    """Why a row that can be read is refused all the same, or None; notes the row's line."""
    if row.facts is None:
        return None
    its_key = key(row.facts.name, row.facts.run_by)
    if its_key in lines_seen:
        return f"The same service is on line {lines_seen[its_key]} already."
    lines_seen[its_key] = row.line
    service = there.get(its_key)
    # Somebody found it gone: an older list must not send families there again.
    if service is not None and service.retired_on is not None:
        return f"It was taken out of the directory on {service.retired_on}: bring it back there first."
    return None


def key(name: str, run_by: str) -> Key:
    """What a service is known by."""
    return name.casefold(), run_by.casefold()


def _columns(facts: ServiceFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in (*_COLUMNS, "checked_on")}


def _write(service: Service, facts: ServiceFacts) -> None:
    for name in _COLUMNS:
        setattr(service, name, getattr(facts, name))
    days = [day for day in (facts.checked_on, service.checked_on) if day]
    service.checked_on = max(days, default=None)
    kept = {link.council_code: link for link in service.councils}
    if set(kept) == set(facts.councils):
        return
    service.councils = [kept.get(code) or ServiceCouncil(council_code=code) for code in facts.councils]
