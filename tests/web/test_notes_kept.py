"""A session that ends costs nobody the note they were writing: it is back after signing in again."""

from datetime import date, timedelta
from html import unescape
from itertools import cycle, islice
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.staff import Staff, StaffSession
from tests.codes import token_of
from tests.factories.conversations import address, answers, welcome_call
from tests.factories.families import KENT, a_family
from tests.factories.staff import sign_in, staff_member
from tests.trust import Measured

LONG = 3_000
SAMPLES = (
    "She sings in a choir now, and sleeps through. ",
    "“Fine”, said 'he' & <b>laughed</b>; 5 > 3 {{ x }} %(s)s \\n ",
    "Mae hi’n mwynhau’r ysgol. Dziękuję, żółw. Ça va très bien. ",
    "تنام جيدا الآن וישנה טוב ",
    "她现在睡得很好。😀🏡 ",
    "First line\nsecond line\n\n- a list\n- of two\n",
)


def text(number: int) -> str:
    """A note of exactly 3,000 characters, no two alike."""
    begun, more = f"Note {number}: ", cycle(SAMPLES[number % len(SAMPLES)])
    return begun + "".join(islice(more, LONG - len(begun) - 2)) + "x."


def sent_late(client: FlaskClient, call: Call, words: str, *, whole_day: bool) -> None:
    """Press save when the session has ended, by idleness or because its ten hours were over."""
    data = answers(call, note=words) | {"csrf_token": token_of(client.get(f"/calls/{call.id}"))}
    ahead = timedelta(minutes=31)
    if whole_day:
        session = db.session.scalars(select(StaffSession)).one()
        session.started_at -= timedelta(hours=9, minutes=50)
        ahead = timedelta(minutes=11)
    with time_machine.travel(clock.real_now() + ahead, tick=False):
        answer = client.post(address(call), data=data)
    assert answer.headers["Location"] == f"/sign-in?next=/calls/{call.id}"


def kept_while_typing(client: FlaskClient, call: Call, words: str, who: Staff) -> None:
    """Be signed out by an administrator, the page's script having kept the words."""
    token = token_of(client.get(f"/calls/{call.id}"))
    data = {"form_token": str(uuid4()), "who": str(who.id), "tab": "one", "number": "1", "talked": "1"}
    typed = data | {"csrf_token": token, "note": words}
    assert client.post(f"/calls/{call.id}/draft", data=typed).status_code == 200
    db.session.execute(delete(StaffSession))
    db.session.commit()
    assert "/sign-in" in client.get(f"/calls/{call.id}").headers["Location"]


@pytest.mark.engine_in_ci("sqlite")
@pytest.mark.promise("4.1 notes kept")
def test_a_note_of_three_thousand_characters_is_back_however_the_session_ended(
    session: Session, app: Flask, release: bool, measured: Measured
):
    clock.move_to(date(2024, 7, 3))
    lead = staff_member(councils=(KENT,))
    back, times = 0, 25 if release else 3
    for number in range(times):
        call, words = welcome_call(a_family(lead=lead)), text(number)
        client = app.test_client()
        sign_in(client, lead)
        if number % 3 == 2:
            kept_while_typing(client, call, words, lead)
        else:
            sent_late(client, call, words, whole_day=number % 3 == 1)
        again = app.test_client()
        sign_in(again, lead)
        page = unescape(again.get(f"/calls/{call.id}").get_data(as_text=True)).replace("\r\n", "\n")
        assert len(words) == LONG
        back += words in page
        session.execute(delete(StaffSession))

    measured(f"{back} of {times} texts of {LONG:,} characters are back", holds=back == times)
    assert back == times
