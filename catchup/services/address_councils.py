"""Settling by its postcode which council has an address once the council it was in is divided.

Only where the postcode directory knows, and only in favour of a council that follows the divided one: any
other answer is a contradiction, which a person must look at. Source: service policy R8.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.home import Address, AddressCouncil
from catchup.queries import directories
from catchup.rules.councils import Split
from catchup.services import audit
from catchup.services.audit import Seen

AT_A_TIME = 500

settled = core(AddressCouncil)


@dataclass(frozen=True, slots=True)
class Settlement:
    """The council that has an address of a family from a day on."""

    address_id: UUID
    family_id: UUID
    from_on: date
    council: str


def settle() -> list[UUID]:
    """Settle every address that can be, and return the families concerned. The caller commits."""
    families: set[UUID] = set()
    while found := look():  # what a division gave an address to may itself be divided later
        families.update(write(found))
    return sorted(families)


def settle_one(address: Address) -> None:
    """Settle an address that was just added, as far as the directory knows. The caller commits."""
    for on, council in later(address.council_code, address.postcode):
        write([Settlement(address.id, address.family_id, on, council)])


def later(code: str | None, postcode: str | None) -> Iterator[tuple[date, str]]:
    """The councils that a place in this one comes to, each from its day, as far as the directory knows."""
    while code is not None and (divided := _divided(code)) is not None and postcode:
        council = _given_to(divided, postcode)
        if council is not None:
            yield divided.on, council
        code = council


def look() -> list[Settlement]:
    """The addresses whose council is divided and whose postcode says who has them then. Only reads.

    Only their postcodes are decrypted.
    """
    later: dict[UUID, dict[date, str]] = defaultdict(dict)
    for row in db.session.execute(
        select(settled.c.address_id, settled.c.from_on, settled.c.council_code).order_by(settled.c.from_on)
    ):
        later[row.address_id][row.from_on] = row.council_code
    codes = db.session.scalars(
        select(Address.council_code).where(Address.council_code.is_not(None)).distinct()
    )
    divided = [code for code in codes if code and _divided(code)]
    waiting: dict[UUID, Split] = {}
    for address_id, code in db.session.execute(
        select(Address.id, Address.council_code).where(Address.council_code.in_(divided))
    ):
        split = _divided([code or "", *later[address_id].values()][-1])
        if split is not None:
            waiting[address_id] = split
    return list(_answered(waiting))


def write(found: Sequence[Settlement]) -> list[UUID]:
    """Write what was found, each with its audit row; returns the families concerned. The caller commits."""
    if not found:
        return []
    make = postgresql.insert if db.session.connection().dialect.name == "postgresql" else sqlite.insert
    at = clock.now()
    db.session.execute(
        make(settled).on_conflict_do_nothing(),
        [
            {
                "address_id": one.address_id,
                "from_on": one.from_on,
                "council_code": one.council,
                "recorded_at": at,
            }
            for one in found
        ],
    )
    seen = (Seen("address.settle", "address", one.address_id, one.family_id, one.council) for one in found)
    audit.record(None, *seen)
    return sorted({one.family_id for one in found})


def _answered(waiting: Mapping[UUID, Split]) -> Iterator[Settlement]:
    ids = list(waiting)
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        for address_id, family_id, postcode in db.session.execute(
            select(Address.id, Address.family_id, Address.postcode)
            .where(Address.id.in_(some), Address.postcode.is_not(None))
            .order_by(Address.id)
        ):
            split = waiting[address_id]
            council = _given_to(split, postcode or "")
            if council is not None:
                yield Settlement(address_id, family_id, split.on, council)


def _divided(code: str) -> Split | None:
    """The first day on which a council, or its successor, is divided among several; None: it stays one."""
    known = directories.councils()
    for day in known.changes:
        found = known.resolve(code, day)
        if isinstance(found, Split) and found.on == day and found.into:
            return found
    return None


def _given_to(divided: Split, postcode: str) -> str | None:
    """Which of the councils that follow a divided one has a postcode; None where that is not known."""
    known = directories.councils()
    council = directories.postcodes().council_on(postcode, divided.on, known).council
    return council if council in divided.into else None
