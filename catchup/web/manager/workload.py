"""Who has what: everybody who rings families, what is theirs, how full they are and when they are away."""

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.queries import directories, reassigning, workload_table
from catchup.queries.scope import Viewer
from catchup.rules.workload import Pressing
from catchup.web.fields import Option, SelectField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw_list, viewer

PRESSING = {
    Pressing.OVERDUE: _l("Overdue"),
    Pressing.TODAY: _l("Due today"),
    Pressing.THIS_WEEK: _l("Due this week"),
    Pressing.LATER: _l("Due later"),
    Pressing.PROMISED: _l("Promised"),
    Pressing.REQUESTED: _l("Asked for"),
}
NOBODYS = "nobody"


def councils_of(me: Viewer) -> list[tuple[str, str]]:
    """(code, name) of the councils of today that a manager looks after."""
    today = clock.today()
    in_agency = directories.agency_councils(today) if me.hub else ()
    mine = {code for _agency, code in in_agency} if me.hub else me.councils
    return [(row.code, row.name) for row in directories.councils().on(today) if row.code in mine]


class ShowForm(BaseForm):
    """Of which council."""

    class Meta:
        csrf = False  # it changes nothing: it only says what to show

    council = SelectField(
        _l("Council"), lambda: [Option(*one) for one in councils_of(viewer())], blank=_l("All")
    )


@dataclass(frozen=True, slots=True)
class Full:
    """How full somebody is, in whole per cent; ``width`` is of a bar that ends at 100."""

    percent: int
    width: int

    @property
    def is_too_full(self) -> bool:
        """Whether there is more to do than time."""
        return self.percent > 100


def full(fullness: Fraction | None) -> Full | None:
    """How full, for a page; None where the hours were never said."""
    if fullness is None:
        return None
    percent = round(100 * fullness)
    return Full(percent, min(percent, 100))


def hours_in_words(minutes: int) -> str:
    """7 hours, 7.5 hours."""
    return _("%(hours)s hours", hours=f"{minutes / 60:.4g}") if minutes != 60 else _("1 hour")


@manager.get("/workload")
def show_workload() -> ResponseReturnValue:
    """A row for each person, those with the most calls ahead first, and one for what is nobody's."""
    me, today = viewer(), clock.today()
    council = request.args.get("council", "")
    chosen = council if council in dict(councils_of(me)) else None
    form = ShowForm(formdata=None, data={"council": chosen})
    number = 1
    with suppress(ValueError):
        number = int(request.args.get("page", "1")[:6])
    table = workload_table.table(me, today, chosen, number)
    saw_list("workload.view", "staff", ())
    return render_template(
        "manager/workload.html",
        table=table,
        form=form,
        full=full,
        hours=hours_in_words,
        pressing=PRESSING,
        nobodys=NOBODYS,
        lately=reassigning.lately(me),
        today=today,
        nav="reports",
    )
