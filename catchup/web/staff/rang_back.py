"""They rang us back: find the family by what they say of themselves, and open the call to talk on."""

from typing import NamedTuple
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.queries import families
from catchup.queries import rang_back as queries
from catchup.queries.families import Found, SearchResult
from catchup.queries.rang_back import OpenCall
from catchup.rules import queue_order
from catchup.rules.queue_order import Claim
from catchup.services import calls as service
from catchup.services.audit import Seen
from catchup.web.security import saw, viewer
from catchup.web.staff import staff
from catchup.web.staff.families import SearchForm


class WhoRang(NamedTuple):
    """One family that was found. ``held``: somebody else has its call; ``rung``: it may be rung at all."""

    family: Found
    call: OpenCall | None
    held: bool
    rung: bool


@staff.get("/queue/rang-back")
def rang_back() -> ResponseReturnValue:
    """The search."""
    return render_template("staff/rang_back.html", form=SearchForm())


@staff.post("/queue/rang-back")
def find_who_rang() -> ResponseReturnValue:
    """Search. By POST, because what is looked for must not stand in an address or a log."""
    form = SearchForm()
    if not form.validate_on_submit():
        return render_template("staff/rang_back.html", form=form), 422
    result = families.search(form.words.data, viewer(), clock.today()).of_today()
    saw(
        Seen(
            "families.search",
            "search",
            families=tuple(family.id for family in result.families),
            result="ask_the_hub" if result.ask_the_hub else "ok",
        )
    )
    return render_template("staff/rang_back.html", form=form, result=result, found=_found(result))


@staff.post("/queue/rang-back/<uuid:family_id>")
def open_call_of_who_rang(family_id: UUID) -> ResponseReturnValue:
    """Open the family's call and claim it; where none is open, one they have asked for just now."""
    family = families.get(family_id, viewer(), clock.today()) or abort(404)
    try:
        call_id = service.rung_back(family, viewer(), clock.now())
    except ValueError:
        flash(_("This family was stopped or has left: a manager starts calls again."), "warning")
        return redirect(url_for(".family", family_id=family_id))
    db.session.commit()
    return redirect(url_for(".show_call", call_id=call_id))


def _found(result: SearchResult) -> list[WhoRang]:
    now, me = clock.now(), viewer()
    ids = [family.id for family in result.families]
    calls, not_rung = queries.open_calls(ids, now), queries.not_rung(ids)
    found = []
    for family in result.families:
        call = calls.get(family.id)
        claim = queue_order.claim_state(call.claimed_by, call.claimed_until, now, me.id) if call else None
        found.append(WhoRang(family, call, claim is Claim.OTHERS, family.id not in not_rung))
    return found
