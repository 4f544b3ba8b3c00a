"""Passkeys: adding and removing one's own, and one in place of the code while signing in.

A challenge waits in the session of whoever is to answer it, and is taken out with the first answer. None of
this trusts what a request says about the host: services/passkeys.py knows it from the configuration.
"""

from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_security import Security
from flask_security.tf_plugin import tf_check_state
from flask_security.twofactor import CodeTfPlugin
from wtforms.validators import ValidationError

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.services import passkeys
from catchup.services.passkeys import NotProvenError
from catchup.web.account import account
from catchup.web.fields import TextField
from catchup.web.forms_base import Answer, BaseForm
from catchup.web.own_account import go_on, not_in_a_demo, own
from catchup.web.security import viewer
from catchup.web.sign_in import OWN_PATH
from catchup.web.sign_in_forms import Limited, ProofForm

passkey = Blueprint("passkey", __name__)

ADDING, SIGNING_IN = "passkey_adding", "passkey_asked"  # what waits in a session
LONGEST_ANSWER = 20_000


class SecondStep(CodeTfPlugin):
    """After the password: the passkey of somebody who has one, else the code."""

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> Any:
        """Where to go on; the code's page stays open to them. The library may name a whole address."""
        next_loc = next_loc if next_loc and OWN_PATH.fullmatch(next_loc) else None
        answer = super().tf_login(user, json_payload, next_loc)
        if session.get("tf_state") == "ready" and user.webauthn:
            return redirect(url_for("passkey.use_passkey", next=next_loc))
        return answer


class AnswerBox(Answer):
    """What a passkey has answered, which the page's script puts here."""

    kind = "hidden"
    error_id = "passkey-button"

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = (valuelist[0] if valuelist else "")[:LONGEST_ANSWER] or None


def _answer_box() -> AnswerBox:
    return AnswerBox(
        "",
        missing=_("Your passkey did not answer. Press the button, and follow what your browser says"),
    )


class NewPasskeyForm(ProofForm):
    """A name for a passkey, and the password."""

    name = TextField(
        _("A name for it"),
        hint=_("So that you know it again. For example, work laptop or blue key"),
        longest=passkeys.LONGEST_NAME,
        width=20,
        missing=_("Enter a name"),
    )

    def validate_name(self, field: TextField) -> None:
        """Each has a name of its own."""
        if field.data in {one.name for one in self.user.webauthn}:
            raise ValidationError(gettext("You have a passkey of this name"))
        if len(self.user.webauthn) >= passkeys.MOST:
            raise ValidationError(gettext("You have %(n)s passkeys. Remove one first", n=passkeys.MOST))


class AddedForm(BaseForm):
    """What a new passkey has answered."""

    answer = _answer_box()


