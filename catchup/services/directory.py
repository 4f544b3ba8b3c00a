"""Keeping the directory of services: adding, correcting, checking, retiring, and taking in a list."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from catchup import postcodes
from catchup.extensions import db
from catchup.models.directory import Service, ServiceCouncil
from catchup.queries import directories
from catchup.queries.scope import Viewer
from catchup.rules.terms import Category
from catchup.services import audit
from catchup.services.audit import Seen

COLUMNS = (
    "name", "category", "offers", "run_by", "own_staff", "online", "venue_postcode", "waiting_weeks",
    "languages", "contact", "councils", "checked_on",
)  # fmt: skip
_TRUE = {"yes", "y", "true", "1"}
_FALSE = {"no", "n", "false", "0", ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """One entry as somebody wrote it. ``councils`` empty: for everybody."""

    name: str
    category: Category
    offers: str
    run_by: str
    own_staff: bool = False
    online: bool = False
    venue_postcode: str | None = None
    waiting_weeks: int | None = None
    languages: str | None = None
    contact: str | None = None
    councils: tuple[str, ...] = ()
    checked_on: date | None = None


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
    """Write down what is true of a service now. When it was last checked stays, unless a day is given."""
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


def take_in(lines: Iterable[str]) -> tuple[int, int, list[BadRow]]:
    """Take in a CSV with the columns of ``COLUMNS``; returns (added, corrected, rows refused).

    A service is known by its name and who runs it. Councils are GSS codes, apart by spaces; days are
    ISO dates. Nothing is done while a row is refused. Raises ValueError for a file without the columns.
    """
    reader = csv.DictReader(lines)
    missing = {"name", "category", "offers", "run_by"} - set(reader.fieldnames or ())
    if missing:
        raise ValueError(f"The file has no column {', '.join(sorted(missing))}.")
    good: list[ServiceFacts] = []
    bad: list[BadRow] = []
    for row in reader:
        given = {name: (row.get(name) or "").strip() for name in COLUMNS}
        try:
            good.append(_read(given))
        except ValueError as error:
            bad.append(BadRow(given, str(error)))
    if bad:
        return 0, 0, bad
    added = sum(_add_or_correct(facts) for facts in good)
    return added, len(good) - added, []


def _add_or_correct(facts: ServiceFacts) -> bool:
    known = db.session.scalar(
        select(Service).where(
            Service.name == facts.name, Service.run_by == facts.run_by, Service.retired_on.is_(None)
        )
    )
    if known is None:
        add(facts, None)
        return True
    correct(known, facts, None)
    return False


def _write(service: Service, facts: ServiceFacts) -> None:
    for name in (
        "name", "category", "offers", "run_by", "own_staff", "online", "venue_postcode", "waiting_weeks",
        "languages", "contact",
    ):  # fmt: skip
        setattr(service, name, getattr(facts, name))
    service.checked_on = facts.checked_on or service.checked_on
    kept = {link.council_code: link for link in service.councils}
    service.councils = [kept.get(code) or ServiceCouncil(council_code=code) for code in facts.councils]


def _read(given: dict[str, str]) -> ServiceFacts:
    for name, longest in (("name", 200), ("offers", 1000), ("run_by", 200)):
        if not given[name]:
            raise ValueError(f"{name} is empty.")
        if len(given[name]) > longest:
            raise ValueError(f"{name} is longer than {longest} characters.")
    if given["category"] not in list(Category):
        raise ValueError(f"{given['category']!r} is no category.")
    postcode = postcodes.normalise(given["venue_postcode"])
    if given["venue_postcode"] and postcode is None:
        raise ValueError(f"{given['venue_postcode']!r} is no postcode.")
    weeks = given["waiting_weeks"]
    if weeks and not (weeks.isascii() and weeks.isdigit()):
        raise ValueError(f"{weeks!r} is no number of weeks.")
    return ServiceFacts(
        name=given["name"],
        category=Category(given["category"]),
        offers=given["offers"],
        run_by=given["run_by"],
        own_staff=_yes(given["own_staff"]),
        online=_yes(given["online"]),
        venue_postcode=postcode,
        waiting_weeks=int(weeks) if weeks else None,
        languages=given["languages"][:200] or None,
        contact=given["contact"][:300] or None,
        councils=_codes(given["councils"].split()),
        checked_on=_day(given["checked_on"]),
    )


def _codes(codes: Sequence[str]) -> tuple[str, ...]:
    known = directories.councils()
    for code in codes:
        if code not in known:
            raise ValueError(f"{code!r} is no council’s code.")
    return tuple(dict.fromkeys(codes))


def _yes(text: str) -> bool:
    if text.casefold() not in _TRUE | _FALSE:
        raise ValueError(f"{text!r} is neither yes nor no.")
    return text.casefold() in _TRUE


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"{text!r} is no date like 2026-11-22.") from None
