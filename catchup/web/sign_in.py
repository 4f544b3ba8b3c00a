"""Signing in: the sign-in library bound to our tables, forms and rules.

Pages do not ask the library who is there: the guard does, with one statement. What is not needed of it is
off or closed. Errors are the same whoever is tried, a code works once, tries are limited.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import flask_security
import segno
from flask import (
    Flask,
    Response,
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
from flask_babel import gettext, lazy_gettext, ngettext
from flask_login.utils import _user_context_processor
from flask_security import Security, SQLAlchemyUserDatastore, password_changed, user_authenticated
from flask_wtf.csrf import CSRFError
from passlib.totp import TOTP, AppWallet, TotpMatch

from catchup import crypto
from catchup.data.common_passwords import tried_first, words_for
from catchup.extensions import db
from catchup.models.staff import Staff, StaffRole, WebAuthn
from catchup.queries import staff as accounts
from catchup.rules import passwords
from catchup.rules.passwords import Weakness
from catchup.services import audit, limits, staff
from catchup.web import errors
from catchup.web import sign_in_forms as forms
from catchup.web.security import BEFORE_WORK, saw
from config import Settings

PASSWORD, CODES = "security.change_password", "security.mf_recovery_codes"
WHILE_SIGNING_IN = {"security.two_factor_setup", "security.two_factor_token_validation"}
# Parts that come with the library: nothing is mailed, and nobody has two kinds of second factor.
CLOSED = ("two_factor_rescue", "two_factor_setup_validate", "tf_select")
# A path of this service: browsers read "//host", "/\host" and control characters as more than that.
OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f-\xa0\\]*")


class Datastore(SQLAlchemyUserDatastore):
    """Our tables for the library."""

    def set_uniquifier(self, user: Any, uniquifier: str | None = None) -> None:
        """After a change of password: all sessions end."""
        staff.end_sessions(user)


class Totp(flask_security.Totp):
    """Codes of the authenticator app: each works once, also when two hosts are asked at the same time."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        self._totp = TOTP.using(issuer=issuer, wallet=AppWallet(secrets, default_tag=next(iter(secrets))))

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The address in the picture; ``qr_code`` draws it."""
        return str(self.get_totp_uri(username, totp))

    def get_last_counter(self, user: Any) -> int | None:
        """The step of the last code that was taken; the account stays locked until the transaction ends."""
        db.session.refresh(user, ["tf_last_counter"], with_for_update=True)
        counter: int | None = user.tf_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        """Written with what the code allows."""
        user.tf_last_counter = tmatch.counter


class RecoveryCodes(flask_security.MfRecoveryCodesUtil):
    """Codes on paper for somebody who has lost the phone: kept encrypted, each works once."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """New codes in place of the old ones."""
        _done(CODES)
        return list(super().create_recovery_codes(user))

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether it is one of theirs; the account stays locked until the transaction ends."""
        db.session.refresh(user, ["mf_recovery_codes"], with_for_update=True)
        return bool(super().check_recovery_code(user, code))


