"""The councils, the settings, the postcodes and the holidays that the rules are handed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from catchup import bank_holidays, clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.council import Agency, AgencyMembership, Council, CouncilSuccessor, PostcodeDirectory
from catchup.models.job import Setting as SettingRow
from catchup.postcodes import Directory, default_directory, load
from catchup.rules.calendar import Holidays
from catchup.rules.councils import CouncilRow, Councils
from catchup.rules.policy import Policy, Setting, policy_on

KEPT = timedelta(minutes=1)


@dataclass(slots=True)
class _Kept:
    """What was read a moment ago: these change a few times in ten years, and every page asks."""

    read_at: datetime
    councils: Councils
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class _Edition:
    """The postcode directory in use; ``imported_at`` None is the one that comes with the program."""

    read_at: datetime
    imported_at: datetime | None
    directory: Directory


_kept: _Kept | None = None
_edition: _Edition | None = None


def councils() -> Councils:
    """Every council by code and day."""
    return _read().councils


def policy(on: date) -> Policy:
    """The settings in force on a day, those of this agency included."""
    return policy_on(on, _read().settings)


def postcodes() -> Directory:
    """The postcode directory: the edition that was imported, else the one that comes with the program."""
    return _postcodes().directory


def postcodes_imported_at() -> datetime | None:
    """When the edition in use was imported; None where it is the one that comes with the program."""
    return _postcodes().imported_at


def forget() -> None:
    """Read councils, settings and postcodes afresh next time: they were changed."""
    global _kept, _edition
    _kept = _edition = None


def _read() -> _Kept:
    global _kept
    now = clock.real_now()
    if _kept is None or now - _kept.read_at >= KEPT:
        _kept = _Kept(now, _councils(), _settings())
    return _kept


def _postcodes() -> _Edition:
    global _edition
    now = clock.real_now()
    if _edition is None or now - _edition.read_at >= KEPT:
        imported_at = db.session.scalar(select(PostcodeDirectory.imported_at))
        if _edition is not None and _edition.imported_at == imported_at:
            directory = _edition.directory
        else:
            packed = db.session.scalar(select(PostcodeDirectory.packed))
            directory = load(packed) if packed else default_directory()
        _edition = _Edition(now, imported_at, directory)
    return _edition


def _councils() -> Councils:
    successors: dict[str, list[str]] = {}
    followed = core(CouncilSuccessor)
    for code, successor in db.session.execute(select(followed.c.council_code, followed.c.successor)):
        successors.setdefault(code, []).append(successor)
    table = core(Council)
    rows = db.session.execute(
        select(table.c.code, table.c.name, table.c.kind, table.c.valid_from, table.c.valid_to)
    )
    return Councils(CouncilRow(*row, tuple(successors.get(row.code, ()))) for row in rows)


def _settings() -> tuple[Setting, ...]:
    table = core(SettingRow)
    rows = db.session.execute(
        select(table.c.from_on, table.c.name, table.c.value).where(table.c.taken_back_at.is_(None))
    )
    return tuple(Setting(row.from_on, row.name, int(row.value) if row.value else None) for row in rows)


def settings() -> tuple[Setting, ...]:
    """What this agency has set, each from its day."""
    return _read().settings


def agency_councils(on: date) -> Sequence[tuple[str, str]]:
    """(agency's name, council's code) for every membership of the day, by name and code."""
    statement = (
        select(Agency.name, AgencyMembership.council_code)
        .join(AgencyMembership, AgencyMembership.agency_id == Agency.id)
        .where(AgencyMembership.from_on <= on)
        .where(AgencyMembership.until_on.is_(None) | (AgencyMembership.until_on >= on))
        .order_by(Agency.name, AgencyMembership.council_code)
    )
    return [(name, code) for name, code in db.session.execute(statement)]


def holidays() -> Holidays:
    """The bank holidays of England."""
    return bank_holidays.holidays()
