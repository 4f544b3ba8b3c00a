"""The directory of services: looking something up, and keeping it right."""

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.extensions import db
from catchup.models.directory import Service
from catchup.queries import directories
from catchup.queries import directory as queries
from catchup.queries.directory import Search
from catchup.rules.terms import Category
from catchup.services import directory as service
from catchup.services.directory import ServiceFacts
from catchup.web.fields import (
    CheckboxesField,
    ConfirmField,
    Option,
    PostcodeField,
    SelectField,
    TextAreaField,
    TextField,
)
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.staff import staff
from catchup.web.wording import options


class WeeksField(TextField):
    """A whole number of weeks."""

    def read(self, text: str) -> str:
        if not (text.isascii() and text.isdigit()) or int(text) > 200:
            raise ValueError(_("Enter the weeks as a number, like 6"))
        return text


class ServiceForm(BaseForm):
    """One entry of the directory."""

    councils: CheckboxesField

    name = TextField(_l("Name"), missing=_l("Enter the name of the service"))
    category = SelectField(
        _l("What it is for"),
        options(category for category in Category if category is not Category.NOTHING),
        read=Category,
        blank=_l("Choose"),
        missing=_l("Choose what it is for"),
    )
    offers = TextAreaField(_l("What it offers"), rows=3, longest=1000, missing=_l("Say what it offers"))
    run_by = TextField(_l("Who runs it"), missing=_l("Say who runs it"))
    own_staff = ConfirmField(_l("Our own staff run it"))
    online = ConfirmField(_l("It is online"))
    venue_postcode = PostcodeField(_l("Postcode of the venue"), hint=_l("Gives the distance from a home"))
    waiting_weeks = WeeksField(_l("Waiting time in weeks"), width=3, inputmode="numeric")
    languages = TextField(_l("Languages"))
    contact = TextField(_l("How to get in touch"), longest=300)

    def facts(self) -> ServiceFacts:
        """What was written; only after ``validate``."""
        return ServiceFacts(
            name=self.name.data,
            category=self.category.data,
            offers=self.offers.data,
            run_by=self.run_by.data,
            own_staff=self.own_staff.data,
            online=self.online.data,
            venue_postcode=self.venue_postcode.data,
            waiting_weeks=int(self.waiting_weeks.data) if self.waiting_weeks.data else None,
            languages=self.languages.data,
            contact=self.contact.data,
            councils=self.councils.data or (),
            checked_on=clock.today(),
        )


def _form(known: Service | None = None) -> ServiceForm:
    """The form with the councils that have staff here, and those the service is for already."""
    theirs = [link.council_code for link in known.councils] if known else []
    names = directories.councils()
    choices = dict(queries.councils_served()) | {code: names.name(code) for code in theirs}

    class DirectoryForm(ServiceForm):
        councils = CheckboxesField(
            _("For families of"),
            tuple(Option(code, name) for code, name in choices.items()),
            small=True,
            hint=_("Leave all empty if it is for everybody"),
        )

    return DirectoryForm(data=known and _data(known, theirs))


def _data(known: Service, councils: list[str]) -> dict[str, Any]:
    weeks = known.waiting_weeks
    return {
        "name": known.name,
        "category": known.category,
        "offers": known.offers,
        "run_by": known.run_by,
        "own_staff": known.own_staff,
        "online": known.online,
        "venue_postcode": known.venue_postcode,
        "waiting_weeks": None if weeks is None else str(weeks),
        "languages": known.languages,
        "contact": known.contact,
        "councils": tuple(councils),
    }


@staff.get("/directory")
def show_directory() -> ResponseReturnValue:
    """The services in use, by category; narrowed by category, council and words."""
    today = clock.today()
    search = _search()
    found = queries.find(search, today)
    return render_template(
        "staff/directory.html",
        groups=queries.grouped(found),
        is_cut=len(found) == queries.MOST,
        search=search,
        categories=[category for category in Category if category is not Category.NOTHING],
        councils=queries.councils_served(),
        stale_before=queries.stale_before(today),
        nav="directory",
    )


def _search() -> Search:
    given = request.args
    category, council = given.get("category", ""), given.get("council", "")
    return Search(
        category=Category(category) if category in list(Category) else None,
        council=council if council in directories.councils() else None,
        words=given.get("words", "").replace("\0", "").strip()[:100] or None,
        stale=given.get("stale") == "yes",
    )


@staff.route("/directory/add", methods=["GET", "POST"])
def add_service() -> ResponseReturnValue:
    """Add a service."""
    form = _form()
    if form.validate_on_submit():
        service.add(form.facts(), viewer())
        db.session.commit()
        flash(_("The service is in the directory."))
        return redirect(url_for(".show_directory"))
    page = render_template(
        "staff/directory_service.html", form=form, title=_("Add a service"), nav="directory"
    )
    return page, 422 if form.is_submitted() else 200


@staff.route("/directory/<uuid:service_id>", methods=["GET", "POST"])
def correct_service(service_id: UUID) -> ResponseReturnValue:
    """Correct a service; whoever does so has checked it."""
    known = _service(service_id)
    form = _form(known)
    if form.validate_on_submit():
        service.correct(known, form.facts(), viewer())
        db.session.commit()
        flash(_("The service is put right and counts as checked today."))
        return redirect(url_for(".show_directory"))
    page = render_template(
        "staff/directory_service.html", form=form, known=known, title=known.name, nav="directory"
    )
    return page, 422 if form.is_submitted() else 200


@staff.post("/directory/<uuid:service_id>/verify")
def verify_service(service_id: UUID) -> ResponseReturnValue:
    """Somebody has checked that it is all true."""
    service.verify(_service(service_id), clock.today(), viewer())
    db.session.commit()
    flash(_("Checked today."))
    return redirect(url_for(".show_directory"))


@staff.post("/directory/<uuid:service_id>/retire")
def retire_service(service_id: UUID) -> ResponseReturnValue:
    """It is no longer there."""
    service.retire(_service(service_id), clock.today(), viewer())
    db.session.commit()
    flash(_("The service can no longer be signposted to."))
    return redirect(url_for(".show_directory"))


def _service(service_id: UUID) -> Service:
    known = queries.get(service_id)
    return known if known and known.retired_on is None else abort(404)
