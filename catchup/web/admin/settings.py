"""The figures of the rules: what each is, what it is today, and another value from a day on."""

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from catchup import clock
from catchup.extensions import db
from catchup.queries import directories
from catchup.queries import settings as queries
from catchup.rules.policy import Setting as Change
from catchup.rules.settings import BY_NAME, Figure, Touches, Unit
from catchup.services import settings as service
from catchup.services.settings import RefusedError
from catchup.web.admin import admin
from catchup.web.admin.setting_words import CALLED, SURE, TOUCHES, amount, called, plan_changes, unit
from catchup.web.fields import DatePartsField, TextField
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer

PENCE = 100
MOST_DIGITS = 7


def change_form(figure: Figure, **kwargs: Any) -> BaseForm:
    """Another value for this figure, and from when."""
    bounds = gettext(
        "In %(unit)s, from %(lowest)s to %(highest)s",
        unit=unit(figure),
        lowest=f"{_shown(figure, figure.lowest):,}",
        highest=f"{_shown(figure, figure.highest):,}",
    )

    class ValueField(TextField):
        def read(self, text: str) -> str:
            digits = text.replace(",", "").removeprefix("£")
            if not (digits.isascii() and digits.isdigit()) or len(digits) > MOST_DIGITS:
                raise ValueError(gettext("Enter a whole number, like %(number)s", number=_example(figure)))
            value = int(digits)
            if not _shown(figure, figure.lowest) <= value <= _shown(figure, figure.highest):
                raise ValueError(
                    gettext(
                        "Enter a number from %(lowest)s to %(highest)s",
                        lowest=f"{_shown(figure, figure.lowest):,}",
                        highest=f"{_shown(figure, figure.highest):,}",
                    )
                )
            return str(value)

    class ChangeForm(BaseForm):
        value = ValueField(
            gettext("New value"),
            width=10,
            inputmode="numeric",
            autocomplete="off",
            hint=bounds + (gettext(". Leave it empty where none is known") if figure.may_be_unknown else ""),
            missing=None if figure.may_be_unknown else gettext("Enter the new value"),
        )
        from_on = DatePartsField(
            gettext("From which day"),
            what=gettext("The first day"),
            not_before=clock.today,
            too_early=gettext(
                "The first day must be today or later: figures counted by now rest on what held"
            ),
            missing=gettext("Enter the first day"),
        )

    return ChangeForm(**kwargs)


@admin.get("/settings")
def list_settings() -> ResponseReturnValue:
    """Every figure with its value today and what is coming."""
    rows = queries.listed(clock.today())
    groups = [
        (kind, words, [row for row in rows if row.figure.touches is kind]) for kind, words in TOUCHES.items()
    ]
    return render_template("admin/settings.html", groups=groups, called=CALLED, sure=SURE, amount=amount)


@admin.route("/settings/<name>", methods=["GET", "POST"])
def setting(name: str) -> ResponseReturnValue:
    """One figure: what it is for, what it was and will be; another value is looked at before it is saved."""
    figure = BY_NAME.get(name) or abort(404)
    form = change_form(figure)
    if not form.is_submitted():
        return _page(figure, form)
    if not form.validate():
        return _page(figure, form), 422
    value = _value(figure, form.value.data)
    try:
        change = service.check(figure, value, form.from_on.data, clock.today())
    except RefusedError as refusal:
        form[refusal.field].errors = [_sentence(refusal)]
        return _page(figure, form), 422
    # What is saved is what was looked at, whatever stands in the boxes by then.
    if request.form.get("looked_at") != _key(change):
        return _page(figure, form, change=change, preview=service.preview(figure, change, clock.today()))
    service.change(figure, change, viewer())
    db.session.commit()
    words = gettext("Saved.")
    if figure.touches is Touches.PLANS and change.from_on == clock.today():
        words = gettext("Saved. Plans follow tonight; run replan-calls on the page of jobs to have it now.")
    flash(words, "success")
    return redirect(url_for(".setting", name=name))


@admin.post("/settings/<name>/<uuid:setting_id>/take-back")
def take_back_setting(name: str, setting_id: UUID) -> ResponseReturnValue:
    """A value that was to come does not."""
    row = queries.get(setting_id)
    if row is None or row.name != name:
        abort(404)
    if service.take_back(row, clock.today(), viewer()):
        db.session.commit()
        flash(gettext("Taken back."), "success")
    else:
        flash(gettext("It holds already: set another value from a day on instead."), "warning")
    return redirect(url_for(".setting", name=name))


def _page(figure: Figure, form: BaseForm, change: Change | None = None, preview: Any = None) -> str:
    today = clock.today()
    return render_template(
        "admin/setting.html",
        figure=figure,
        form=form,
        called=CALLED[figure.name],
        sure=SURE[figure.sure],
        touches=TOUCHES[figure.touches],
        amount=amount,
        today=amount(figure, getattr(directories.policy(today), figure.name)),
        history=queries.history(figure.name),
        change=change,
        before=amount(figure, getattr(directories.policy(change.from_on), figure.name)) if change else None,
        looked_at=_key(change) if change else None,
        preview=preview,
        plan_changes=plan_changes,
    )


def _sentence(refusal: RefusedError) -> str:
    if refusal.clash is None:
        return str(refusal)
    other = BY_NAME[refusal.clash.name]
    words = {"other": called(other.name), "value": amount(other, refusal.clash.value)}
    if refusal.clash.at_most:
        return gettext("It cannot be more than “%(other)s”, which is %(value)s on that day", **words)
    return gettext("It cannot be less than “%(other)s”, which is %(value)s on that day", **words)


def _key(change: Change) -> str:
    return f"{change.value}|{change.from_on}"


def _value(figure: Figure, text: str | None) -> int | None:
    if not text:
        return None
    return int(text) * PENCE if figure.unit is Unit.PENCE else int(text)


def _shown(figure: Figure, value: int) -> int:
    return value // PENCE if figure.unit is Unit.PENCE else value


def _example(figure: Figure) -> str:
    value = getattr(directories.policy(clock.today()), figure.name)
    return str(_shown(figure, value or figure.highest))
