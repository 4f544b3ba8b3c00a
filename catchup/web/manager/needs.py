"""What needs a manager: acknowledging concerns, and deciding what nobody else may."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Escalation
from catchup.queries import access_requests as copy_queries
from catchup.queries import complaints as complaint_queries
from catchup.queries import concerns as concern_queries
from catchup.queries import (
    council_contacts,
    directories,
    families,
    handover_board,
    needs,
    registrations,
    request_reviews,
    undecided,
    warnings,
)
from catchup.rules import concerns as rule
from catchup.rules import registration as registration_rule
from catchup.rules.terms import EscalationKind
from catchup.services import concerns, decisions
from catchup.services.audit import Seen
from catchup.services.decisions import Then
from catchup.web.fields import Option as Answer
from catchup.web.fields import RadiosField, TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager, needs_besides
from catchup.web.security import saw, saw_list, viewer
from catchup.web.staff import child_council_words as in_words

NOT_REACHED = (EscalationKind.NOT_REACHED, EscalationKind.NO_NUMBER, EscalationKind.HARD_CALL_NOT_REACHED)


class DecisionForm(BaseForm):
    """What the manager decided, in words."""

    decision = TextAreaField(
        _l("What did you decide?"), rows=3, longest=1000, missing=_l("Say what you decided")
    )


class NotReachedForm(DecisionForm):
    """What becomes of a call that nobody could be reached for."""

    then = RadiosField(
        _l("What becomes of the call?"),
        (
            Answer(
                Then.AGAIN, _l("Try again"), _l("It goes back to the queue; you hear of the next try in vain")
            ),
            Answer(Then.CLOSE, _l("Close it as not reached"), _l("The next yearly call still comes")),
        ),
        read=Then,
        missing=_l("Choose what becomes of the call"),
    )


@manager.get("/needs")
def list_needs() -> ResponseReturnValue:
    """Concerns first, then the rest by kind, oldest first."""
    now = clock.now()
    found = needs.waiting(viewer(), clock.today())
    unreviewed = warnings.due(viewer(), clock.today())
    no_council, no_council_count = undecided.waiting(viewer(), clock.today())
    in_doubt, in_doubt_count = request_reviews.waiting(viewer(), clock.today())
    shown = [family.id for _warning, family in unreviewed]
    shown += [one.family.id for one in no_council] + [one.family.id for one in in_doubt]
    complaints = complaint_queries.waiting(viewer(), clock.today())
    copies = copy_queries.waiting(viewer(), clock.today())
    shown += [one.family_id for one in complaints] + [one.family_id for one in copies]
    saw_list("needs.list", "family", dict.fromkeys([*found.families, *shown]))
    handovers = handover_board.overdue(viewer(), clock.today(), needs.MOST)
    if handovers:
        saw_list("handover.list", "handover", dict.fromkeys(card.row.family_id for card in handovers))
    policy = directories.policy(clock.today())
    told = concern_queries.told(concern for concern, _family in found.concerns)
    late = registrations.late(viewer(), clock.today())
    if late.shown:
        saw(Seen("registrations.list", "registration"))
    besides = needs_besides.waiting(viewer(), clock.today())
    return render_template(
        "manager/needs.html",
        besides=besides,
        breach_edge=needs_besides.now_or_late(besides),
        found=found,
        concerns=[
            (concern, family, rule.acknowledge_by(concern.recorded_at, policy), told[concern.id])
            for concern, family in found.concerns
        ],
        undecided=[
            (concern, family, concern_queries.chase_on(concern)) for concern, family in found.undecided
        ],
        unreviewed=unreviewed,
        complaints=complaints,
        copies=copies,
        handovers=handovers,
        no_council=no_council,
        no_council_count=no_council_count,
        in_doubt=in_doubt,
        in_doubt_count=in_doubt_count,
        mailboxes=[one for one in council_contacts.listed(clock.today()) if one.waits],
        say=in_words,
        today=clock.today(),
        late=[(one, registration_rule.read(one.answers)) for one in late.shown],
        late_count=late.count,
        now=now,
        names=families.names(
            [one.raised_by for one in found.raised]
            + [concern.recorded_by for concern, _f in (*found.concerns, *found.undecided)]
        ),
        kinds=EscalationKind,
        nav="needs",
    )


@manager.post("/needs/concerns/<uuid:concern_id>")
def acknowledge(concern_id: UUID) -> ResponseReturnValue:
    """The manager has seen a concern."""
    concern = concern_queries.get(concern_id, viewer(), clock.today()) or abort(404)
    concerns.acknowledge(concern, viewer())
    db.session.commit()
    flash(_("Acknowledged."))
    return redirect(url_for("staff.show_concern", concern_id=concern_id))


@manager.route("/needs/<uuid:escalation_id>", methods=["GET", "POST"])
def decide(escalation_id: UUID) -> ResponseReturnValue:
    """Decide one thing, with the reason in words."""
    raised = needs.escalation(escalation_id, viewer(), clock.today()) or abort(404)
    if raised.kind is EscalationKind.CONCERN or raised.decided_at is not None:
        abort(404)
    form = _form(raised)
    if form.validate_on_submit():
        then = form.then.data if isinstance(form, NotReachedForm) else None
        decisions.decide(raised, form.decision.data, viewer(), clock.now(), then)
        db.session.commit()
        flash(_("Decided."))
        return redirect(url_for(".list_needs"))
    saw(Seen("escalation.view", "escalation", raised.id, raised.family_id))
    page = render_template(
        "manager/needs_decide.html",
        raised=raised,
        form=form,
        names=families.names([raised.raised_by]),
        nav="needs",
    )
    return page, 422 if form.is_submitted() else 200


def _form(raised: Escalation) -> DecisionForm:
    call = raised.call
    open_call = call is not None and call.closed_at is None
    return NotReachedForm() if raised.kind in NOT_REACHED and open_call else DecisionForm()
