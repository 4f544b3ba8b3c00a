"""What councils pay towards the service in a year: entering it, and who entered what before."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import HiddenField

from catchup.extensions import db
from catchup.queries import budget
from catchup.queries.targets import stored_as
from catchup.services import budget as service
from catchup.services.contacts import ChangedMeanwhileError
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.manager.amounts import PoundsField, answers
from catchup.web.manager.choosing import Choice, choose
from catchup.web.security import viewer


class BudgetForm(BaseForm):
    """A box for every council, and the version of what the page showed."""

    seen = HiddenField()


@manager.route("/reports/budget", methods=["GET", "POST"])
def enter_budget() -> ResponseReturnValue:
    """Enter what one's own councils pay in a year; the hub enters it for all of them."""
    choice = choose(next_year=True)
    if not choice.councils:
        abort(404)
    names = {f"pounds_{code}": code for code, _name in choice.councils}
    form, status = _form(choice, names), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                count = service.set_budget(choice.year, answers(form, names), _seen(form), viewer())
            except ChangedMeanwhileError:
                db.session.rollback()
                return _changed_meanwhile(choice, form, names)
            db.session.commit()
            flash(ngettext("%(num)s amount saved.", "%(num)s amounts saved.", count) if count else _nothing())
            return redirect(url_for(".show_demand", year=choice.year) if choice.begun else _here(choice))
    return _page(choice, form, names), status


def _here(choice: Choice) -> str:
    return url_for(".enter_budget", year=choice.year)


def _nothing() -> str:
    return _("Nothing changed.")


def _form(choice: Choice, names: dict[str, str]) -> BudgetForm:
    class OfTheCouncils(BudgetForm):
        pass

    before, now = budget.of(choice.year_before), budget.of(choice.year)
    there: dict[str, Any] = {}
    for name, code in names.items():
        was = before.get(stored_as(code, choice.year_before) or code)
        hint = _("The year before: £%(pounds)s", pounds=f"{was:,}") if was is not None else None
        setattr(
            OfTheCouncils, name, PoundsField(dict(choice.councils)[code], most=service.MOST_POUNDS, hint=hint)
        )
        there[name] = now.get(stored_as(code, choice.year) or code)
    return OfTheCouncils(data={"seen": str(budget.version(choice.year, names.values())), **there})


def _seen(form: BudgetForm) -> int:
    text = str(form.seen.data)
    return int(text) if text.isascii() and text.isdigit() else -1


def _page(choice: Choice, form: BudgetForm, names: dict[str, str]) -> str:
    return render_template(
        "manager/budget.html",
        choice=choice,
        form=form,
        boxes=[form[name] for name in names],
        history=budget.history(choice.year, names.values()),
        nav="reports",
    )


def _changed_meanwhile(choice: Choice, form: BudgetForm, names: dict[str, str]) -> ResponseReturnValue:
    """What somebody else has entered stands beside each box, and what was typed stays in it."""
    now = budget.of(choice.year)
    for name, code in names.items():
        entered = now.get(stored_as(code, choice.year) or code)
        if form[name].data != entered:
            value = _("empty") if entered is None else f"£{entered:,}"
            form[name].errors = [_("It is %(value)s now: somebody else has changed it", value=value)]
    form.form_errors = [_("Somebody else has changed these amounts meanwhile. What you typed is still here.")]
    form.seen.data = str(budget.version(choice.year, names.values()))
    return _page(choice, form, names), 409
