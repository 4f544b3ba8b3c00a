"""The families behind a figure of a report: the reader's own, and how many are not theirs to see."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.queries import report_families as queries
from catchup.queries.measures.behind import LISTED, Part
from catchup.queries.report_families import Asked
from catchup.rules.definitions import MEASURES, REPORTS, Measure, Unit
from catchup.rules.measures import QUARTERS
from catchup.web.manager import manager
from catchup.web.manager.report_choice import ReportChoice, choose_report
from catchup.web.manager.reports import quarter_names
from catchup.web.security import saw_list, viewer

UNDECIDED = "undecided"
TABS = {
    Part.ABOVE: _l("Counted"),
    Part.BELOW: _l("Out of"),
    Part.UNKNOWN: _l("Not known"),
}


@manager.get("/reports/families")
def show_report_families() -> ResponseReturnValue:
    """Those behind one number; recorded orders that no family has joined with are a count alone."""
    code = request.args.get("code", "")
    if code not in LISTED:
        abort(404)
    undecided = request.args.get("council") == UNDECIDED
    if undecided and not viewer().hub:
        abort(404)
    choice = choose_report(undecided=UNDECIDED)
    asked = Asked(
        year=choice.year,
        code=code,
        part=_part(code),
        quarter=_quarter(),
        council=choice.council,
        agency=choice.agency,
        councils=None if choice.everything else [code for code, _name in choice.councils],
        undecided=undecided,
    )
    page = queries.page(asked, viewer(), clock.today(), request.args.get("page", 1, type=int))
    saw_list("report.families", "report", [one.id for one in page.families])
    return render_template(
        "manager/report_families.html",
        measure=MEASURES[code],
        choice=choice,
        asked=asked,
        address=_address(choice, asked),
        report_name=next(name for name, codes in REPORTS.items() if code in codes),
        tabs={part: TABS[part] for part in _parts(code)},
        said=_said(MEASURES[code], asked.part),
        page=page,
        quarter=quarter_names()[asked.quarter - 1] if asked.quarter else None,
        today=clock.today(),
        nav="reports",
    )


def _said(measure: Measure, part: Part) -> str:
    """What the families listed have in common. A mean is of those below the line."""
    if part is Part.UNKNOWN:
        return str(measure.unknown)
    is_mean = measure.unit in (Unit.DAYS, Unit.MONTHS)
    return str(measure.below if part is Part.BELOW or is_mean else measure.above)


def _parts(code: str) -> list[Part]:
    measure = MEASURES[code]
    is_mean = measure.unit in (Unit.DAYS, Unit.MONTHS)
    return [
        *([] if is_mean else [Part.ABOVE]),
        *([Part.BELOW] if measure.below else []),
        *([Part.UNKNOWN] if measure.unknown else []),
    ]


def _part(code: str) -> Part:
    asked = request.args.get("part") or _parts(code)[0]
    if asked not in _parts(code):
        abort(404)
    return Part(asked)


def _quarter() -> int | None:
    asked = request.args.get("quarter")
    if not asked:
        return None
    if asked not in {str(quarter) for quarter in QUARTERS}:
        abort(404)
    return int(asked)


def _address(choice: ReportChoice, asked: Asked) -> dict[str, object]:
    """What leads to the same figure again."""
    council = UNDECIDED if asked.undecided else choice.council or choice.agency
    return {"year": asked.year, "code": asked.code, "council": council, "quarter": asked.quarter}
