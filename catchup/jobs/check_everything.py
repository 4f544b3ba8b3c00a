"""Working every plan out afresh and reporting what differs. Changes nothing, refuses nothing."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date

from catchup import bank_holidays
from catchup.queries import jobs as found
from catchup.rules.calendar import add_months
from catchup.services import plans
from catchup.services.job_runs import Counts
from catchup.services.plans import Replanned

HOLIDAYS_KNOWN_AHEAD_MONTHS = 18


def prepare(on: date) -> Callable[[], Counts]:
    """Only look; the day's mark holds what was found."""
    differences = Replanned()
    families = 0
    for ids in found.every_family():
        differences += plans.write(ids, on, dry=True)
        families += len(ids)
    report = {f"plans_{name}": number for name, number in asdict(differences).items()}
    report |= found.out_of_order()
    report["bank_holidays_run_out"] = int(_holidays_run_out(on))
    found_amiss = {name: number for name, number in report.items() if number}
    return lambda: Counts(skipped=families, found=found_amiss)


def _holidays_run_out(on: date) -> bool:
    """Whether calls may soon be planned for years whose bank holidays were not published here yet."""
    _, last_year = bank_holidays.published_holidays()
    return add_months(on, HOLIDAYS_KNOWN_AHEAD_MONTHS).year > last_year
