"""Support requests in words: what the therapy fund pays, and what somebody has to do next."""

from datetime import date

from flask_babel import gettext as _

from catchup.queries import directories
from catchup.queries.support import Row
from catchup.rules.calendar import ONE_DAY
from catchup.rules.terms import SupportStep
from catchup.web.filters import council_name, day


def fund_in_words(on: date) -> str | None:
    """What the therapy fund pays on a day, in a sentence; None where no limit is known.

    Source: service policy R10, R11.
    """
    policy = directories.policy(on)
    if policy.therapy_fund_pence is None:
        return None
    last = date(on.year + (on >= date(on.year, 4, 1)), 4, 1) - ONE_DAY
    return _(
        "The therapy fund pays up to £%(pounds)s for a child until %(day)s. It can be asked for until the "
        "child is %(age)s, or %(plan)s with an education, health and care plan.",
        pounds=f"{policy.therapy_fund_pence // 100:,}",
        day=day(last),
        age=policy.therapy_until_age,
        plan=policy.therapy_until_age_with_plan,
    )


def next_in_words(row: Row) -> str:
    """What somebody has to do next for a request."""
    council = council_name(row.request.council_code)
    match row.state:
        case SupportStep.RECEIVED if council:
            return _("Ask %(council)s what it has decided", council=council)
        case SupportStep.RECEIVED:
            return _("A manager decides which council to ask")
        case SupportStep.DECIDED:
            return _("Ask when it starts")
        case SupportStep.REFUSED:
            return _("Tell the family why, and what else there is")
    return _("Nothing: ask how it goes on the next call")
