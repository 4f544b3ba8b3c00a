"""A registration taken to be of a family that is there, and questions to who registered."""

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.registration import Registration
from catchup.queries import matching, registrations
from catchup.rules import matching as rules
from catchup.rules import registration as rule
from catchup.rules.registration import Application
from catchup.services import linking as service
from catchup.services import registration_questions as questions
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.linking import CannotLinkError, Taken
from catchup.services.registration_questions import NoEmailError
from catchup.services.registrations import AlreadyDecidedError, NoEvidenceError
from catchup.web.fields import CheckboxesField, Option, RadiosField, TextAreaField
from catchup.web.filters import day
from catchup.web.security import saw, viewer
from catchup.web.staff import matching_words as in_words
from catchup.web.staff import staff
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED
from catchup.web.staff.registration_forms import (
    BY_EMAIL,
    AnswerForm,
    EvidenceForm,
    ask_form,
    evidence_fields,
)
from catchup.web.staff.registrations import (
    decided_meanwhile,
    page,
    registration_or_404,
    seen_version,
)

SOMEBODY_NEW, ADDRESS, COME_BACK, CHILD = "new", "address", "come-back", "child-"


class LinkForm(EvidenceForm):
    """Who registered, what is taken over, and how that is known. Made by ``_link_form``."""

    who: RadiosField
    take: CheckboxesField
    reason = TextAreaField(
        _l("How do you know that it is this family?"),
        hint=_l("A stranger can know names, postcode and children. Ring a number you knew before."),
        longest=1000,
        rows=3,
        missing=_l("Say how you know that it is this family"),
    )

    def taken(self) -> Taken:
        """What a valid form takes over."""
        chosen = self.take.data or ()
        return Taken(
            None if self.who.data == SOMEBODY_NEW else UUID(str(self.who.data)),
            tuple(int(one.removeprefix(CHILD)) for one in chosen if one.startswith(CHILD)),
            address=ADDRESS in chosen,
            come_back=COME_BACK in chosen,
        )


@staff.route("/registrations/<uuid:registration_id>/link/<uuid:family_id>", methods=ASKED)
def link_registration(registration_id: UUID, family_id: UUID) -> ResponseReturnValue:
    """Take it to be of this family, part by part."""
    found, family = registration_or_404(registration_id), family_or_404(family_id)
    if found.decision is not None and request.method == "GET":
        return redirect(url_for(".registration", registration_id=registration_id))
    said = rule.read(found.answers)
    form = _link_form(found, family, said)
    if form.validate_on_submit():
        try:
            service.link(
                found, family, form.taken(), form.proof(), form.reason.data, viewer(), seen_version()
            )
        except AlreadyDecidedError:
            return decided_meanwhile(registration_id)
        except (CannotLinkError, NoEvidenceError) as error:
            db.session.rollback()
            found, family = registration_or_404(registration_id), family_or_404(family_id)
            form.form_errors.append(str(error))
        else:
            db.session.commit()
            flash(_("Linked. Nothing that the record said has been overwritten."), "success")
            return redirect(url_for(".registration", registration_id=registration_id))
    saw(
        Seen("registration.view", "registration", found.id),
        Seen("family.view", "family", family.id, family.id),
    )
    ours, theirs = matching.known_of(said), _known(family, said)
    comparison = rules.compare(ours, theirs)
    shown = render_template(
        "staff/registration_link.html",
        registration=found,
        family=family,
        said=said,
        form=form,
        comparison=comparison,
        rows=in_words.rows(ours, theirs, comparison),
        say=in_words,
        nav="registrations",
    )
    return shown, 422 if form.is_submitted() else 200


@staff.post("/registrations/<uuid:registration_id>/questions")
def ask_registration(registration_id: UUID) -> ResponseReturnValue:
    """Note a question; an e-mail may ask them to ring."""
    found = registration_or_404(registration_id)
    form = ask_form(rule.read(found.answers))
    if not form.validate():
        return page(found, ask=form, status=422)
    by_email = form.how.data == BY_EMAIL
    try:
        questions.ask(found, str(form.question.data), viewer(), by_email=by_email)
    except (AlreadyDecidedError, NoEmailError):
        return decided_meanwhile(registration_id)
    db.session.commit()
    flash(_("Noted. An email asks them to ring.") if by_email else _("Noted."), "success")
    return redirect(url_for(".registration", registration_id=registration_id))


@staff.post("/registrations/<uuid:registration_id>/questions/<uuid:question_id>")
def answer_registration(registration_id: UUID, question_id: UUID) -> ResponseReturnValue:
    """Note what they said."""
    found = registration_or_404(registration_id)
    asked = registrations.questions(found)
    number, question = next(
        ((number, one) for number, one in enumerate(asked) if one.id == question_id), (0, None)
    )
    if question is None:
        abort(404)
    form = AnswerForm(prefix=f"q{number}-")
    if not form.validate():
        return page(found, reply=(question.id, form), status=422)
    try:
        questions.answer(question, str(form.answer.data), viewer())
    except ChangedMeanwhileError:
        return decided_meanwhile(registration_id)
    db.session.commit()
    flash(_("The answer is noted."), "success")
    return redirect(url_for(".registration", registration_id=registration_id))


def _known(family: Family, said: Application) -> rules.Known:
    numbers = frozenset(phone.number for phone in said.phones)
    return matching.known_families([family.id], numbers)[family.id]


def _link_form(found: Registration, family: Family, said: Application) -> LinkForm:
    matches = matching.orders_like(said, viewer()).shown
    fields: dict[str, Any] = {
        "who": RadiosField(
            _("Who filled in the form?"), _who(family), missing=_("Choose who filled in the form")
        ),
        "take": CheckboxesField(
            _("What is taken over?"),
            _what(family, said),
            hint=_("What you leave out stays with the registration and nowhere else."),
        ),
        **evidence_fields(matches, family.id),
    }
    form: LinkForm = type("ThisForm", (LinkForm,), fields)()
    return form


def _who(family: Family) -> list[Option]:
    """The parents, and somebody who is not there yet where there is room."""
    known = _("How we reach them stays as it is. Change it on the family’s page once you have rung them.")
    waiting = _("Their numbers, email address and answers about themselves join the record as confirmed.")
    options = [
        Option(str(parent.id), parent.name, known)
        if parent.confirmed_at
        else Option(str(parent.id), _("%(name)s, who had not confirmed", name=parent.name), waiting)
        for parent in family.parents
    ]
    if len(family.parents) < service.MOST_PARENTS:
        options.append(
            Option(SOMEBODY_NEW, _("A second parent who is not in the record yet"), waiting, or_else=True)
        )
    return options


def _what(family: Family, said: Application) -> list[Option]:
    missing = service.children_not_there(family, said)
    options = [
        Option(
            f"{CHILD}{number}",
            _("%(name)s, born %(day)s", name=child.first_name, day=day(child.born_on)),
            _("Order made %(day)s. A child more brings a welcome call.", day=day(child.order_on)),
        )
        for number in missing
        for child in (said.children[number],)
    ]
    options.append(
        Option(
            ADDRESS,
            _("The address on the form"),
            _("As where they live, beside what is there. No child moves by it."),
        )
    )
    if service.can_come_back(family):
        options.append(
            Option(
                COME_BACK, _("The family joins again from today"), _("It has left. A welcome call follows.")
            )
        )
    return options
