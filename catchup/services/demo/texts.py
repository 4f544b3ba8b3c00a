"""What parents of the demo were sent of their latest conversations, and two messages that did not go."""

from datetime import timedelta

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, CallText, Conversation
from catchup.models.family import Family, Parent
from catchup.models.outbox import Refusal
from catchup.models.staff import Staff
from catchup.rules.terms import Channel, TextKind
from catchup.services import outbox

LATEST = 24
WORDS = """Hello {parent},

Thank you for talking with me. It was good to hear how things are, and I’ll ask again when we next talk.

If you’d like to talk sooner, just ring me.

{caller}"""


def send() -> None:
    """One to the first parent of every other of the latest conversations."""
    latest = (
        select(Conversation, Call, Parent, Staff)
        .join(Call, Call.id == Conversation.call_id)
        .join(Family, Family.id == Call.family_id)
        .join(Parent, (Parent.family_id == Family.id) & (Parent.position == 0))
        .join(Staff, Staff.id == Conversation.by_id)
        .where(Parent.confirmed_at.is_not(None))
        .order_by(Conversation.held_at.desc(), Call.id)
        .limit(LATEST)
    )
    for conversation, call, parent, caller in db.session.execute(latest).all()[::2]:
        sent_at = conversation.held_at + timedelta(minutes=20)
        words = WORDS.format(parent=parent.name.split()[0], caller=caller.name.split()[0])
        text = CallText(
            call_id=call.id,
            kind=TextKind.TALKED_ABOUT,
            parent_id=parent.id,
            text=words,
            edited_at=sent_at,
            edited_by=caller.id,
            sent_at=sent_at,
            sent_by=caller.id,
            channel=Channel.LETTER,
        )
        if parent.may_email and parent.email:
            message = outbox.queue(
                call.family_id,
                parent.id,
                Channel.EMAIL,
                "talked_about",
                {"words": words},
                parent.email,
                sent_at,
            )
            message.sent_at = sent_at
            db.session.flush()
            text.channel, text.message_id = Channel.EMAIL, message.id
        db.session.add(text)
    _stay_behind()


def _stay_behind() -> None:
    """What an administrator finds: an address that no mail server takes, and one that is no longer used."""
    now, days = clock.now(), timedelta(days=1)
    reference = {"reference": "CU-7K3M-4T9X", "look_by_on": clock.today().isoformat()}
    gone = outbox.queue(
        None, None, Channel.EMAIL, "registration_received", reference, "typo@example.com", now - days
    )
    gone.tries, gone.gave_up_at, gone.last_error = 1, now - days, "SMTPRecipientsRefused"
    parent = db.session.scalars(
        select(Parent).where(Parent.position == 0, Parent.confirmed_at.is_not(None)).order_by(Parent.id)
    ).first()
    if parent is not None:
        neutral = {"lead_first_name": "Priya", "call_back_number": "01632 960 100"}
        held = outbox.queue(
            parent.family_id, parent.id, Channel.EMAIL, "not_reached", neutral, "old@example.com", now - days
        )
        held.tries, held.refused = 1, Refusal.CHANNEL
