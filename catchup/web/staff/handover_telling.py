"""Telling many families at once: who gets what before the press, what came of each, the letters to post."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.models.handover_notice import HandoverNotice
from catchup.queries import calls_afterwards, handover_board, handover_notices, handover_standing
from catchup.queries import handovers as queries
from catchup.rules import handover as rule
from catchup.rules.handover import NotTold
from catchup.rules.terms import Occasion
from catchup.services import handover_notices as notices
from catchup.services import handover_telling as service
from catchup.services.handover_notices import Recipient
from catchup.services.handover_telling import Came
from catchup.web.fields import CheckboxesField
from catchup.web.forms_base import BaseForm
from catchup.web.security import saw_list, viewer
from catchup.web.staff import handover_words as in_words
from catchup.web.staff import staff
from catchup.web.staff.handovers import children_in, in_address, view_asked

MOST_AT_ONCE = 2 * handover_board.MOST
NOT_TOLD = {
    NotTold.STOPPED: _l(
        "Everything is stopped for this family: nothing goes out until a manager starts again."
    ),
    NotTold.ENDED: _l("This handover has ended."),
    NotTold.UNDECIDED: _l("A manager must decide first which council it is."),
    NotTold.TOLD: _l("The family has been told already."),
    NotTold.NO_PARENT: _l("No parent has confirmed their details yet, and they are not used before that."),
}
CAME = {
    Came.CHANGED: _l("Somebody changed this handover while you looked. Nothing was sent: look again."),
    Came.NOT_NOW: _l("The family cannot be told as things stand now. Nothing was sent."),
    Came.FAILED: _l("Something went wrong with this one. Nothing was sent: try again, or tell your manager."),
}


class PostedForm(BaseForm):
    """Which letters have been posted; each box is written beside its letter."""

    letters = CheckboxesField(_l("Posted"), ())


@dataclass(frozen=True, slots=True)
class Picked:
    """One handover that was picked: why its family cannot be told, or nothing.

    ``to_ask``: its new council is outside the agency, and the family has not said who rings from then on.
    """

    handover: Handover
    obstacle: NotTold | None
    to_ask: bool


@dataclass(frozen=True, slots=True)
class PickedFamily:
    """What is picked of one family, and who gets what of it."""

    family: Family
    picked: Sequence[Picked]
    reached: Sequence[Recipient]
    by_letter: Sequence[Recipient]

    @property
    def can_be_told(self) -> list[Handover]:
        """Those of which the family can be told now."""
        return [one.handover for one in self.picked if one.obstacle is None]


@staff.get("/handovers/tell")
def choose_families_to_tell() -> ResponseReturnValue:
    """Before the press: for each family picked who gets a message, who a letter, and who cannot be told."""
    if "all" in request.args:
        board = handover_board.board(viewer(), view_asked(), clock.today())
        ids = board.to_tell
    else:
        ids = _ids(request.args.getlist("handover"))
    found = _families(queries.get_many(ids, viewer(), clock.today()))
    saw_list("handover.tell.list", "handover", [one.family.id for one in found])
    return render_template(
        "staff/handovers_tell.html",
        found=found,
        to_tell=[handover for one in found for handover in one.can_be_told],
        back=url_for(".handovers", **in_address(view_asked(), view_asked().page)),
        not_told=NOT_TOLD,
        in_words=in_words,
        nav="handovers",
    )


@staff.post("/handovers/tell")
def tell_families() -> ResponseReturnValue:
    """Tell each of them; one that fails does not stop the rest."""
    versions = _versions()
    found = queries.get_many(list(versions), viewer(), clock.today())
    came = service.tell_each([(one, versions[one.id]) for one in found], viewer())
    db.session.commit()
    results: dict[str, Any] = {word.value: [key for key, one in came.items() if one is word] for word in Came}
    return redirect(url_for(".told_families", **results))


@staff.get("/handovers/told")
def told_families() -> ResponseReturnValue:
    """What came of each, one line a handover."""
    asked = {key: word for word in Came for key in _ids(request.args.getlist(word.value))}
    found = queries.get_many(list(asked), viewer(), clock.today())
    saw_list("handover.told.list", "handover", [one.family_id for one in found])
    rows = [(one, asked[one.id], _before(one)) for one in found]
    rows.sort(key=lambda row: row[1] is Came.DONE)
    return render_template(
        "staff/handovers_told.html",
        rows=rows,
        done=sum(came is Came.DONE for _one, came, _notices in rows),
        letters=len({row for _one, _came, ours in rows for row in ours if _is_to_post(row)}),
        came_words=CAME,
        again=[one.id for one, came, _notices in rows if came is not Came.DONE],
        is_to_post=_is_to_post,
        in_words=in_words,
        nav="handovers",
    )


@staff.get("/handovers/letters")
def letters_to_post() -> ResponseReturnValue:
    """Every letter that is not posted yet, a sheet each, and the list to say which have been."""
    return _letters_page()


@staff.post("/handovers/letters")
def record_posted() -> ResponseReturnValue:
    """These have been posted."""
    ids = _ids(request.form.getlist("letter"))
    form = PostedForm()
    waiting = handover_notices.to_post(viewer(), clock.today())
    if not ids and waiting:
        form.letters.errors = [_("Tick the letters that you have posted")]
        return _letters_page(form), 422
    found = handover_notices.on_these_sheets(ids, viewer(), clock.today())
    came = service.post_each(found, viewer())
    db.session.commit()
    failed = sum(one is not Came.DONE for one in came.values())
    return redirect(url_for(".letters_to_post", posted=len(came) - failed, failed=failed or None))


def _letters_page(form: PostedForm | None = None) -> str:
    waiting = handover_notices.to_post(viewer(), clock.today())
    sheets = handover_notices.letters(waiting, clock.today())
    shown = sheets[: handover_notices.MOST_LETTERS]
    saw_list("handover.letters.print", "handover", [one.handover.family_id for one in shown])
    return render_template(
        "staff/handover_letters.html",
        sheets=[(letter, children_in(letter)) for letter in shown],
        more=len(sheets) - len(shown),
        posted=request.args.get("posted", 0, type=int),
        failed=request.args.get("failed", 0, type=int),
        form=form,
        occasions=Occasion,
        nav="handovers",
    )


def _families(picked: Sequence[Handover]) -> list[PickedFamily]:
    """What was picked by family, those who can be told first."""
    by_family: dict[UUID, list[Handover]] = {}
    for one in picked:
        by_family.setdefault(one.family_id, []).append(one)
    found = [_family(ours) for ours in by_family.values()]
    return sorted(found, key=lambda one: not one.can_be_told)


def _family(ours: Sequence[Handover]) -> PickedFamily:
    family = ours[0].family
    stopped = queries.is_stopped(family.id)
    to = notices.recipients(family.id)
    asks = calls_afterwards.to_ask(family)
    picked = [Picked(one, _obstacle(one, stopped, len(to)), one is asks) for one in ours]
    return PickedFamily(
        family, picked, [one for one in to if one.address], [one for one in to if not one.address]
    )


def _obstacle(one: Handover, stopped: bool, parents: int) -> NotTold | None:
    return rule.why_not_told(
        handover_standing.of_model(one, clock.today()).state,
        withdrawn=one.withdrawn_at is not None,
        stopped=stopped,
        confirmed_parents=parents,
    )


def _before(one: Handover) -> list[HandoverNotice]:
    """What was made of the council that takes over now."""
    return [
        notice
        for notice in handover_notices.of(one)
        if notice.occasion is Occasion.BEFORE and notice.to_council == one.to_council
    ]


def _is_to_post(notice: HandoverNotice) -> bool:
    return notice.message_id is None and notice.posted_at is None


def _versions() -> dict[UUID, int]:
    """The handovers that were sent, each with the version its page showed; -1 where it cannot be read."""
    found = {}
    for key in _ids(request.form.getlist("handover")):
        text = request.form.get(f"version-{key}", "")
        found[key] = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    return found


def _ids(texts: Sequence[str]) -> list[UUID]:
    """The ids among what an address or a form holds, each once, no more than a page has."""
    found = []
    for text in dict.fromkeys(texts):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found[:MOST_AT_ONCE]
