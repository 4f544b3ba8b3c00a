"""What we have of the parent whose page it is: masked, and nobody else's."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from catchup import clock
from catchup.queries import parents as queries
from catchup.queries import wishes
from catchup.web.family import family, visits
from catchup.web.family.words import in_words, month, supporters


@family.get("/you")
def you() -> ResponseReturnValue:
    """The parent's own page, from which everything else is reached."""
    visits.saw_own("manage.view")
    today = clock.today()
    page = queries.page(visits.parent(), today)
    return render_template(
        "family/you.html",
        page=page,
        acts=wishes.own(visits.parent(), clock.now(), today),
        kept=in_words(request.args.get("kept")),
        supporters=supporters(page.children, today),
        next_call=month(max(page.next_call_on, today)) if page.next_call_on else None,
        form_token=visits.form_token(),
        today=today,
    )
