"""What templates use to write dates, times, numbers and names. ``register(app)`` gives them to an app.

Dates are the service's days; instants are shown as the clock on the wall in London shows them.
English is written without Babel, because a queue page writes a hundred dates and Babel takes 40 µs for one.
"""

from collections.abc import Callable, Hashable
from datetime import date, datetime, time, timedelta

from flask import Flask
from flask_babel import format_date, format_time, get_locale, ngettext
from flask_babel import gettext as _

from catchup import clock
from catchup.data.councils_file import councils
from catchup.rules.councils import UnknownCouncilError
from catchup.web.forms_base import error_links
from catchup.web.text import readable_number

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

# Languages × pages of the navigation × roles are a few hundred; only a demo's moving day adds more.
MOST_PARTS = 2000


def _in_english() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "en"


def day(on: date | None) -> str:
    """10 June 2026; nothing for no date."""
    if on is None:
        return ""
    if _in_english():
        return f"{on.day} {MONTHS[on.month - 1]} {on.year}"
    return str(format_date(on, "d MMMM y"))


def short_day(on: date | None) -> str:
    """10 Jun, and the year where it is not this one: 10 Jun 2025."""
    if on is None:
        return ""
    this_year = on.year == clock.today().year
    if _in_english():
        return f"{on.day} {MONTHS[on.month - 1][:3]}" + ("" if this_year else f" {on.year}")
    return str(format_date(on, "d MMM" if this_year else "d MMM y"))


def weekday(on: date) -> str:
    """Saturday 21 November 2026."""
    return str(format_date(on, "EEEE d MMMM y"))


def clock_time(at: datetime | time | None) -> str:
    """14:30, in London."""
    if at is None:
        return ""
    if isinstance(at, datetime):
        at = clock.london(at).time()
    return f"{at:%H:%M}" if _in_english() else str(format_time(at, "HH:mm", rebase=False))


def when(at: datetime | None) -> str:
    """10 June 2026 at 14:30, in London."""
    if at is None:
        return ""
    return _("%(day)s at %(time)s", day=day(clock.london(at).date()), time=clock_time(at))


def ago(on: date | None, today: date | None = None) -> str:
    """How far a day is from today: 12 days ago, yesterday, today, tomorrow, in 3 days."""
    if on is None:
        return ""
    days = (on - (today or clock.today())).days
    match days:
        case 0:
            return _("today")
        case 1:
            return _("tomorrow")
        case -1:
            return _("yesterday")
    if days < 0:
        return ngettext("%(num)s day ago", "%(num)s days ago", -days)
    return ngettext("in %(num)s day", "in %(num)s days", days)


def days_left(until: date | None, today: date | None = None) -> str:
    """What is left until a day that still counts: 3 days left, last day today, 12 days over."""
    if until is None:
        return ""
    days = (until - (today or clock.today())).days
    if days == 0:
        return _("last day today")
    if days < 0:
        return ngettext("%(num)s day over", "%(num)s days over", -days)
    return ngettext("%(num)s day left", "%(num)s days left", days)


def how_long(time: timedelta) -> str:
    """A stretch of time in whole minutes, hours or days: 45 minutes, 3 hours, 2 days."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    if minutes < 48 * 60:
        return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)
    return ngettext("%(num)s day", "%(num)s days", minutes // (24 * 60))


def age_in_years(born_on: date, on: date | None = None) -> int:
    """Age on a day (today). Someone born on 29 February is a year older on 1 March.

    Source: service policy R10.
    """
    on = on or clock.today()
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def day_before(on: date) -> date:
    """The last day of what ends when the next thing begins."""
    return on - timedelta(days=1)


def years_and_months(since: date, on: date | None = None) -> str:
    """How long since a day in full months: 2 y 8 m, 8 m."""
    on = on or clock.today()
    months = (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)
    years, months = divmod(max(months, 0), 12)
    if not years:
        return _("%(months)s m", months=months)
    return _("%(years)s y %(months)s m", years=years, months=months)


def number(value: int | None) -> str:
    """1,234; a dash for none."""
    return "–" if value is None else f"{value:,}"


def phone(value: str | None) -> str:
    """01632 960 001 for +441632960001. Among words from right to left it keeps its own direction."""
    if not value:
        return ""
    number = readable_number(value)
    return f"\N{LEFT-TO-RIGHT ISOLATE}{number}\N{POP DIRECTIONAL ISOLATE}" if html_dir() == "rtl" else number


def council_name(code: str | None) -> str:
    """The name of a council by any of its codes; the code itself where the directory does not know it."""
    if code is None:
        return ""
    try:
        return councils().name(code)
    except UnknownCouncilError:
        return code


def html_lang() -> str:
    """The language of the page, for ``<html lang>``."""
    return str(get_locale() or "en").replace("_", "-")


def html_dir() -> str:
    """The direction of the page's writing: ltr or rtl."""
    locale = get_locale()
    return str(locale.text_direction) if locale else "ltr"


FILTERS = (
    day,
    short_day,
    weekday,
    clock_time,
    when,
    ago,
    days_left,
    how_long,
    age_in_years,
    day_before,
    years_and_months,
    number,
    phone,
    council_name,
)


def _frame_of(app: Flask) -> Callable[..., str]:
    """The function ``frame`` of an app's templates, with what it has rendered so far."""
    rendered: dict[tuple[Hashable, ...], str] = {}

    def frame(lang: str, part: str, *facts: Hashable) -> str:
        """One part of templates/macros/frame.html, rendered once for its language and arguments.

        The frame is most of what a page costs: twenty translated texts take 0.4 ms, looking them up here
        a microsecond.
        """
        key = (lang, part, *facts)
        if key not in rendered or app.jinja_env.auto_reload:
            if len(rendered) >= MOST_PARTS:
                rendered.clear()
            rendered[key] = getattr(app.jinja_env.get_template("macros/frame.html").module, part)(*facts)
        return rendered[key]

    return frame


def register(app: Flask) -> None:
    """Give the templates of an app the filters above."""
    app.jinja_env.filters.update({function.__name__: function for function in FILTERS})
    app.jinja_env.globals.update(html_lang=html_lang, html_dir=html_dir, error_links=error_links)
    app.jinja_env.globals["frame"] = _frame_of(app)
