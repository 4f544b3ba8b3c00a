"""Short guidance beside the questions of a call, which each reader puts away once they know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.queries import conversations
from catchup.queries import guidance as queries
from catchup.queries.calls import BeforeDialling
from catchup.services import guidance as service
from catchup.web.security import viewer
from catchup.web.staff import staff


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: what it is about, and a line for each thing to keep in mind."""

    code: str
    title: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Guide:
    """What stands beside the questions for this reader; ``put_away``: whether there is more they know."""

    pieces: Mapping[str, Piece]
    put_away: bool


PIECES = {
    piece.code: piece
    for piece in (
        Piece(
            "opening",
            _l("How to begin"),
            (
                _l("Your first name and “from Catch-up”: nothing more until you know who is speaking."),
                _l("Ask whether now is a good time, and mean it. A later hour is no failure."),
                _l("Ask whether anyone can hear before you ask about anything else."),
                _l("Say what you write down and who may read it."),
            ),
        ),
        Piece(
            "yes_no",
            _l("Questions to answer with yes or no"),
            (
                _l("“Would another time be better?”"),
                _l("“Is everyone safe at the moment?”"),
                _l("“Is something worrying you that you can’t say aloud?”"),
                _l("“Is it about home? About school? About one of the children?”"),
                _l("“Shall I ring tomorrow morning, when you are on your own?”"),
            ),
        ),
        Piece(
            "interpreter",
            _l("With an interpreter"),
            (
                _l("A child never interprets, and neither does anybody the family is afraid of."),
                _l("Speak to the parent, not about them, in short sentences."),
                _l("Agree a second call with a booked interpreter rather than manage somehow."),
            ),
        ),
        Piece(
            "asking",
            _l("What to ask"),
            (
                _l("Begin wide: “How has it been since we last spoke?” Then wait."),
                _l("“What is going well?” comes before “What is hard?”"),
                _l("Ask after each child by name, and after the parents themselves."),
                _l("“Not talked about” is an honest answer: nobody has to answer everything."),
            ),
        ),
        Piece(
            "year_6",
            _l("Year 6: a new school in September"),
            (
                _l("Who at the new school knows what this child needs? Is there a visit before the summer?"),
                _l("Have they asked for the designated teacher? The virtual school can help until the day."),
                _l("What will the child tell others about the family, and do they have words they like?"),
            ),
        ),
        Piece(
            "year_9",
            _l("Year 9: choices and changes"),
            (
                _l("Choosing subjects: who goes through it with them?"),
                _l("Phones and looking people up: has anyone from the birth family been in touch?"),
                _l("Questions about who they are often come now. Would life story work help?"),
            ),
        ),
        Piece(
            "safety",
            _l("If something worries you"),
            (
                _l("You cannot promise to keep it to yourself. Say so early and kindly."),
                _l("Write their own words. Ask enough to know who is at risk and where they are now."),
                _l("Tell the parent what you will do, unless that puts somebody at risk."),
            ),
        ),
        Piece(
            "promises",
            _l("What not to promise"),
            (
                _l("No place, no money and no date that somebody else decides."),
                _l("Say what you yourself will do, and by when: “I will ask, and tell you by Friday.”"),
                _l("An assessment can always be asked for; what comes of it is for the council to say."),
                _l("Say the waiting time as it is. A true “four months” is kinder than “soon”."),
            ),
        ),
        Piece(
            "closing",
            _l("How to end the call"),
            (
                _l("Say back in two sentences what you heard and what each of you will do."),
                _l("Ask whether there is something you should have asked."),
                _l("If it was hard: “What will you do when we hang up? Is somebody with you?”"),
                _l("Say when you ring again, and how to reach us before that."),
            ),
        ),
    )
}


def for_call(known: BeforeDialling, staff_id: UUID) -> Guide:
    """The pieces that fit this family and that the reader has not put away."""
    years = {child.school_year for child in known.children}
    family = known.family
    fits = {
        "interpreter": family.language != "English" or "interpreter" in family.adjustments,
        "year_6": 6 in years,
        "year_9": 9 in years,
    }
    learned = queries.learned(staff_id)
    return Guide(
        {code: piece for code, piece in PIECES.items() if fits.get(code, True) and code not in learned},
        put_away=bool(learned),
    )


@staff.post("/calls/<uuid:call_id>/guidance")
def change_guidance(call_id: UUID) -> ResponseReturnValue:
    """Put a piece away or bring all of them back; what was typed on the page comes along and is kept."""
    # It needs this module for the pieces beside its form.
    from catchup.web.staff import drafts
    from catchup.web.staff.conversation_form import make

    call = conversations.call(call_id, viewer(), clock.today()) or abort(404)
    known = request.form.get("know")
    if known is None:
        service.bring_back(viewer().id)
    else:
        service.put_away(known if known in PIECES else abort(400), viewer().id)
    if "form_token" in request.form and drafts.is_said(make(call, clock.today())):
        drafts.keep_request(call, viewer())
    db.session.commit()
    return redirect(url_for(".show_call", call_id=call_id))
