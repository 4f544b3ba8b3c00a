"""People and roles: who may sign in, as what, and for which councils."""

from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.queries import managers, open_work
from catchup.queries import staff as accounts
from catchup.rules.terms import Role
from catchup.services import staff
from catchup.services.staff import OpenWorkError, Person, RefusedError
from catchup.web.admin import admin
from catchup.web.fields import (
    CheckboxesField,
    ConfirmField,
    EmailField,
    FullNameField,
    Option,
    RadiosField,
    SelectField,
)
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.text import showable

ROLE_NAMES = {
    Role.LEAD: _("Lead social worker"),
    Role.MANAGER: _("Manager"),
    Role.ADMINISTRATOR: _("Administrator"),
}


@admin.app_template_filter()
def role_name(role: Role) -> str:
    """A role in words."""
    return str(ROLE_NAMES[role])


class PersonForm(BaseForm):
    """What somebody may do."""

    name = FullNameField(_("Full name"), longest=100, autocomplete="off", missing=_("Enter their name"))
    role = RadiosField(
        _("Role"),
        lambda: [Option(role, name) for role, name in ROLE_NAMES.items()],
        read=Role,
        missing=_("Choose a role"),
    )
    councils = CheckboxesField(
        _("Councils"),
        lambda: [Option(code, name) for code, name in accounts.councils_to_choose(clock.today())],
        hint=_("Whose families they see"),
        small=True,
    )
    hub = ConfirmField(_("Hub staff of the agency"), hint=_("Sees the families of every council"))

    def person(self, email: str) -> Person:
        """The answers of a form that is valid."""
        return Person(
            name=cast(str, self.name.data),
            email=email,
            role=cast(Role, self.role.data),
            councils=cast(tuple[str, ...], self.councils.data),
            hub=bool(self.hub.data),
        )


class NewPersonForm(PersonForm):
    """Somebody new."""

    email = EmailField(_("Work email address"), autocomplete="off", missing=_("Enter their email address"))


def deputy_form(account: Staff, **kwargs: Any) -> BaseForm | None:
    """Who is told next when this manager does not answer; None for whoever is no manager."""
    if accounts.role_of(account) is not Role.MANAGER:
        return None

    class DeputyForm(BaseForm):
        deputy = SelectField(
            gettext("Deputy"),
            tuple(Option(str(one.id), one.name) for one in accounts.deputies_to_choose(account)),
            read=UUID,
            blank=gettext("Nobody: every manager is told instead"),
            hint=gettext("Told when a concern about safety is not acknowledged within the hour"),
        )

    return DeputyForm(deputy=accounts.deputy_of(account.id), **kwargs)


@admin.get("/")
def home() -> ResponseReturnValue:
    """Where administrators begin."""
    return redirect(url_for(".people"))


@admin.route("/people", methods=["GET", "POST"])
def people() -> ResponseReturnValue:
    """Everybody who can sign in, or who no longer can; found by name or address.

    What is looked for comes by POST: somebody's name must not stand in an address or a log.
    """
    words = showable(request.form.get("words", ""))[:100].strip()
    disabled = request.values.get("show") == "disabled"
    number = 1
    with suppress(ValueError):
        number = int(request.values.get("page", "1")[:6])
    found = accounts.page(words, number, disabled=disabled)
    return render_template("admin/people.html", found=found, words=words, disabled=disabled)


@admin.route("/people/add", methods=["GET", "POST"])
def add_person() -> ResponseReturnValue:
    """A new account; its one-time password is shown once."""
    form = NewPersonForm()
    if not form.is_submitted():
        return render_template("admin/person_add.html", form=form)
    if form.validate():
        try:
            person, password = staff.add(form.person(cast(str, form.email.data)), viewer())
        except RefusedError as refusal:
            form.form_errors.append(str(refusal))
        else:
            db.session.commit()
            return _password_page(person, password)
    return render_template("admin/person_add.html", form=form), 422


