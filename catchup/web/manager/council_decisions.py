"""Naming the council where the rules name none, and taking that back."""

from datetime import date
from uuid import UUID

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.queries import beliefs, directories
from catchup.queries.beliefs import Open
from catchup.rules.terms import Undecided
from catchup.services import corrections, council_decisions
from catchup.web.fields import CouncilField, TextAreaField
from catchup.web.filters import day
from catchup.web.manager import manager
from catchup.web.security import viewer
from catchup.web.staff.child_councils import child_or_404
from catchup.web.staff.correction_forms import SeenForm
from catchup.web.staff.corrections import Foreseen, look_then_do
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED


class TakeBackForm(SeenForm):
    """Why a decision no longer holds."""

    reason = TextAreaField(
        _l("Why does it no longer hold?"), rows=3, longest=1000, missing=_l("Say why it no longer holds")
    )


class CouncilForm(SeenForm):
    """Which council it is, and why."""

    council: CouncilField
    reason = TextAreaField(
        _l("Why this council?"),
        rows=3,
        longest=1000,
        missing=_l("Say why it is this council"),
        hint=_l("For example: both councils agreed so, and who said it. Kept with the decision."),
    )


def council_form(time: Open) -> CouncilForm:
    """The form with the councils there are when the time begins."""

    def councils() -> list[tuple[str, str]]:
        return [(row.code, row.name) for row in directories.councils().on(time.since)]

    class TimeForm(CouncilForm):
        council = CouncilField(
            _("Which council is responsible?"), councils=councils, missing=_("Choose the council")
        )

    return TimeForm()


@manager.route("/families/<uuid:family_id>/children/<uuid:child_id>/councils/<since>/decide", methods=ASKED)
def decide_council(family_id: UUID, child_id: UUID, since: str) -> ResponseReturnValue:
    """A manager names the council for the time that begins on a day."""
    family = family_or_404(family_id)
    child = child_or_404(family, child_id)
    known = beliefs.of(child)
    time = beliefs.open_time(known, _day(since))
    if time is None:
        abort(404)
    current = beliefs.decision_for(child.id, time)
    seen = current.id if current else None
    form = council_form(time)

    def foresee() -> Foreseen:
        after = beliefs.with_decision(known, time, form.council.data, clock.today())
        return [(child.first_name, corrections.foresee(family.id, known, after))]

    return look_then_do(
        child,
        form,
        seen,
        foresee,
        lambda: council_decisions.decide(child, time, form.council.data, form.reason.data, viewer(), seen),
        title=_("Name the council for %(name)s", name=child.first_name),
        done=_("The council is named."),
        action=_("Save the decision"),
        explained=_explained(time),
        fields=("council", "reason"),
    )


@manager.route(
    "/families/<uuid:family_id>/children/<uuid:child_id>/decisions/<uuid:decision_id>/take-back",
    methods=ASKED,
)
def take_back_council(family_id: UUID, child_id: UUID, decision_id: UUID) -> ResponseReturnValue:
    """A decision no longer holds."""
    family = family_or_404(family_id)
    child = child_or_404(family, child_id)
    decision = beliefs.decision(decision_id, child) or abort(404)
    form = TakeBackForm()

    def foresee() -> Foreseen:
        known = beliefs.of(child)
        after = beliefs.without_decision(known, decision)
        return [(child.first_name, corrections.foresee(family.id, known, after))]

    return look_then_do(
        child,
        form,
        decision.id,
        foresee,
        lambda: council_decisions.take_back(decision, form.reason.data, viewer()),
        title=_("Take back the decision for %(name)s", name=child.first_name),
        done=_("The decision is taken back."),
        action=_("Take it back"),
        explained=_("The decision is kept, with the day on which it was taken back."),
        fields=("reason",),
    )


def _explained(time: Open) -> str:
    if time.undecided is Undecided.DIVIDED:
        return _("%(reason)s Where the postcode tells it, it is named without you.", reason=time.reason)
    if time.until is None:
        return _(
            "%(reason)s What you decide holds from %(since)s on.", reason=time.reason, since=day(time.since)
        )
    return _(
        "%(reason)s What you decide holds from %(since)s until %(until)s.",
        reason=time.reason,
        since=day(time.since),
        until=day(time.until),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)
