"""What somebody did to a record, in words, for whoever asks who looked at it."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

# Those that are searched for by themselves; of the others the name says enough.
ACTS = {
    "family.view": _l("Opened the family’s page"),
    "family.view_then": _l("Opened the family’s page as it was"),
    "call.view": _l("Opened a call"),
    "call.start": _l("Started a call"),
    "conversation.view": _l("Read a conversation"),
    "conversation.save": _l("Wrote down a conversation"),
    "attempt.record": _l("Tried to ring"),
    "concern.view": _l("Read a concern"),
    "concern.record": _l("Recorded a concern"),
    "handover.view": _l("Opened a handover"),
    "handover.summary.view": _l("Read a handover summary"),
    "handover.summary.download": _l("Downloaded a handover summary"),
    "handover.summary.print": _l("Printed a handover summary"),
    "call_text.print": _l("Printed what was talked about"),
    "registration.view": _l("Read a registration"),
    "child.councils": _l("Looked at a child’s councils"),
    "families.list": _l("Was shown it among their own families"),
    "families.search": _l("Found it by a search"),
    "queue.view": _l("Was shown it in the queue"),
    "handover.list": _l("Was shown it on the board of handovers"),
    "needs.list": _l("Was shown it under “Needs a manager”"),
    "audit.view": _l("Asked who looked at the record"),
    "page.refuse": _l("Asked for it and was refused"),
    "reading.notice": _l("Opened many records in an hour"),
    "reading.say_why": _l("Said why they open many records"),
    "reading.look": _l("Looked at who opened many records"),
}


def act_in_words(action: str) -> str:
    """An act as a person would say it."""
    if action in ACTS:
        return str(ACTS[action])
    subject, _, verb = action.rpartition(".")
    if not subject:
        return verb.replace("_", " ").replace("-", " ").capitalize()
    return gettext(
        "%(subject)s: %(act)s",
        subject=subject.replace("_", " ").replace(".", ", ").capitalize(),
        act=verb.replace("_", " "),
    )
