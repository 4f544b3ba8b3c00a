"""How a parent's own page says things: children by age, and never by name."""

from collections.abc import Sequence
from datetime import date

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from catchup.queries.parents import OwnChild
from catchup.services.parent_details import Kept
from catchup.web.filters import council_name, day


def child(one: OwnChild) -> str:
    """Your child aged 6."""
    if one.age == 0:
        return _("Your child under one")
    return ngettext("Your child aged %(num)s", "Your child aged %(num)s", one.age)


def month(on: date) -> str:
    """In which month, and no nearer: June 2027."""
    return str(format_date(on, "LLLL y"))


def in_words(kept: str | None) -> str | None:
    """What became of a change, for the page that follows it."""
    told: dict[str | None, str] = {
        Kept.NOW: _("That’s changed. It holds from now on."),
        Kept.ASKED: _("We have sent you a message. Please say in it that it was you, then we use it."),
        Kept.WAITS: _("We have it. It waits until we have talked with you, or looked at it."),
    }
    return told.get(kept)


def supporters(children: Sequence[OwnChild], today: date) -> list[tuple[str, str]]:
    """(child, who supports it) in words, today."""
    return [(child(one), _supporter(one, today)) for one in children]


def _supporter(one: OwnChild, today: date) -> str:
    answer = one.answer
    if answer is None or answer.council is None:
        return _("We are still finding out which council it is. Ask us.")
    if not one.is_told:
        return _("Ask us which council it is.")
    name = council_name(answer.council)
    if answer.until is None or answer.until < today:
        return _("%(council)s is the council to ask for help.", council=name)
    return _(
        "%(council)s is the council to ask for help, until %(day)s.", council=name, day=day(answer.until)
    )
