"""What everybody who is signed in may do: begin where their work is, and move a demo's clock."""

from datetime import timedelta

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import generate_csrf

from catchup import clock
from catchup.extensions import db
from catchup.rules.terms import Role
from catchup.services import marks
from catchup.web import sessions, sign_in
from catchup.web.date_field import DatePartsField
from catchup.web.filters import day
from catchup.web.forms_base import BaseForm
from catchup.web.security import idle_limit, viewer

account = Blueprint("account", __name__)

START = {Role.LEAD: "/queue", Role.MANAGER: "/queue", Role.ADMINISTRATOR: "/admin/people"}
FARTHEST = timedelta(days=5 * 366)  # the night has to go through every day up to there


def register(app: Flask) -> None:
    """Bind the sign-in library and these pages."""
    # Imported here: it puts more pages on this blueprint.
    from catchup.web.passkeys import passkey

    sign_in.register(app)
    app.register_blueprint(account)
    app.register_blueprint(passkey)


class ClockForm(BaseForm):
    """The day a demo is to be on."""

    on = DatePartsField(
        _("Which day should it be?"),
        what=_("The day"),
        missing=_("Enter a day"),
        not_before=lambda: clock.real_now().date() - FARTHEST,
        not_after=lambda: clock.real_now().date() + FARTHEST,
    )


@account.get("/start")
def start() -> ResponseReturnValue:
    """Go where this person's work is."""
    return redirect(START[viewer().role])


@account.get("/session")
def session_state() -> ResponseReturnValue:
    """How long the session still goes on, whose it is, and its form token; asking does not prolong it."""
    g.quiet = True
    return _state()


@account.post("/session")
def stay_signed_in() -> ResponseReturnValue:
    """Let the session begin its idle time afresh."""
    sessions.current().prolong()
    return _state()


def _state() -> Response:
    left = sessions.current().left(idle_limit(viewer().role))
    return jsonify(left=left, who=str(viewer().id), token=generate_csrf())


@account.route("/clock", methods=["GET", "POST"])
def move_clock() -> ResponseReturnValue:
    """Move the day of a demo, for everybody in it."""
    if not current_app.config["CATCHUP"].demo:
        abort(404)
    form = ClockForm(on=clock.today())
    if not form.is_submitted():
        return render_template("security/clock.html", form=form)
    if not form.validate():
        return render_template("security/clock.html", form=form), 422
    marks.move_clock(form.on.data)
    db.session.commit()
    flash(gettext("The service’s day is now %(day)s.", day=day(form.on.data)), "success")
    return redirect(url_for(".move_clock"))
