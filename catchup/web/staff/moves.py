"""Moves: recorded once it has been seen what follows, and called off where they do not happen."""

from uuid import UUID

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.models.family import Family
from catchup.queries import families
from catchup.queries import moves as queries
from catchup.services import families as family_service
from catchup.services import moves as service
from catchup.web.filters import council_name, day
from catchup.web.security import viewer
from catchup.web.staff import staff
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED, answer, show
from catchup.web.staff.move_forms import CallOffForm, MoveForm, move_form
from catchup.web.staff.move_words import sentences
from catchup.web.wording import words


@staff.route("/families/<uuid:family_id>/move", methods=ASKED)
def move_family(family_id: UUID) -> ResponseReturnValue:
    """Children live elsewhere from a day. What follows is shown before anything is kept."""
    family = family_or_404(family_id)
    form = move_form(family, families.addresses(family), queries.order_dates(family))
    title, template = _("Record a move"), "staff/family_move.html"
    if form.validate_on_submit() and not form.is_seen:
        changed = bool(form.seen.data) and not form.look.data
        form.seen.data = form.digest()
        return show(family, form, title, template=template, follows=_follows(family, form), changed=changed)

    def do() -> None:
        new = form.new_address()
        parents = [parent for parent in family.parents if parent.id in form.parents.data]
        address = family_service.add_address(family, new, parents) if new else form.known_address()
        service.move(
            [child for child in family.children if child.id in form.children.data],
            form.home_kind(),
            form.from_on.data,
            viewer(),
            address=address,
            council_code=form.kept_council,
        )

    return answer(family, form, title, do, _("The move is recorded."), template=template)


@staff.route("/families/<uuid:family_id>/moves/<uuid:home_id>/call-off", methods=ASKED)
def call_off_move(family_id: UUID, home_id: UUID) -> ResponseReturnValue:
    """A move that is still to come does not happen."""
    family = family_or_404(family_id)
    homes = queries.to_come(family, home_id, clock.today()) or abort(404)

    def do() -> None:
        for home in homes:
            service.call_off(home, viewer())

    one = homes[0]
    return answer(
        family,
        CallOffForm(),
        _("This move does not happen"),
        do,
        _("The move is called off, and everything is planned as if it were not to come."),
        action=_("Call it off"),
        explained=_(
            "%(names)s: %(where)s from %(day)s. That it was expected is kept.",
            names=", ".join(home.child.first_name for home in homes),
            where=council_name(one.council_code) if one.council_code else words(one.kind),
            day=day(one.from_on),
        ),
    )


def _follows(family: Family, form: MoveForm) -> list[tuple[str, list[str]]]:
    """(names, sentences): what this move would change, told once for those for whom it is the same."""
    today, from_on = clock.today(), form.from_on.data
    return [
        (", ".join(one.names), sentences(one, from_on, today))
        for one in queries.follows(family, form.children.data, form.home(), today)
    ]