@admin.route("/people/<uuid:staff_id>", methods=["GET", "POST"])
def person(staff_id: UUID) -> ResponseReturnValue:
    """One account, and what can be done with it."""
    account = _account(staff_id)
    form = _person_form(account)
    if not form.is_submitted():
        return _person_page(account, form)
    if form.validate():
        try:
            staff.change(account, form.person(account.email), viewer())
        except RefusedError as refusal:
            form.form_errors.append(str(refusal))
        else:
            db.session.commit()
            flash(gettext("Saved. They have to sign in again."), "success")
            return redirect(url_for(".people"))
    return _person_page(account, form), 422


@admin.post("/people/<uuid:staff_id>/deputy")
def name_deputy(staff_id: UUID) -> ResponseReturnValue:
    """Somebody is told next when this manager does not answer."""
    account = _account(staff_id)
    form = deputy_form(account) or abort(404)
    if not form.validate_on_submit():
        return _person_page(account, _person_form(account, formdata=None), form), 422
    staff.name_deputy(account, form.deputy.data, viewer())
    db.session.commit()
    flash(gettext("Saved."), "success")
    return redirect(url_for(".person", staff_id=staff_id))


@admin.post("/people/<uuid:staff_id>/disable")
def disable_person(staff_id: UUID) -> ResponseReturnValue:
    """Let somebody in no longer, unless families are theirs."""
    account = _account(staff_id)
    try:
        staff.disable(account, viewer())
    except RefusedError as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        page = ".person_open_work" if isinstance(refusal, OpenWorkError) else ".person"
        return redirect(url_for(page, staff_id=staff_id))
    db.session.commit()
    flash(gettext("The account is disabled and signed out everywhere."), "success")
    return redirect(url_for(".people"))


@admin.get("/people/<uuid:staff_id>/open-work")
def person_open_work(staff_id: UUID) -> ResponseReturnValue:
    """What has to go to somebody else before this account can be disabled, and who can see to it."""
    account = _account(staff_id)
    return render_template(
        "admin/person_open_work.html",
        account=account,
        work=open_work.of(account),
        managers=managers.of_colleague(account),
        base_url=current_app.config["CATCHUP"].base_url,
    )


@admin.post("/people/<uuid:staff_id>/enable")
def enable_person(staff_id: UUID) -> ResponseReturnValue:
    """Let somebody in again, with a new password."""
    account = _account(staff_id)
    password = staff.enable(account, viewer())
    db.session.commit()
    return _password_page(account, password)


@admin.post("/people/<uuid:staff_id>/password")
def give_password(staff_id: UUID) -> ResponseReturnValue:
    """A new one-time password, shown once."""
    account = _account(staff_id)
    password = staff.give_password(account, viewer())
    db.session.commit()
    return _password_page(account, password)


@admin.post("/people/<uuid:staff_id>/second-factor")
def forget_second_factor(staff_id: UUID) -> ResponseReturnValue:
    """Somebody's phone is lost: the next sign-in sets up another."""
    staff.forget_second_factor(_account(staff_id), viewer())
    db.session.commit()
    flash(gettext("They set up an authenticator app at the next sign-in."), "success")
    return redirect(url_for(".person", staff_id=staff_id))


@admin.post("/people/<uuid:staff_id>/sign-out")
def sign_out_everywhere(staff_id: UUID) -> ResponseReturnValue:
    """End all sessions of somebody."""
    staff.sign_out_everywhere(_account(staff_id), viewer())
    db.session.commit()
    flash(gettext("They are signed out everywhere."), "success")
    return redirect(url_for(".person", staff_id=staff_id))


def _account(staff_id: UUID) -> Staff:
    return accounts.person(staff_id, for_update=request.method == "POST") or abort(404)


def _person_form(account: Staff, **kwargs: Any) -> PersonForm:
    return PersonForm(
        name=account.name,
        role=accounts.role_of(account),
        councils=tuple(council.council_code for council in account.councils),
        hub=account.hub,
        **kwargs,
    )


def _person_page(account: Staff, form: PersonForm, deputy: BaseForm | None = None) -> str:
    return render_template(
        "admin/person.html",
        account=account,
        form=form,
        active_at=accounts.last_active(account.id),
        deputy=deputy or deputy_form(account, formdata=None),
        work=staff.in_words(open_work.of(account)),
    )


def _password_page(account: Staff, password: str) -> str:
    return render_template("admin/person_password.html", account=account, password=password)
