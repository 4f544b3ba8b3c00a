"""A service of the directory in few words: where it is picked, and on the pages of the directory."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from catchup import clock
from catchup.models.directory import Service
from catchup.queries.directory import Choice, is_stale
from catchup.web.filters import MONTHS, day
from catchup.web.staff import staff


@staff.app_template_filter("distance")
def distance(choice: Choice) -> str:
    """How far it is: "4 km", "Ada 4 km, Ben 32 km" where the children do not live together; else nothing."""
    return ", ".join(
        _("%(names)s %(km)s km", names=_listed(away.names), km=away.km)
        if away.names
        else _("%(km)s km", km=away.km)
        for away in choice.away
    )


@staff.app_template_filter("wait")
def wait(service: Service) -> str:
    """How long one waits for it; nothing where nobody knows."""
    if service.waiting_weeks is None:
        return ""
    if service.waiting_weeks == 0:
        return _("no wait")
    return ngettext("%(num)s week’s wait", "%(num)s weeks’ wait", service.waiting_weeks)


def one_line(choice: Choice, today: date) -> str:
    """What decides whether it fits, short enough for a list that opens; what is stale says so last."""
    service = choice.service
    parts = [
        service.name,
        _("online") if service.online else "",
        distance(choice),
        wait(service),
        service.languages,
        _("our own staff") if service.own_staff else _("bought in"),
        _not_checked(service) if is_stale(service, today) else "",
    ]
    return ", ".join(part for part in parts if part)


def _not_checked(service: Service) -> str:
    on = service.checked_on
    if on is None:
        return _("never checked")
    year = "" if on.year == clock.today().year else f" {on.year}"
    return _("not checked since %(month)s", month=MONTHS[on.month - 1] + year)


def checked(service: Service) -> str:
    """When somebody last checked it, in words."""
    if service.checked_on is None:
        return _("Never checked.")
    return _("Last checked on %(day)s.", day=day(service.checked_on))


def _listed(names: tuple[str, ...]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s", names=", ".join(names[:-1]), last=names[-1])
