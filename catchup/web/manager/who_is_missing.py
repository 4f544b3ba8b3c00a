"""Who is missing: the page of M14, in totals."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.queries import who_is_missing as queries
from catchup.queries.measures.people import DISABILITY, ETHNIC_GROUP, LANGUAGE, NOT_SAID
from catchup.rules.definitions import MEASURES
from catchup.web.manager import choosing, manager
from catchup.web.public import join_forms
from catchup.web.security import viewer


@manager.get("/reports/who-is-missing")
def show_who_is_missing() -> ResponseReturnValue:
    """Families who joined and calls held in a year, by what parents said of themselves."""
    choice = choosing.choose()
    everything = choice.council is None and viewer().hub
    found = queries.of_year(
        choice.year,
        clock.today(),
        council=choice.council,
        councils=None if everything else choice.codes,
    )
    return render_template(
        "manager/who_is_missing.html",
        choice=choice,
        found=found,
        questions={
            LANGUAGE: _("Language of the calls"),
            ETHNIC_GROUP: _("Ethnic group"),
            DISABILITY: _("A disability or long-term illness"),
        },
        say=_answer,
        measures=[MEASURES[code] for code in queries.CODES],
        nav="reports",
    )


def _answer(question: str, value: str) -> str:
    """What people read for an answer; a language is its own name."""
    if value == NOT_SAID:
        return _("Not said")
    known = {
        ETHNIC_GROUP: join_forms.ethnic_group_options,
        DISABILITY: join_forms.disability_options,
    }.get(question)
    words = {option.value: option.label for option in known()} if known else {}
    return str(words.get(value, value))
