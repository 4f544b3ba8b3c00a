"""The forms of "did you get through?": three groups of buttons, each of which says what happened.

A button's value is the outcome, and the number where it matters: ``voicemail:ID``.
"""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from catchup import clock
from catchup.models.call import Call
from catchup.queries import contacts, directories
from catchup.rules import contact
from catchup.rules.attempts import needs_promise
from catchup.rules.calendar import add_working_days, is_working_day
from catchup.rules.contact import NotNow, Times
from catchup.rules.terms import Band, Outcome
from catchup.services.attempts import NewAttempt, Refusal
from catchup.web.fields import ConfirmField, Option, SelectField, TextAreaField
from catchup.web.filters import short_day
from catchup.web.forms_base import BaseForm

GROUPS: dict[str, tuple[Outcome, ...]] = {
    "no": (Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.SOMEBODY_ELSE, Outcome.WRONG_NUMBER),
    "later": (Outcome.NOT_FREE, Outcome.REARRANGED),
    "end": (Outcome.DECLINED, Outcome.ASKED_TO_LEAVE),
}
DAYS_OFFERED = 30  # working days ahead in which a call can be promised
FIRST_TIME, LAST_TIME, STEP_MINUTES = time(9), time(19, 45), 15


def days_ahead() -> list[Option]:
    """The working days in which a call can be promised, today first."""
    today, holidays = clock.today(), directories.holidays()
    first = 0 if is_working_day(today, holidays) else 1
    days = [add_working_days(today, ahead, holidays) for ahead in range(first, DAYS_OFFERED + 1)]
    weekdays = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"))
    return [
        Option(on.isoformat(), _("Today") if on == today else f"{weekdays[on.weekday()]} {short_day(on)}")
        for on in days
    ]


def times_of_day() -> list[Option]:
    """The times at which a call can be promised."""
    steps = range(FIRST_TIME.hour * 60, LAST_TIME.hour * 60 + LAST_TIME.minute + 1, STEP_MINUTES)
    return [Option(f"{at // 60:02}:{at % 60:02}", f"{at // 60:02}:{at % 60:02}") for at in steps]


