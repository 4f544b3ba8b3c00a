"""The forms of the directory: looking something up, one entry, and which entry a written-in service is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from catchup import clock
from catchup.models.directory import Service
from catchup.queries import directories
from catchup.queries import directory as queries
from catchup.queries.directory import Search, Shown
from catchup.rules.terms import Category
from catchup.services.directory_rows import ServiceFacts
from catchup.web.fields import (
    CheckboxesField,
    ConfirmField,
    Option,
    PostcodeField,
    SelectField,
    TextAreaField,
    TextField,
    YesNoField,
)
from catchup.web.forms_base import BaseForm
from catchup.web.wording import options

WITHIN_KM = (5, 10, 20, 50)
CATEGORIES = tuple(category for category in Category if category is not Category.NOTHING)


class SearchForm(BaseForm):
    """What to show. Sent by POST once there is a postcode: it may be a family's, and stands in no address."""

    council: SelectField

    words = TextField(_l("Words"), longest=100, width=20)
    category = SelectField(_l("For"), options(CATEGORIES), read=Category, blank=_l("Anything"))
    shown = SelectField(
        _l("Show"),
        (
            Option(Shown.STALE, _l("What needs checking")),
            Option(Shown.RETIRED, _l("What was taken out")),
        ),
        read=Shown,
        blank=_l("What is in use"),
    )
    near = PostcodeField(_l("Near postcode"), autocomplete="off")
    within = SelectField(
        _l("Within"),
        tuple(Option(str(km), _l("%(km)s km", km=km)) for km in WITHIN_KM),
        read=int,
        blank=_l("Any distance"),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """A postcode nobody knows gives no distances."""
        sound = bool(super().validate(extra_validators))
        if sound and self.near.data and directories.postcodes().look_up(self.near.data).easting is None:
            self.near.errors = [_("We do not know where that postcode is: try one close by")]
            return False
        return sound

    def search(self) -> Search:
        """What is looked for; what could not be read is left out."""
        return Search(
            category=self.category.data,
            council=self.council.data,
            words=self.words.data,
            shown=self.shown.data or Shown.IN_USE,
            near=self.near.data,
            within_km=self.within.data,
        )


def search_form(answers: MultiDict[str, str], *, sent: bool) -> SearchForm:
    """The form with the councils that have staff here, and the one that is asked for.

    ``sent``: the answers came as a form; otherwise they stand in the address.
    """
    councils = dict(queries.councils_served())
    asked = answers.get("council", "")
    if asked in directories.councils():
        councils.setdefault(asked, directories.councils().name(asked))

    class DirectorySearchForm(SearchForm):
        council = SelectField(
            _("Families of"),
            tuple(Option(code, name) for code, name in councils.items()),
            blank=_("Any council"),
        )

    return DirectorySearchForm() if sent else DirectorySearchForm(formdata=answers)


class WeeksField(TextField):
    """A whole number of weeks."""

    def read(self, text: str) -> str:
        if not (text.isascii() and text.isdigit()) or int(text) > 200:
            raise ValueError(_("Enter the weeks as a number, like 6"))
        return text


class ServiceForm(BaseForm):
    """One entry of the directory; ``known`` is the one that is corrected."""

    known: Service | None
    councils: CheckboxesField

    name = TextField(_l("Name"), missing=_l("Enter the name of the service"))
    category = SelectField(
        _l("What it is for"),
        options(CATEGORIES),
        read=Category,
        blank=_l("Choose"),
        missing=_l("Choose what it is for"),
    )
    offers = TextAreaField(_l("What it offers"), rows=3, longest=1000, missing=_l("Say what it offers"))
    run_by = TextField(
        _l("Who runs it"),
        missing=_l("Say who runs it"),
        hint=_l("A council, the agency, a charity, volunteer adopters …"),
    )
    own_staff = YesNoField(
        _l("Whose staff?"), yes=_l("Our own"), no=_l("Bought in"), default=False, inline=True, small=True
    )
    online = ConfirmField(_l("It is online"))
    venue_postcode = PostcodeField(_l("Postcode of the venue"), hint=_l("Gives the distance from a home"))
    waiting_weeks = WeeksField(_l("Waiting time in weeks"), width=3, inputmode="numeric")
    languages = TextField(_l("Languages"), hint=_l("Besides English"))
    contact = TextField(_l("How to get in touch"), longest=300)

    def validate(self, extra_validators: Any = None) -> bool:
        """A service stands in the directory once."""
        sound = bool(super().validate(extra_validators))
        if not sound:
            return False
        there = queries.alike(self.name.data, self.run_by.data)
        if there is not None and there is not self.known:
            self.name.errors = [_("This is in the directory already, run by the same: correct it there")]
            return False
        return True

    def facts(self) -> ServiceFacts:
        """What was written; only after ``validate``."""
        return ServiceFacts(
            name=self.name.data,
            category=self.category.data,
            offers=self.offers.data,
            run_by=self.run_by.data,
            own_staff=bool(self.own_staff.data),
            online=self.online.data,
            venue_postcode=self.venue_postcode.data,
            waiting_weeks=int(self.waiting_weeks.data) if self.waiting_weeks.data else None,
            languages=self.languages.data,
            contact=self.contact.data,
            councils=self.councils.data or (),
            checked_on=clock.today(),
        )


def service_form(
    known: Service | None = None, start: dict[str, Any] | None = None, *, as_new: bool = False
) -> ServiceForm:
    """The form with the councils that have staff here, and those the service is for already.

    ``start``: what is known of a service that is to be added. ``as_new``: the request at hand sends another
    form of the page.
    """
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

    data = _data(known, theirs) if known else start
    form = DirectoryForm(formdata=None, data=data) if as_new else DirectoryForm(data=data)
    form.known = known
    return form


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


class LinkForm(BaseForm):
    """Which entry of the directory a written-in service is."""

    service: SelectField


def link_form(services: Sequence[Service]) -> LinkForm:
    """The form with the services it could be."""

    class DirectoryLinkForm(LinkForm):
        service = SelectField(
            _("Which one is it?"),
            tuple(Option(str(one.id), one.name) for one in services),
            read=UUID,
            blank=_("Choose"),
            missing=_("Choose the service in the directory"),
        )

    return DirectoryLinkForm(prefix="known")
