"""The forms of signing in: the sign-in library's checks with our fields, and limits on tries."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import flask_security
from flask import abort, current_app, g
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_security import (
    LoginForm,
    MfRecoveryForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    current_user,
)
from wtforms import HiddenField, RadioField
from wtforms.validators import ValidationError

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.rules.passwords import LONGEST
from catchup.services import audit, identities, limits
from catchup.web.fields import EmailField, TextField
from catchup.web.forms_base import Answer, BaseForm
from catchup.web.security import saw
from catchup.web.visitors import network

# Source: Cyber Essentials: no more than 10 guesses in 5 minutes.
WINDOW = timedelta(minutes=5)
MOST_TRIES = 10


class PasswordBox(Answer):
    """A password, taken as it is typed and never shown again."""

    kind = "text"
    input_type = "password"
    width = 20
    spellcheck = False
    inputmode = None
    shown = ""

    def __init__(self, label: str, *, autocomplete: str = "current-password", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.autocomplete = autocomplete

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = valuelist[0] if valuelist and valuelist[0] else None
        if self.data and len(self.data) > LONGEST:
            self.data = None
            raise ValueError(gettext("Use %(longest)s characters or fewer", longest=LONGEST))


class CodeBox(TextField):
    """A code from the authenticator app or a list, however it is spaced."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, longest=40, width=10, spellcheck=False, **kwargs)

    def prepared(self, text: str) -> str:
        return "".join(text.split()).lower()


class Limited:
    """Counts the tries of a form, per account and per address; too many are answered with 429.

    A try that was right is not counted: an office behind one address may all sign in at nine o'clock.
    """

    step: str

    def whose(self) -> str | None:
        """The account that is tried."""
        raise NotImplementedError

    def validate(self, **kwargs: Any) -> bool:
        buckets = [limits.bucket("address", network())]
        if whose := self.whose():
            buckets.append(limits.bucket(self.step, whose))
        db.session.rollback()  # the counters have transactions of their own
        if not all(limits.hit(bucket, WINDOW, MOST_TRIES) for bucket in buckets):
            abort(429)
        good = bool(super().validate(**kwargs))  # type: ignore[misc]  # a mixin before a form
        user = getattr(self, "user", None)
        if good:
            g.good_tries = buckets
        else:
            saw(audit.Seen(self.step, "staff", subject_id=user.id if user else None, result="refused"))
        return good


class SignInForm(Limited, LoginForm):
    """Address and password. Whatever is wrong, the answer is the same."""

    step = "sign-in"
    user: Any
    email = EmailField(_("Email address"), autocomplete="username", missing=_("Enter your email address"))
    password = PasswordBox(_("Password"), missing=_("Enter your password"))
    remember = None

    def whose(self) -> str | None:
        return self.email.data.casefold() if self.email.data else None

    def validate(self, **kwargs: Any) -> bool:
        if not super().validate(**kwargs):
            return False
        until = self.user.one_time_until
        if until is not None and until < clock.real_now():
            self.password.errors = [gettext("Enter your password")]
            return False
        if identities.password_is_off(self.user):
            self.password.errors = [gettext("Enter your password")]
            return False
        return True


class CodeForm(Limited, TwoFactorVerifyCodeForm):
    """Six digits from the authenticator app."""

    step = "sign-in-code"
    user: Any
    code = CodeBox(
        _("Code"),
        hint=_("6 digits, from the authenticator app on your phone"),
        autocomplete="one-time-code",
        inputmode="numeric",
        missing=_("Enter the code from your authenticator app"),
    )

    def whose(self) -> str | None:
        return str(self.user.id)


class SetUpForm(TwoFactorSetupForm):
    """There is one kind of second factor, so there is nothing to choose."""

    setup = HiddenField()
    phone = HiddenField()


class NoRescueForm(TwoFactorRescueForm):
    """Of the library's ways out of a lost phone only recovery codes are open, on a page of their own."""

    help_setup = RadioField(choices=[])


class RecoveryCodeForm(Limited, MfRecoveryForm):
    """One of the codes that were written down."""

    step = "sign-in-recovery-code"
    user: Any
    code = CodeBox(
        _("Recovery code"),
        hint=_("For example, 1a2b-3c4d-5e6f. Each works once."),
        autocomplete="off",
        missing=_("Enter one of your recovery codes"),
    )

    def whose(self) -> str | None:
        return str(self.user.id)


class ProofForm(Limited, BaseForm):
    """The password, asked for again before anything about signing in is changed."""

    step = "password-proof"
    password = PasswordBox(_("Your password"), missing=_("Enter your password"))

    def __init__(self, user: Staff, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user

    def whose(self) -> str | None:
        return str(self.user.id)

    def validate_password(self, field: PasswordBox) -> None:
        """It has to be theirs."""
        typed = current_app.extensions["security"].password_util.normalize(field.data or "")
        if not self.user.password or not self.user.verify_and_update_password(typed):
            raise ValidationError(gettext("This is not your password"))


class ChangePasswordForm(Limited, flask_security.ChangePasswordForm):
    """The present password and a new one, twice."""

    step = "password-change"
    password = PasswordBox(_("Present password"), missing=_("Enter your present password"))
    new_password = PasswordBox(
        _("New password"),
        hint=_("At least 12 characters. Three words that do not belong together are easy to remember."),
        autocomplete="new-password",
        missing=_("Enter a new password"),
    )
    new_password_confirm = PasswordBox(
        _("New password again"), autocomplete="new-password", missing=_("Enter the new password again")
    )

    def whose(self) -> str | None:
        return str(current_user.id)

    def validate_new_password_confirm(self, field: PasswordBox) -> None:
        """Both must be the same."""
        if field.data != self.new_password.data:
            raise ValidationError(gettext("The new passwords are not the same"))
