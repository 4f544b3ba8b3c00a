"""The languages of the family's side: which are on, and who has checked their words."""

from datetime import date
from typing import cast

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.queries import languages
from catchup.rules.languages import BY_CODE, ENGLISH, Language
from catchup.services import languages as service
from catchup.web.admin import admin
from catchup.web.fields import ConfirmField, DatePartsField, FullNameField
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer


class CheckForm(BaseForm):
    """Who has read a language, and when."""

    reader = FullNameField(
        _("Who has read it?"),
        hint=_("Somebody who grew up with the language and reads official letters in it."),
        autocomplete="off",
        missing=_("Enter who has read it"),
    )
    checked_on = DatePartsField(
        _("When did they finish?"),
        what=_("The date"),
        not_after=clock.today,
        missing=_("Enter when they finished"),
    )
    all_of_it = ConfirmField(
        _("They have read every page, every error and every message, and all of it may be shown to families"),
        missing=_("Confirm that all of it was read"),
    )


@admin.get("/languages")
def list_languages() -> ResponseReturnValue:
    """Every language but English, and how it stands."""
    return render_template("admin/languages.html", rows=languages.standings())


@admin.route("/languages/<code>", methods=["GET", "POST"])
def language(code: str) -> ResponseReturnValue:
    """Record who has checked a language: from then on families may choose it."""
    found = _language(code)
    form = CheckForm()
    if form.validate_on_submit():
        service.checked(found, form.reader.data, cast(date, form.checked_on.data), viewer())
        db.session.commit()
        flash(gettext("Families can now choose %(language)s.", language=found.english), "success")
        return redirect(url_for(".list_languages"))
    page = render_template(
        "admin/language.html",
        language=found,
        standing=next(row for row in languages.standings() if row.language is found),
        past=languages.past(found),
        form=form,
    )
    return page, 422 if form.is_submitted() else 200


@admin.post("/languages/<code>/off")
def take_off_language(code: str) -> ResponseReturnValue:
    """Let families choose a language no more."""
    found = _language(code)
    if service.take_off(found, viewer()):
        db.session.commit()
        flash(gettext("Families can no longer choose %(language)s.", language=found.english), "success")
    return redirect(url_for(".list_languages"))


def _language(code: str) -> Language:
    found = BY_CODE.get(code)
    return found if found and found is not ENGLISH else abort(404)
