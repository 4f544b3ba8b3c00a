"""`flask report`: the same numbers as the page."""

import json

import click
from flask import current_app
from flask.cli import with_appcontext

from catchup import clock
from catchup.cli.answering import on_the_database
from catchup.queries import directories, reports
from catchup.queries.reports import Report
from catchup.rules.calendar import financial_year, financial_year_days, in_words
from catchup.rules.councils import UnknownCouncilError
from catchup.rules.definitions import MEASURES, REPORTS, Unit
from catchup.rules.measures import Row
from catchup.services import marks

EVERYTHING = "annual"
TO_COME = ("forecast",)


def _year(_context: click.Context, _option: click.Parameter, year: str | None) -> str | None:
    try:
        if year:
            financial_year_days(year)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return year


@click.command("report")
@click.argument("name", type=click.Choice([*REPORTS, EVERYTHING, *TO_COME]))
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
    """Measures of one year by council and quarter. Exact numbers: not for publication."""
    if name in TO_COME:
        raise click.ClickException(f"The report “{name}” is not there yet.")
    if published:
        raise click.ClickException(
            "Reports for publication are not there yet: small numbers are hidden whole or not at all."
        )
    if form == "xlsx":
        raise click.ClickException(
            "Spreadsheets are not there yet: ask for csv, which every spreadsheet opens."
        )
    marks.follow_clock(current_app.config["CATCHUP"])
    year = year or financial_year(clock.today())
    try:
        codes = REPORTS.get(name, reports.EVERYTHING)
        found = reports.of_year(name, year, clock.today(), council=council, codes=codes)
    except UnknownCouncilError as error:
        raise click.ClickException(str(error)) from error
    if as_json or form == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    elif form == "csv":
        click.echo(found.as_csv(), nl=False)
    else:
        click.echo("\n".join(_lines(found)))


def _lines(found: Report) -> list[str]:
    """The year's figures as people read them."""
    lines = [f"{found.year}, as of {in_words(found.as_of)}. Exact numbers: not for publication."]
    code = ""
    for row in found.rows:
        if row.quarter is not None:
            continue
        if row.code != code:
            code = row.code
            lines += ["", f"{code}  {MEASURES[code].name}: {_definition(code)}"]
        lines.append(f"  {_place(row):<44}{_figure(row)}")
    return lines


def _definition(code: str) -> str:
    measure = MEASURES[code]
    return f"{measure.above} ÷ {measure.below}" if measure.below else measure.above


def _place(row: Row) -> str:
    dimension = dict(row.dimension or {})
    is_total = dimension.pop("councils", None) is not None
    place = dimension.pop("agency", "All councils" if is_total else "Needs a decision")
    if row.council:
        place = f"{directories.councils().name(row.council)} ({row.council})"
    return ", ".join([place, *(value.replace("_", " ") for value in dimension.values())])


def _figure(row: Row) -> str:
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
