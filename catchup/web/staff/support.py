"""Extra support: asking for it at the right council, how far it has come, and what is still waited for."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.queries import directories, facts, families
from catchup.queries import support as queries
from catchup.queries.support import UNDECIDED, View
from catchup.rules import support as rule
from catchup.rules.terms import SupportStep
from catchup.services import support as service
from catchup.services.audit import Seen
from catchup.web.security import saw, saw_list, viewer
from catchup.web.staff import staff
from catchup.web.staff.families import family_or_404
from catchup.web.staff.support_forms import step_form, support_form
from catchup.web.staff.support_words import fund_in_words, next_in_words


@staff.get("/support")
def support_list() -> ResponseReturnValue:
    """The requests that somebody waits for, one's own or the team's, the oldest first."""
    today = clock.today()
    view = _view()
    page = queries.worklist(viewer(), view, today)
    saw_list("support.list", "support_request", page.families)
    return render_template(
        "staff/support.html",
        page=page,
        view=view,
        states=list(SupportStep),
        undecided=UNDECIDED,
        under_way=rule.UNDER_WAY,
        next_in_words=next_in_words,
        fund=fund_in_words(today),
        today=today,
        nav="families",
    )


def _view() -> View:
    asked = request.args
    state, view, after = asked.get("state", ""), asked.get("view"), asked.get("after", "")
    council = asked.get("council", "")
    return View(
        # A manager leads no family: what is theirs is the team's.
        team=view == "team" if view in ("mine", "team") else viewer().manages,
        state=SupportStep(state) if state in list(SupportStep) else None,
        council=council if council == UNDECIDED or council in directories.councils() else None,
        after=_id(after),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@staff.route("/families/<uuid:family_id>/requests", methods=["GET", "POST"])
def ask_for_support(family_id: UUID) -> ResponseReturnValue:
    """Support was asked for outside a call: which council is asked is seen before it is kept."""
    family = family_or_404(family_id)
    known = {child.id: child for child in facts.family(family.id).children}
    form = support_form(family, known)
    if form.is_submitted() and form.wants_look:
        form.received_on.validate(form)
    elif form.validate_on_submit():
        new = form.request()
        service.request(known[new.child_id], family.id, new, form.received_on.data, viewer())
        db.session.commit()
        flash(_("The request is kept, with the council that answers for it."))
        return redirect(url_for(".family", family_id=family.id))
    form.shown_on.data = form.councils_on.isoformat()
    names = {child.id: child.first_name for child in family.children if child.died_on is None}
    saw(Seen("family.view", "family", family.id, family.id))
    page = render_template(
        "staff/support_ask.html",
        form=form,
        family=family,
        names=names,
        proposals=queries.proposals([known[child_id] for child_id in names], form.councils_on),
        made=queries.of_family(family),
        all_names={child.id: child.first_name for child in family.children},
        under_way=rule.UNDER_WAY,
        fund=fund_in_words(clock.today()),
        nav="families",
    )
    return page, 422 if form.errors else 200


@staff.route("/families/<uuid:family_id>/requests/<uuid:request_id>/step", methods=["GET", "POST"])
def add_step(family_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Add how far a support request got."""
    family = family_or_404(family_id)
    made = families.support_request(request_id, family) or abort(404)
    form = step_form(made)
    if form.validate_on_submit():
        service.add_step(made, form.step.data, form.on.data, form.reason.data, viewer())
        db.session.commit()
        flash(_("The step is added."))
        return redirect(url_for(".family", family_id=family.id))
    child = next(child.first_name for child in family.children if child.id == made.child_id)
    saw(Seen("family.view", "family", family.id, family.id))
    page = render_template(
        "staff/support_step.html", form=form, family=family, made=made, child=child, nav="families"
    )
    return page, 422 if form.is_submitted() else 200
