"""Files brought in: read, shown row by row with what would become of each, and only then saved."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms.utils import unset_value

from catchup import clock
from catchup.extensions import db
from catchup.models.importing import ImportFile
from catchup.queries import imports
from catchup.rules.imports import ImportKind, RowState
from catchup.services import imports as service
from catchup.services.audit import Seen
from catchup.services.imports import WAYS, ChangedSinceError
from catchup.services.orders import FileRefusedError
from catchup.web.admin import admin
from catchup.web.fields import Option, RadiosField
from catchup.web.forms_base import Answer, BaseForm
from catchup.web.security import saw, viewer
from catchup.web.text import showable

A_PAGE = 50
KINDS = {
    ImportKind.COUNCILS: (
        _("Councils"),
        _("All seven columns; days like 2027-04-01. Councils that are not in the file stay as they are."),
    ),
    ImportKind.DIRECTORY: (
        _("Directory of services"),
        _("Known by name and who runs it. A column that is left out leaves what is there."),
    ),
    ImportKind.POSTCODES: (
        _("Postcodes"),
        _("New ones, and those that moved to another district. A whole edition goes by the command."),
    ),
}
STATES = {
    RowState.REFUSED: (_("Refused"), "red"),
    RowState.NEW: (_("New"), "green"),
    RowState.CHANGED: (_("Changes"), "blue"),
    RowState.MATCHED: (_("There already"), "grey"),
}


class FileField(Answer):
    """A file that is sent: its bytes, or None."""

    kind = "file"

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        file = request.files.get(self.name) if formdata is not None else None
        self.data = (file.read() or None) if file else None


class FileForm(BaseForm):
    """What is in a file, and the file."""

    kind = RadiosField(
        _("What is in the file?"),
        lambda: [Option(kind, *words) for kind, words in KINDS.items()],
        read=ImportKind,
        missing=_("Choose what is in the file"),
    )
    file = FileField(_("CSV file"), missing=_("Choose a CSV file that is not empty"))


@admin.get("/imports")
def list_imports() -> ResponseReturnValue:
    """Where a file is chosen, those that wait, and what became of the others."""
    return _list_page(FileForm())


@admin.post("/imports")
def read_import() -> ResponseReturnValue:
    """Read a file and look its rows over; nothing of it is saved."""
    form = FileForm()
    if not form.validate():
        return _list_page(form), 422
    try:
        row = service.read(form.kind.data, form.file.data, clock.today(), viewer())
    except FileRefusedError as error:
        form.file.errors = [showable(str(error))]
        return _list_page(form), 422
    db.session.commit()
    return redirect(url_for(".import_file", import_id=row.id))


@admin.get("/imports/<uuid:import_id>")
def import_file(import_id: UUID) -> ResponseReturnValue:
    """The rows of a file and what would become of each, one state at a time."""
    row = imports.get(import_id) or abort(404)
    changeset = service.changeset_of(row)
    if changeset is None:
        return redirect(url_for(".list_imports"))
    shown = next((state for state in RowState if changeset.count(state)), RowState.NEW)
    with suppress(ValueError):
        shown = RowState(request.args.get("show", ""))
    number = 1
    with suppress(ValueError):
        number = max(1, int(request.args.get("page", "1")[:6]))
    table = service.table_of(row)
    rows = [
        (line.line, looked)
        for line, looked in zip(table.rows if table else (), changeset.rows, strict=True)
        if looked.state is shown
    ]
    last = max(1, -(-len(rows) // A_PAGE))
    number = min(number, last)
    saw(Seen("import.view", "import_file", row.id))
    return render_template(
        "admin/import.html",
        file=row,
        kind=KINDS[row.kind][0],
        changeset=changeset,
        left_out=table.left_out if table else (),
        states=[(state, *words, changeset.count(state)) for state, words in STATES.items()],
        shown=shown,
        rows=rows[(number - 1) * A_PAGE : number * A_PAGE],
        number=number,
        last=last,
    )


@admin.post("/imports/<uuid:import_id>/save")
def save_import(import_id: UUID) -> ResponseReturnValue:
    """Save what was shown, whole or not at all."""
    row = imports.get(import_id, for_update=True) or abort(404)
    try:
        families = service.save(row, clock.today(), viewer())
    except ChangedSinceError:
        db.session.commit()
        flash(
            gettext("Something has changed since you looked. Nothing was saved: look at the rows again."),
            "warning",
        )
        return redirect(url_for(".import_file", import_id=import_id))
    except ValueError:
        db.session.rollback()
        flash(gettext("There was nothing to save."), "warning")
        return redirect(url_for(".list_imports"))
    db.session.commit()
    flash(_said(row, families), "success")
    return redirect(url_for(".list_imports"))


@admin.post("/imports/<uuid:import_id>/drop")
def drop_import(import_id: UUID) -> ResponseReturnValue:
    """Forget the rows of a file."""
    service.drop(imports.get(import_id, for_update=True) or abort(404), viewer())
    db.session.commit()
    flash(gettext("The rows are forgotten."), "success")
    return redirect(url_for(".list_imports"))


@admin.get("/imports/<uuid:import_id>/refused.csv")
def download_refused_rows(import_id: UUID) -> ResponseReturnValue:
    """The refused rows with the reasons beside, to be put right and sent again."""
    row = imports.get(import_id) or abort(404)
    text = service.refused_as_csv(row) or abort(404)
    saw(Seen("import.refused", "import_file", row.id))
    answer = Response(text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="refused-{row.kind}.csv"'
    return answer


def _list_page(form: FileForm) -> str:
    return render_template("admin/imports.html", form=form, rows=imports.listed(), kinds=KINDS, ways=WAYS)


def _said(row: ImportFile, families: int) -> str:
    new, changed = row.counts[RowState.NEW], row.counts[RowState.CHANGED]
    words = ngettext("%(num)s row added", "%(num)s rows added", new)
    words += ", " + ngettext("%(num)s changed.", "%(num)s changed.", changed)
    if families:
        words += " " + ngettext(
            "%(num)s family was planned afresh.", "%(num)s families were planned afresh.", families
        )
    return words
