"""Agencies, and which councils form them from which day. The caller commits.

What is looked up by agency (scope of managers who are told, handovers that leave it, reports) asks for a day,
so a change holds from its own day on without anything else to do. Source: service policy, section 2.
"""

from datetime import date
from uuid import uuid4

from flask_babel import gettext as _

from catchup.extensions import db
from catchup.models.council import Agency, AgencyMembership
from catchup.queries import agencies, directories
from catchup.queries.agencies import Member
from catchup.queries.scope import Viewer
from catchup.rules.calendar import ONE_DAY, in_words
from catchup.services import audit
from catchup.services.audit import Seen

# The first agencies were formed for the Education and Adoption Act 2016.
FIRST_DAY = date(2016, 1, 1)


class RefusedError(Exception):
    """What was asked cannot be. ``field`` is the one to put right; the text can be shown."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def add(name: str, by: Viewer) -> Agency:
    """An agency without councils yet. Raises RefusedError for a name that is taken."""
    if agencies.named(name) is not None:
        raise RefusedError("name", _("There is an agency of this name already"))
    agency = Agency(id=uuid4(), name=name)
    db.session.add(agency)
    db.session.flush()
    audit.record(by, Seen("agency.add", "agency", agency.id))
    return agency


def join(agency: Agency, code: str, from_on: date, until_on: date | None, by: Viewer) -> AgencyMembership:
    """A council belongs to an agency from a day, until one if given; both days count.

    A council that ends leaves with its own last day. Raises RefusedError where it belongs to an agency on one
    of these days already, or is not there.
    """
    council = directories.councils().get(code)
    if from_on < FIRST_DAY:
        raise RefusedError("from_on", _("The first day must be %(day)s or later", day=in_words(FIRST_DAY)))
    if council.valid_from and from_on < council.valid_from:
        raise RefusedError(
            "from_on",
            _("%(name)s is there only from %(day)s", name=council.name, day=in_words(council.valid_from)),
        )
    if council.valid_to and from_on > council.valid_to:
        raise RefusedError(
            "from_on", _("%(name)s ended on %(day)s", name=council.name, day=in_words(council.valid_to))
        )
    _refuse_backwards(from_on, until_on)
    until_on = min((day for day in (until_on, council.valid_to) if day), default=None)
    taken = agencies.in_the_way(code, from_on, until_on)
    if taken is not None:
        raise RefusedError("council", _belongs(taken))
    member = AgencyMembership(
        id=uuid4(), agency_id=agency.id, council_code=code, from_on=from_on, until_on=until_on
    )
    db.session.add(member)
    db.session.flush()
    audit.record(by, Seen("agency.join", "agency", agency.id, council_code=code))
    return member


def end(member: Member, until_on: date | None, by: Viewer) -> None:
    """Say on which day a council's time in an agency ends, or that it goes on. Raises RefusedError."""
    row = member.membership
    _refuse_backwards(row.from_on, until_on)
    council = directories.councils().get(row.council_code)
    if council.valid_to and (until_on is None or until_on > council.valid_to):
        raise RefusedError(
            "until_on",
            _(
                "%(name)s itself ends on %(day)s: enter that day or an earlier one",
                name=council.name,
                day=in_words(council.valid_to),
            ),
        )
    taken = agencies.in_the_way(row.council_code, row.from_on, until_on, but=row.id)
    if taken is not None:
        raise RefusedError("until_on", _belongs(taken))
    row.until_on = until_on
    audit.record(by, Seen("agency.end", "agency", row.agency_id, council_code=row.council_code))


def take_back(member: Member, today: date, by: Viewer) -> bool:
    """A council does not join after all. Returns whether: once its first day has come, it can only end."""
    row = member.membership
    if row.from_on <= today:
        return False
    db.session.delete(row)
    audit.record(by, Seen("agency.take_back", "agency", row.agency_id, council_code=row.council_code))
    return True


def _refuse_backwards(from_on: date, until_on: date | None) -> None:
    if until_on is not None and until_on < from_on:
        raise RefusedError(
            "until_on",
            _("The last day must be %(day)s or later: it begins then", day=in_words(from_on)),
        )


def _belongs(taken: Member) -> str:
    row = taken.membership
    words = {"council": taken.council, "agency": taken.agency, "first": in_words(row.from_on)}
    if row.until_on is None:
        return str(_("%(council)s belongs to %(agency)s from %(first)s on: end that first", **words))
    words |= {"last": in_words(row.until_on), "next": in_words(row.until_on + ONE_DAY)}
    return str(
        _(
            "%(council)s belongs to %(agency)s from %(first)s to %(last)s: begin on %(next)s, "
            "or end that sooner",
            **words,
        )
    )
