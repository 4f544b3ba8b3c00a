"""What a manager shows a committee: the measures of one April to March year, report by report."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import workbooks
from catchup.queries import report_files
from catchup.rules.definitions import MEASURES
from catchup.rules.measures import quarters
from catchup.services.audit import Seen
from catchup.web.manager import manager
from catchup.web.manager.report_choice import ELSEWHERE, TITLES, ReportChoice, choose_report
from catchup.web.manager.report_figures import laid_out
from catchup.web.security import saw


@manager.get("/reports")
def show_reports() -> ResponseReturnValue:
    """The measures of one report for the year and council chosen; the reader's own councils only."""
    choice = choose_report()
    codes = tuple(code for code in choice.codes if code not in ELSEWHERE)
    report = choice.report(codes)
    first_on, last_on = choice.days
    return render_template(
        "manager/reports.html",
        choice=choice,
        title=TITLES[choice.name or ""],
        report=report,
        laid=laid_out(report, choice, codes),
        measures=MEASURES,
        first_on=first_on,
        last_on=last_on,
        begun=[quarter.first_on <= report.as_of for quarter in quarters(first_on)],
        quarters=quarter_names(),
        nav="reports",
    )


@manager.get("/reports.csv")
def download_report() -> ResponseReturnValue:
    """The same numbers for a spreadsheet. Totals only, no names; that it was taken is recorded."""
    choice = choose_report(everything=True)
    saw(Seen("report.download", "report", council_code=choice.council))
    return _as_download(Response(choice.report().as_csv(), mimetype="text/csv"), choice, "csv")


@manager.get("/reports.xlsx")
def download_workbook() -> ResponseReturnValue:
    """The same again as a spreadsheet, typed, with the definitions on a sheet of their own."""
    choice = choose_report(everything=True)
    saw(Seen("report.download", "report", council_code=choice.council))
    made = report_files.as_xlsx(choice.report())
    return _as_download(Response(made, mimetype=workbooks.XLSX), choice, "xlsx")


def _as_download(answer: Response, choice: ReportChoice, form: str) -> Response:
    parts = ["catch-up", choice.name, choice.year, choice.council]
    name = "-".join(part for part in parts if part)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def quarter_names() -> list[str]:
    """What the quarters are called."""
    return [_("Apr–Jun"), _("Jul–Sep"), _("Oct–Dec"), _("Jan–Mar")]
