"""A support request whose council is in doubt: it stays, or it goes to another council."""

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup.extensions import db
from catchup.models.belief import RequestReview
from catchup.queries import request_reviews
from catchup.rules.terms import RequestReviewed
from catchup.services import request_reviews as service
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError
from catchup.web.fields import CouncilField, Option, RadiosField, TextAreaField
from catchup.web.filters import council_name
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw, viewer
from catchup.web.staff import child_council_words as in_words
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED

STAYS, NOW, OTHER = "stays", "now", "other"


class ReviewForm(BaseForm):
    """What becomes of the request, and why."""

    becomes: RadiosField
    council = CouncilField(
        _l("Which council?"),
        missing=_l("Choose the council"),
        needed=lambda form: form.becomes.data == OTHER,
    )
    reason = TextAreaField(_l("Why?"), rows=3, longest=1000, missing=_l("Say why"))
    review: RequestReview

    @property
    def decided(self) -> RequestReviewed:
        """What was decided."""
        return RequestReviewed.STAYS if self.becomes.data == STAYS else RequestReviewed.MOVED

    @property
    def goes_to(self) -> str | None:
        """The council that gets it, where it goes."""
        return self.review.council_now if self.becomes.data == NOW else self.council.council

    def validate(self, extra_validators: Any = None) -> bool:
        """A request goes to another council than has it."""
        sound = bool(super().validate(extra_validators))
        has_it = self.review.request.council_code
        if sound and self.becomes.data == OTHER and self.council.council == has_it:
            self.council.errors = [_("%(council)s has it already", council=council_name(has_it))]
            return False
        return sound


def review_form(review: RequestReview) -> ReviewForm:
    """The form with what can become of this request."""
    has_it, now = council_name(review.request.council_code), council_name(review.council_now)
    options = []
    if has_it:
        stays = _("It stays with %(council)s", council=has_it)
        options.append(Option(STAYS, stays, _("What was asked there stands.")))
    if now:
        hint = _("What the record says for the day it was received.")
        options.append(Option(NOW, _("It goes to %(council)s", council=now), hint))
    options.append(Option(OTHER, _("It goes to another council")))

    class RequestForm(ReviewForm):
        becomes = RadiosField(
            _("What becomes of the request?"), options, missing=_("Choose what becomes of it")
        )

    form = RequestForm()
    form.review = review
    return form


@manager.route("/families/<uuid:family_id>/requests/<uuid:request_id>/council", methods=ASKED)
def review_request(family_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """A manager says which council has a request."""
    family = family_or_404(family_id)
    review = request_reviews.get(request_id, family) or abort(404)
    form = review_form(review)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            service.decide(review, form.decided, form.goes_to, form.reason.data, viewer())
        except ChangedMeanwhileError:
            db.session.rollback()
            abort(404)
        db.session.commit()
        flash(_("Decided."))
        return redirect(url_for(".list_needs"))
    saw(Seen("request_review.view", "support_request", request_id, family.id))
    page = render_template(
        "manager/request_review.html",
        family=family,
        review=review,
        child=next(one.first_name for one in family.children if one.id == review.request.child_id),
        form=form,
        say=in_words,
        nav="needs",
    )
    return page, status
