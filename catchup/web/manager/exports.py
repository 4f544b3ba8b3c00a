"""Families as a file: with a reason, by reference unless names are ticked, and only those in one's own scope.

The reason is posted and kept; the file is made when it is fetched, row by row on disk, and read by nobody
else: who writes meanwhile does not wait for it.
"""

import tempfile
from collections.abc import Iterator, Sequence
from typing import IO
from uuid import UUID

from flask import Response, abort, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock, spreadsheets, workbooks
from catchup.extensions import db
from catchup.queries import directories
from catchup.queries import exports as queries
from catchup.queries.exports import Exported
from catchup.rules.terms import Need
from catchup.services import exports as service
from catchup.services.audit import Seen
from catchup.web.fields import Option, RadiosField, TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw, viewer
from catchup.web.wording import words
from catchup.workbooks import Cell, Sheet

IN_ONE_ROW = 1_000  # families that one row of the audit names


class ExportForm(BaseForm):
    """Why, what of them, and as what."""

    reason = TextAreaField(
        _l("What do you need the file for?"),
        rows=3,
        longest=500,
        hint=_l("It is kept with your name. Do not name a family here."),
        missing=_l("Say what you need the file for"),
    )
    names = RadiosField(
        _l("What should it say of each family?"),
        [
            Option("no", _l("The reference alone"), _l("Enough for most lists, and safe to lose")),
            Option("yes", _l("Names as well"), _l("The family’s name and the children’s first names")),
        ],
        missing=_l("Choose the reference alone, or names as well"),
    )
    form = RadiosField(
        _l("Which kind of file?"),
        [Option("xlsx", _l("Spreadsheet (Excel)")), Option("csv", _l("CSV, for other programs"))],
        inline=True,
        missing=_l("Choose a spreadsheet or CSV"),
    )


@manager.route("/families/export", methods=["GET", "POST"])
def export_families() -> ResponseReturnValue:
    """Ask for the file."""
    form = ExportForm()
    if form.validate_on_submit():
        export = service.ask(form.reason.data, form.form.data, viewer(), names=form.names.data == "yes")
        db.session.commit()
        return redirect(url_for(".export", export_id=export.id))
    page = render_template(
        "manager/export.html", form=form, count=queries.how_many(viewer(), clock.today()), nav="families"
    )
    return page, 422 if form.is_submitted() else 200


@manager.get("/families/exports/<uuid:export_id>")
def export(export_id: UUID) -> ResponseReturnValue:
    """Where the file is fetched, within the hour and by whoever asked."""
    found = queries.get(export_id, viewer()) or abort(404)
    return render_template(
        "manager/export_ready.html",
        export=found,
        count=queries.how_many(viewer(), clock.today()),
        until=found.asked_at + queries.OPEN_FOR,
        nav="families",
    )


@manager.get("/families/exports/<uuid:export_id>/file")
def export_file(export_id: UUID) -> ResponseReturnValue:
    """The file, and in the audit each family that is in it."""
    found = queries.get(export_id, viewer()) or abort(404)
    taken: list[UUID] = []
    rows = _noting(queries.rows(viewer(), clock.today(), names=found.names), taken)
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- it is closed with the answer that sends it
    if found.form == "csv":
        spreadsheets.write_csv(file, _heading(names=found.names), _cells(rows, names=found.names))
    else:
        sheet = Sheet(
            _("Families"),
            _heading(names=found.names),
            _cells(rows, names=found.names),
            (14, 24, 22, 14, *(12,) * 4, 24, 12, 10, 12, 28, 28),
        )
        workbooks.write(file, [sheet], _notes(names=found.names), _("Families"))
    for begin in range(0, max(1, len(taken)), IN_ONE_ROW):
        some = tuple(taken[begin : begin + IN_ONE_ROW])
        saw(Seen("families.export", "family_export", found.id, families=some))
    file.seek(0)
    return _as_download(file, found.form)


def _as_download(file: IO[bytes], form: str) -> Response:
    name = f"families-{clock.today().isoformat()}.{form}"
    kind = "text/csv; charset=utf-8" if form == "csv" else workbooks.XLSX
    answer = send_file(file, mimetype=kind, as_attachment=True, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _noting(rows: Iterator[Exported], taken: list[UUID]) -> Iterator[Exported]:
    for row in rows:
        taken.append(row.id)
        yield row


def _heading(*, names: bool) -> Sequence[str]:
    return [
        _("Reference"),
        _("Council of the record"),
        _("Lead"),
        _("Language"),
        _("Joined"),
        _("Left"),
        _("First order"),
        _("Next call due"),
        _("Council responsible then"),
        _("Last conversation"),
        _("Need then"),
        _("Next handover"),
        *([_("Family"), _("Children")] if names else []),
    ]


def _cells(rows: Iterator[Exported], *, names: bool) -> Iterator[Sequence[Cell]]:
    councils = directories.councils()
    needs = {need: str(words(need)) for need in Need}
    for one in rows:
        yield (
            one.reference,
            councils.name(one.council),
            one.lead,
            one.language,
            one.joined_on,
            one.left_on,
            one.first_order_on,
            one.next_due_on,
            councils.name(one.next_council) if one.next_council else None,
            one.held_on,
            needs[one.need] if one.need else None,
            one.handover_on,
            *((one.name, ", ".join(one.children)) if names else ()),
        )


def _notes(*, names: bool) -> list[tuple[str, Cell]]:
    return [
        (_("What this is"), _("Families in the scope of the manager who asked for it")),
        (_("As of"), clock.today()),
        (
            _("Not for publication"),
            _("It holds names: keep it where the record is kept, and delete it when it has served.")
            if names
            else _("It holds references: each leads to a family for those who may look it up."),
        ),
        (_("Council of the record"), _("The council answerable for the family’s record")),
        (_("Joined"), _("The day the family was accepted, the last time where it came back")),
        (_("First order"), _("The family’s first adoption order, as it is believed now")),
        (_("Next call due"), _("The first call that is not closed; a day that has passed is overdue")),
        (_("Council responsible then"), _("Empty: it needs a decision, or no call is to come")),
        (_("Need then"), _("As it was noted in the last conversation")),
        (_("Next handover"), _("The next day on which support for a child passes to another council")),
    ]