class UseForm(Limited, BaseForm):
    """What a passkey has answered to somebody who has given the password."""

    step = "sign-in-passkey"
    answer = _answer_box()

    def __init__(self, user: Staff, challenge: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user, self.challenge = user, challenge

    def whose(self) -> str | None:
        return str(self.user.id)

    def validate_answer(self, field: AnswerBox) -> None:
        """It has to be signed by a passkey of theirs, and the challenge has to be new."""
        try:
            if self.challenge is None:
                raise NotProvenError("nothing was asked, or it was answered before")
            passkeys.use(self.user, self.challenge, field.data)
        except NotProvenError:
            raise ValidationError(
                gettext("This passkey was not accepted. Try again, or use a code")
            ) from None


class Asked(NamedTuple):
    """A challenge that waits for its answer, with the name of the passkey that is to be made."""

    challenge: str
    name: str


def _ask(what: str, name: str = "") -> Asked:
    asked = Asked(passkeys.new_challenge(), name)
    session[what] = [clock.real_now().isoformat(), *asked]
    return asked


def _asked(what: str) -> Asked | None:
    """What waits, unless it has waited too long."""
    at, *asked = session.get(what) or [None]
    if at is None or not clock.real_now() - datetime.fromisoformat(at) < passkeys.ASKED_FOR:
        return None
    return Asked(*asked)


# Adding and removing


@account.route("/account/passkeys/add", methods=["GET", "POST"])
def add_passkey() -> ResponseReturnValue:
    """Ask for a name and the password before a passkey is made."""
    not_in_a_demo()
    form = NewPasskeyForm(own())
    if not form.is_submitted():
        return render_template("security/passkey_add.html", form=form)
    if not form.validate():
        return render_template("security/passkey_add.html", form=form), 422
    passkeys.prepare(form.user)
    db.session.commit()
    _ask(ADDING, form.name.data)
    return redirect(url_for(".make_passkey"))


@account.route("/account/passkeys/make", methods=["GET", "POST"])
def make_passkey() -> ResponseReturnValue:
    """The browser makes the passkey, and its answer is kept."""
    not_in_a_demo()
    asked = _asked(ADDING)
    if asked is None:
        return redirect(url_for(".add_passkey"))
    person, form = own(for_update=request.method == "POST"), AddedForm()
    if form.is_submitted() and form.validate():
        session.pop(ADDING)
        try:
            passkeys.add(person, asked.name, asked.challenge, form.answer.data, viewer())
        except NotProvenError:
            flash(gettext("The passkey could not be added. Try again."), "error")
            return redirect(url_for(".add_passkey"))
        db.session.commit()
        flash(gettext("The passkey is added. You are asked for it when you next sign in."), "success")
        return redirect(url_for(".show_account"))
    page = {"form": form, "name": asked.name, "options": passkeys.to_add(person, asked.challenge)}
    return render_template("security/passkey_make.html", **page), 422 if form.errors else 200


@account.route("/account/passkeys/<uuid:passkey_id>/remove", methods=["GET", "POST"])
def remove_passkey(passkey_id: UUID) -> ResponseReturnValue:
    """Ask for the password, and let a passkey in no longer."""
    not_in_a_demo()
    form = ProofForm(own())
    found = _theirs(form.user, passkey_id)
    if not form.is_submitted():
        return render_template("security/passkey_remove.html", form=form, passkey=found)
    if not form.validate():
        return render_template("security/passkey_remove.html", form=form, passkey=found), 422
    person = own(for_update=True)
    passkeys.remove(person, _theirs(person, passkey_id), viewer())
    db.session.commit()
    go_on(person)
    flash(gettext("The passkey is removed, and you are signed out everywhere else."), "success")
    return redirect(url_for(".show_account"))


def _theirs(person: Staff, passkey_id: UUID) -> Any:
    return next((one for one in person.webauthn if one.id == passkey_id), None) or abort(404)


# Signing in


@passkey.route("/sign-in/passkey", methods=["GET", "POST"])
def use_passkey() -> ResponseReturnValue:
    """A passkey in place of the code, for somebody who has given the password."""
    if g.viewer:
        return redirect(url_for("account.start"))
    person = cast(Staff | None, None if _is_demo() else tf_check_state(["ready"]))
    if person is None or not person.webauthn:
        return redirect(url_for("security.login"))
    asked = _asked(SIGNING_IN)
    if request.method == "POST":
        session.pop(SIGNING_IN, None)
        db.session.rollback()  # the counters have transactions of their own
        if asked and not passkeys.claim(asked.challenge):
            asked = None
        form = UseForm(person, asked.challenge if asked else None)
        if form.validate():
            _security().two_factor_plugins.tf_complete(person, True)
            db.session.commit()
            return redirect(request.values.get("next") or url_for("account.start"))
        db.session.rollback()
        asked = None
    else:
        form = UseForm(person, None, formdata=None)
    asked = asked or _ask(SIGNING_IN)
    page = {"form": form, "options": passkeys.to_use(person, asked.challenge)}
    return render_template("security/passkey_use.html", **page), 422 if form.errors else 200


def _is_demo() -> bool:
    return bool(current_app.config["CATCHUP"].demo)


def _security() -> Security:
    security: Security = current_app.extensions["security"]
    return security
