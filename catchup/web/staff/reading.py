"""Asking whoever opens very many records why, before the next: their managers read the answer."""

from typing import cast

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.queries import directories
from catchup.services import reading_alerts
from catchup.web.fields import TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.sign_in import OWN_PATH
from catchup.web.staff import staff


class WhyForm(BaseForm):
    """The reason, in words."""

    reason = TextAreaField(
        _l("What are you working on?"),
        hint=_l("Your managers read this. You do not need to name a family."),
        rows=3,
        longest=1000,
        missing=_l("Say what you are working on"),
    )


@staff.route("/say-why", methods=["GET", "POST"])
def say_why() -> ResponseReturnValue:
    """Keep the reason, and go on to the record that was to be opened."""
    back = request.values.get("next") or url_for(".show_queue")
    if not OWN_PATH.fullmatch(back):
        abort(400)
    form = WhyForm()
    if form.validate_on_submit():
        reading_alerts.say_why(viewer(), cast(str, form.reason.data), clock.real_now())
        db.session.commit()
        return redirect(back)
    page = render_template(
        "staff/say_why.html",
        form=form,
        back=back,
        most=directories.policy(clock.today()).records_without_a_reason,
    )
    return page, 422 if form.is_submitted() else 200