class AttemptForm(BaseForm):
    """One group of buttons with its note. ``version`` and ``attempt_id`` tell which page was looked at."""

    version = HiddenField()
    attempt_id = HiddenField()
    outcome = HiddenField()
    day = SelectField(_l("Day"), days_ahead, read=date.fromisoformat, blank=_l("Choose a day"))
    time = SelectField(_l("Time"), times_of_day, read=time.fromisoformat, blank=_l("Choose a time"))
    note = TextAreaField(_l("Note (optional)"), rows=2, longest=2000)
    asked_for_now = ConfirmField(_l("They asked to be rung at this time"))

    def __init__(self, group: str, *, version: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.group = group
        for field in (self.day, self.time, self.note, self.asked_for_now):
            field.id = field.label.field_id = f"{group}-{field.short_name}"
        if group == "end":
            self.note.label.text = _("Their reason (optional)")
        if self.attempt_id.data is None:
            self.attempt_id.data = str(uuid4())
        self.shown_version = version

    @property
    def chosen(self) -> Outcome | None:
        """What the button says happened; None for no button of this form."""
        name = str(self.outcome.data or "").partition(":")[0]
        return next((outcome for outcome in GROUPS[self.group] if outcome.value == name), None)

    @property
    def seen_version(self) -> int:
        """The version of the call that was looked at; -1 where it cannot be read."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    @property
    def promised_at(self) -> datetime | None:
        """The instant promised, where a day and a time were chosen."""
        if self.group != "later" or self.day.data is None or self.time.data is None:
            return None
        return clock.instant(self.day.data, self.time.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the answers, and that the promise is whole and lies ahead."""
        if not super().validate(extra_validators):
            return False
        if self.group != "later":
            return True
        named = self.day.data is not None, self.time.data is not None
        is_needed = (self.chosen is not None and needs_promise(self.chosen)) or any(named)
        if is_needed and not named[0]:
            self.day.errors = [_("Choose the day you promised to call")]
        elif is_needed and not named[1]:
            self.time.errors = [_("Choose the time you promised to call")]
        elif self.promised_at is not None and self.promised_at <= clock.now():
            self.time.errors = [_("Choose a time that is still to come")]
        return not self.errors

    def given(self) -> NewAttempt:
        """What the form says happened; only after ``validate``. Raises ValueError for a forged form."""
        if self.chosen is None:
            raise ValueError("no such button")
        phone = str(self.outcome.data).partition(":")[2]
        return NewAttempt(
            id=UUID(str(self.attempt_id.data)),
            outcome=self.chosen,
            phone_id=UUID(phone) if phone else None,
            promised_at=self.promised_at,
            note=self.note.data,
            asked_for_now=self.asked_for_now.data,
        )


def forms(version: int, refused: AttemptForm | None = None) -> dict[str, AttemptForm]:
    """A form for each group, as empty as can be; the one that was refused keeps what was typed."""
    found = {group: AttemptForm(group, version=version, formdata=None) for group in GROUPS}
    if refused is not None:
        refused.shown_version = version
        found[refused.group] = refused
    return found


def group_of(outcome: str) -> str | None:
    """The group whose button was pressed; None where no page has such a button."""
    name = outcome.partition(":")[0]
    return next((group for group, members in GROUPS.items() if name in members), None)


def sentence(why: Refusal) -> str:
    """Why an attempt is not recorded, for the person who tried."""
    return {
        Refusal.STOPPED: _("Everything is stopped for this family: nothing more is recorded on this call"),
        Refusal.LEFT: _("This family has left the scheme: nothing more is recorded on this call"),
        Refusal.CLOSED: _("This call is closed already"),
        Refusal.NO_VOICEMAIL: _("No voicemail may be left on this number"),
        Refusal.WHICH_NUMBER: _("This number is no longer one of the family’s numbers"),
        Refusal.WHEN: _("Choose a time that is still to come"),
        Refusal.NO_NUMBER: _("There is no number to ring: add one on the family’s page first"),
        Refusal.CONCERN: _(
            "You said that there is a concern about safety: record it first, with the red button below"
        ),
        Refusal.NOT_NOW: _("This is none of their times: tick the box if they asked to be rung now"),
    }[why]


def refuse(form: AttemptForm, why: Refusal) -> None:
    """Say why an attempt is not recorded, beside the box that could change it."""
    if why is Refusal.NOT_NOW:
        form.asked_for_now.errors = [sentence(why)]
    else:
        form.form_errors.append(sentence(why))


def not_now(call: Call, times: Times, now: datetime) -> str | None:
    """Why the family is not to be rung now, in words; None where it may be, or waits for the call."""
    local = clock.london(now)
    if contact.callable_now(times, local) or contacts.is_expected(call, now):
        return None
    return not_now_in_words(times, local)


def not_now_in_words(times: Times, at_local: datetime) -> str:
    """Why a family is not to be rung at a time of London that it does not allow."""
    band, why = contact.band_of(at_local.time()), contact.why_not_now(times, at_local)
    if band is None or why is NotNow.HOURS:
        return _("Not before 9 in the morning or after 8 in the evening.")
    if why is NotNow.EVENING:
        return _("Not in the evening: they have not chosen evenings.")
    named = _("%(day)s %(band)s", day=_day_name(at_local.weekday()), band=_band_name(band))
    if why is NotNow.NEVER:
        return _("Not on %(times)s, they said.", times=named)
    return _("Not on %(times)s: they chose other times.", times=named)


def _day_name(weekday: int) -> str:
    return (
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")
    )[weekday]  # fmt: skip


def _band_name(band: Band) -> str:
    return {
        Band.MORNING: _("mornings"),
        Band.MIDDAY: _("middays"),
        Band.AFTERNOON: _("afternoons"),
        Band.EVENING: _("evenings"),
    }[band]
