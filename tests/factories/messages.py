"""Messages in the outbox, and rounds of sending them."""

from datetime import timedelta

from sqlalchemy import update

from catchup import clock
from catchup.extensions import db
from catchup.jobs import JOBS, runner
from catchup.models.outbox import Message
from catchup.rules.terms import Channel
from catchup.services import leases, outbox


def about_registration(recipient: str = "somebody@example.com", **times: object) -> Message:
    """A receipt for somebody who joined; committed."""
    facts = {"reference": "CU-7K3M-4T9X", "look_by_on": "2026-11-24"}
    message = outbox.queue(
        None, None, Channel.EMAIL, "registration_received", facts, recipient, clock.now(), **times
    )
    db.session.commit()
    return message


def send() -> dict[str, int]:
    """One round; whatever waits is due."""
    db.session.execute(update(Message).values(next_try_at=clock.real_now() - timedelta(seconds=1)))
    db.session.commit()
    turn = runner.begin_turn(leases.new_holder())
    assert turn is not None
    counts = turn.run(JOBS["send-messages"], clock.today(), [])
    turn.end()
    return counts.changed
