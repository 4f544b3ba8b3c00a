"""Recorded orders: the list, one added by hand, and a file looked over before anything of it is saved."""

from contextlib import suppress
from datetime import date
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from catchup import clock
from catchup.extensions import db
from catchup.queries import orders as queries
from catchup.queries.orders import Show
from catchup.rules.terms import Placing
from catchup.services import order_rows
from catchup.services import orders as service
from catchup.services.orders import COLUMNS, FileRefusedError, Review, State
from catchup.web.fields import CouncilField, DatePartsField, FullNameField, PostcodeField, TextField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw_list, viewer
from catchup.web.text import showable

# What one page can carry to its reader and back; a larger file goes by the command line.
LONGEST_FILE = 100_000
MOST_SHOWN = 300


class OrderForm(BaseForm):
    """One recorded order. The service checks it as it checks a row of a file."""

    reference = TextField(
        _l("Your reference for this order"),
        longest=40,
        width=20,
        missing=_l("Enter your reference for this order"),
        hint=_l("Not a court case number"),
    )
    family_reference = TextField(
        _l("Your reference for the family"),
        longest=40,
        width=20,
        missing=_l("Enter your reference for the family"),
        hint=_l("The same for brothers and sisters adopted together"),
    )
    child_first_name = TextField(
        _l("The child’s first name now"), longest=100, missing=_l("Enter the child’s first name")
    )
    child_born_on = DatePartsField(
        _l("The child’s date of birth"),
        what=_l("Date of birth"),
        not_after=clock.today,
        missing=_l("Enter the child’s date of birth"),
    )
    parents = FullNameField(
        _l("The parents’ names"), autocomplete=None, missing=_l("Enter the parents’ names")
    )
    postcode = PostcodeField(_l("Their postcode"), autocomplete=None, hint=_l("If you know it"))
    made_on = DatePartsField(
        _l("Day the adoption order was made"),
        what=_l("The day of the order"),
        not_after=clock.today,
        missing=_l("Enter the day the order was made"),
    )
    placing_council = CouncilField(
        _l("Council that placed the child"),
        not_sure=_l("Not known"),
        no_council=_l("No council placed the child"),
        missing=_l("Choose the council that placed the child, or say that none did or that it is not known"),
    )
    home_council = CouncilField(
        _l("Council where the family lives"), hint=_l("Left out, it is worked out from the postcode")
    )
    offered_on = DatePartsField(
        _l("Day they were offered catch-up calls"),
        what=_l("The day of the offer"),
        not_after=clock.today,
        hint=_l("Leave this out if they have not been yet"),
    )

    def cells(self) -> dict[str, str]:
        """The answers as a file would give them."""
        return {name: _as_cell(self[name].data) for name in order_rows.COLUMNS}


@manager.get("/recorded-orders")
def list_recorded_orders() -> ResponseReturnValue:
    """The orders of the viewer's councils, the newest first."""
    show, number = Show.ALL, 1
    with suppress(ValueError):
        show = Show(request.args.get("show", Show.ALL))
    with suppress(ValueError):
        number = int(request.args.get("page", "1")[:6])
    page = queries.page(viewer(), show, number)
    saw_list("recorded_orders.list", "recorded_order", (row.family_id for row in page.rows if row.family_id))
    return render_template("manager/recorded_orders.html", page=page, show=show, Placing=Placing)


@manager.route("/recorded-orders/new", methods=["GET", "POST"])
def add_recorded_order() -> ResponseReturnValue:
    """One order typed in."""
    form = OrderForm()
    if request.method == "GET":
        return render_template("manager/recorded_orders_new.html", form=form)
    if form.validate():
        line = service.review_one(form.cells(), clock.today(), viewer())
        if line.order:
            service.save([line], viewer())
            db.session.commit()
            flash(_("The order is recorded."))
            return redirect(url_for("manager.list_recorded_orders"))
        for column, sentence in line.reasons:
            errors: Any = form[column].errors if column else form.form_errors
            errors.append(sentence)
    return render_template("manager/recorded_orders_new.html", form=form), 422


@manager.get("/recorded-orders/upload")
def upload_recorded_orders() -> ResponseReturnValue:
    """Where a file is chosen, and what must be in it."""
    return render_template("manager/recorded_orders_upload.html", columns=COLUMNS, problem=None)


@manager.post("/recorded-orders/upload")
def review_recorded_orders() -> ResponseReturnValue:
    """The rows of a file and what would become of each; nothing is saved."""
    try:
        return _reviewed(_uploaded())
    except FileRefusedError as error:
        return _choose_again(error)


@manager.post("/recorded-orders/save")
def save_recorded_orders() -> ResponseReturnValue:
    """Save the good rows, all of them or none. They are looked over once more: the world has moved on."""
    text = request.form.get("rows", "")
    try:
        review = service.review(text, clock.today(), viewer())
        if _seen_differs(review):
            flash(
                _("Something has changed since you looked. Nothing was saved: look at the rows again."),
                "error",
            )
            return _reviewed(text)
        service.save(review.lines, viewer())
        db.session.commit()
    except FileRefusedError as error:
        return _choose_again(error)
    new, changed = review.count(State.NEW), review.count(State.CHANGED)
    flash(
        ngettext("%(num)s order recorded", "%(num)s orders recorded", new)
        + ", "
        + ngettext("%(num)s changed.", "%(num)s changed.", changed)
    )
    return redirect(url_for("manager.list_recorded_orders"))


@manager.post("/recorded-orders/refused.csv")
def download_refused_orders() -> ResponseReturnValue:
    """The refused rows of a file with the reasons beside, to be put right and sent again."""
    try:
        review = service.review(request.form.get("rows", ""), clock.today(), viewer())
    except FileRefusedError:
        abort(400)
    answer = Response(review.refused_as_csv(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="refused-orders.csv"'
    return answer


def _uploaded() -> str:
    """The text of the file that was chosen. Raises FileRefusedError."""
    file = request.files.get("file")
    data = file.read(LONGEST_FILE + 1) if file else b""
    if not data:
        raise FileRefusedError(_("Choose a CSV file that is not empty"))
    if len(data) > LONGEST_FILE:
        raise FileRefusedError(_("The file is too large for this page: divide it, at about 700 rows each"))
    text = service.decoded(data)
    if showable(text) != text:
        raise FileRefusedError(_("The file has characters that cannot be shown. Remove them and try again"))
    return text


def _reviewed(text: str) -> ResponseReturnValue:
    review = service.review(text, clock.today(), viewer())
    if not review.lines:
        raise FileRefusedError(_("The file has no rows under its first line"))
    return render_template(
        "manager/recorded_orders_review.html", review=review, text=text, State=State, most=MOST_SHOWN
    )


def _choose_again(error: FileRefusedError) -> ResponseReturnValue:
    return (
        render_template(
            "manager/recorded_orders_upload.html", columns=COLUMNS, problem=str(error), has_errors=True
        ),
        422,
    )


def _seen_differs(review: Review) -> bool:
    """Whether the rows no longer come to what the reader was shown."""
    seen = (request.form.get("new"), request.form.get("changed"))
    return seen != (str(review.count(State.NEW)), str(review.count(State.CHANGED)))


def _as_cell(answer: object) -> str:
    if isinstance(answer, date):
        return answer.isoformat()
    return "" if answer is None else str(answer)
