"""What is done to the audit rows afterwards shows."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent, AuditHead, AuditLink
from catchup.services import audit, sealing
from catchup.services.audit import Seen

pytestmark = pytest.mark.usefixtures("session")


def done(times: int = 1) -> None:
    for _ in range(times):
        audit.record(None, Seen("family.read", "family", uuid4(), uuid4(), families=(uuid4(), uuid4())))
    db.session.commit()


def sealed(times: int) -> list[int]:
    done(times)
    sealing.seal()
    db.session.commit()
    return list(db.session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)))


def test_rows_are_sealed_once_and_found_sound():
    done(3)
    assert sealing.seal() == 3
    assert sealing.seal() == 0
    done(2)
    assert sealing.seal() == 2
    seen = sealing.verify()
    assert (seen.sealed, seen.unsealed, seen.amiss) == (5, 0, None)


def test_an_empty_database_is_sound():
    assert sealing.verify().amiss is None


def test_a_row_committed_late_with_a_lower_number_is_sealed_next_time():
    late = [dict(row) for row in db.session.execute(select(AuditEvent.__table__)).mappings()]
    done(3)
    row = db.session.execute(select(AuditEvent.__table__).where(AuditEvent.id == 2)).mappings().one()
    late = [dict(row)]
    db.session.execute(delete(AuditEvent).where(AuditEvent.id == 2))
    assert sealing.seal() == 2
    db.session.execute(insert(AuditEvent), late)
    assert sealing.seal() == 1
    assert sealing.verify().amiss is None


def edit(ids: list[int]) -> None:
    db.session.execute(update(AuditEvent).where(AuditEvent.id == ids[2]).values(staff_id=uuid4()))


def delete_one_in_the_middle(ids: list[int]) -> None:
    db.session.execute(delete(AuditLink).where(AuditLink.audit_id == ids[2]))
    db.session.execute(delete(AuditEvent).where(AuditEvent.id == ids[2]))


def cut_the_tail(ids: list[int]) -> None:
    db.session.execute(delete(AuditLink).where(AuditLink.audit_id >= ids[3]))
    db.session.execute(delete(AuditEvent).where(AuditEvent.id >= ids[3]))


def change_the_order(ids: list[int]) -> None:
    for number, to in ((1, ids[2]), (2, ids[0]), (3, ids[1])):
        db.session.execute(update(AuditLink).where(AuditLink.seq == number).values(seq=number + 100))
        db.session.execute(update(AuditLink).where(AuditLink.audit_id == to).values(hash=AuditLink.hash))
    for number, seq in ((101, 2), (102, 1), (103, 3)):
        db.session.execute(update(AuditLink).where(AuditLink.seq == number).values(seq=seq))


def insert_a_row(_ids: list[int]) -> None:
    columns = [column for column in AuditEvent.__table__.c if column.name != "id"]
    row = db.session.execute(select(*columns).limit(1)).mappings().one()
    db.session.execute(insert(AuditEvent).values({**row, "family_id": uuid4()}))


def make_the_chain_anew_with_another_key(_ids: list[int]) -> None:
    previous = sealing.START
    for seq, number, mac in db.session.execute(
        select(AuditLink.seq, AuditEvent.id, AuditEvent.mac).join(AuditEvent).order_by(AuditLink.seq)
    ).all():
        previous = sealing._hash(b"a guess", previous, number, mac)
        db.session.execute(update(AuditLink).where(AuditLink.seq == seq).values(hash=previous))
    db.session.execute(update(AuditHead).values(hash=previous))


@pytest.mark.parametrize(
    "tamper",
    [
        edit,
        delete_one_in_the_middle,
        cut_the_tail,
        change_the_order,
        insert_a_row,
        make_the_chain_anew_with_another_key,
    ],
)
def test_tampering_shows(tamper: Callable[[list[int]], None]):
    tamper(sealed(5))
    db.session.commit()
    assert sealing.verify().amiss is not None


def test_a_chain_cut_short_with_its_end_does_not_end_as_the_copy_elsewhere_says():
    ids = sealed(5)
    kept = sealing.verify().head
    cut_the_tail(ids)
    end = db.session.execute(select(AuditLink.seq, AuditLink.hash).order_by(AuditLink.seq.desc())).first()
    assert end is not None
    db.session.execute(update(AuditHead).values(seq=end.seq, hash=end.hash))
    assert sealing.verify().head != kept


def test_a_row_left_unsealed_for_more_than_five_minutes_is_amiss(monkeypatch: pytest.MonkeyPatch):
    done()
    assert sealing.verify().amiss is None
    later = clock.real_now() + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    assert sealing.verify().amiss is not None


def test_the_command_says_so_and_ends_with_one(app: Flask):
    edit(sealed(5))
    db.session.commit()
    done_ = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert done_.exit_code == 1
    assert "An audit row was changed" in done_.output or "audit row was changed" in done_.output
