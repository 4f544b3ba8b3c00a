"""A form moves no column that it does not own, whatever else is sent with it.

Each form is sent twice on the same world: as it stands, and with the name of every column there is and of
every field of other forms beside its own. What has moved in the tables must be the same.
"""

import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Boolean, Date, DateTime, Enum, Integer, Table, Uuid, select

from catchup.extensions import db
from catchup.models import Base
from tests.factories.families import SHEFFIELD
from tests.page_check import BadPageError
from tests.trust import Measured
from tests.web.walking import Form, Walk, walk

SURE = "staff.add_warning"  # its form writes whatever the ids of this world are; others by chance only
IN_CI = 8  # pages
PROOFS = {"csrf_token", "token"}
BESIDES = {"audit_event", "staff_session", "counter"}  # written whatever comes of a form
Moved = dict[tuple[str, str], list[str]]


def rows() -> dict[str, dict[Any, dict[str, Any]]]:
    """Every row of every table, by its key; what is encrypted is read."""
    found = {}
    for table in Base.metadata.sorted_tables:
        keys = [column.name for column in table.primary_key]
        found[table.name] = {
            tuple(row[key] for key in keys): dict(row) for row in db.session.execute(select(table)).mappings()
        }
    db.session.rollback()
    return found


def moved(before: dict[str, Any], after: dict[str, Any]) -> Moved:
    """What each column was given, in rows that are new or have changed; gone rows count as well."""
    known = {key for table in before.values() for key in table}
    found: dict[tuple[str, str], list[str]] = {}
    for name, table in after.items():
        for key, row in table.items():
            was = before[name].get(key, {})
            for column, value in row.items():
                if not was or was[column] != value:
                    found.setdefault((name, column), []).append(_plain(value, known))
        gone = len(before[name].keys() - table.keys())
        if gone:
            found[name, "(gone)"] = [str(gone)]
    return {place: sorted(values) for place, values in found.items()}


def _plain(value: Any, known: set[Any]) -> str:
    if isinstance(value, UUID) and (value,) not in known:
        return "a new id"
    if isinstance(value, datetime):
        return "an instant"
    return "bytes" if isinstance(value, bytes) else repr(value)


def smuggled(own: Iterable[str], fields: Iterable[str], ids: dict[str, Any]) -> list[tuple[str, bytes]]:
    """A value for every column that the form does not ask for, and for every field of other forms."""
    given: dict[str, str] = dict.fromkeys(fields, "1")
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            given[column.name] = _value(table, column.name, ids)
    given |= {"role": "administrator", "roles": "administrator", "council_code": SHEFFIELD, "hub": "y"}
    given |= {
        "is_admin": "1",
        "active": "0",
        "lead": str(ids["staff_id"]),
        "version": "99",
        "status": "closed",
    }
    return [(name, value.encode()) for name, value in given.items() if name not in {*own, *PROOFS}]


def _value(table: Table, name: str, ids: dict[str, Any]) -> str:
    kind = table.c[name].type
    match kind:
        case Uuid():
            return str(ids["staff_id"])
        case Boolean():
            return "1"
        case Enum():
            return kind.enums[-1]
        case Integer():
            return "99"
        case Date():
            return date(2001, 2, 3).isoformat()
        case DateTime():
            return "2001-02-03T04:05:06+00:00"
    return SHEFFIELD if "council" in name else "smuggled"


@pytest.mark.promise("4.2 mass assignment")
@pytest.mark.engine("sqlite")
def test_nothing_moves_that_a_form_does_not_own(
    app: Flask, session: Any, store: Any, release: bool, measured: Measured
) -> None:
    world = walk(app, store)
    pages = world.paths()
    if not release:
        sure = [one for one in pages if world.endpoint(one[1], "GET") == SURE]
        pages = random.Random(5).sample(pages, IN_CI) + sure
    forms = forms_of(world, pages)
    fields = {name for form in forms for name in form.names}
    world.again()
    before, wrong, wrote, smuggling = rows(), [], 0, 0
    for form in forms:
        own = {name for other in forms if other.endpoint == form.endpoint for name in other.names}
        extra = smuggled(own, fields, world.ids)
        plain = [(name, value.encode()) for name, value in form.sent]
        fair = _moves(world, form, plain, before)
        odd = _moves(world, form, [*plain, *extra], before)
        if odd != fair:
            # What differs between two fair runs is chance: a code, a place in a list.
            again = _moves(world, form, plain, before)
            chance = {place for place in fair.keys() | again.keys() if fair.get(place) != again.get(place)}
            differ = {p for p in fair.keys() | odd.keys() if fair.get(p) != odd.get(p)} - chance
            wrong += [f"{form.endpoint}: {place}" for place in sorted(differ)]
        wrote += bool({table for table, _column in fair} - BESIDES)
        smuggling += len(extra)
    measured(
        f"{len(wrong)} columns moved by {smuggling:,} fields sent with {len(forms)} forms, "
        f"{wrote} of which wrote something",
        holds=not wrong,
    )
    assert wrong == []
    assert wrote > len(forms) / 5


def forms_of(world: Walk, pages: Iterable[tuple[str, str]]) -> list[Form]:
    """One form of each kind that stands on these pages."""
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for who, path in pages:
        for form in world.forms(who, path, world.open(who, path)):
            if not form.endpoint.startswith("security."):
                found.setdefault((form.endpoint, tuple(sorted(form.names))), form)
    return list(found.values())


def _moves(world: Walk, form: Form, given: list[tuple[str, bytes]], before: dict[str, Any]) -> Moved:
    world.again()
    with suppress(BadPageError):  # of two forms of one view, the error of the one that is not shown
        assert world.send(form, given).status_code < 500, form
    return moved(before, rows())
