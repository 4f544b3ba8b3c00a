"""Families with safe defaults: a test states only the facts that matter to it."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count

from sqlalchemy import select

from catchup.data.councils_file import council_rows
from catchup.extensions import db
from catchup.models.council import Council
from catchup.models.family import Family
from catchup.models.staff import Staff
from catchup.queries import viewers
from catchup.queries.scope import Viewer
from catchup.rules.terms import HomeKind, Placing
from catchup.services import councils, families
from catchup.services.families import NewAddress, NewChild, NewFamily, NewHome, NewParent, NewPhone
from tests.factories.staff import staff_member

KENT = "E10000016"
MEDWAY = "E06000035"
BEXLEY = "E09000004"
BARNSLEY = "E08000038"
SHEFFIELD = "E08000039"
ROTHERHAM = "E08000018"
DONCASTER = "E08000017"
SURREY = "E10000030"

_numbers = count(1)


def the_councils() -> None:
    """Bring in every council of England, once a test."""
    if db.session.scalar(select(Council.code).limit(1)) is None:
        councils.take_in(council_rows())


def a_viewer(staff: Staff) -> Viewer:
    """That member of staff as queries and services see them."""
    found = viewers.by_email(staff.email)
    assert found is not None
    return found


def a_child(
    order_on: date = date(2024, 6, 10),
    *,
    placing_council: str | None = KENT,
    placing: Placing | None = None,
    home_council: str = MEDWAY,
    born_on: date = date(2020, 3, 1),
    allowance: bool = False,
    first_name: str | None = None,
    homes: Sequence[NewHome] | None = None,
) -> NewChild:
    """A child placed by Kent and living in Medway unless told otherwise."""
    return NewChild(
        first_name=first_name or f"Child{next(_numbers)}",
        born_on=born_on,
        order_on=order_on,
        placing=placing or (Placing.COUNCIL if placing_council else Placing.NONE),
        placing_council=placing_council,
        allowance=allowance,
        homes=tuple(homes) if homes else (NewHome(),),
    )


def a_family(
    children: Iterable[NewChild] | None = None,
    *,
    accepted_on: date = date(2024, 7, 1),
    lead: Staff | None = None,
    home_council: str | None = MEDWAY,
    outside_england: bool = False,
    owning_council: str = KENT,
    phones: tuple[NewPhone, ...] = (NewPhone("+441632960101"),),
    parents: tuple[NewParent, ...] | None = None,
    name: str | None = None,
    **facts: object,
) -> Family:
    """An accepted family with one parent, one home and one child, led by a member of staff of Kent."""
    the_councils()
    lead = lead or staff_member(councils=(KENT,))
    number = next(_numbers)
    new = NewFamily(
        name=name or f"The Example{number} family",
        owning_council=owning_council,
        parents=parents
        or (NewParent(f"Parent{number} Example", phones, f"parent{number}@example.com", may_email=True),),
        addresses=(NewAddress(f"{number} Invented Street", "ME4 4AA", home_council, outside_england),),
        children=tuple(children) if children is not None else (a_child(),),
        lead_id=lead.id,
        **facts,  # type: ignore[arg-type]  # any other field of NewFamily
    )
    family = families.accept(new, accepted_on, a_viewer(lead))
    db.session.commit()
    return family


def elsewhere(kind: HomeKind, from_on: date | None = None, council_code: str | None = None) -> NewHome:
    """A home that is not an address: looked after, not said, elsewhere."""
    return NewHome(kind=kind, address=None, council_code=council_code, from_on=from_on)
