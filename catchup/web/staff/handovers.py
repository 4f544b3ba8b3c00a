"""Handovers: the board, each one's steps, and the letters to the family. Its summary has views of its own."""

from operator import itemgetter
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from catchup import clock
from catchup.extensions import db
from catchup.models.handover import Handover
from catchup.queries import handovers as queries
from catchup.queries.handovers import COLUMNS, OVERDUE, View
from catchup.rules.terms import HandoverState
from catchup.services import handovers as service
from catchup.services.audit import Seen
from catchup.services.handovers import ConflictError, NobodyToTellError
from catchup.web.filters import council_name
from catchup.web.security import saw, saw_list, viewer
from catchup.web.staff import handover_words as in_words
from catchup.web.staff import staff
from catchup.web.staff.conversation_text import answers
from catchup.web.staff.handover_forms import (
    ACTS,
    ActForm,
    form_for,
    forms_for,
    telling,
)
from catchup.web.wording import words

# What the conflict page sends again is everything that was typed, but for these.
NOT_AGAIN = {"csrf_token", "version"}


def column_name(column: str) -> str:
    """What stands above a column of the board."""
    return _("Overdue") if column == OVERDUE else words(HandoverState(column))


@staff.get("/handovers")
def handovers() -> ResponseReturnValue:
    """The board by state, what is overdue first."""
    asked = request.args
    column = asked.get("state") if asked.get("state") in COLUMNS else None
    page = asked.get("page", 1, type=int)
    view = View(column, asked.get("council") or None, mine="mine" in asked, page=page)
    board = queries.board(viewer(), view, clock.today())
    saw_list("handover.list", "handover", board.families)
    return render_template(
        "staff/handovers.html",
        board=board,
        view=view,
        states=[(one, column_name(one)) for one in COLUMNS],
        councils=sorted(((code, council_name(code)) for code in board.councils), key=itemgetter(1)),
        column_name=column_name,
        in_words=in_words,
        nav="handovers",
    )


@staff.get("/handovers/<uuid:handover_id>")
def handover(handover_id: UUID) -> ResponseReturnValue:
    """One handover: where it stands, what has happened, what can be done next."""
    one = scoped(handover_id)
    saw(Seen("handover.view", "handover", one.id, one.family_id))
    return _page(one)


_ACT_NAMES = ", ".join(f"'{act}'" for act in ACTS)


@staff.post(f"/handovers/<uuid:handover_id>/<any({_ACT_NAMES}):act>")
def act_on_handover(handover_id: UUID, act: str) -> ResponseReturnValue:
    """Do one thing with a handover."""
    one = scoped(handover_id)
    form = form_for(act, one)
    if not form.validate_on_submit():
        return _page(one, (act, form)), 422
    try:
        form.act(one, viewer())
    except ConflictError:
        return conflict(handover_id, form, url_for(".act_on_handover", handover_id=handover_id, act=act))
    except PermissionError:
        abort(403)
    except NobodyToTellError:
        db.session.rollback()
        form.how.errors = [_("No parent can be sent a message now: print the letter and post it")]
        return _page(scoped(handover_id), (act, form)), 422
    db.session.commit()
    shown = ".print_handover_summary" if act == "send" else ".handover"
    return redirect(url_for(shown, handover_id=handover_id))


@staff.get("/handovers/<uuid:handover_id>/letter/<uuid:parent_id>")
def handover_letter(handover_id: UUID, parent_id: UUID) -> ResponseReturnValue:
    """The letter to one parent, to be printed. It names no child and no address."""
    one = scoped(handover_id)
    page = queries.detail(one, clock.today())
    parent = next((parent for parent in page.parents if parent.id == parent_id), None)
    if parent is None or page.stopped or one.withdrawn_at or not (one.from_council and one.to_council):
        abort(404)
    saw(Seen("handover.letter.print", "handover", one.id, one.family_id))
    children, all_of_them = queries.covered_by_letter(one)
    return render_template(
        "staff/handover_letter.html",
        page=page,
        parent=parent,
        children=in_words.children_in_letter(children, all_of_them, clock.today()),
        nav="handovers",
    )


def scoped(handover_id: UUID) -> Handover:
    """The handover this page is about; 404 out of scope."""
    return queries.get(handover_id, viewer(), clock.today()) or abort(404)


def _page(one: Handover, sent: tuple[str, ActForm] | None = None) -> str:
    page = queries.detail(one, clock.today())
    reached, by_letter = telling(service.recipients(one.family_id))
    return render_template(
        "staff/handover.html",
        page=page,
        forms=forms_for(page, viewer(), sent),
        form=sent[1] if sent else None,
        reached=reached,
        by_letter=by_letter,
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
