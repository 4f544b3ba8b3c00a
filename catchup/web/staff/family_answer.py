"""One way of answering the small forms that change something of a family."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField

from catchup.extensions import db
from catchup.models.family import Family
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError
from catchup.web.forms_base import BaseForm
from catchup.web.security import saw

ASKED = ["GET", "POST"]


class RecordForm(BaseForm):
    """A form that shows what the record says now: ``version`` tells which state of it was looked at."""

    version = HiddenField()

    def is_of(self, family: Family) -> bool:
        """Whether the record is still as it was when the page was made."""
        return str(self.version.data) == str(family.version)


def answer(
    family: Family,
    form: BaseForm,
    title: str,
    do: Callable[[], object],
    done: str,
    *,
    template: str = "staff/family_change.html",
    action: str | None = None,
    explained: str | None = None,
    **shown: Any,
) -> ResponseReturnValue:
    """Show the form; do what it asks once it is sound, commit, and go back to the family's page.

    Where somebody else was quicker the form comes back with what was typed, to be saved again.
    """
    status = 200
    if form.validate_on_submit():
        if _done(family, form, do):
            flash(done)
            return redirect(url_for("staff.family", family_id=family.id))
        status = 409
    elif form.is_submitted():
        status = 422
    page = show(family, form, title, template=template, action=action, explained=explained, **shown)
    return page, status


def show(
    family: Family,
    form: BaseForm,
    title: str,
    *,
    template: str = "staff/family_change.html",
    action: str | None = None,
    explained: str | None = None,
    **shown: Any,
) -> str:
    """The page with the form."""
    saw(Seen("family.view", "family", family.id, family.id))
    return render_template(
        template,
        form=form,
        family=family,
        title=title,
        action=action or title,
        explained=explained,
        nav="families",
        **shown,
    )


def _done(family: Family, form: BaseForm, do: Callable[[], object]) -> bool:
    try:
        if isinstance(form, RecordForm) and not form.is_of(family):
            raise ChangedMeanwhileError
        do()
    except ChangedMeanwhileError:
        db.session.rollback()
        form.form_errors.append(
            _("Somebody else has changed this since you opened the page. Look at it again, then save again.")
        )
        return False
    db.session.commit()
    return True
