"""The demo's staff: two agencies, each with its leads and a manager, and one administrator."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from flask_security import hash_password

from catchup.extensions import db
from catchup.models.staff import Deputy, Staff, StaffCouncil, StaffRole
from catchup.rules.terms import Role

KENT, MEDWAY, BEXLEY = "E10000016", "E06000035", "E09000004"
BARNSLEY, DONCASTER, ROTHERHAM, SHEFFIELD = "E08000038", "E08000017", "E08000018", "E08000039"
SOUTH_EAST = (KENT, MEDWAY, BEXLEY)
SOUTH_YORKSHIRE = (BARNSLEY, DONCASTER, ROTHERHAM, SHEFFIELD)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in to the demo; the first council employs them."""

    name: str
    email: str
    role: Role
    councils: tuple[str, ...]


PEOPLE = (
    Person("Priya Nightjar", "priya@example.com", Role.LEAD, (KENT,)),
    Person("Sam Oatfield", "sam@example.com", Role.LEAD, (MEDWAY,)),
    Person("Ruth Bellwether", "ruth@example.com", Role.LEAD, (BEXLEY,)),
    Person("Morgan Eastleaf", "morgan@example.com", Role.MANAGER, SOUTH_EAST),
    Person("Dean Harebell", "dean@example.com", Role.LEAD, (SHEFFIELD,)),
    Person("Aoife Larkhill", "aoife@example.com", Role.LEAD, (ROTHERHAM, DONCASTER)),
    Person("Tomasz Whinberry", "tomasz@example.com", Role.LEAD, (BARNSLEY,)),
    Person("Jean Pennygrove", "jean@example.com", Role.MANAGER, SOUTH_YORKSHIRE),
    Person("Alex Drystone", "admin@example.com", Role.ADMINISTRATOR, ()),
    Person("Kit Waterlow", "kit@example.com", Role.MANAGER, SOUTH_EAST),
)

# (manager, who is told next), by e-mail address.
DEPUTIES = (("morgan@example.com", "kit@example.com"), ("kit@example.com", "morgan@example.com"))


def add_people(now: datetime, password: str) -> dict[str, Staff]:
    """Make everybody, all with one password; returns them by e-mail address."""
    hashed = hash_password(password)
    roles = {role: StaffRole(name=role) for role in Role}
    staff = {
        person.email: Staff(
            name=person.name,
            email=person.email,
            phone=f"01632 960 {number:03}",
            password=hashed,
            active=True,
            employer=person.councils[0] if person.councils else None,
            created_at=now,
            fs_uniquifier=uuid4().hex,
            roles=[roles[person.role]],
            councils=[StaffCouncil(council_code=code, from_on=now.date()) for code in person.councils],
        )
        for number, person in enumerate(PEOPLE, start=1)
    }
    db.session.add_all([*roles.values(), *staff.values()])
    db.session.flush()
    for manager, deputy in DEPUTIES:
        db.session.add(
            Deputy(manager_id=staff[manager].id, deputy_id=staff[deputy].id, named_at=now, named_by=None)
        )
    return staff


def lead_for(councils: list[str | None]) -> str:
    """The address of the lead who rings families of the first of these councils that has one."""
    for code in councils:
        for person in PEOPLE:
            if person.role is Role.LEAD and code in person.councils:
                return person.email
    return PEOPLE[0].email
