"""What a family is made of when it is accepted, and how each part is written down. The caller commits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from catchup import clock, postcodes
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.family import Child, Family, Parent, Phone
from catchup.models.home import Address, Home
from catchup.models.order import AdoptionOrder
from catchup.queries.scope import Viewer
from catchup.rules.terms import HomeKind, Placing
from catchup.services import address_councils


@dataclass(frozen=True, slots=True)
class NewPhone:
    """A number with its safe-contact rules. Unless said otherwise: no message, no text."""

    number: str
    may_leave_message: bool = False
    may_text: bool = False
    who_else: str | None = None
    code_phrase: str | None = None


@dataclass(frozen=True, slots=True)
class NewParent:
    """A parent as the form or a member of staff described them."""

    name: str
    phones: tuple[NewPhone, ...] = ()
    email: str | None = None
    may_email: bool = False
    email_shared_with: str | None = None
    confirmed: bool = True
    ethnic_group: str | None = None
    disability: str | None = None


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address; ``parents`` are positions in the family's list of parents."""

    lines: str
    postcode: str | None
    council_code: str | None
    outside_england: bool = False
    parents: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class NewHome:
    """Where a child lives from a day (None: from the order). ``address`` is a position in the list."""

    kind: HomeKind = HomeKind.ADDRESS
    address: int | None = 0
    council_code: str | None = None
    from_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewChild:
    """A child with the adoption order and homes."""

    first_name: str
    born_on: date
    order_on: date
    placing: Placing
    placing_council: str | None = None
    allowance: bool = False
    homes: tuple[NewHome, ...] = (NewHome(),)


@dataclass(frozen=True, slots=True)
class NewFamily:
    """Everything a family is made of when it is accepted."""

    name: str
    owning_council: str
    parents: tuple[NewParent, ...]
    addresses: tuple[NewAddress, ...]
    children: tuple[NewChild, ...]
    lead_id: UUID | None = None
    language: str = "English"
    adjustments: tuple[str, ...] = ()
    good_times: dict[str, list[str]] = field(default_factory=dict)
    never_times: dict[str, list[str]] = field(default_factory=dict)
    evenings: bool = False
    preferred: tuple[int, int] | None = None
    before_we_ring: str | None = None


def add_address(family: Family, new: NewAddress, parents: Sequence[Parent]) -> Address:
    """A place where these parents of the family live."""
    tidy = postcodes.normalise(new.postcode) if new.postcode else None
    address = Address(
        family_id=family.id,
        lines=new.lines,
        postcode=tidy or new.postcode,
        postcode_index=ring.blind_index("postcode", tidy) if tidy else None,
        council_code=new.council_code,
        outside_england=new.outside_england,
        parents=list(parents),
    )
    db.session.add(address)
    db.session.flush()
    address_councils.settle_one(address)
    return address


def phone_row(new: NewPhone, position: int) -> Phone:
    """A number with its rules as a row; whose it is, the caller says."""
    return Phone(
        position=position,
        number=new.number,
        number_index=ring.blind_index("phone", new.number),
        may_leave_message=new.may_leave_message,
        may_text=new.may_text,
        who_else=new.who_else,
        code_phrase=new.code_phrase,
        recorded_at=clock.now(),
    )


def email_index(email: str | None) -> bytes | None:
    """What an e-mail address is found by."""
    return ring.blind_index("email", email.casefold()) if email else None


def add_parent(family: Family, position: int, new: NewParent) -> Parent:
    """One parent with the numbers given."""
    parent = Parent(
        family_id=family.id,
        position=position,
        name=new.name,
        email=new.email,
        email_index=email_index(new.email),
        email_shared_with=new.email_shared_with,
        may_email=new.may_email,
        confirmed_at=clock.now() if new.confirmed else None,
        ethnic_group=new.ethnic_group,
        disability=new.disability,
    )
    parent.phones = [phone_row(phone, order) for order, phone in enumerate(new.phones)]
    db.session.add(parent)
    return parent


def add_child(
    family: Family, new: NewChild, addresses: Sequence[Address], joined_on: date, by: Viewer
) -> Child:
    """One child with the order and homes."""
    now = clock.now()
    child = Child(family_id=family.id, first_name=new.first_name, born_on=new.born_on, joined_on=joined_on)
    db.session.add(child)
    db.session.flush()
    db.session.add(
        AdoptionOrder(
            child_id=child.id,
            made_on=new.order_on,
            placing=new.placing,
            placing_council=new.placing_council,
            allowance=new.allowance,
            recorded_at=now,
            recorded_by=by.id,
        )
    )
    for home in new.homes:
        address = (
            addresses[home.address] if home.kind is HomeKind.ADDRESS and home.address is not None else None
        )
        db.session.add(
            Home(
                child_id=child.id,
                kind=home.kind,
                address_id=address.id if address else None,
                council_code=address.council_code if address else home.council_code,
                outside_england=address.outside_england if address else False,
                from_on=home.from_on,
                recorded_at=now,
                recorded_by=by.id,
            )
        )
    return child
