"""Which council is responsible for one child: today, on any day, for what, and what was believed before."""

from uuid import UUID

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.models.family import Child, Family
from catchup.queries import beliefs, families, managers, responsibility
from catchup.services.audit import Seen
from catchup.web.fields import DatePartsField
from catchup.web.forms_base import PublicForm
from catchup.web.security import saw, viewer
from catchup.web.staff import child_council_words as in_words
from catchup.web.staff import staff
from catchup.web.staff.families import family_or_404


class DayForm(PublicForm):
    """Any day, asked about by GET: a day says nothing of anybody."""

    on = DatePartsField(_l("On which day?"), what=_l("The day"), missing=_l("Enter a day"))


@staff.get("/families/<uuid:family_id>/children/<uuid:child_id>/councils")
def child_councils(family_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """The councils of one child, from the order on."""
    family = family_or_404(family_id)
    child = child_or_404(family, child_id)
    today = clock.today()
    known = beliefs.of(child)
    form = DayForm(request.args if "on-day" in request.args else None)
    asked_on = form.on.data if form.on.raw_data is not None and form.validate() else None
    on = asked_on or today
    told = beliefs.told(child)
    rows = beliefs.rows(known)
    decided = [one for row in rows for one in row.decisions]
    saw(Seen("child.councils", "child", child.id, family.id))
    page = render_template(
        "staff/child_councils.html",
        family=family,
        child=child,
        order=families.current_order(child),
        rows=rows,
        answer=responsibility.of_child(known, today),
        form=form,
        asked_on=asked_on,
        asked=responsibility.of_child(known, asked_on) if asked_on else None,
        on=on,
        matters=in_words.matters(known, on),
        told=told,
        homes=beliefs.homes_of(child.id),
        handovers=beliefs.handovers_of(known, today),
        names=families.names([one.recorded_by for one in decided] + [one.correction.by_id for one in told]),
        deciders=[manager.name for manager in managers.of_family(family.id, today)],
        say=in_words,
        today=today,
        manages=viewer().manages,
        nav="families",
    )
    return page, 422 if form.errors else 200


def child_or_404(family: Family, child_id: UUID) -> Child:
    """This child of the family; otherwise there is none."""
    return next((child for child in family.children if child.id == child_id), None) or abort(404)
