"""Passing families on to other leads: pick them, look over what becomes of each, do it, and see what came."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from catchup import clock
from catchup.extensions import db
from catchup.queries import directories, families, workload
from catchup.queries import reassigning as queries
from catchup.queries.reassigning import MOST, Page, Which
from catchup.rules.workload import Passed, Pressing
from catchup.services import reassigning as service
from catchup.services.audit import Seen, listed
from catchup.services.reassigning import Move, RefusedError
from catchup.web.fields import CheckboxesField, Option, RadiosField, TextAreaField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.manager.workload import NOBODYS, PRESSING
from catchup.web.security import saw, saw_list, viewer

TICKED, ALL = "ticked", "all"
NO_LEAD = "-"
LONGEST_REASON = 500
BEFORE = {
    Passed.MOVED: _l("Goes to %(name)s"),
    Passed.HELD: _l("Stays: somebody is on a call with them now"),
    Passed.CHANGED: _l("Stays: somebody else has passed it on since you looked"),
    Passed.SHUT_OUT: _l("Stays: %(name)s may not see this family"),
    Passed.OUT_OF_SCOPE: _l("Stays: %(name)s belongs to another agency"),
    Passed.ALREADY: _l("Is with %(name)s already"),
}
AFTER = BEFORE | {
    Passed.MOVED: _l("Now with %(name)s"),
    Passed.HELD: _l("Stayed: somebody was on a call with them"),
    Passed.CHANGED: _l("Stayed: somebody else had passed it on"),
    Passed.SHUT_OUT: _l("Stayed: %(name)s may not see this family"),
    Passed.OUT_OF_SCOPE: _l("Stayed: %(name)s belongs to another agency"),
    Passed.ALREADY: _l("Was with %(name)s already"),
}


class PassOnForm(BaseForm):
    """Which of the families, to whom, and why. The boxes of the families stand in the table above."""

    which: RadiosField
    to: CheckboxesField
    reason: TextAreaField
    ticked: frozenset[UUID]

    def validate(self, extra_validators: Any = None) -> bool:
        """Some family is meant."""
        sound = bool(super().validate(extra_validators))
        if self.which.data == TICKED and not self.ticked:
            self.which.errors = [_("Tick the families to pass on, or choose all of them")]
            return False
        return sound


def _pass_on_form(which: Which, count: int, **kwargs: Any) -> PassOnForm:
    """The form for the families that were looked for."""
    every = ngettext("The one family found", "All %(num)s families found", count)
    if count > MOST:
        every = _("The first %(most)s of %(count)s families found", most=MOST, count=count)
    people = [one for one in workload.may_ring(viewer()) if one.id != which.lead_id]

    class FamiliesForm(PassOnForm):
        which = RadiosField(
            _("Which families?"),
            (Option(TICKED, _("Those ticked above")), Option(ALL, every)),
            small=True,
            missing=_("Say which families"),
        )
        to = CheckboxesField(
            _("Who gets them?"),
            tuple(Option(str(one.id), one.name) for one in people),
            read=UUID,
            small=True,
            missing=_("Choose who gets them"),
            hint=_("If you tick several, each gets as many families as the others."),
        )
        reason = TextAreaField(
            _("Why?"),
            rows=2,
            longest=LONGEST_REASON,
            missing=_("Say why they are passed on"),
            hint=_("Kept with what is passed on. Nothing about a family’s own affairs."),
        )

    form = FamiliesForm(**kwargs)
    form.ticked = frozenset(_ids(request.form.getlist("family")))
    return form


@manager.get("/workload/reassign")
def choose_families() -> ResponseReturnValue:
    """The families of one person, or of nobody, to tick."""
    which, today = _which(), clock.today()
    page = queries.page(which, viewer(), today, _page_number())
    form = _pass_on_form(which, page.count, formdata=None, data={"which": TICKED})
    return _choose_page(which, page, form)


@manager.post("/workload/reassign/look-over")
def look_over_families() -> ResponseReturnValue:
    """What would become of each family that was picked. Nothing is saved."""
    which, me, today = _which(), viewer(), clock.today()
    page = queries.page(which, me, today, _page_number())
    form = _pass_on_form(which, page.count)
    if not form.validate():
        # Where there is none left to pick, there is nothing to put right either.
        return (_choose_page(which, page, form), 422) if page.count else redirect(_address(which))
    if form.which.data == ALL:
        seen = dict(queries.all_ids(which, me, today))
    else:
        # As they stood in the list: whoever has been passed on meanwhile says so.
        seen = dict.fromkeys(sorted(form.ticked), which.lead_id)
    try:
        moves = service.look_over(seen, form.to.data, me, clock.now())
    except RefusedError as refusal:
        form.to.errors = [str(refusal)]
        return _choose_page(which, page, form), 422
    known = queries.named([one.family_id for one in moves], me, today)
    gets = {one.family_id: one.to for one in moves if one.passed is Passed.MOVED}
    saw_list("reassignment.look_over", "family", known)
    return render_template(
        "manager/reassign_look_over.html",
        moves=sorted(moves, key=lambda one: one.passed is Passed.MOVED),
        known=known,
        names=families.names([*form.to.data, which.lead_id]),
        beyond=queries.beyond_their_councils(gets, _people(form.to.data), today),
        able=len(gets),
        left_out=len(seen) - len(moves),
        said=lambda passed, name: str(BEFORE[passed]) % {"name": name},
        Passed=Passed,
        row=_row,
        reason=form.reason.data,
        which=which,
        back=_address(which),
        nav="reports",
    )


@manager.post("/workload/reassign")
def pass_families_on() -> ResponseReturnValue:
    """Give each family to whom the page before said, as far as that is right still."""
    rows = [_read_row(text) for text in request.form.getlist("row")[:MOST]]
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
    if not rows or not reason:
        abort(400)
    try:
        made = service.pass_on(rows, reason, viewer(), clock.now())
    except RefusedError as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return redirect(url_for(".show_workload"))
    made_id = made.id
    db.session.commit()
    return redirect(url_for(".show_reassignment", reassignment_id=made_id))


@manager.get("/workload/reassigned/<uuid:reassignment_id>")
def show_reassignment(reassignment_id: UUID) -> ResponseReturnValue:
    """What became of each family, those that stayed first."""
    found = queries.became(reassignment_id, viewer(), clock.today()) or abort(404)
    made, rows = found
    saw(listed("reassignment.view", "reassignment", [row.family_id for row in rows]))
    return render_template(
        "manager/reassigned.html",
        made=made,
        rows=rows,
        moved=sum(row.passed is Passed.MOVED for row in rows),
        by=families.names([made.by_id])[made.by_id],
        said=lambda passed, name: str(AFTER[passed]) % {"name": name},
        Passed=Passed,
        nav="reports",
    )


def _choose_page(which: Which, page: Page, form: PassOnForm) -> str:
    me, today = viewer(), clock.today()
    person = None
    if which.lead_id:
        person = workload.somebody(which.lead_id, me, today) or abort(404)
    saw(
        Seen("reassignment.choose", "staff", which.lead_id),
        listed("reassignment.choose", "family", [one.id for one in page.rows]),
    )
    known = directories.councils()
    choices = queries.choices(which.lead_id, me, today)
    return render_template(
        "manager/reassign.html",
        which=which,
        person=person,
        page=page,
        form=form,
        choices=choices,
        councils=[(code, known.name(code)) for code in choices.councils],
        pressing=PRESSING,
        nobodys=NOBODYS,
        address=lambda number: _address(which, number),
        today=today,
        nav="reports",
    )


def _which() -> Which:
    """The families asked for, in an address or in a form; what makes no sense is left out."""
    given = request.values
    lead_id = None
    if given.get("from", NOBODYS) != NOBODYS:
        try:
            lead_id = UUID(given["from"])
        except ValueError:
            abort(404)
    year = given.get("year", "")
    council = given.get("council", "")
    return Which(
        lead_id,
        council if council in directories.councils() else None,
        next((one for one in Pressing if one.value == given.get("calls")), None),
        int(year) if year.isdecimal() and year.isascii() and 1900 <= int(year[:5]) <= 2200 else None,
        given.get("language", "")[:40] or None,
    )


def _address(which: Which, number: int | None = None) -> str:
    asked: dict[str, Any] = {
        "from": which.lead_id or NOBODYS,
        "council": which.council,
        "calls": which.pressing and which.pressing.value,
        "year": which.order_year,
        "language": which.language,
        "page": number,
    }
    return url_for("manager.choose_families", **asked)


def _page_number() -> int:
    with suppress(ValueError):
        return int(request.values.get("page", "1")[:6])
    return 1


def _people(ids: Iterable[UUID]) -> list[Any]:
    wanted = set(ids)
    return [one for one in workload.may_ring(viewer()) if one.id in wanted]


def _row(move: Move) -> str:
    """One family of the form: its id, who led it when it was looked over, and who gets it."""
    return f"{move.family_id}.{move.seen_lead or NO_LEAD}.{move.to}"


def _read_row(text: str) -> tuple[UUID, UUID | None, UUID]:
    try:
        family_id, seen_lead, to = text.split(".")
        return UUID(family_id), None if seen_lead == NO_LEAD else UUID(seen_lead), UUID(to)
    except ValueError:
        abort(400)


def _ids(texts: Iterable[str]) -> list[UUID]:
    found = []
    for text in texts:
        with suppress(ValueError):
            found.append(UUID(text))
    return found[:MOST]
