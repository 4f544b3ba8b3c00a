"""The councils that come with the service, read once from the file beside this module."""

import csv
from functools import cache
from importlib.resources import files

from catchup.rules.councils import CouncilRow, Councils, rows_from_table


@cache
def council_rows() -> tuple[CouncilRow, ...]:
    """Every row of councils.csv. Source: Office for National Statistics, GSS codes of local authorities."""
    text = files("catchup.data").joinpath("councils.csv").read_text(encoding="utf-8")
    return rows_from_table(csv.DictReader(text.splitlines()))


@cache
def councils() -> Councils:
    """The directory of those rows."""
    return Councils(council_rows())