class Passwords(flask_security.PasswordUtil):
    """The rules for a new password."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """(sentences or None, the password as it is kept)."""
        password = self.normalize(password)
        user = kwargs["user"]
        found = passwords.weakness(password, words_for(user.name, user.email), tried_first())
        return ([_sentence(found)] if found else None), password


def _sentence(weakness: Weakness) -> str:
    return {
        Weakness.TOO_SHORT: gettext("Use at least %(n)s characters", n=passwords.SHORTEST),
        Weakness.TOO_LONG: gettext("Use %(n)s characters or fewer", n=passwords.LONGEST),
        Weakness.TOO_COMMON: gettext("Choose a password that is harder to guess"),
    }[weakness]


@dataclass(frozen=True, slots=True)
class Picture:
    """A QR code as one path of an SVG picture, ``size`` units wide and high."""

    size: int
    path: str


def qr_code(text: str) -> Picture:
    """The picture of a text."""
    code = segno.make(text, error="m")
    dark = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, line in enumerate(code.matrix_iter(border=4))
        for x, module in enumerate(line)
        if module
    )
    return Picture(int(code.symbol_size(border=4)[0]), dark)


def register(app: Flask) -> None:
    """Bind the sign-in library to an app."""
    settings: Settings = app.config["CATCHUP"]
    app.config.update(_config(settings))
    security = Security(
        app,
        Datastore(db, Staff, StaffRole, WebAuthn),
        login_form=forms.SignInForm,
        change_password_form=forms.ChangePasswordForm,
        two_factor_verify_code_form=forms.CodeForm,
        two_factor_setup_form=forms.SetUpForm,
        two_factor_rescue_form=forms.NoRescueForm,
        mf_recovery_form=forms.RecoveryCodeForm,
        totp_cls=Totp,
        mf_recovery_codes_util_cls=RecoveryCodes,
        password_util_cls=Passwords,
        render_template=_page,
    )
    security.want_json(lambda _request: False)
    # These load the account with every page; pages have g.viewer.
    app.before_request_funcs[None].remove(security.principal._on_before_request)
    app.template_context_processors[None].remove(_user_context_processor)
    for endpoint in CLOSED:
        if f"security.{endpoint}" in app.view_functions:
            app.view_functions[f"security.{endpoint}"] = _closed
    app.add_template_global(qr_code)
    app.before_request(_only_in_turn)
    app.after_request(_tidy_up)
    app.register_error_handler(CSRFError, _stale)
    user_authenticated.connect_via(app)(_signed_in)
    password_changed.connect_via(app)(_password_changed)
    if settings.demo:
        security.login_context_processor(_demo_people)


def _config(settings: Settings) -> dict[str, object]:
    real = not settings.demo
    return {
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_FLASH_MESSAGES": False,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_CACHE_CONTROL": None,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_FRESHNESS": timedelta(minutes=-1),  # off: everything that would need it has its own check
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_POST_LOGIN_VIEW": "account.start",
        "SECURITY_POST_LOGOUT_VIEW": "security.login",
        "SECURITY_POST_CHANGE_VIEW": "account.start",
        "SECURITY_PASSWORD_NORMALIZE_FORM": "NFKC",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},
        # Source: OWASP ASVS 5.0.0, appendix C: argon2id, 19 MiB, two passes.
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__type": "ID",
            "argon2__memory_cost": 19 * 1024,
            "argon2__time_cost": 2,
            "argon2__parallelism": 1,
        },
        # In a demo everybody shares the accounts: nobody may take one over.
        "SECURITY_CHANGEABLE": real,
        "SECURITY_CHANGE_URL": "/password",
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_TWO_FACTOR": real,
        "SECURITY_TWO_FACTOR_REQUIRED": real,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_SETUP_URL": "/sign-in/authenticator",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"code": "catchup.web.passkeys.SecondStep"},
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": real,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery-code",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/recovery-codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": crypto.recovery_code_keys(settings.encryption_keys),
        "SECURITY_TOTP_ISSUER": "Catch-up",
        "SECURITY_TOTP_SECRETS": crypto.authenticator_secrets(settings.encryption_keys),
        "SECURITY_MSG_TWO_FACTOR_INVALID_TOKEN": (
            lazy_gettext("This code is not right, or it was used before. Wait for the next one and enter it"),
            "error",
        ),
        "SECURITY_MSG_INVALID_RECOVERY_CODE": (
            lazy_gettext("This code is not right, or it was used before. Enter another one"),
            "error",
        ),
        "SECURITY_MSG_INVALID_PASSWORD": (lazy_gettext("This is not your present password"), "error"),
        "SECURITY_MSG_PASSWORD_IS_THE_SAME": (
            lazy_gettext("The new password has to differ from the present one"),
            "error",
        ),
    }


def _page(template: str, **context: Any) -> Any:
    """A page of the library; 422 when something in its form is to be put right."""
    form = next((value for name, value in context.items() if name.endswith("_form") and value.errors), None)
    return render_template(template, **context, form=form), 422 if form else 200


def _closed(**_: object) -> ResponseReturnValue:
    abort(404)


def _only_in_turn() -> ResponseReturnValue | None:
    """The library's pages each at its place in signing in, and only ways on that stay in this service."""
    if request.blueprint not in {"security", "passkey"}:
        return None
    if any(not OWN_PATH.fullmatch(path) for path in request.values.getlist("next") if path):
        abort(400)
    if g.viewer and request.endpoint in WHILE_SIGNING_IN:
        return redirect(url_for("account.start"))
    if request.endpoint == CODES and CODES not in session.get(BEFORE_WORK, ()):
        return redirect(url_for("account.start"))
    return None


def _signed_in(_app: Flask, user: Staff, **_: object) -> None:
    """A new session needs a new form token; what has to be done before any work is noted in it."""
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)
    if request.endpoint == PASSWORD:
        return
    todo = {CODES: not user.mf_recovery_codes, PASSWORD: user.one_time_until is not None}
    demo = _app.config["CATCHUP"].demo
    session[BEFORE_WORK] = [] if demo else [page for page, needed in todo.items() if needed]
    if request.endpoint == "security.mf_recovery":
        left = len(user.mf_recovery_codes or ())
        flash(ngettext("You have %(num)s recovery code left.", "You have %(num)s recovery codes left.", left))
    saw(audit.Seen("sign-in", "staff", subject_id=user.id))


def _password_changed(_app: Flask, user: Staff, **_: object) -> None:
    user.one_time_until = None
    _done(PASSWORD)
    saw(audit.Seen("password-changed", "staff", subject_id=user.id))


def _done(page: str) -> None:
    session[BEFORE_WORK] = [waiting for waiting in session.get(BEFORE_WORK, ()) if waiting != page]


def _tidy_up(response: Response) -> Response:
    """Uncount a try that was right; leave nothing in the browser of somebody who has signed out."""
    if good := g.pop("good_tries", None):
        db.session.rollback()  # what was to be kept has been committed
        for bucket in good:
            limits.give_back(bucket)
    if request.endpoint == "security.logout" and response.status_code < 400:
        session.clear()
        response.headers["Clear-Site-Data"] = '"cookies", "storage"'
    return response


def _stale(error: CSRFError) -> ResponseReturnValue:
    """A page of signing in was open for so long that its session has ended: begin again."""
    if request.blueprint != "security" or g.viewer:
        return errors.page(error)
    form = forms.SignInForm(formdata=None)
    facts = {"login_user_form": form, "stale": True, "has_errors": True, **_demo_people()}
    return render_template("security/login_user.html", **facts), 400


def _demo_people() -> dict[str, object]:
    """Who can sign in to a demo, and with what; nothing elsewhere."""
    if not current_app.config["CATCHUP"].demo:
        return {}
    from catchup.services.demo.load import DEMO_PASSWORD

    people = [(person, accounts.role_of(person)) for person in accounts.who_can_sign_in()]
    return {"people": people, "demo_password": DEMO_PASSWORD}
