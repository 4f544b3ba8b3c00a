"""Taking in the orders an agency knows of by itself: looked over row by row first, then saved together.

A row is whole or refused with its reasons; the good rows of a file are saved in one transaction, and the same
file again changes nothing. A row typed in by hand goes the same way. Source: service policy R23, measure M1.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from catchup import clock, spreadsheets
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.order import RecordedOrder
from catchup.queries import orders
from catchup.queries.scope import Viewer
from catchup.rules.imports import Difference
from catchup.services import audit, order_contacts, order_rows
from catchup.services.audit import Seen
from catchup.services.order_contacts import NewContact
from catchup.services.order_rows import NEEDED, NewOrder, Reason

AT_A_TIME = 500
COLUMNS = (*order_rows.COLUMNS, *order_contacts.COLUMNS)


class FileRefusedError(ValueError):
    """A file that cannot be read as orders, or not be saved. Its text is a sentence that can be shown."""


class State(StrEnum):
    """What would become of a row."""

    NEW = "new"
    CHANGED = "changed"
    MATCHED = "matched"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it was given, and what it comes to.

    ``changes`` are the columns that would be different, ``differences`` what stands and would stand in those
    of the order itself.
    """

    number: int
    cells: Mapping[str, str]
    state: State
    order: NewOrder | None = None
    reasons: tuple[Reason, ...] = ()
    changes: tuple[str, ...] = ()
    contact: NewContact = order_contacts.NOTHING
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """A whole file looked over. ``left_out`` are columns that have no place here and are not kept."""

    lines: tuple[Line, ...]
    left_out: tuple[str, ...] = ()

    def count(self, state: State) -> int:
        """How many rows are in a state."""
        return sum(line.state is state for line in self.lines)

    @property
    def refused(self) -> tuple[Line, ...]:
        """The rows that will not be saved."""
        return tuple(line for line in self.lines if line.state is State.REFUSED)

    def refused_as_csv(self) -> str:
        """The refused rows as they were given, with the reasons beside."""
        rows = (
            [*(line.cells.get(column, "") for column in COLUMNS), " ".join(said for _, said in line.reasons)]
            for line in self.refused
        )
        return spreadsheets.as_csv((*COLUMNS, "reasons"), rows)


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, or what spreadsheets on Windows write. Raises FileRefusedError."""
    if b"\0" in data:
        raise FileRefusedError("This is not a CSV file. Save the spreadsheet as CSV and try again.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise FileRefusedError("The file's characters cannot be read. Save it as CSV UTF-8.") from None


def review(text: str, today: date, by: Viewer | None = None) -> Review:
    """Look over the rows of a CSV file; saves nothing. Raises FileRefusedError where it is no such file.

    ``by`` None is the command line, which knows every council; anybody else only their own.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = [name.strip().casefold().replace(" ", "_") for name in next(reader, [])]
        _check_heading(heading)
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise FileRefusedError(f"Line {reader.line_num} is not CSV ({error}).") from error
    lines = list(_lines(heading, rows, today, by))
    return Review(
        tuple(_compared(lines, by)), tuple(name for name in heading if name not in COLUMNS and name)
    )


def review_one(cells: Mapping[str, str], today: date, by: Viewer | None) -> Line:
    """Look over one order typed in by hand, as strictly as a row of a file."""
    (line,) = _compared([_checked(1, cells, today, by)], by)
    if line.state in (State.CHANGED, State.MATCHED):
        taken = Reason("reference", "Another recorded order has this reference.")
        return Line(1, cells, State.REFUSED, reasons=(taken,))
    return line


def save(lines: Sequence[Line], by: Viewer | None) -> None:
    """Add the new orders and bring the changed ones up to date; the caller commits.

    Raises FileRefusedError where somebody else has recorded one of them meanwhile.
    """
    new = [line.order for line in lines if line.state is State.NEW and line.order]
    changed = {
        line.order.reference: line.order for line in lines if line.state is State.CHANGED and line.order
    }
    seen = []
    for order in new:
        row = RecordedOrder(**_values(order), recorded_at=clock.now())
        db.session.add(row)
        seen.append((row, "order.record"))
    for row in _known(list(changed)):
        for name, value in _values(changed[row.reference]).items():
            setattr(row, name, value)
        seen.append((row, "order.change"))
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise FileRefusedError(
            "Somebody else has just recorded one of these orders. Nothing was saved: look at the rows again."
        ) from error
    audit.record(by, *(_audited(row, action) for row, action in seen))
    said = [
        (line.order.family_reference, line.contact)
        for line in lines
        if line.order and line.state in (State.NEW, State.CHANGED)
    ]
    order_contacts.save(order_contacts.together(said), by)


