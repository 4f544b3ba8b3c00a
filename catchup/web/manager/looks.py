"""Who has looked at one family's record, for the managers whose family it is."""

from uuid import UUID

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from catchup import clock
from catchup.queries import audit_search, families
from catchup.queries.audit_search import Asked
from catchup.services.audit import Seen
from catchup.web.look_words import act_in_words
from catchup.web.manager import manager
from catchup.web.security import saw, viewer


@manager.get("/families/<uuid:family_id>/looks")
def list_looks(family_id: UUID) -> ResponseReturnValue:
    """The newest first, 50 a page; marked where somebody never worked with the family."""
    family = families.get(family_id, viewer(), clock.today()) or abort(404)
    text = request.args.get("before", "")
    if text and (not text.isdecimal() or len(text) > 15):
        abort(404)
    looks, more = audit_search.found(Asked(family_id=family.id), int(text) if text else None)
    saw(Seen("audit.view", "family", family.id, family.id))
    return render_template(
        "manager/looks.html",
        family=family,
        looks=looks,
        more=more,
        before=text,
        people=dict(audit_search.people()),
        own=audit_search.who_works_with(family.id) | audit_search.who_manages(),
        words=act_in_words,
        nav="families",
    )
