"""Handovers: the board, each one's steps, and the letters to the family. Its summary has views of its own."""

from collections.abc import Callable
from functools import wraps
from operator import itemgetter
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover
from catchup.queries import handover_board, handover_notices, reading_periods
from catchup.queries import handovers as queries
from catchup.queries.handover_board import COLUMNS, GIVES, TAKES, View
from catchup.queries.handover_cards import OVERDUE
from catchup.queries.handover_notices import Letter
from catchup.rules.terms import HandoverKind, HandoverState
from catchup.services import handover_notices as notices
from catchup.services.audit import Seen
from catchup.services.handover_notices import NobodyToTellError
from catchup.services.handover_summaries import NotAsItWasError
from catchup.services.handovers import ConflictError
from catchup.web.filters import council_name
from catchup.web.security import saw, saw_list, viewer
from catchup.web.staff import handover_around, staff
from catchup.web.staff import handover_words as in_words
from catchup.web.staff.conversation_text import answers
from catchup.web.staff.handover_around import Around
from catchup.web.staff.handover_forms import (
    ACTS,
    ActForm,
    form_for,
    forms_for,
    telling,
)
from catchup.web.staff.handover_sending_forms import sending_part
from catchup.web.wording import words

# What the conflict page sends again is everything that was typed, but for these.
NOT_AGAIN = {"csrf_token", "version"}


def column_name(column: str) -> str:
    """What stands above a column of the board."""
    return _("Overdue") if column == OVERDUE else words(HandoverState(column))


def view_asked() -> View:
    """What the address asks to see. Whatever it cannot mean is left out."""
    asked = request.args
    kinds = {kind.value: kind for kind in HandoverKind}
    return View(
        column=asked.get("state") if asked.get("state") in COLUMNS else None,
        council=asked.get("council") or None,
        side=asked.get("side") if asked.get("side") in (GIVES, TAKES) else None,
        kind=kinds.get(asked.get("kind", "")),
        mine="mine" in asked,
        late="late" in asked,
        reminded="reminded" in asked,
        page=asked.get("page", 1, type=int),
    )


def in_address(view: View, page: int | None = None) -> dict[str, Any]:
    """The same view as the parts of an address, on another page of it."""
    wanted = {"state": view.column, "council": view.council, "side": view.side, "kind": view.kind}
    ticked = {name: "yes" for name in ("mine", "late", "reminded") if getattr(view, name)}
    return {name: value for name, value in (wanted | ticked | {"page": page}).items() if value}


@staff.get("/handovers")
def handovers() -> ResponseReturnValue:
    """The board by state, what is overdue first."""
    view = view_asked()
    board = handover_board.board(viewer(), view, clock.today())
    saw_list("handover.list", "handover", board.families)
    return render_template(
        "staff/handovers.html",
        board=board,
        view=view,
        in_address=in_address,
        may_be_told=handover_board.may_be_told,
        states=[(one, column_name(one)) for one in COLUMNS],
        councils=sorted(((code, council_name(code)) for code in board.councils), key=itemgetter(1)),
        sides=[(GIVES, _("Hands over")), (TAKES, _("Takes over"))],
        kinds=[(kind.value, words(kind)) for kind in HandoverKind],
        column_name=column_name,
        in_words=in_words,
        letters=handover_notices.sheets_to_post(viewer(), clock.today()),
        nav="handovers",
    )


Page = Callable[..., ResponseReturnValue]


def only_as_it_was(page: Page) -> Page:
    """Show nothing of a summary that somebody or something has changed, and say so."""

    @wraps(page)
    def guarded(handover_id: UUID, **kwargs: Any) -> ResponseReturnValue:
        try:
            return page(handover_id, **kwargs)
        except (InvalidTag, NotAsItWasError):
            db.session.rollback()
            one = scoped(handover_id)
            saw(Seen("handover.summary.changed", "handover", one.id, one.family_id, result="refused"))
            return render_template("staff/handover_summary_changed.html", handover=one, nav="handovers"), 409

    return guarded


@staff.get("/handovers/<uuid:handover_id>")
@only_as_it_was
def handover(handover_id: UUID) -> ResponseReturnValue:
    """One handover: where it stands, what has happened, what can be done next."""
    return handover_page(scoped(handover_id))