def _audited(row: RecordedOrder, action: str) -> Seen:
    return Seen(action, "recorded_order", row.id, row.family_id, row.placing_council or row.home_council)


def _values(order: NewOrder) -> dict[str, object]:
    index = ring.blind_index("postcode", order.postcode) if order.postcode else None
    return {**asdict(order), "postcode_index": index}


def _check_heading(heading: list[str]) -> None:
    if not heading:
        raise FileRefusedError("The file is empty.")
    missing = [name for name in NEEDED if name not in heading]
    if missing:
        raise FileRefusedError(
            f"The first line must name the columns; these are missing: {', '.join(missing)}."
        )
    twice = [name for name, times in Counter(heading).items() if times > 1 and name]
    if twice:
        raise FileRefusedError(f"The first line names these columns twice: {', '.join(twice)}.")


def _lines(
    heading: list[str], rows: list[tuple[int, list[str]]], today: date, by: Viewer | None
) -> Iterator[Line]:
    first_at: dict[str, int] = {}
    contacts: dict[str, tuple[int, NewContact]] = {}
    for number, row in rows:
        cells = dict(zip(heading, row, strict=False))
        line = _checked(number, cells, today, by)
        if len(row) != len(heading):
            sentence = f"The row has {len(row)} cells; the first line has {len(heading)}."
            line = Line(number, cells, State.REFUSED, reasons=(Reason(None, sentence),))
        elif line.order and line.order.reference in first_at:
            sentence = f"Line {first_at[line.order.reference]} has the same reference."
            line = Line(number, cells, State.REFUSED, reasons=(Reason("reference", sentence),))
        elif line.order:
            first_at[line.order.reference] = number
            at, before = contacts.setdefault(line.order.family_reference, (number, line.contact))
            if order_contacts.contradict(before, line.contact):
                sentence = f"Line {at} says something else of how to write to this family."
                line = Line(number, cells, State.REFUSED, reasons=(Reason(None, sentence),))
        yield line


def _checked(number: int, cells: Mapping[str, str], today: date, by: Viewer | None) -> Line:
    """One row with every reason against it; NEW where there is none."""
    order, reasons = order_rows.read(cells, today)
    contact, against = order_contacts.read(cells)
    reasons += against
    if order and contact.given and order_contacts.is_anothers(order.family_reference, by):
        reasons.append(Reason("family_reference", "This family’s reference is taken. Ask the hub."))
    if order and by and not orders.is_within_reach(order.placing_council, order.home_council, by):
        sentence = (
            "Neither its placing council nor its home council is one of yours. Ask the hub to record it."
        )
        reasons.append(Reason(None, sentence))
    if reasons or order is None:
        return Line(number, cells, State.REFUSED, reasons=tuple(reasons))
    return Line(number, cells, State.NEW, order, contact=contact)


def _compared(lines: list[Line], by: Viewer | None) -> Iterator[Line]:
    """The rows beside what is recorded under their references already."""
    references = [line.order.reference for line in lines if line.order]
    known = {row.reference: row for row in _known(references)}
    theirs = orders.outside_reach([row.id for row in known.values()], by)
    for line in lines:
        row = known.get(line.order.reference) if line.order else None
        if line.order is None or row is None:
            yield line
        elif row.id in theirs:
            taken = Reason("reference", "This reference is taken. Ask the hub.")
            yield Line(line.number, line.cells, State.REFUSED, reasons=(taken,))
        else:
            values = asdict(line.order)
            changes = tuple(name for name, value in values.items() if getattr(row, name) != value)
            if line.contact.given:
                changes += order_contacts.changes(line.order.family_reference, line.contact)
            yield replace(
                line,
                state=State.CHANGED if changes else State.MATCHED,
                changes=changes,
                differences=tuple(
                    Difference(name, _shown(getattr(row, name)), _shown(values[name]))
                    for name in changes
                    if name in values
                ),
            )


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _known(references: Sequence[str]) -> Iterator[RecordedOrder]:
    for start in range(0, len(references), AT_A_TIME):
        some = references[start : start + AT_A_TIME]
        yield from db.session.scalars(select(RecordedOrder).where(RecordedOrder.reference.in_(some)))
