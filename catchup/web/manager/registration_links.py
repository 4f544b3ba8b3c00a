"""Undoing a link that was wrong: what goes with it is shown first."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from catchup.extensions import db
from catchup.models.matching import Linking
from catchup.queries import registrations
from catchup.services import unlinking as service
from catchup.services.audit import Seen
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.unlinking import CannotUndoError
from catchup.web.fields import TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw, viewer
from catchup.web.staff.families import family_or_404
from catchup.web.staff.family_answer import ASKED
from catchup.web.staff.registrations import registration_or_404

Counted = Callable[[int], str]
_BROUGHT: Mapping[str, Counted] = MappingProxyType(
    {
        "parents": lambda n: ngettext("%(num)s parent", "%(num)s parents", n),
        "confirmed": lambda n: ngettext(
            "the details of %(num)s parent, with their consent", "the details of %(num)s parents", n
        ),
        "children": lambda n: ngettext(
            "%(num)s child, with order, home, calls and handovers to come",
            "%(num)s children, with orders, homes, calls and handovers to come",
            n,
        ),
        "addresses": lambda n: ngettext("%(num)s address", "%(num)s addresses", n),
        "memberships": lambda _n: _("their coming back into the scheme"),
        "orders": lambda n: ngettext("%(num)s recorded order", "%(num)s recorded orders", n),
    }
)
# Made by the program of what the link brought, and nothing anybody wrote.
_MADE = frozenset(
    {"adoption_order", "home", "handover", "handover_step", "handover_reminder", "address_parent"}
    | {"parent_link", "parent_visit", "time_reminder", "address_council", "handover_notice", "phone"}
    | {"child", "parent", "address", "membership"}
)
_WRITTEN: Mapping[str, Counted] = MappingProxyType(
    {
        "talked_about": lambda n: ngettext("%(num)s note of a call", "%(num)s notes of calls", n),
        "call_text": lambda n: ngettext("%(num)s text made for them", "%(num)s texts made for them", n),
        "support_request": lambda n: ngettext("%(num)s support request", "%(num)s support requests", n),
        "signpost": lambda n: ngettext("%(num)s signpost", "%(num)s signposts", n),
        "complaint": lambda n: ngettext("%(num)s complaint", "%(num)s complaints", n),
        "access_request": lambda n: ngettext("%(num)s request for a copy", "%(num)s requests for a copy", n),
        "handover_summary": lambda n: ngettext("%(num)s summary", "%(num)s summaries", n),
        "correction": lambda n: ngettext("%(num)s correction", "%(num)s corrections", n),
    }
)


class UndoForm(BaseForm):
    """Why the link was wrong."""

    reason = TextAreaField(
        _l("How do you know that it was wrong?"),
        hint=_l("Do not name the other family: whoever decides on this registration reads it."),
        longest=1000,
        rows=3,
        missing=_l("Say how you know that it was wrong"),
    )


@manager.route("/registrations/<uuid:registration_id>/undo-link", methods=ASKED)
def undo_link(registration_id: UUID) -> ResponseReturnValue:
    """Show what goes, and undo it."""
    found = registration_or_404(registration_id)
    linking = next((one for one in registrations.linkings(found) if one.undone_at is None), None)
    if linking is None:
        abort(404)
    family = family_or_404(linking.family_id)
    form = UndoForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            if request.form.get("linking") != str(linking.id):
                raise ChangedMeanwhileError
            service.undo(found, linking, str(form.reason.data), viewer())
        except CannotUndoError as error:
            db.session.rollback()
            form.form_errors.append(str(error))
            return _page(registration_id, form, 422)
        except ChangedMeanwhileError:
            db.session.rollback()
            form.form_errors.append(_("This link is no longer what you have seen. Look again."))
            return _page(registration_id, form, 409)
        db.session.commit()
        flash(_("The link is undone. The registration waits to be decided on."), "success")
        return redirect(url_for("staff.registration", registration_id=registration_id))
    saw(Seen("registration.view", "registration", found.id, family.id))
    return _shown(found, family, linking, form), status


def _page(registration_id: UUID, form: UndoForm, status: int) -> ResponseReturnValue:
    """The page as the record stands after nothing was done."""
    found = registration_or_404(registration_id)
    linking = next((one for one in registrations.linkings(found) if one.undone_at is None), None)
    if linking is None:
        return redirect(url_for("staff.registration", registration_id=registration_id))
    return _shown(found, family_or_404(linking.family_id), linking, form), status


def _shown(found: Any, family: Any, linking: Linking, form: UndoForm) -> str:
    return render_template(
        "manager/registration_undo_link.html",
        registration=found,
        family=family,
        linking=linking,
        brought=[say(len(linking.added[name])) for name, say in _BROUGHT.items() if linking.added.get(name)],
        goes=_goes(linking),
        form=form,
        nav="registrations",
    )


def _goes(linking: Linking) -> list[str]:
    rows = service.what_goes(linking)
    lines = [say(rows[table]) for table, say in _WRITTEN.items() if rows[table]]
    other = sum(count for table, count in rows.items() if table not in _MADE and table not in _WRITTEN)
    return [*lines, ngettext("%(num)s other entry", "%(num)s other entries", other)] if other else lines
