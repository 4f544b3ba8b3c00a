"""The pages of joining whose questions depend on what was said before: addresses and children."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from wtforms import ValidationError

from catchup import clock
from catchup.postcodes import Kind, PostcodeAnswer
from catchup.queries import directories
from catchup.rules.calendar import turns_18_on
from catchup.rules.registration import Lives, Who, has_second_home
from catchup.rules.terms import Placing
from catchup.web.fields import (
    CouncilField,
    DatePartsField,
    Option,
    RadiosField,
    TextAreaField,
    TextField,
    YesNoField,
)
from catchup.web.public.join_forms import JoinForm

PAGES = {"address": "postcode", "second-address": "second-home"}


def councils() -> Iterable[tuple[str, str]]:
    """(code, name) of every council of today."""
    return [(row.code, row.name) for row in directories.councils().on(clock.today())]


def found(postcode: str) -> PostcodeAnswer:
    """Where the directory says a postcode lies today."""
    return directories.postcodes().council_on(postcode, clock.today(), directories.councils())


def unbroken(postcode: str | None) -> str:
    """A postcode that stays on one line."""
    return (postcode or "").replace(" ", "\N{NO-BREAK SPACE}")


def where(answer: PostcodeAnswer) -> str | None:
    """What is said of a postcode on the page; None where a person has to say."""
    if answer.council is not None:
        return _(
            "%(postcode)s is in %(council)s. Is that right?",
            postcode=unbroken(answer.postcode),
            council=directories.councils().name(answer.council),
        )
    if answer.kind is Kind.OUTSIDE_ENGLAND:
        return _("%(postcode)s is outside England. Is that right?", postcode=unbroken(answer.postcode))
    return None


def address_form(page: str, answers: Mapping[str, Any]) -> type[JoinForm]:
    """The page of one address: the council found by its postcode is shown, and can be wrong."""
    typed = answers[PAGES[page]]["postcode"]
    place = found(typed)
    other = answers["other-parent"]["full_name"] if page == "second-address" else None

    class AddressForm(JoinForm):
        postcode = typed
        place_says = where(place)

        lines = TextAreaField(
            _("Address, without the postcode"), rows=4, longest=300, missing=_("Enter the address")
        )
        if place_says is not None:
            right = YesNoField(
                place_says,
                hint=_("Postcodes near a border are sometimes listed wrongly."),
                yes=_("Yes, that’s right"),
                no=_("No, that’s wrong"),
                missing=_("Say whether that is right"),
            )
        council = CouncilField(
            _("Which council is it?") if place_says else _("Which council is it in?"),
            councils=councils,
            hint=_("It is on your council tax bill: the county, if there are two.")
            if place_says
            else _(
                "We could not tell from %(postcode)s. It is on your council tax bill: the county, if there "
                "are two.",
                postcode=typed,
            ),
            not_sure=_("I’m not sure"),
            no_council=_("It is outside England"),
            missing=_("Choose the council"),
            needed=lambda form: "right" not in form or form.right.data is False,
        )
        if other is not None:
            who = RadiosField(
                _("Which parents live there?"),
                [
                    Option(Who.ME, _("I do, part of the time")),
                    Option(Who.OTHER, other),
                    Option(Who.BOTH, _("Both of us, part of the time")),
                ],
                missing=_("Say which parents live there"),
            )

        def answer(self) -> dict[str, Any]:
            kept = super().answer()
            kept.setdefault("who", None)
            kept["postcode"] = typed
            if kept.get("right"):
                kept |= {"council": place.council, "outside": place.kind is Kind.OUTSIDE_ENGLAND}
            else:
                kept["outside"] = kept["council"] == Placing.NONE
                kept["council"] = self.council.council
            return kept

        @classmethod
        def filled(cls, stored: Mapping[str, Any] | None) -> Any:
            data = dict(stored or {})
            if data.get("postcode") != typed:
                # Another postcode than last time: the lines may still be of use, the council is not.
                data = {name: data[name] for name in ("lines", "who") if name in data}
            elif data["council"] is None:
                data["council"] = Placing.NONE if data["outside"] else Placing.UNKNOWN
            return super().filled(data)

    return AddressForm


def _homes(answers: Mapping[str, Any]) -> Iterable[Option]:
    first = unbroken(answers["address"]["postcode"])
    yield Option(Lives.HOME_1, _("With me, at %(postcode)s", postcode=first))
    if has_second_home(answers):
        second = unbroken(answers["second-home"]["postcode"])
        yield Option(Lives.HOME_2, _("In the second home, at %(postcode)s", postcode=second))
    yield Option(Lives.NOT_SAID, _("We’d rather say later"))
    yield Option(Lives.LOOKED_AFTER, _("Looked after by a council at the moment"))


def child_form(answers: Mapping[str, Any]) -> type[JoinForm]:
    """The page of one child."""
    homes = tuple(_homes(answers))

    class ChildForm(JoinForm):
        dates = frozenset({"born_on", "order_on"})

        first_name = TextField(
            _("First name"),
            hint=_("The name the child uses now."),
            longest=60,
            width=20,
            spellcheck=False,
            missing=_("Enter the child’s first name"),
        )
        born_on = DatePartsField(
            _("Date of birth"),
            what=_("Date of birth"),
            hint=_("For example, 31 3 2020"),
            not_after=clock.today,
            missing=_("Enter the child’s date of birth"),
        )
        order_on = DatePartsField(
            _("When did the court make the order?"),
            what=_("The date of the order"),
            hint=_("The date is on the order itself. For example, 10 6 2024"),
            not_after=clock.today,
            too_late=_("The date of the order must be today or in the past. Not made yet? Join when it is"),
            missing=_("Enter the date of the order"),
        )
        placing = CouncilField(
            _("Which council placed the child with you?"),
            councils=councils,
            hint=_("The council that looked after the child before, not the agency that approved you."),
            not_sure=_("I’m not sure"),
            no_council=_("No council placed the child"),
            missing=_("Choose the council that placed the child, or “I’m not sure”"),
        )
        lives = RadiosField(_("Where does the child live?"), homes, missing=_("Say where the child lives"))

        def validate_born_on(self, field: DatePartsField) -> None:
            if field.data and turns_18_on(field.data) <= clock.today():
                raise ValidationError(
                    _("With this date of birth the child is 18 or over. Our calls are for children under 18")
                )

        def validate_order_on(self, field: DatePartsField) -> None:
            if field.data and self.born_on.data and field.data < self.born_on.data:
                raise ValidationError(_("The date of the order must not be before the date of birth"))

    return ChildForm