_ACT_NAMES = ", ".join(f"'{act}'" for act in ACTS)


@staff.post(f"/handovers/<uuid:handover_id>/<any({_ACT_NAMES}):act>")
@only_as_it_was
def act_on_handover(handover_id: UUID, act: str) -> ResponseReturnValue:
    """Do one thing with a handover."""
    one = scoped(handover_id)
    form = form_for(act, one)
    if not form.validate_on_submit():
        return handover_page(one, (act, form)), 422
    try:
        form.act(one, viewer())
    except ConflictError:
        return conflict(handover_id, form, url_for(".act_on_handover", handover_id=handover_id, act=act))
    except PermissionError:
        abort(403)
    except NobodyToTellError:
        db.session.rollback()
        form.how.errors = [_("No parent can be sent a message now: print the letter and post it")]
        return handover_page(scoped(handover_id), (act, form)), 422
    db.session.commit()
    shown = ".print_handover_summary" if act == "send" else ".handover"
    return redirect(url_for(shown, handover_id=handover_id))


@staff.get("/handovers/<uuid:handover_id>/letter/<uuid:parent_id>")
def handover_letter(handover_id: UUID, parent_id: UUID) -> ResponseReturnValue:
    """The letter to one parent, to be printed. It names no child and no address."""
    one = scoped(handover_id, to_act=True)
    parents = queries.confirmed_parents(one.family_id)
    parent = next((parent for parent in parents if parent.id == parent_id), None)
    stopped = queries.is_stopped(one.family_id)
    if parent is None or stopped or one.withdrawn_at or not (one.from_council and one.to_council):
        abort(404)
    saw(Seen("handover.letter.print", "handover", one.id, one.family_id))
    letter = handover_notices.letter(one, parent, clock.today())
    return render_template(
        "staff/handover_letter.html",
        letter=letter,
        children=children_in(letter),
        nav="handovers",
    )


def children_in(letter: Letter) -> str:
    """The children a letter is about, in words that name none."""
    return in_words.children_in_letter(letter.children, letter.all_of_them, clock.today())


def scoped(handover_id: UUID, *, to_act: bool = False) -> Handover:
    """The handover this page is about; 404 out of scope, and for an act on what was theirs before."""
    to_act = to_act or request.method == "POST"
    return queries.get(handover_id, viewer(), clock.today(), to_act=to_act) or abort(404)


def handover_page(one: Handover, sent: tuple[str, ActForm] | None = None) -> str:
    """The page of a handover; ``sent`` is an act and its form, which came back."""
    saw(Seen("handover.view", "handover", one.id, one.family_id))
    page = queries.detail(one, clock.today())
    is_former = not reading_periods.is_open(one.family, viewer(), clock.today())
    if is_former:
        page = queries.for_former(page, viewer())
    if not queries.may_read_summary(one, viewer(), clock.today()):
        page = queries.without_summary(page)
    reached, by_letter = telling(notices.recipients(one.family_id))
    return render_template(
        "staff/handover.html",
        page=page,
        forms={} if is_former else forms_for(page, viewer(), sent),
        form=sent[1] if sent else None,
        reached=reached,
        by_letter=by_letter,
        sending=sending_part(page, sent[1] if sent else None, may_act=not is_former),
        is_former=is_former,
        around=Around() if is_former else handover_around.of(page, viewer()),
        in_words=in_words,
        nav="handovers",
    )


def conflict(handover_id: UUID, form: ActForm, action: str | None) -> ResponseReturnValue:
    """What was typed is kept, and can be saved all the same once what happened meanwhile has been read."""
    db.session.rollback()
    one = scoped(handover_id)
    saw(Seen("handover.conflict", "handover", one.id, one.family_id, result="refused"))
    typed = [pair for pair in request.form.items(multi=True) if pair[0] not in NOT_AGAIN]
    page = queries.detail(one, clock.today())
    return (
        render_template(
            "staff/handover_conflict.html",
            page=page,
            typed=list(answers(form)),
            again=typed if action and not (page.stopped or page.standing.ended) else None,
            action=action,
            nav="handovers",
        ),
        409,
    )
