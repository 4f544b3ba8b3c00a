"""Times offered to a family for its next call: offering, withdrawing, and noting which they chose."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.queries import directories, facts
from catchup.queries import offered_times as queries
from catchup.rules import offered_times as rule
from catchup.rules.contact import Times, band_of
from catchup.rules.offered_times import NotOffered
from catchup.services import offered_times as service
from catchup.services.offered_times import NotToBeChosenError
from catchup.web.fields import Option, SelectField
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.staff import staff
from catchup.web.staff.attempt_form import days_ahead, not_now_in_words, times_of_day
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED, answer
from catchup.web.wording import words


class TimesOfferedForm(BaseForm):
    """As many days and times as may still be offered: day_1 and time_1, and so on."""

    rows: int
    times: Times
    standing: Sequence[datetime]

    def pairs(self) -> list[tuple[SelectField, SelectField]]:
        """The fields of each time, day first."""
        return [(self[f"day_{row}"], self[f"time_{row}"]) for row in range(1, self.rows + 1)]

    def offered(self) -> list[datetime]:
        """The instants chosen, in the order of the page; only after ``validate``."""
        return [clock.instant(day.data, at.data) for day, at in self.pairs() if day.data and at.data]

    def validate(self, extra_validators: Any = None) -> bool:
        """Each time is whole and can be offered; there is at least one."""
        if not super().validate(extra_validators):
            return False
        known = list(self.standing)
        for day, at in self.pairs():
            if day.data and not at.data:
                at.errors = [_("Choose the time")]
            elif at.data and not day.data:
                day.errors = [_("Choose the day")]
            elif day.data:
                said = self._why_not(clock.instant(day.data, at.data), known)
                at.errors = [said] if said else []
                known.append(clock.instant(day.data, at.data))
        if not self.errors and not self.offered():
            self.pairs()[0][0].errors = [_("Choose at least one day and time")]
        return not self.errors

    def _why_not(self, at: datetime, known: Sequence[datetime]) -> str | None:
        local = clock.london(at)
        why = rule.why_not(
            local, clock.london(clock.now()), times=self.times, holidays=directories.holidays(), offered=known
        )
        if why is NotOffered.NOT_ALLOWED:
            return not_now_in_words(self.times, local)
        sentences = {
            NotOffered.PAST: _("Choose a time that is still to come"),
            NotOffered.NO_WORKING_DAY: _("Choose a working day"),
            NotOffered.TWICE: _("This time is offered already"),
        }
        return sentences[why] if why else None


def times_offered_form(family: Family, standing: Sequence[datetime]) -> TimesOfferedForm | None:
    """The form with room for what may still be offered; None where there is none."""
    times = Times.from_stored(family.good_times, family.never_times, family.evenings)
    room = directories.policy(clock.today()).times_offered - len(standing)
    days = [option for option in days_ahead() if times.allowed_on(date.fromisoformat(option.value).weekday())]
    fields: dict[str, Any] = {"rows": room, "times": times, "standing": standing}
    for row in range(1, room + 1):
        fields[f"day_{row}"] = SelectField(_l("Day"), days, read=date.fromisoformat, blank=_l("Choose a day"))
        fields[f"time_{row}"] = SelectField(
            _l("Time"), _times(times), read=time.fromisoformat, blank=_l("Choose a time")
        )
    return type("FamilyTimesOfferedForm", (TimesOfferedForm,), fields)() if room > 0 else None


def _times(times: Times) -> list[Option]:
    """The times of day at which the family may be rung on some day."""
    return [
        option for option in times_of_day() if band_of(time.fromisoformat(option.value)) in times.allowed()
    ]


@staff.route("/families/<uuid:family_id>/times-offered", methods=ASKED)
def offer_times(family_id: UUID) -> ResponseReturnValue:
    """Times for the next call, for the family to pick from."""
    family = family_or_404(family_id)
    call = _next_call(family)
    form = times_offered_form(family, [one.at for one in queries.standing(call.id, clock.now())])
    if form is None:
        flash(_("There are as many times as can be offered at once. Withdraw one first."))
        return redirect(url_for("staff.family", family_id=family.id))
    return answer(
        family,
        form,
        _("Offer times"),
        lambda: service.offer(call, form.offered(), viewer(), clock.now()),
        _("The times are offered."),
        template="staff/family_times_offered.html",
        action=_("Offer these times"),
        explained=_("For the %(call)s. Only times they allow can be offered.", call=words(call.kind).lower()),
    )


@staff.post("/families/<uuid:family_id>/times-offered/<uuid:offered_id>/take")
def take_time(family_id: UUID, offered_id: UUID) -> ResponseReturnValue:
    """They chose this one."""
    return _decide(family_id, offered_id, take=True)


@staff.post("/families/<uuid:family_id>/times-offered/<uuid:offered_id>/withdraw")
def withdraw_time(family_id: UUID, offered_id: UUID) -> ResponseReturnValue:
    """This time is no longer offered."""
    return _decide(family_id, offered_id, take=False)


def _decide(family_id: UUID, offered_id: UUID, *, take: bool) -> ResponseReturnValue:
    family, now = family_or_404(family_id), clock.now()
    offered = queries.one(offered_id, family, now)
    try:
        if offered is None:
            raise NotToBeChosenError
        if take:
            service.take(offered, viewer(), now)
        else:
            service.withdraw(offered, viewer(), now)
    except NotToBeChosenError:
        db.session.rollback()
        flash(_("That time can no longer be chosen."), "warning")
    else:
        db.session.commit()
        flash(_("The call is promised for that time.") if take else _("That time is no longer offered."))
    return redirect(url_for("staff.family", family_id=family_id))


def _next_call(family: Family) -> Call:
    """The call times are offered for; a family that was stopped or has left has none."""
    known = facts.family(family.id)
    call = None if known.is_stopped or known.left_on else queries.next_call(family)
    return call or abort(404)
