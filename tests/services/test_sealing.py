"""What is done to the audit rows afterwards shows."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask, current_app
from sqlalchemy import delete, insert, select, update

from catchup import clock
from catchup.extensions import db
from catchup.jobs import JOBS, runner
from catchup.models.audit import AuditEvent, AuditHead, AuditLink
from catchup.models.outbox import Message
from catchup.services import audit, audit_heads, sealing
from catchup.services.audit import Seen
from config import Settings
from tests.databases import PostgresStore, SqliteStore
from tests.trust import Measured

Store = SqliteStore | PostgresStore

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


Found = tuple[str, int]


class Keep:
    """An older copy of the whole database."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def take(self) -> None:
        self._copy("shared", "older")

    def put_back(self) -> None:
        self._copy("older", "shared")

    def _copy(self, source: str, target: str) -> None:
        db.session.remove()
        db.engine.dispose()
        self.store.seal(source)
        self.store.copy(source, target)


def edit(ids: list[int], _keep: Keep) -> Found:
    db.session.execute(update(AuditEvent).where(AuditEvent.id == ids[2]).values(staff_id=uuid4()))
    return "row", ids[2]


def delete_one_in_the_middle(ids: list[int], _keep: Keep) -> Found:
    db.session.execute(delete(AuditLink).where(AuditLink.audit_id == ids[2]))
    db.session.execute(delete(AuditEvent).where(AuditEvent.id == ids[2]))
    return "link", 3


def delete_one_and_close_the_gap(ids: list[int], keep: Keep) -> Found:
    delete_one_in_the_middle(ids, keep)
    for seq in (4, 5):
        db.session.execute(update(AuditLink).where(AuditLink.seq == seq).values(seq=seq - 1))
    db.session.execute(update(AuditHead).values(seq=4))
    return "row", ids[3]


def cut_the_tail(ids: list[int], _keep: Keep) -> Found:
    db.session.execute(delete(AuditLink).where(AuditLink.audit_id >= ids[3]))
    db.session.execute(delete(AuditEvent).where(AuditEvent.id >= ids[3]))
    return "link", 4


def cut_the_tail_with_its_end(ids: list[int], keep: Keep) -> Found:
    found = cut_the_tail(ids, keep)
    end = db.session.execute(select(AuditLink.seq, AuditLink.hash).order_by(AuditLink.seq.desc())).first()
    assert end is not None
    db.session.execute(update(AuditHead).values(seq=end.seq, hash=end.hash))
    return found


def change_the_order(ids: list[int], _keep: Keep) -> Found:
    for seq, other in ((1, 101), (2, 1), (101, 2)):
        db.session.execute(update(AuditLink).where(AuditLink.seq == seq).values(seq=other))
    return "row", ids[1]


def insert_a_row(_ids: list[int], _keep: Keep) -> Found:
    return "row", again(family_id=uuid4())


def insert_a_genuine_row_again(_ids: list[int], _keep: Keep) -> Found:
    return "row", again()


def again(**changes: object) -> int:
    columns = [column for column in AuditEvent.__table__.c if column.name != "id"]
    row = db.session.execute(select(*columns).limit(1)).mappings().one()
    added = insert(AuditEvent).values({**row, **changes}).returning(AuditEvent.id)
    return db.session.execute(added).scalar_one()


def make_everything_anew_with_a_guessed_key(ids: list[int], _keep: Keep) -> Found:
    make_anew(b"a guess", ids[0])
    return "row", ids[0]


def make_the_links_anew_over_a_changed_row(ids: list[int], keep: Keep) -> Found:
    edit(ids, keep)
    make_anew(b"a guess", None)
    return "row", ids[0]


def make_everything_anew_with_the_key_itself(ids: list[int], keep: Keep) -> Found:
    """As on a host that was taken over: nothing but the copies can tell, from the last that agrees on."""
    make_anew(current_app.config["CATCHUP"].audit_key, ids[2])
    return "row", ids[2]


def make_anew(key: bytes, changed: int | None) -> None:
    """Let a row say something else, and every MAC and link from there on fit it."""
    if changed is not None:
        row = db.session.get_one(AuditEvent, changed)
        row.families, row.staff_id = None, uuid4()
        seen = Seen(row.action, row.subject, row.subject_id, row.family_id, row.council_code, row.result)
        row.mac = audit.mac(key, row.at, row.staff_id, seen)
        db.session.flush()
    previous = sealing.START
    for seq, number, mac in db.session.execute(
        select(AuditLink.seq, AuditEvent.id, AuditEvent.mac).join(AuditEvent).order_by(AuditLink.seq)
    ).all():
        previous = sealing._hash(key, previous, number, mac)
        db.session.execute(update(AuditLink).where(AuditLink.seq == seq).values(hash=previous))
    db.session.execute(update(AuditHead).values(hash=previous))


def put_back_the_whole_database(_ids: list[int], keep: Keep) -> Found:
    keep.put_back()
    return "link", 4


