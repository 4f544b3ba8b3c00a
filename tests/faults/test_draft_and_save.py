"""The page keeps a draft at the very moment its form is saved: neither waits for the other for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from time import sleep
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from catchup import clock
from catchup.database import writing
from catchup.extensions import db
from catchup.models.call import Call
from catchup.services import calls, drafts
from catchup.services.drafts import Written
from tests.factories.conversations import welcome_call
from tests.factories.families import KENT, a_family, a_viewer
from tests.factories.staff import staff_member


@pytest.mark.engine("postgresql")  # the other has one writer at a time
@pytest.mark.usefixtures("a_connection_each", "session")
def test_a_draft_that_is_kept_while_the_form_is_saved_makes_neither_fail(app: Flask) -> None:
    clock.move_to(date(2024, 7, 3))
    lead = staff_member(councils=(KENT,))
    by, call, token = a_viewer(lead), welcome_call(a_family(lead=lead)), uuid4()
    now, call_id = clock.now(), call.id
    calls.start(call, by, now)
    drafts.keep(call, token, 0, Written(tab="a", number=1), by)
    db.session.commit()

    def keep_again() -> None:
        with app.app_context(), writing():
            mine = db.session.get_one(Call, call_id)
            drafts.keep(mine, token, 1, Written(tab="a", number=2), by)
            calls.renew(mine, by, now)
            db.session.commit()

    db.session.refresh(call, with_for_update=True)  # saving begins
    with ThreadPoolExecutor(1) as page:
        kept = page.submit(keep_again)
        while not db.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            sleep(0.02)
        drafts.forget(call, token, by)
        db.session.commit()
        kept.result(timeout=10)
