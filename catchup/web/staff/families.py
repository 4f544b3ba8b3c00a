"""Finding a family, and the page that tells its whole story."""

from collections.abc import Sequence
from datetime import date
from json import dumps
from uuid import UUID

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date, get_locale
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.models.family import Family
from catchup.queries import complaints, endings, families, family_then, parents, timeline, wishes
from catchup.queries.families import FamilyView, Together
from catchup.rules.reading import Reading
from catchup.services.audit import Seen
from catchup.web.fields import TextField
from catchup.web.forms_base import BaseForm
from catchup.web.security import saw, saw_list, viewer
from catchup.web.staff import child_council_words as in_words
from catchup.web.staff import staff
from catchup.web.staff.child_council_words import Asked
from catchup.web.staff.queue_rows import times_in_words


class SearchForm(BaseForm):
    """One box for everything a family can be found by."""

    words = TextField(
        _l("Find a family"),
        hint=_l("Any name, or exactly: reference, phone number, email address, postcode"),
        longest=100,
        spellcheck=False,
        missing=_l("Enter a name, a reference, a phone number, an email address or a postcode"),
    )


@staff.get("/families")
def family_list() -> ResponseReturnValue:
    """The families this person leads, and the search."""
    mine = families.led_by(viewer(), clock.today())
    saw_list("families.list", "family", [family.id for family in mine])
    return render_template("staff/families.html", form=SearchForm(), mine=mine, nav="families")


@staff.post("/families")
def find_family() -> ResponseReturnValue:
    """Search. By POST, because what is looked for must not stand in an address or a log."""
    form = SearchForm()
    if not form.validate_on_submit():
        return render_template("staff/families.html", form=form, nav="families"), 422
    result = families.search(form.words.data, viewer(), clock.today())
    # The search itself is kept, without its words.
    saw(
        Seen(
            "families.search",
            "search",
            families=tuple(family.id for family in result.families),
            result="ask_the_hub" if result.ask_the_hub else "ok",
        )
    )
    return render_template("staff/families.html", form=form, result=result, nav="families")


@staff.get("/families/<uuid:family_id>")
def family(family_id: UUID) -> ResponseReturnValue:
    """One family: people, who is responsible for each child, what lies ahead and what has been."""
    today, me = clock.today(), viewer()
    found, reading = families.to_read(family_id, me, today)
    if found is None or reading is None:
        abort(404)
    if reading.until is not None:
        return _as_it_was(found, reading)
    page = families.view(found, today)
    saw(Seen("family.view", "family", found.id, found.id))
    return render_template(
        "staff/family.html",
        family=found,
        page=page,
        proposals=parents.waiting_of_family(found.id),
        story=timeline.of(found, page.facts, today, reading, me.councils),
        complaints=complaints.shown_to_lead(found.id, me),
        ended=endings.of_family(found.id),
        other_times=wishes.open_other_times(found.id),
        times=times_in_words(
            dumps(found.good_times), dumps(found.never_times), found.evenings, str(get_locale())
        ),
        preferred=preferred_in_words(found),
        today=today,
        whom_to_ask=[_whom_to_ask(page, group, today) for group in page.together],
        manages=me.manages,
        read_from=reading.since,
        nav="families",
    )


def _whom_to_ask(
    page: FamilyView, group: Together, today: date
) -> list[tuple[tuple[str, ...], Sequence[Asked]]]:
    """(first names, whom to ask for what today): no one council for everything. Source: service policy R9."""
    known = {child.id: child for child in page.facts.children}
    found: dict[tuple[Asked, ...], list[str]] = {}
    for one in group.children:
        if one.child.died_on is None:
            asked = tuple(in_words.matters(known[one.child.id], today))
            found.setdefault(asked, []).append(one.child.first_name)
    return [(tuple(names), asked) for asked, names in found.items()]


def _as_it_was(found: Family, reading: Reading) -> str:
    """The record as it was on the last day of those who had to do with the family before."""
    page = family_then.view(found, reading.until or clock.today())
    saw(Seen("family.view_then", "family", found.id, found.id))
    return render_template(
        "staff/family_then.html",
        family=found,
        page=page,
        story=timeline.of(found, page.facts, clock.today(), reading, viewer().councils),
        nav="families",
    )


def preferred_in_words(family: Family) -> str | None:
    """The day of the year on which a family wants its call: 3 May."""
    if not (family.preferred_month and family.preferred_day):
        return None
    # A leap year: 29 February may be preferred.
    return str(format_date(date(2024, family.preferred_month, family.preferred_day), "d MMMM"))


def family_or_404(family_id: UUID) -> Family:
    """The family, if this viewer may see it as it stands today and change it; otherwise there is none."""
    return families.get(family_id, viewer(), clock.today()) or abort(404)
