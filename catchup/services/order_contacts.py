"""Where the adults of recorded orders can be written to: read from a row, or typed in. The caller commits.

An empty cell leaves what is recorded. Nothing but an offer of the service is ever sent there.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.offer import OrderContact
from catchup.models.order import RecordedOrder
from catchup.queries import orders
from catchup.queries.scope import Viewer
from catchup.services import audit
from catchup.services.audit import Seen
from catchup.services.order_rows import Reason

COLUMNS = ("address", "email", "phone", "may_email", "may_text")
LONGEST_ADDRESS = 300
MOST_LINES = 6
LONGEST_PHONE = 40
SAFE = {"email": "may_email", "phone": "may_text"}
_PARTS = re.compile(r"[\r\n;]+")
_ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class NewContact:
    """What a row says of one family's address; None where it says nothing."""

    lines: str | None = None
    email: str | None = None
    phone: str | None = None
    may_email: bool | None = None
    may_text: bool | None = None

    @property
    def given(self) -> dict[str, str | bool]:
        """What is said, by the names of the model."""
        return {name: value for name, value in asdict(self).items() if value is not None}


NOTHING = NewContact()


def read(cells: Mapping[str, str]) -> tuple[NewContact, list[Reason]]:
    """How a family can be written to by a row's columns, and the reasons against it.

    The lines of an address are divided by line breaks or semicolons, or else by commas.
    """
    said = {name: unicodedata.normalize("NFC", cells.get(name) or "").strip() for name in COLUMNS}
    reasons: list[Reason] = []
    found = NewContact(
        lines=_address(said["address"], reasons),
        email=_email(said["email"], reasons),
        phone=_phone(said["phone"], reasons),
        may_email=_answer("may_email", said["may_email"], reasons),
        may_text=_answer("may_text", said["may_text"], reasons),
    )
    return found, reasons


def changes(reference: str, contact: NewContact) -> tuple[str, ...]:
    """The columns that would be different for a family."""
    known = db.session.get(OrderContact, reference)
    return tuple(
        "address" if name == "lines" else name
        for name, value in contact.given.items()
        if (getattr(known, name) if known else None) != value and not (known is None and value is False)
    )


def is_anothers(reference: str, by: Viewer | None) -> bool:
    """Whether every order known of this family is out of the viewer's reach."""
    ids = db.session.scalars(
        select(RecordedOrder.id).where(RecordedOrder.family_reference == reference)
    ).all()
    return bool(ids) and len(orders.outside_reach(ids, by)) == len(ids)


def save(contacts: Mapping[str, NewContact], by: Viewer | None) -> None:
    """Record how families can be written to, by their references."""
    for reference, contact in contacts.items():
        changed = changes(reference, contact)
        if changed:
            # Safe was said of the address before, and says nothing of another.
            unsaid = {SAFE[name]: False for name in changed if name in SAFE}
            _write(_row(reference), {**unsaid, **contact.given}, by)


def change(reference: str, values: Mapping[str, str | bool | None], by: Viewer) -> None:
    """Put down how one family can be written to, as somebody typed it: what is empty now is gone."""
    _write(_row(reference), values, by)


def decline(reference: str, by: Viewer) -> None:
    """The family does not want to be written to about this."""
    row = _row(reference)
    row.declined_at, row.declined_by = clock.now(), by.id
    _record("offer.decline", row, by)


def take_back(reference: str, by: Viewer) -> None:
    """They would like to hear of it after all, or it was a mistake."""
    row = _row(reference)
    row.declined_at = row.declined_by = None
    _record("offer.decline.undo", row, by)


def _row(reference: str) -> OrderContact:
    known = db.session.get(OrderContact, reference)
    if known is None:
        known = OrderContact(
            family_reference=reference, may_email=False, may_text=False, recorded_at=clock.now()
        )
        db.session.add(known)
    return known


def _write(row: OrderContact, values: Mapping[str, str | bool | None], by: Viewer | None) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.recorded_at, row.recorded_by = clock.now(), by.id if by else None
    _record("order.contact", row, by)


def _record(action: str, row: OrderContact, by: Viewer | None) -> None:
    db.session.flush()
    first = db.session.scalars(
        select(RecordedOrder)
        .where(RecordedOrder.family_reference == row.family_reference)
        .order_by(RecordedOrder.made_on, RecordedOrder.id)
        .limit(1)
    ).one()
    council = first.placing_council or first.home_council
    audit.record(by, Seen(action, "recorded_order", first.id, first.family_id, council))


def _address(text: str, reasons: list[Reason]) -> str | None:
    if not text:
        return None
    parts = _PARTS.split(text) if _PARTS.search(text) else text.split(",")
    lines = [" ".join(part.split()) for part in parts if part.strip(" ,")]
    if len(text) > LONGEST_ADDRESS or len(lines) > MOST_LINES:
        sentence = f"The address has more than {MOST_LINES} lines or {LONGEST_ADDRESS} characters."
    elif any(unicodedata.category(sign)[0] == "C" and sign not in "\u200c\u200d" for sign in "".join(lines)):
        sentence = "The address has characters that cannot be shown."
    elif not lines:
        sentence = "The address has no lines."
    else:
        return "\n".join(lines)
    reasons.append(Reason("address", sentence))
    return None


def _email(text: str, reasons: list[Reason]) -> str | None:
    if not text:
        return None
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        reasons.append(Reason("email", "The e-mail address must be like name@example.com."))
    return None


def _phone(text: str, reasons: list[Reason]) -> str | None:
    if not text:
        return None
    try:
        number = phonenumbers.parse(text[:LONGEST_PHONE], "GB")
        if phonenumbers.is_possible_number(number) and not number.extension:
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    except phonenumbers.NumberParseException:
        pass
    reasons.append(Reason("phone", "The phone number must be like 01632 960 001 or +44 7700 900 982."))
    return None


def _answer(name: str, text: str, reasons: list[Reason]) -> bool | None:
    if text and text.casefold() not in _ANSWERS:
        reasons.append(Reason(name, f"{name} must be yes, no or empty."))
    return _ANSWERS.get(text.casefold())


def together(contacts: Sequence[tuple[str, NewContact]]) -> dict[str, NewContact]:
    """What several rows say of each family, put together; they do not contradict each other."""
    found: dict[str, NewContact] = {}
    for reference, contact in contacts:
        before = found.get(reference, NOTHING)
        found[reference] = NewContact(**{**asdict(before), **contact.given})
    return found


def contradict(one: NewContact, other: NewContact) -> bool:
    """Whether two rows of one family say different things."""
    theirs = other.given
    return any(name in theirs and theirs[name] != value for name, value in one.given.items())
