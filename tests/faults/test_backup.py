"""A backup is made while people save: it holds all that was saved before it began, and nothing half done."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from catchup.database import writing
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.family import Family
from catchup.rules.terms import WarningKind
from catchup.services import sealing, warnings
from tests.conftest import Store
from tests.factories.families import a_family, a_viewer
from tests.factories.staff import staff_member
from tests.places import amiss_in, working_on

A_SECOND = 20


@contextmanager
def people_saving(app: Flask) -> Iterator[Callable[[], list[UUID]]]:
    """Twenty saves a second until the end; what is yielded tells which were acknowledged so far."""
    with app.app_context():
        lead = staff_member()
        family_id, by = a_family(lead=lead).id, a_viewer(lead)
        db.session.remove()
    saved: list[UUID] = []
    over = threading.Event()

    def save() -> None:
        began = time.monotonic()
        with app.app_context():
            while not over.wait(max(0.0, began + len(saved) / A_SECOND - time.monotonic())):
                with writing():
                    family = db.session.get_one(Family, family_id)
                    what = f"There is a dog, for the {len(saved)}th time."
                    row = warnings.add(family, WarningKind.OTHER, what, "Morgan", date(2027, 1, 4), by)
                    row_id = row.id
                    db.session.commit()
                saved.append(row_id)
                db.session.remove()

    person = threading.Thread(target=save)
    person.start()
    try:
        yield lambda: list(saved)
    finally:
        over.set()
        person.join()


@pytest.mark.promise("4.12 backup")
def test_every_backup_made_while_people_save_restores_whole(
    app: Flask, store: Store, tmp_path: Path, release: bool, measured
):
    rounds = 50 if release else 1
    before: list[list[UUID]] = []
    sound = 0
    with people_saving(app) as acknowledged:
        began = time.monotonic()
        for number in range(rounds):
            while not acknowledged()[len(before[-1]) if before else 0 :]:
                time.sleep(0.01)
            before.append(acknowledged())
            done = app.test_cli_runner().invoke(args=["backup", str(tmp_path / str(number)), "--json"])
            assert done.exit_code == 0, done.stderr
        rate = len(acknowledged()) / (time.monotonic() - began)

    for number, saved in enumerate(before):
        store.create("empty")
        with working_on(app, store.url("empty")):
            done = app.test_cli_runner().invoke(args=["restore", str(tmp_path / str(number)), "--json"])
            assert done.exit_code == 0, done.stderr
            assert json.loads(done.stdout)["amiss"] is None
            there = set(db.session.scalars(select(warnings.FamilyWarning.id)))
            added = select(func.count()).where(AuditEvent.action == "warning.add")
            assert set(saved) <= there
            assert len(there) == db.session.scalar(added)
            assert sealing.verify().amiss is None
            db.session.remove()
        assert amiss_in(store.url("empty")) == []
        sound += 1
    store.drop("empty")
    measured(
        f"{sound} of {rounds} made at {rate:.0f} saves a second are sound, with every save before them "
        "and every audit row in its chain",
        holds=sound == rounds,
    )
