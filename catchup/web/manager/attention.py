"""The attention list: families a manager should look at, with the reason for each in words."""

from collections.abc import Sequence

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.queries import attention as queries
from catchup.queries import reports
from catchup.rules.attention import Reason, Why
from catchup.web.fields import Option, SelectField
from catchup.web.filters import council_name, day
from catchup.web.forms_base import PublicForm
from catchup.web.manager import choosing, manager
from catchup.web.security import saw_list, viewer
from catchup.web.wording import words

WHY = {
    Why.BROKE_DOWN: _l("An adoption broke down"),
    Why.WORSE: _l("Need went up"),
    Why.NOT_REACHED: _l("Not reached two years running"),
    Why.HANDOVER: _l("Handover near, with something open"),
}


@manager.get("/reports/attention")
def list_attention() -> ResponseReturnValue:
    """The families, the most serious first, at most 50 a page."""
    today, me = clock.today(), viewer()
    councils = reports.councils_of(me, today)
    council = request.args.get("council") or None
    why, page = request.args.get("why") or None, request.args.get("page", "1")
    known = council is None or council in {code for code, _name in councils}
    if not known or (why and why not in list(Why)) or not page.isdecimal() or not 0 < int(page) < 10**6:
        abort(404)
    found = queries.of(me, today, why=Why(why) if why else None, council=council, page=int(page))
    if found.page > found.pages:
        abort(404)
    saw_list("attention.list", "family", [row.family.id for row in found.rows])
    return render_template(
        "manager/attention.html",
        found=found,
        form=_form(councils, why, council),
        several=len(councils) > 1,
        why=WHY,
        sentence=in_words,
        asked={"why": why, "council": council},
        today=today,
        nav="reports",
    )


def in_words(reason: Reason) -> str:
    """One reason as a sentence."""
    match reason.why:
        case Why.BROKE_DOWN:
            return _("An adoption ended on %(day)s.", day=day(reason.on))
        case Why.WORSE:
            *before, now = (words(need).lower() for need in reason.needs)
            return _need_in_words(before, now, day(reason.on))
        case Why.NOT_REACHED:
            first, last = reason.days
            return _("Not reached in %(first)s or %(last)s.", first=first.year, last=last.year)
        case Why.HANDOVER:
            to = council_name(reason.council) if reason.council else _("a council still to be decided")
            return _(
                "Support passes to %(council)s on %(day)s; something is open, and it is not accepted yet.",
                council=to,
                day=day(reason.on),
            )


def _need_in_words(before: Sequence[str], now: str, on: str) -> str:
    if len(before) == 1:
        return _("Need went from %(before)s to %(now)s on %(day)s.", before=before[0], now=now, day=on)
    return _(
        "Need went up twice running: %(first)s, %(then)s, then %(now)s on %(day)s.",
        first=before[0],
        then=before[1],
        now=now,
        day=on,
    )


def _form(councils: Sequence[tuple[str, str]], why: str | None, council: str | None) -> PublicForm:
    class FilterForm(PublicForm):
        why = SelectField(
            _("Reason"), [Option(one.value, str(WHY[one])) for one in Why], blank=_("Every reason")
        )
        council = SelectField(
            _("Record of"),
            [Option(code, name) for code, name in councils],
            blank=choosing.all_of_theirs(councils),
        )

    return FilterForm(formdata=None, data={"why": why, "council": council})