def put_back_the_whole_database_and_go_on(ids: list[int], keep: Keep) -> Found:
    keep.put_back()
    return "row", sealed(2)[2]


TAMPERS: dict[str, Sequence[Callable[[list[int], Keep], Found]]] = {
    "edit": (edit,),
    "delete in the middle": (delete_one_in_the_middle, delete_one_and_close_the_gap),
    "cut the tail": (cut_the_tail, cut_the_tail_with_its_end),
    "reorder": (change_the_order,),
    "insert": (insert_a_row, insert_a_genuine_row_again),
    "make everything anew": (
        make_everything_anew_with_a_guessed_key,
        make_the_links_anew_over_a_changed_row,
        make_everything_anew_with_the_key_itself,
    ),
    "put back an older copy": (put_back_the_whole_database, put_back_the_whole_database_and_go_on),
}


@pytest.mark.promise("4.8 tampering")
def test_each_way_of_tampering_shows_and_the_first_bad_row_is_named(store: Store, measured: Measured):
    keep, found = Keep(store), dict.fromkeys(TAMPERS, True)
    for kind, ways in TAMPERS.items():
        for way in ways:
            for table in (AuditLink, AuditHead, AuditEvent):
                db.session.execute(delete(table))
            sealed(2)
            first = audit_heads.newest()
            sealed(1)
            if kind == "put back an older copy":
                keep.take()
            ids = sealed(2)
            last = audit_heads.newest()
            assert first is not None
            assert last is not None
            assert sealing.verify([first, last]).amiss is None
            expected = way(ids, keep)
            db.session.commit()
            amiss = sealing.verify([first, last]).amiss
            found[kind] &= amiss is not None and (amiss.of, amiss.number) == expected
    wrong = [kind for kind, right in found.items() if not right]
    measured(f"{len(found) - len(wrong)} of {len(found)} found, the first bad row named", holds=not wrong)
    assert wrong == []


def test_the_night_keeps_a_line_that_the_command_compares_with(
    app: Flask, settings: Settings, tmp_path: Path
):
    app.config["CATCHUP"] = replace(settings, audit_copy=tmp_path / "share", audit_mail="keeper@example.com")
    assert night() == {"copies": 0}
    for _ in range(2):
        sealed(2)
        assert night() == {"copies": 1, "messages": 1}
    verify = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (verify.exit_code, "2 copies of its end agree" in verify.output) == (0, True)
    lines = audit_heads.place().read_text().splitlines()
    assert sorted(message.facts["line"] for message in db.session.scalars(select(Message))) == sorted(lines)
    cut_the_tail_with_its_end(sealed(0), Keep(None))  # type: ignore[arg-type]  # nothing is put back
    db.session.commit()
    answer = app.test_cli_runner().invoke(args=["audit", "verify", "--json"])
    assert answer.exit_code == 1
    assert json.loads(answer.output)["amiss"]["number"] == 4


def test_a_line_that_was_made_up_and_copies_of_another_database_are_amiss(
    app: Flask, settings: Settings, tmp_path: Path
):
    app.config["CATCHUP"] = replace(settings, audit_copy=tmp_path)
    sealed(2)
    night()
    line = audit_heads.place().read_text()
    heads = tmp_path / "heads"
    heads.write_text(line.replace(" 2 ", " 3 "))
    verify = ["audit", "verify", "--heads", str(heads)]
    made_up = app.test_cli_runner().invoke(args=verify)
    assert (made_up.exit_code, "not genuine (line 1)" in made_up.output) == (1, True)
    one = audit_heads.newest()
    assert one is not None
    heads.write_text(audit_heads.as_line(replace(one, mark="0011223344556677")))
    other = app.test_cli_runner().invoke(args=verify)
    assert (other.exit_code, "none of the copies is of this database" in other.output) == (1, True)
    heads.unlink()
    assert app.test_cli_runner().invoke(args=verify).exit_code == 1


def test_where_the_line_cannot_be_written_the_job_fails(app: Flask, settings: Settings, tmp_path: Path):
    (tmp_path / "share").write_text("a file where the folder should be")
    app.config["CATCHUP"] = replace(settings, audit_copy=tmp_path / "share")
    sealed(1)
    ran = runner.run_now(JOBS["copy-audit-head"], clock.today())
    assert ran.error is not None


def night() -> dict[str, int]:
    ran = runner.run_now(JOBS["copy-audit-head"], clock.today())
    assert ran.counts is not None
    return ran.counts.created


def test_a_row_left_unsealed_for_more_than_five_minutes_is_amiss(monkeypatch: pytest.MonkeyPatch):
    done()
    assert sealing.verify().amiss is None
    later = clock.real_now() + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    assert sealing.verify().amiss is not None


def test_the_command_says_so_and_ends_with_one(app: Flask):
    sealed(5)
    db.session.execute(update(AuditEvent).where(AuditEvent.id == 3).values(staff_id=uuid4()))
    db.session.commit()
    done_ = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert done_.exit_code == 1
    assert "an audit row was changed (row 3)" in done_.output
