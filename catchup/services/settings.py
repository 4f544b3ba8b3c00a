"""Giving a figure of the rules another value from a day on. The caller commits.

Nothing changes for days that are over: what was counted or promised by then rests on what held. What follows
for plans, the night's job makes good; everything else asks for the figure of its own day.
Source: service policy R11.
"""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.job import Setting
from catchup.queries import directories, jobs
from catchup.queries import settings as queries
from catchup.queries.scope import Viewer
from catchup.rules.calendar import add_months, in_words
from catchup.rules.policy import Setting as Change
from catchup.rules.settings import Clash, Figure, Touches, clash, is_in_bounds
from catchup.services import audit, plans
from catchup.services.audit import Seen
from catchup.services.plans import Replanned

LATEST_MONTHS = 120
# A thousand plans take about two seconds to look at: no page is to wait longer.
MOST_LOOKED_AT = 1_000


class RefusedError(Exception):
    """What was asked cannot be. ``field`` is the one to put right; the text can be shown.

    ``clash`` is the other figure it would contradict, to be named by the page.
    """

    def __init__(self, field: str, sentence: str = "", clash: Clash | None = None) -> None:
        super().__init__(sentence)
        self.field = field
        self.clash = clash


@dataclass(frozen=True, slots=True)
class Preview:
    """What another value would change: of how many ``families``, and in their plans; None: not looked at."""

    families: int
    plans: Replanned | None


def check(figure: Figure, value: int | None, from_on: date, today: date) -> Change:
    """The change that these make. Raises RefusedError."""
    if not is_in_bounds(figure, value):
        raise RefusedError("value", _("This value is out of bounds"))
    if from_on < today:
        raise RefusedError(
            "from_on", _("The first day must be today or later: figures counted by now rest on what held")
        )
    if from_on > add_months(today, LATEST_MONTHS):
        raise RefusedError("from_on", _("The first day must be within ten years"))
    policy = directories.policy(from_on)
    if getattr(policy, figure.name) == value:
        raise RefusedError("value", _("It has this value on %(day)s already", day=in_words(from_on)))
    other = clash(figure.name, value, policy)
    if other is not None:
        raise RefusedError("value", clash=other)
    return Change(from_on, figure.name, value)


def preview(figure: Figure, change: Change, today: date) -> Preview:
    """What the change would do. Writes nothing; plans of more families than a page waits for are left out."""
    count = queries.families()
    if figure.touches is not Touches.PLANS or count > MOST_LOOKED_AT:
        return Preview(count, None)
    policy = queries.policy_with(change)
    differences = Replanned()
    for ids in jobs.every_family():
        differences += plans.write(ids, today, dry=True, policy=policy)
    return Preview(count, differences)


def change(figure: Figure, change: Change, by: Viewer) -> Setting:
    """Let a figure have this value from its day on; what was set for that day before is taken back."""
    now = clock.real_now()
    before = queries.from_day(figure.name, change.from_on)
    if before is not None:
        before.taken_back_at, before.taken_back_by = now, by.id
        db.session.flush()
    row = Setting(
        name=figure.name,
        from_on=change.from_on,
        value="" if change.value is None else str(change.value),
        set_at=now,
        set_by=by.id,
    )
    db.session.add(row)
    db.session.flush()
    directories.forget()
    audit.record(by, Seen("setting.change", "setting", row.id))
    return row


def take_back(row: Setting, today: date, by: Viewer) -> bool:
    """A value that was to come does not. Returns whether: once its day has come, another one follows it."""
    if row.from_on <= today or row.taken_back_at is not None:
        return False
    row.taken_back_at, row.taken_back_by = clock.real_now(), by.id
    directories.forget()
    audit.record(by, Seen("setting.take_back", "setting", row.id))
    return True
