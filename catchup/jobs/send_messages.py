"""Sending what waits in the outbox: each message by itself, and a bad one never stops the rest."""

import logging
from typing import TYPE_CHECKING
from uuid import UUID

from flask import current_app

from catchup import clock, senders
from catchup.extensions import db
from catchup.queries import offers as offered
from catchup.queries import outbox as waiting
from catchup.services import offers, outbox
from catchup.services.job_runs import Counts
from catchup.services.outbox import Fate

if TYPE_CHECKING:
    from catchup.jobs import Transaction

AT_A_TIME = 1_000
TROUBLES_IN_A_ROW = 3

log = logging.getLogger(__name__)


def run(transaction: "Transaction") -> Counts:
    """Claim, send outside any transaction, note what came of it. A silent mail server ends the turn early."""
    fates: dict[str, int] = {}
    skipped = troubles = 0
    with senders.from_settings(current_app.config["CATCHUP"]) as sender:
        for message_id in waiting.waiting(clock.real_now(), AT_A_TIME):
            with transaction():
                claimed = outbox.claim(message_id, clock.real_now())
            if not claimed:
                skipped += 1
                continue
            fate, out_of_reach = _try(message_id, sender)
            with transaction():
                outbox.note(message_id, fate, clock.real_now())
            fates[fate.word] = fates.get(fate.word, 0) + 1
            troubles = troubles + 1 if out_of_reach else 0
            if troubles == TROUBLES_IN_A_ROW:
                break
    if any(offered.gone_and_lost()):
        with transaction():
            offers.follow()
    return Counts(changed=fates, skipped=skipped)


def _try(message_id: UUID, sender: senders.Sender) -> tuple[Fate, bool]:
    """What became of one message, and whether it was the server's fault."""
    try:
        opened = outbox.open_message(message_id, clock.real_now(), clock.today())
        db.session.rollback()  # nothing stays open while the mail server is waited for
        if isinstance(opened, Fate):
            return opened, False
        sender.send(opened)
    except senders.UnreachableError as error:
        return Fate("failed", error=error.kind), True
    except senders.RefusedError as error:
        return Fate("set_aside" if error.for_good else "failed", error=error.kind), False
    except Exception as error:  # whatever is wrong with this one, the next may be sound
        log.warning("Message %s could not be made: %s", message_id, type(error).__name__)
        return Fate("failed", error=type(error).__name__), False
    return Fate("sent"), False
