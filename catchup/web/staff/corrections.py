"""Correcting what is believed of a child: what would follow is shown first, then done."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup.extensions import db
from catchup.models.family import Child, Family
from catchup.models.home import Home
from catchup.queries import beliefs, families
from catchup.services import corrections as service
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.corrections import Consequences, RightHome
from catchup.web.security import saw, viewer
from catchup.web.staff import child_council_words as in_words
from catchup.web.staff import correction_forms as forms
from catchup.web.staff import staff
from catchup.web.staff.child_councils import child_or_404
from catchup.web.staff.correction_forms import SeenForm
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED

# What would follow for a child, with its first name.
Foreseen = Sequence[tuple[str, Consequences]]


@staff.route("/families/<uuid:family_id>/children/<uuid:child_id>/order", methods=ASKED)
def correct_order(family_id: UUID, child_id: UUID) -> ResponseReturnValue:
    """Something else is believed of a child's order."""
    family = family_or_404(family_id)
    child = child_or_404(family, child_id)
    known = families.current_order(child)
    form = forms.order_form(child, known)
    seen = known.id if known else None

    def foresee() -> Foreseen:
        before = beliefs.of(child)
        after = service.with_order(before, form.right())
        return [(child.first_name, service.foresee(family.id, before, after))]

    return look_then_do(
        child,
        form,
        seen,
        foresee,
        lambda: service.correct_order(child, seen, form.right(), form.reason.data, viewer()),
        title=_("Correct %(name)s’s adoption order", name=child.first_name),
        done=_("The order is corrected. What followed from it stands below."),
        action=_("Correct the order"),
        explained=_("What was believed before is kept, with the day on which it was put right."),
        fields=("made_on", "placing", "allowance", "reason"),
    )


@staff.route("/families/<uuid:family_id>/children/<uuid:child_id>/homes/<uuid:home_id>", methods=ASKED)
def correct_home(family_id: UUID, child_id: UUID, home_id: UUID) -> ResponseReturnValue:
    """Something else is believed of one of a child's homes."""
    family = family_or_404(family_id)
    child = child_or_404(family, child_id)
    home = next((one for one in beliefs.homes_of(child.id) if one.id == home_id), None)
    if home is None:
        abort(404)
    theirs = [one for sibling in family.children for one in beliefs.homes_of(sibling.id)]
    same = forms.sibling_homes(child, theirs, home)
    names = {one.id: one.first_name for one in family.children}
    form = forms.home_form(child, home, families.addresses(family), [(key, names[key]) for key in same])

    def concerned() -> list[tuple[Child, Home]]:
        chosen = form.too.data if "too" in form else ()
        others = [(one, same[one.id]) for one in family.children if one.id in chosen]
        return [(child, home), *others]

    def foresee() -> Foreseen:
        found = []
        for one, wrong in concerned():
            before = beliefs.of(one)
            after = service.with_home(before, wrong, form.right(), form.lived_at)
            found.append((one.first_name, service.foresee(family.id, before, after)))
        return found

    def do() -> None:
        right = form.right()
        lived_at = form.lived_at
        if right is not None and lived_at is not None:
            outside = right.outside_england
            lived_at = service.at_address(family, lived_at, right.council, outside_england=outside)
        for one, wrong in concerned():
            correct = RightHome(right, lived_at) if right else None
            service.correct_home(one, wrong, correct, form.reason.data, viewer())

    return look_then_do(
        child,
        form,
        home.id,
        foresee,
        do,
        title=_("Correct where %(name)s lives", name=child.first_name),
        done=_("The home is corrected. What followed from it stands below."),
        action=_("Correct the home"),
        explained=_("The record says: %(home)s. It is kept as what was believed.", home=in_words.home(home)),
        fields=("where", "council", "from_on", "too", "reason"),
    )


def look_then_do(
    child: Child,
    form: SeenForm,
    seen: UUID | None,
    foresee: Callable[[], Foreseen],
    do: Callable[[], object],
    **shown: Any,
) -> ResponseReturnValue:
    """Show what would follow; do it once just that was seen, and confirmed. Nothing typed is lost.

    ``seen`` is the row the form is about, as it is now. Where somebody else was quicker the page says so.
    """
    family: Family = child.family
    found: Foreseen = ()
    status, token = 200, ""
    if form.is_submitted() and not form.validate():
        status = 422
    elif form.is_submitted():
        found = foresee()
        token = _token(found)
        if form.confirmed.data and _is_done(form, seen, token, do):
            flash(shown["done"])
            return redirect(url_for("staff.child_councils", family_id=family.id, child_id=child.id))
        status = 409 if form.confirmed.data else 200
    saw(Seen("child.councils", "child", child.id, family.id))
    page = render_template(
        "staff/correction.html",
        family=family,
        child=child,
        form=form,
        seen=seen or "",
        found=found,
        token=token,
        say=in_words,
        nav="families",
        **shown,
    )
    return page, status


def _is_done(form: SeenForm, seen: UUID | None, token: str, do: Callable[[], object]) -> bool:
    try:
        if form.confirmed.data != token or str(form.seen.data) != str(seen or ""):
            raise ChangedMeanwhileError
        do()
    except ChangedMeanwhileError:
        db.session.rollback()
        form.form_errors.append(
            _("What follows is not what you have seen: the record, or what you entered, has changed since.")
        )
        return False
    db.session.commit()
    return True


def _token(found: Foreseen) -> str:
    """Stands for what would follow, as it is shown."""
    return hashlib.sha256("".join(one.digest for _name, one in found).encode()).hexdigest()[:32]
