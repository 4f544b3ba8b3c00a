"""`flask report`: the same numbers as the page."""

import json
from collections.abc import Iterator

import click
from flask import current_app
from flask.cli import with_appcontext

from catchup import clock
from catchup.cli.answering import on_the_database
from catchup.queries import directories, forecast, report_files, reports
from catchup.queries import published as published_tables
from catchup.queries.forecast import FIGURES, Forecast
from catchup.queries.published import PublishedReport
from catchup.queries.reports import Report
from catchup.rules.calendar import financial_year, financial_year_days, in_words
from catchup.rules.councils import UnknownCouncilError
from catchup.rules.definitions import MEASURES, REPORTS, Unit
from catchup.rules.hiding import HIDDEN, CannotHideError, PublishedRow
from catchup.rules.measures import Row
from catchup.services import marks

EVERYTHING = "annual"
FORECAST = "forecast"
FORECAST_HEADS = ("calls", "if joining", "out", "in", "turning 18", "hours needed", "hours there")


def _year(_context: click.Context, _option: click.Parameter, year: str | None) -> str | None:
    try:
        if year:
            financial_year_days(year)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return year


@click.command("report")
@click.argument("name", type=click.Choice([*REPORTS, EVERYTHING, FORECAST]))
@click.option("--year", callback=_year, help="April to March, like 2025-26; left out: this year.")
@click.option("--council", help="One council by its GSS code; left out: all of them.")
@click.option("--published", is_flag=True, help="For publication: small numbers hidden.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv", "xlsx"]), default="text")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@with_appcontext
@on_the_database
def report(
    name: str, year: str | None, council: str | None, form: str, *, published: bool, as_json: bool
) -> None:
    """Measures of one year by council and quarter. Exact numbers: not for publication.

    With --published those of the whole year only, "c" where a small number, or what it could be worked out
    from, is hidden; of the latest saved version, where there is one.
    """
    marks.follow_clock(current_app.config["CATCHUP"])
    if name == FORECAST:
        _tell_forecast(year, council, form="json" if as_json else form, published=published)
        return
    year = year or financial_year(clock.today())
    try:
        codes = REPORTS.get(name, reports.EVERYTHING)
        of_year = published_tables.of_year if published else reports.of_year
        found = of_year(name, year, clock.today(), council=council, codes=codes)
    except (UnknownCouncilError, CannotHideError) as error:
        raise click.ClickException(str(error)) from error
    if as_json or form == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    elif form == "csv":
        click.echo(found.as_csv(), nl=False)
    elif form == "xlsx":
        click.echo(report_files.as_xlsx(found), nl=False)
    else:
        click.echo("\n".join(_lines(found)))


def _tell_forecast(year: str | None, council: str | None, *, form: str, published: bool) -> None:
    """The 24 months from today, or those of them that lie in a year."""
    if published:
        raise click.ClickException("A forecast is no figure of a year: it is not published.")
    try:
        found = forecast.from_today(clock.today(), council=council, year=year)
    except UnknownCouncilError as error:
        raise click.ClickException(str(error)) from error
    if not found.months:
        raise click.ClickException(
            f"The forecast looks 24 months ahead from today; {year} is not among them."
        )
    if form == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    elif form == "csv":
        click.echo(found.as_csv(), nl=False)
    elif form == "xlsx":
        click.echo(report_files.as_xlsx(found), nl=False)
    else:
        click.echo("\n".join(_forecast_lines(found)))


def _forecast_lines(found: Forecast) -> Iterator[str]:
    """The months of all councils together as people read them."""
    yield f"24 months from {in_words(found.as_of)}. Exact numbers: not for publication."
    yield f"A call takes {found.measured.minutes_a_call:.0f} minutes with every try."
    yield ""
    yield f"{'':<10}" + "".join(f"{name:>13}" for name in FORECAST_HEADS)
    for span, month in zip(found.months, found.whole, strict=True):
        figures = "".join(f"{figure(month):>13g}" for figure in FIGURES.values())
        yield f"{span.first_on:%Y-%m}   " + figures


def _lines(found: Report | PublishedReport) -> list[str]:
    """The year's figures as people read them."""
    lines = [f"{found.year}, as of {in_words(found.as_of)}. {_for_whom(found)}"]
    code = ""
    for row in found.rows:
        if row.quarter is not None:
            continue
        if row.code != code:
            code = row.code
            lines += ["", f"{code}  {MEASURES[code].name}: {_definition(code)}"]
        lines.append(f"  {_place(row):<44}{_figure(row)}")
    return lines


def _for_whom(found: Report | PublishedReport) -> str:
    if isinstance(found, Report):
        return "Exact numbers: not for publication."
    version = f"Version {found.number}" if found.number else "Not saved as a version"
    return f"{version}. c: a small number is hidden, or one it could be worked out from."


def _definition(code: str) -> str:
    measure = MEASURES[code]
    return f"{measure.above} ÷ {measure.below}" if measure.below else measure.above


def _place(row: Row | PublishedRow) -> str:
    dimension = dict(row.dimension or {})
    is_total = dimension.pop("councils", None) is not None
    place = dimension.pop("agency", "All councils" if is_total else "Needs a decision")
    if row.council:
        place = f"{directories.councils().name(row.council)} ({row.council})"
    return ", ".join([place, *(value.replace("_", " ") for value in dimension.values())])


def _figure(row: Row | PublishedRow) -> str:
    if row.value == HIDDEN:
        return HIDDEN
    if row.denominator is None:
        return str(row.numerator)
    unknown = f", {row.unknown} not known" if row.unknown else ""
    unit = MEASURES[row.code].unit
    is_mean = unit in (Unit.DAYS, Unit.MONTHS) and not set(row.dimension or {}) & {unit.value}
    if is_mean:
        mean = "" if row.value is None else f"{row.value:.1f} {unit.value} on average, "
        return f"{mean}of {row.denominator}{unknown}"
    share = "" if row.value is None else f" ({row.value:.0%})"
    return f"{row.numerator} of {row.denominator}{share}{unknown}"


commands: list[click.Command] = [report]
