"""One's own account: the ways of signing in, recovery codes, and where one is signed in."""

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.queries import sessions as queries
from catchup.queries import staff as accounts
from catchup.services import account_notices, audit, staff
from catchup.web import sessions
from catchup.web.account import account
from catchup.web.security import idle_limit, viewer
from catchup.web.sessions import ABSOLUTE
from catchup.web.sign_in_forms import ProofForm


@account.get("/account")
def show_account() -> ResponseReturnValue:
    """How this person signs in, and where they are signed in now."""
    person, now = own(), clock.real_now()
    opened = queries.opened(
        person.fs_uniquifier,
        sessions.hashed(sessions.current().token or ""),
        seen_after=now - idle_limit(viewer().role),
        started_after=now - ABSOLUTE,
    )
    return render_template("security/account.html", person=person, opened=opened)


@account.post("/account/sessions/end")
def end_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere else."""
    person = own(for_update=True)
    staff.end_other_sessions(person, viewer())
    db.session.commit()
    go_on(person)
    flash(gettext("You are signed out everywhere else."), "success")
    return redirect(url_for(".show_account"))


@account.route("/account/recovery-codes", methods=["GET", "POST"])
def make_recovery_codes() -> ResponseReturnValue:
    """New recovery codes in place of the old ones; they are shown once."""
    not_in_a_demo()
    form = ProofForm(own())
    if not form.is_submitted():
        return render_template("security/recovery_codes_new.html", form=form, person=form.user)
    if not form.validate():
        return render_template("security/recovery_codes_new.html", form=form, person=form.user), 422
    person = own(for_update=True)
    codes = current_app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(person)
    audit.record(viewer(), audit.Seen("recovery-codes-made", "staff", subject_id=person.id))
    account_notices.tell(person, account_notices.CODES_MADE)
    db.session.commit()
    return render_template("security/mf_recovery_codes.html", recovery_codes=codes, back=True)


def own(*, for_update: bool = False) -> Staff:
    """The account of whoever asks."""
    found = accounts.person(viewer().id, for_update=for_update)
    assert found is not None  # noqa: S101 -- the guard has found it in this very transaction
    return found


def go_on(person: Staff) -> None:
    """Let the session that asked go on, under another cookie, where the others have ended."""
    sessions.current().go_on_as(person.fs_uniquifier)


def not_in_a_demo() -> None:
    """In a demo everybody shares the accounts: nobody may take one over."""
    if current_app.config["CATCHUP"].demo:
        abort(404)
