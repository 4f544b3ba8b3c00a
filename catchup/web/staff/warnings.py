"""Warnings on a family: adding one, looking at it again, ending it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.models.family import FamilyWarning
from catchup.queries import warnings as queries
from catchup.rules.calendar import anniversary
from catchup.rules.terms import WarningEnd, WarningKind
from catchup.services import warnings as service
from catchup.web.fields import DatePartsField, Option, RadiosField, SelectField, TextAreaField, TextField
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.staff import staff
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED, answer
from catchup.web.wording import options, words

KEEP = "keep"


def _in_a_year() -> date:
    return anniversary(clock.today(), 1)


def _in_two_years() -> date:
    return anniversary(clock.today(), 2)


def _tomorrow() -> date:
    return clock.today() + timedelta(days=1)


class WarningForm(BaseForm):
    """A new warning."""

    kind = RadiosField(
        _l("What is it about?"),
        options(WarningKind),
        read=WarningKind,
        small=True,
        missing=_l("Choose what it is about"),
    )
    text = TextAreaField(
        _l("What must everybody know before they ring?"),
        hint=_l("Short and kind: the family may ask to see it."),
        rows=3,
        longest=300,
        missing=_l("Say what everybody must know"),
    )
    agreed_by = TextField(
        _l("Who agreed to it?"),
        hint=_l("A manager, or the family itself."),
        missing=_l("Say who agreed to it"),
    )
    review_on = DatePartsField(
        _l("When do we look at it again?"),
        what=_l("The day to look at it again"),
        default=_in_a_year,
        not_before=_tomorrow,
        not_after=_in_two_years,
        too_early=_l("The day to look at it again must be after today"),
        missing=_l("Enter the day to look at it again"),
    )


class ReviewForm(BaseForm):
    """A warning is looked at again: it stays, or it ends for a reason."""

    then = RadiosField(
        _l("What now?"),
        (Option(KEEP, _l("Keep it")), Option("end", _l("End it"))),
        missing=_l("Choose whether it stays"),
    )
    agreed_by = TextField(
        _l("Who agreed that it stays?"),
        missing=_l("Say who agreed that it stays"),
        needed=lambda form: form.keeps,
    )
    review_on = DatePartsField(
        _l("When do we look at it again?"),
        what=_l("The day to look at it again"),
        default=_in_a_year,
        not_before=_tomorrow,
        not_after=_in_two_years,
        too_early=_l("The day to look at it again must be after today"),
        missing=_l("Enter the day to look at it again"),
        needed=lambda form: form.keeps,
    )
    reason = SelectField(
        _l("Why does it end?"),
        options(WarningEnd),
        read=WarningEnd,
        blank=_l("Choose"),
        missing=_l("Choose why it ends"),
        needed=lambda form: form.then.data is not None and not form.keeps,
    )

    @property
    def keeps(self) -> bool:
        """Whether the warning stays."""
        return bool(self.then.data == KEEP)

    def do(self, warning: FamilyWarning) -> Any:
        """What was chosen; only after ``validate``."""
        if self.keeps:
            return service.keep(warning, self.agreed_by.data, self.review_on.data, viewer())
        return service.end(warning, self.reason.data, viewer())


@staff.route("/families/<uuid:family_id>/warnings", methods=ASKED)
def add_warning(family_id: UUID) -> ResponseReturnValue:
    """Something everybody must know before they ring."""
    family = family_or_404(family_id)
    form = WarningForm()
    return answer(
        family,
        form,
        _("Add a warning"),
        lambda: service.add(
            family,
            form.kind.data,
            form.text.data,
            form.agreed_by.data,
            form.review_on.data,
            viewer(),
        ),
        _("The warning stands on their page and on every call."),
        explained=_("Everybody who may see this family reads it. A concern about safety is not for here."),
    )


@staff.route("/families/<uuid:family_id>/warnings/<uuid:warning_id>", methods=ASKED)
def review_warning(family_id: UUID, warning_id: UUID) -> ResponseReturnValue:
    """A warning is looked at again."""
    family = family_or_404(family_id)
    warning = queries.one(warning_id, family) or abort(404)
    form = ReviewForm()
    return answer(
        family,
        form,
        _("Look at a warning again"),
        lambda: form.do(warning),
        _("That is noted."),
        template="staff/family_warning.html",
        action=_("Save"),
        explained=f"{words(warning.kind)}: {warning.text}",
        warning=warning,
    )
