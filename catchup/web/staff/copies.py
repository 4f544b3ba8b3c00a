"""A parent asked for a copy of their record by telephone, by letter or on a call."""

from datetime import date
from typing import cast
from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.models.family import Family
from catchup.services import access_requests as service
from catchup.web.fields import DatePartsField, Option, RadiosField, TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.staff import staff
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import answer


class CopyForm(BaseForm):
    """Who asked, and when."""

    parent: RadiosField
    asked_on: DatePartsField
    note: TextAreaField


@staff.route("/families/<uuid:family_id>/copy", methods=["GET", "POST"])
def ask_for_copy(family_id: UUID) -> ResponseReturnValue:
    """Write down that one of them asked; a manager answers within a month of that day."""
    family = family_or_404(family_id)
    form = _form(family)
    parents = {parent.id: parent for parent in family.parents}
    return answer(
        family,
        form,
        _("A copy of the record was asked for"),
        lambda: service.record(
            parents[cast(UUID, form.parent.data)], cast(date, form.asked_on.data), form.note.data, viewer()
        ),
        _("A manager answers it within one month of the day they asked."),
        explained=_(
            "A parent may ask in any way, on a call too, and need not say why. The month runs from "
            "the day they asked."
        ),
    )


def _form(family: Family) -> CopyForm:
    class FamilyCopyForm(CopyForm):
        parent = RadiosField(
            _l("Who asked?"),
            [Option(str(parent.id), parent.name) for parent in family.parents],
            read=UUID,
            missing=_l("Choose who asked"),
        )
        asked_on = DatePartsField(
            _l("When did they ask?"),
            what=_l("The day they asked"),
            not_after=clock.today,
            default=clock.today,
            missing=_l("Enter the day they asked"),
        )
        note = TextAreaField(
            _l("What would they like?"),
            hint=_l("All of it, or a part; and how they would like to get it"),
            rows=3,
            longest=1000,
        )

    return FamilyCopyForm()
