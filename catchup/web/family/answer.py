"""One way of answering the forms on a parent's own page."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup.extensions import db
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.parent_details import Kept, NoTimeLeftError
from catchup.web.family import visits
from catchup.web.forms_base import PublicForm

ASKED = ["GET", "POST"]


def answer(
    form: PublicForm,
    title: str,
    do: Callable[[], Kept],
    *,
    action: str | None = None,
    explained: str | None = None,
    template: str = "family/question.html",
    **shown: Any,
) -> ResponseReturnValue:
    """Show the form; do what it asks once it is sound, commit, and go back to the parent's page."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                kept = do()
            except ChangedMeanwhileError:
                db.session.rollback()
                status = 409
                form.form_errors = [_("Something has changed meanwhile. Look at your page, then try again.")]
            except NoTimeLeftError:
                db.session.rollback()
                form["bands"].errors = [
                    _("Leave at least one time at which we may ring, or tell us when we talk")
                ]
            else:
                db.session.commit()
                return redirect(url_for(".you", kept=kept), 303)
    return show(form, title, action=action, explained=explained, template=template, **shown), status


def show(
    form: PublicForm,
    title: str,
    *,
    action: str | None = None,
    explained: str | None = None,
    template: str = "family/question.html",
    **shown: Any,
) -> str:
    """The page with the form."""
    visits.saw_own("manage.form")
    return render_template(
        template,
        form=form,
        title=title,
        action=action or _("Continue"),
        explained=explained,
        form_token=visits.form_token(),
        **shown,
    )
