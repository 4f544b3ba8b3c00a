"""What a parent is asked when they pause, ask for a call, pick a time, say something or leave."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.models.family import OfferedTime
from catchup.queries import directories
from catchup.rules import promises
from catchup.rules.leaving import TO_FAMILIES, Leaving
from catchup.rules.terms import Sooner, Worth
from catchup.web import filters
from catchup.web.fields import DatePartsField, Option, RadiosField, TextAreaField
from catchup.web.forms_base import PublicForm

NONE_SUITS = "none"


def tomorrow() -> date:
    """The first day that is still to come."""
    return clock.today() + timedelta(days=1)


def longest_pause() -> date:
    """The last day until which one may pause."""
    return promises.last_day_of_pause(clock.today(), directories.policy(clock.today()))


def at_in_words(offered: OfferedTime) -> str:
    """Wednesday 25 November at 14:00, in London."""
    at = clock.london(offered.at)
    return _("%(day)s at %(time)s", day=format_date(at.date(), "EEEE d MMMM"), time=filters.clock_time(at))


class PauseForm(PublicForm):
    """Until when nobody rings."""

    until_on = DatePartsField(
        _l("Until which day?"),
        what=_l("The last day"),
        not_before=tomorrow,
        not_after=longest_pause,
        too_early=_l("The last day must be after today"),
        too_late=_l("The last day must be within a year"),
        hint=_l("That day is the last one of the pause. It can be up to a year ahead."),
        missing=_l("Enter the last day of the pause"),
    )


class SoonerForm(PublicForm):
    """How soon, and what about."""

    how: RadiosField
    words = TextAreaField(
        _l("What is it about? (optional)"),
        hint=_l("Only the person who rings you reads this."),
        rows=4,
        longest=2000,
    )


def sooner_form(days: dict[Sooner, date]) -> SoonerForm:
    """The form with the day that is promised for each answer."""
    soon, later = days[Sooner.THIS_WEEK], days[Sooner.WHEN_YOU_CAN]
    is_this_week = promises.is_this_week(soon, clock.today())
    options = (
        Option(
            Sooner.THIS_WEEK,
            _("This week") if is_this_week else _("Within a week"),
            _("We ring by %(day)s.", day=filters.weekday(soon)),
        ),
        Option(Sooner.WHEN_YOU_CAN, _("When you can"), _("We ring by %(day)s.", day=filters.weekday(later))),
    )

    class ThisForm(SoonerForm):
        how = RadiosField(
            _("How soon would you like us to ring?"),
            options,
            read=Sooner,
            missing=_("Choose how soon you would like us to ring"),
        )

    return ThisForm()


class OtherTimesForm(PublicForm):
    """When another time would suit."""

    words = TextAreaField(
        _l("When would suit you? (optional)"),
        hint=_l("The people who ring you read this."),
        rows=3,
        longest=500,
    )


class TimesForm(OtherTimesForm):
    """One of the times offered, or none."""

    time: RadiosField

    @property
    def chosen(self) -> UUID | None:
        """The time that was picked; None where none suits."""
        return None if self.time.data == NONE_SUITS else UUID(self.time.data)


def times_form(standing: Sequence[OfferedTime]) -> TimesForm:
    """The form with the times there are."""
    options = [Option(str(one.id), at_in_words(one)) for one in standing]
    options.append(Option(NONE_SUITS, _("None of these suits me"), or_else=True))

    class ThisForm(TimesForm):
        time = RadiosField(
            _("Which time suits you?"), options, missing=_("Choose a time, or that none suits")
        )

    return ThisForm()


class WorthForm(PublicForm):
    """The one question about the last call."""

    worth = RadiosField(
        _l("Was the call worth your time?"),
        lambda: (
            Option(Worth.YES, _("Yes")),
            Option(Worth.PARTLY, _("Partly")),
            Option(Worth.NO, _("No")),
        ),
        read=Worth,
        missing=_l("Choose one of the answers"),
    )
    words = TextAreaField(
        _l("Is there anything you would like to add? (optional)"),
        hint=_l("The people who ring you read this."),
        rows=4,
        longest=2000,
    )


class ComplaintForm(PublicForm):
    """What went wrong."""

    words = TextAreaField(
        _l("What went wrong?"),
        hint=_l("Say it in your own words. Tell us too what you would like to happen."),
        rows=6,
        longest=4000,
        count=True,
        missing=_l("Write what went wrong"),
    )


class CopyForm(PublicForm):
    """What a copy is wanted of."""

    words = TextAreaField(_l("Is there something you want in particular? (optional)"), rows=3, longest=1000)


def leaving_options() -> tuple[Option, ...]:
    """What a parent may have left for; nobody is asked whether the adoption has ended."""
    words = {
        Leaving.DOING_WELL: _("We are doing well and need no calls"),
        Leaving.OTHER_SUPPORT: _("We have help from somebody else"),
        Leaving.MOVED_AWAY: _("We have moved away"),
        Leaving.NO_TIME: _("We have no time for the calls"),
        Leaving.NOT_HELPFUL: _("The calls did not help us"),
        Leaving.GROWN_UP: _("Our children are grown up"),
        Leaving.OTHER: _("Another reason"),
    }
    rather_not = Option(Leaving.NOT_SAID, _("I’d rather not say"), or_else=True)
    return (*(Option(reason, words[reason]) for reason in TO_FAMILIES), rather_not)


class LeaveForm(PublicForm):
    """A reason, for whoever likes to give one."""

    why = RadiosField(
        _l("What is the main reason? (only if you like)"), leaving_options, read=Leaving, small=True
    )
    words = TextAreaField(_l("Why? (only if you like)"), rows=3, longest=1000)
