"""Rows of recorded orders: whole or refused, and the same file twice changes nothing."""

from datetime import date

import pytest
from sqlalchemy import func, select

from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.order import RecordedOrder
from catchup.rules.terms import Placing, Role
from catchup.services import families, orders
from catchup.services.orders import COLUMNS, FileRefusedError, Line, State
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_family, a_viewer, the_councils
from tests.factories.orders import a_recorded_order
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 11, 21)
GOOD = {
    "reference": "R1",
    "family_reference": "F1",
    "child_first_name": "Ada",
    "child_born_on": "2021-03-01",
    "parents": "Sam and Jo Example",
    "postcode": "me4 4aa",
    "made_on": "2025-06-10",
    "placing_council": KENT,
    "home_council": MEDWAY,
    "offered_on": "",
}


def a_file(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    lines = [",".join(columns)]
    lines += [",".join(f'"{row.get(column, "")}"' for column in columns) for row in rows]
    return "\n".join(lines) + "\n"


def taken_in(*rows: dict[str, str]) -> None:
    orders.save(orders.review(a_file(*rows), TODAY).lines, None)
    db.session.commit()


def the_line(**changes: str) -> Line:
    the_councils()
    (line,) = orders.review(a_file(GOOD | changes), TODAY).lines
    return line


def the_order() -> RecordedOrder:
    return db.session.scalars(select(RecordedOrder)).one()


def test_a_good_row_is_kept_whole() -> None:
    the_councils()
    taken_in(GOOD | {"offered_on": "01/07/2025"})
    order = the_order()
    assert (order.reference, order.family_reference) == ("R1", "F1")
    assert (order.child_first_name, order.parents) == ("Ada", "Sam and Jo Example")
    assert (order.child_born_on, order.made_on) == (date(2021, 3, 1), date(2025, 6, 10))
    assert order.offered_on == date(2025, 7, 1)
    assert (order.placing, order.placing_council, order.home_council) == (Placing.COUNCIL, KENT, MEDWAY)
    assert (order.postcode, order.postcode_index) == ("ME4 4AA", ring.blind_index("postcode", "ME4 4AA"))


def test_the_same_file_again_changes_nothing() -> None:
    the_councils()
    taken_in(GOOD)
    events = db.session.scalar(select(func.count()).select_from(AuditEvent))
    (line,) = orders.review(a_file(GOOD), TODAY).lines
    assert line.state is State.MATCHED
    taken_in(GOOD)
    assert db.session.scalar(select(func.count()).select_from(RecordedOrder)) == 1
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == events


def test_a_changed_row_changes_its_order_and_keeps_the_family_it_belongs_to() -> None:
    the_councils()
    taken_in(GOOD)
    order, family = the_order(), a_family()
    order.family_id = family.id
    db.session.commit()
    changed = GOOD | {"offered_on": "2025-07-01", "postcode": "ME7 1AA"}
    (line,) = orders.review(a_file(changed), TODAY).lines
    assert (line.state, set(line.changes)) == (State.CHANGED, {"offered_on", "postcode"})
    assert {one.column for one in line.differences} == {"offered_on", "postcode"}
    taken_in(changed)
    db.session.expire_all()
    assert (the_order().offered_on, the_order().family_id) == (date(2025, 7, 1), family.id)


@pytest.mark.parametrize(
    "column, value",
    [
        ("reference", ""),
        ("reference", "R" * 41),
        ("family_reference", " "),
        ("child_first_name", ""),
        ("child_first_name", "A\nda"),
        ("child_first_name", "A" * 101),
        ("child_born_on", ""),
        ("child_born_on", "1/3/21"),
        ("child_born_on", "31/02/2021"),
        ("child_born_on", "2026-11-22"),
        ("child_born_on", "1989-12-31"),
        ("parents", ""),
        ("postcode", "Chatham"),
        ("made_on", ""),
        ("made_on", "20250610"),
        ("made_on", "2025-02-29"),
        ("made_on", "2026-11-22"),
        ("made_on", "2021-02-28"),
        ("placing_council", ""),
        ("placing_council", "E99999999"),
        ("placing_council", "Kent"),
        ("home_council", "none"),
        ("offered_on", "soon"),
        ("offered_on", "2026-11-22"),
    ],
)
def test_a_row_with_one_thing_wrong_is_refused_with_one_sentence_about_it(column: str, value: str) -> None:
    line = the_line(**{column: value})
    assert line.state is State.REFUSED
    assert [reason.column for reason in line.reasons] == [column]
    assert line.order is None


def test_everything_wrong_with_a_row_is_said_at_once() -> None:
    line = the_line(reference="", made_on="soon", postcode="Chatham")
    assert {reason.column for reason in line.reasons} == {"reference", "made_on", "postcode"}


@pytest.mark.parametrize("made_on, state", [("2024-02-29", State.NEW), ("2024-03-01", State.REFUSED)])
def test_no_order_is_made_for_somebody_of_19(made_on: str, state: State) -> None:
    assert the_line(child_born_on="2005-03-01", made_on=made_on).state is state


@pytest.mark.parametrize(
    "written, placing, council",
    [
        (KENT.lower(), Placing.COUNCIL, KENT),
        ("None", Placing.NONE, None),
        ("unknown", Placing.UNKNOWN, None),
    ],
)
def test_none_and_unknown_are_different_things(written: str, placing: Placing, council: str | None) -> None:
    order = the_line(placing_council=written).order
    assert order is not None
    assert (order.placing, order.placing_council) == (placing, council)


@pytest.mark.parametrize("postcode, council", [("ME4 4AA", MEDWAY), ("CF10 1AA", None), ("", None)])
def test_the_home_council_comes_from_the_postcode_where_it_can(postcode: str, council: str | None) -> None:
    order = the_line(home_council="", postcode=postcode).order
    assert order is not None
    assert order.home_council == council


def test_a_reference_twice_in_a_file_is_refused_the_second_time() -> None:
    the_councils()
    first, second = orders.review(a_file(GOOD, GOOD | {"child_first_name": "Ben"}), TODAY).lines
    assert (first.state, second.state) == (State.NEW, State.REFUSED)
    assert second.reasons[0].sentence == "Line 2 has the same reference."


def test_a_row_with_too_few_cells_is_refused_and_the_others_are_not() -> None:
    the_councils()
    text = a_file(GOOD) + "R2,F2,Ben\n,,,\n\n"
    first, second = orders.review(text, TODAY).lines
    assert (first.state, second.state) == (State.NEW, State.REFUSED)
    assert second.number == 3


def test_columns_may_stand_in_any_order_and_others_are_left_out() -> None:
    the_councils()
    columns = ("Court_Number", *reversed(COLUMNS))
    review = orders.review(a_file(GOOD | {"Court_Number": "X"}, columns=columns), TODAY)
    assert review.left_out == ("court_number",)
    assert review.lines[0].state is State.NEW


@pytest.mark.parametrize(
    "text",
    ["", "reference,made_on\n", ",".join(COLUMNS) + ",made_on\n", a_file(GOOD) + 'R2,"F"2\n'],
    ids=["empty", "columns missing", "a column twice", "not CSV"],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(text: str) -> None:
    the_councils()
    with pytest.raises(FileRefusedError):
        orders.review(text, TODAY)


def test_a_file_from_a_windows_spreadsheet_keeps_its_accents() -> None:
    assert orders.decoded("Zoë".encode("cp1252")) == "Zoë"
    assert orders.decoded("\ufeffZoë".encode()) == "Zoë"
    for data in (b"PK\x03\x04\0", b"\x81\x8d"):
        with pytest.raises(FileRefusedError):
            orders.decoded(data)


def test_refused_rows_come_back_with_reasons_and_without_formulas() -> None:
    the_councils()
    review = orders.review(a_file(GOOD | {"parents": "=HYPERLINK(1)", "made_on": "soon"}), TODAY)
    heading, row = review.refused_as_csv().splitlines()
    assert heading == ",".join((*COLUMNS, "reasons"))
    assert ",'=HYPERLINK(1)," in row
    assert "The date of the order must be a day" in row


# Whose orders


def test_a_manager_records_orders_of_the_managers_own_councils_only() -> None:
    by = a_viewer(staff_member(Role.MANAGER, councils=(KENT,)))
    theirs = GOOD | {"reference": "R2", "placing_council": BEXLEY}
    mine, not_mine = orders.review(a_file(GOOD, theirs), TODAY, by).lines
    assert (mine.state, not_mine.state) == (State.NEW, State.REFUSED)
    hub = a_viewer(staff_member(Role.MANAGER, councils=(KENT,), hub=True))
    assert orders.review(a_file(theirs), TODAY, hub).lines[0].state is State.NEW


def test_a_reference_of_another_councils_order_is_taken_and_nothing_of_it_is_shown() -> None:
    by = a_viewer(staff_member(Role.MANAGER, councils=(KENT,)))
    a_recorded_order(date(2025, 5, 1), reference="R1", placing_council=BEXLEY, home_council=BEXLEY)
    (line,) = orders.review(a_file(GOOD), TODAY, by).lines
    assert (line.state, line.reasons[0].sentence) == (State.REFUSED, "This reference is taken. Ask the hub.")


def test_somebody_shut_out_of_a_family_does_not_change_its_order() -> None:
    manager = staff_member(Role.MANAGER, councils=(KENT,), hub=True)
    family = a_family()
    a_recorded_order(date(2025, 5, 1), reference="R1", family=family)
    families.shut_out(family, manager.id, a_viewer(manager))
    db.session.commit()
    (line,) = orders.review(a_file(GOOD), TODAY, a_viewer(manager)).lines
    assert line.state is State.REFUSED


def test_every_order_saved_leaves_its_row_in_the_audit() -> None:
    by = a_viewer(staff_member(Role.MANAGER, councils=(KENT,)))
    orders.save(orders.review(a_file(GOOD), TODAY, by).lines, by)
    db.session.commit()
    event = db.session.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject_id, event.staff_id) == ("order.record", the_order().id, by.id)


def test_two_people_recording_one_order_at_once_save_it_once() -> None:
    the_councils()
    review = orders.review(a_file(GOOD), TODAY)
    taken_in(GOOD)
    with pytest.raises(FileRefusedError):
        orders.save(review.lines, None)
    assert db.session.scalar(select(func.count()).select_from(RecordedOrder)) == 1
