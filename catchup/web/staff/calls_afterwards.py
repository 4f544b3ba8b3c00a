"""What a family says about who rings once its council is outside the agency."""

from uuid import UUID

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup.queries import calls_afterwards as queries
from catchup.rules.terms import Afterwards
from catchup.services import calls_afterwards as service
from catchup.web.fields import DatePartsField, Option, RadiosField, TextAreaField
from catchup.web.filters import council_name, day
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.staff import staff
from catchup.web.staff.family_answer import ASKED, answer
from catchup.web.staff.handovers import scoped


class AfterwardsForm(BaseForm):
    """Whether we go on, and from when their own agency's scheme rings, once they know."""

    answer = RadiosField(
        _l("What do they say?"),
        (
            Option(Afterwards.GO_ON, _l("Please go on ringing"), _l("Nothing changes: their lead rings on")),
            Option(
                Afterwards.STOP,
                _l("Please stop"),
                _l("Our calls and messages end on the day their council changes, or today if that is past"),
            ),
        ),
        read=Afterwards,
        missing=_l("Choose what they say"),
    )
    their_scheme_from_on = DatePartsField(
        _l("From when does their own agency’s scheme ring, if that is confirmed?"),
        what=_l("The day from which their own agency’s scheme rings"),
        hint=_l("From that day we no longer ring. Leave empty while nobody has confirmed it."),
    )
    note = TextAreaField(_l("Anything to note?"), rows=2, longest=1000)


@staff.route("/handovers/<uuid:handover_id>/calls-afterwards", methods=ASKED)
def record_calls_afterwards(handover_id: UUID) -> ResponseReturnValue:
    """Write down what the family said."""
    one = scoped(handover_id, to_act=True)
    if one.withdrawn_at or not queries.leaves_agency(one):
        abort(404)
    form = AfterwardsForm()

    def do() -> None:
        service.record(
            one,
            form.answer.data,
            viewer(),
            their_scheme_from_on=form.their_scheme_from_on.data,
            note=form.note.data,
        )

    return answer(
        one.family,
        form,
        _("Who rings them from now on?"),
        do,
        _("What they said is recorded."),
        action=_("Record what they said"),
        explained=_(
            "From %(day)s %(council)s is responsible, which is outside our partnership. Ask them: “Would you "
            "like us to go on ringing until your own agency’s calls begin?”",
            day=day(one.change_on),
            council=council_name(one.to_council),
        ),
    )
