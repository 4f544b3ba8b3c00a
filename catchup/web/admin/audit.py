"""Who did what: the audit rows, by family, person, act and day. Families stand here by reference alone."""

from datetime import date
from typing import cast
from uuid import UUID

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from catchup import clock
from catchup.queries import audit_search
from catchup.queries.audit_search import Asked
from catchup.services.audit import Seen
from catchup.web.admin import admin
from catchup.web.fields import DatePartsField, Option, SelectField, TextField
from catchup.web.forms_base import PublicForm
from catchup.web.look_words import ACTS, act_in_words
from catchup.web.security import saw


class AuditForm(PublicForm):
    """What is searched for. It changes nothing, so it needs no token and can be kept as an address."""

    family = TextField(
        _("Family"),
        hint=_("Its reference, like CU-7K3M-4T9X"),
        longest=40,
        width=20,
        spellcheck=False,
    )
    person = SelectField(
        _("Person"),
        lambda: [Option(str(key), name) for key, name in audit_search.people()],
        blank=_("Anybody"),
    )
    act = SelectField(
        _("What was done"),
        lambda: [Option(act, words) for act, words in ACTS.items()],
        blank=_("Anything"),
    )
    first = DatePartsField(_("From"), what=_("The first day"), not_after=clock.today)
    last = DatePartsField(_("To"), what=_("The last day"))

    def asked(self) -> Asked | None:
        """The question, or None where something in it has to be put right."""
        family_id = audit_search.family_called(self.family.data) if self.family.data else None
        if self.family.data and family_id is None:
            self.family.errors = [*self.family.errors, _("No family has this reference")]
            return None
        first_on, last_on = cast("date | None", self.first.data), cast("date | None", self.last.data)
        if first_on and last_on and last_on < first_on:
            self.last.errors = [*self.last.errors, _("The last day must not be before the first")]
            return None
        person = UUID(self.person.data) if self.person.data else None
        return Asked(family_id, person, self.act.data, first_on, last_on)


@admin.get("/audit")
def search_audit() -> ResponseReturnValue:
    """The newest rows that answer the question, 50 a page."""
    form = AuditForm(formdata=request.args)
    before = _before()
    asked = form.asked() if form.validate() else None
    looks, more = audit_search.found(asked, before) if asked else ([], False)
    saw(Seen("audit.search", "audit", family_id=asked.family_id if asked else None))
    page = render_template(
        "admin/audit.html",
        form=form,
        asked=asked,
        looks=looks,
        more=more,
        before=before,
        next_page={**request.args.to_dict(), "before": looks[-1].number} if more else None,
        people=dict(audit_search.people()),
        references=audit_search.references({one.family_id for one in looks if one.family_id}),
        words=act_in_words,
        nav="audit",
    )
    return page, 200 if asked else 422


def _before() -> int | None:
    text = request.args.get("before", "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 15:
        abort(404)
    return int(text)
