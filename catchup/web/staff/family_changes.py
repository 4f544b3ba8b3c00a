"""What can be done to a family from its page: a small form each."""

from uuid import UUID

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.queries import facts, families
from catchup.services import asked_for, endings
from catchup.services import families as service
from catchup.web.manager import manager
from catchup.web.security import viewer
from catchup.web.staff import family_forms as forms
from catchup.web.staff import staff
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED, answer


@staff.route("/families/<uuid:family_id>/names", methods=ASKED)
def rename_family(family_id: UUID) -> ResponseReturnValue:
    """The family and its people are called something else."""
    family = family_or_404(family_id)
    form = forms.names_form(family)
    return answer(
        family,
        form,
        _("Change their names"),
        lambda: service.rename(family, form.family_name.data, form.people(), viewer()),
        _("The names are changed."),
        action=_("Save the names"),
        explained=_("Only the names they use now. An earlier name of a child has no place here."),
    )


@staff.route("/families/<uuid:family_id>/preferred-day", methods=ASKED)
def prefer_day(family_id: UUID) -> ResponseReturnValue:
    """The yearly call comes on another day of the year."""
    family = family_or_404(family_id)
    form = forms.PreferredDayForm(data={"day": family.preferred_day, "month": family.preferred_month})
    return answer(
        family,
        form,
        _("Another day of the year"),
        lambda: service.prefer_day(family, form.preferred, viewer()),
        _("The yearly calls are planned afresh."),
        action=_("Save the day"),
        explained=_(
            "The yearly call falls due on the anniversary of the order, or on the first day chosen here "
            "after it. A call that is open already keeps its day."
        ),
    )


@staff.route("/families/<uuid:family_id>/pause", methods=ASKED)
def pause_family(family_id: UUID) -> ResponseReturnValue:
    """The family does not want to be rung for a while."""
    family = family_or_404(family_id)
    form = forms.PauseForm()
    return answer(
        family,
        form,
        _("Pause the calls"),
        lambda: service.pause(family, form.from_on.data, form.until_on.data, viewer()),
        _("The calls are paused."),
        explained=_(
            "Calls due in this time are not made, and no messages are sent. The newest of them is made up "
            "on the day after, if it is not too old by then."
        ),
    )


@staff.route("/families/<uuid:family_id>/leave", methods=ASKED)
def leave_scheme(family_id: UUID) -> ResponseReturnValue:
    """The family leaves; the record stays."""
    family = family_or_404(family_id)
    form = forms.LeaveForm()
    return answer(
        family,
        form,
        _("The family leaves the scheme"),
        lambda: endings.leave(family, clock.today(), form.reason.data, form.why.data, viewer()),
        _("The family has left. There are no more calls or messages."),
        action=_("End the calls and messages"),
        explained=_(
            "Calls and messages end today. The record is kept. They can still ask for help, "
            "and come back any time."
        ),
    )


@staff.route("/families/<uuid:family_id>/come-back", methods=ASKED)
def come_back(family_id: UUID) -> ResponseReturnValue:
    """A family that left joins again."""
    family = family_or_404(family_id)
    if any(membership.left_on is None for membership in family.memberships):
        abort(404)
    form = forms.ComeBackForm()
    return answer(
        family,
        form,
        _("The family comes back"),
        lambda: service.come_back(family, clock.today(), viewer()),
        _("The family is back, and its welcome call is open."),
        action=_("Take them in again"),
        explained=_(
            "They get a welcome call, then their yearly calls. The calls in between are not made up."
        ),
    )


@staff.route("/families/<uuid:family_id>/lead", methods=ASKED)
def change_lead(family_id: UUID) -> ResponseReturnValue:
    """Somebody else rings the family."""
    family = family_or_404(family_id)
    if not families.may_name_lead(family, viewer(), clock.today()):
        abort(403)
    form = forms.lead_form(families.colleagues(family))
    return answer(
        family,
        form,
        _("Change who rings them"),
        lambda: service.change_lead(family, form.lead.data, viewer(), form.reason.data),
        _("The lead is changed, and the open calls go along."),
        action=_("Change the lead"),
    )


@staff.route("/families/<uuid:family_id>/ask", methods=ASKED)
def ask_for_call(family_id: UUID) -> ResponseReturnValue:
    """The family asked for a call."""
    family = family_or_404(family_id)
    known = facts.family(family.id)
    if known.is_stopped or known.left_on is not None:
        abort(404)
    form = forms.AskForm()
    return answer(
        family,
        form,
        _("They asked for a call"),
        lambda: asked_for.ask_for_call(family, form.promised_on.data, clock.today(), viewer()),
        _("The call is in the queue."),
        action=_("Put it in the queue"),
        explained=_("This is not an emergency service. In danger now: 999."),
    )


@staff.route("/families/<uuid:family_id>/stop", methods=ASKED)
def stop_everything(family_id: UUID) -> ResponseReturnValue:
    """Calls, messages and handovers stop at once."""
    family = family_or_404(family_id)
    form = forms.StopForm()
    return answer(
        family,
        form,
        _("Stop everything"),
        lambda: service.stop_everything(family, form.reason.data, viewer()),
        _("Everything is stopped, and a manager has been told."),
        template="staff/stop.html",
    )


@manager.route("/families/<uuid:family_id>/start-again", methods=ASKED)
def start_again(family_id: UUID) -> ResponseReturnValue:
    """A manager lets calls, messages and handovers go on."""
    family = family_or_404(family_id)
    form = forms.StartAgainForm()
    return answer(
        family,
        form,
        _("Start again"),
        lambda: service.start_again(family, viewer()),
        _("Calls, messages and handovers go on."),
        explained=_(
            "Calls, messages and handovers go on from today. Calls missed meanwhile are not made up."
        ),
    )


@manager.route("/families/<uuid:family_id>/shut-out", methods=ASKED)
def shut_out(family_id: UUID) -> ResponseReturnValue:
    """A manager keeps one member of staff away from the family."""
    family = family_or_404(family_id)
    form = forms.shut_out_form(families.colleagues(family), family.lead_id)
    return answer(
        family,
        form,
        _("Keep somebody from seeing this family"),
        lambda: service.shut_out(family, form.person.data, viewer()),
        _("That person can no longer see this family."),
        action=_("Shut them out"),
        explained=_(
            "They will find no trace of the family. The lead can only be shut out after a change of lead."
        ),
    )
