"""Which council supports a family: open to anybody, and nothing is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock
from catchup.postcodes import Kind, PostcodeAnswer
from catchup.queries import concerns, directories, front_doors
from catchup.rules import responsibility as rule
from catchup.rules.councils import Split
from catchup.rules.responsibility import HomeFacts, OrderFacts, Period
from catchup.rules.terms import HomeKind, Matter, Placing
from catchup.web import filters
from catchup.web.fields import CouncilField, DatePartsField, PostcodeField
from catchup.web.forms_base import PublicForm
from catchup.web.public import council_words, public
from catchup.web.public.asked_often import wait
from catchup.web.public.join_places import councils, found, unbroken


@dataclass(frozen=True, slots=True)
class Supporter:
    """Who is responsible in one period, as a sentence, and why."""

    sentence: str
    reason: str


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """The numbers at which a council is told that a child is at risk, and when they were last checked."""

    day: str
    night: str | None
    checked_on: date


def _postcode_says_too_little(form: Any) -> bool:
    postcode = form.postcode.data
    return postcode is not None and found(postcode).kind in (Kind.UNKNOWN, Kind.ASK)


class WhoForm(PublicForm):
    order_on = DatePartsField(
        _l("When did the court make the order?"),
        what=_l("The date of the order"),
        hint=_l("For example, 10 6 2024"),
        not_after=clock.today,
        missing=_l("Enter the date of the order"),
    )
    placing = CouncilField(
        _l("Which council placed the child?"),
        councils=councils,
        hint=_l("The council that looked after the child before, not the agency that approved you."),
        not_sure=_l("I’m not sure"),
        no_council=_l("No council placed the child"),
        missing=_l("Choose the council that placed the child, or “I’m not sure”"),
    )
    postcode = PostcodeField(
        _l("What is the postcode where the child lives?"),
        hint=_l("If the child has two homes, ask for each. If the answers differ, the councils must agree."),
        missing=_l("Enter the postcode"),
    )
    council = CouncilField(
        _l("Which council is that in?"),
        councils=councils,
        hint=_l("It is on your council tax bill: the county, if there are two."),
        no_council=_l("It is outside England"),
        missing=_l("We could not tell the council from this postcode: choose it from the list"),
        needed=_postcode_says_too_little,
    )

    @property
    def asks_council(self) -> bool:
        """Whether the postcode was not enough."""
        return _postcode_says_too_little(self)

    def order(self) -> OrderFacts:
        """The order of a valid form."""
        return OrderFacts(
            cast(date, self.order_on.data), cast(Placing, self.placing.placing), self.placing.council
        )

    def homes(self) -> Sequence[HomeFacts]:
        """Where the child lives, of a valid form."""
        if self.asks_council:
            outside = self.council.placing is Placing.NONE
            return (HomeFacts(HomeKind.ADDRESS, self.council.council, outside),)
        postcode = cast(str, self.postcode.data)
        place = found(postcode)
        home = HomeFacts(HomeKind.ADDRESS, place.council, place.kind is Kind.OUTSIDE_ENGLAND)
        return (home, *_after_a_split(postcode, place))

    def asked(self) -> Iterator[tuple[str, str]]:
        """The question of a valid form, for the printed page: (what, said)."""
        order, home = self.order(), self.homes()[0]
        yield _("Date of the order"), filters.day(order.made_on)
        match order.placing:
            case Placing.COUNCIL:
                yield _("Placed by"), filters.council_name(order.placing_council)
            case Placing.NONE:
                yield _("Placed by"), _("No council")
            case _:
                yield _("Placed by"), _("Not known")
        where = _("outside England") if home.outside_england else filters.council_name(home.council)
        yield _("The child lives in"), f"{unbroken(self.postcode.data)} ({where})"


@public.get("/who-supports-us")
def who_supports_us() -> ResponseReturnValue:
    return render_template("public/who_supports_us.html", form=WhoForm())


@public.post("/who-supports-us")
def who_supports_us_answer() -> ResponseReturnValue:
    seconds = wait()
    if seconds is not None:
        return render_template("errors/429.html"), 429, {"Retry-After": str(seconds)}
    form = WhoForm()
    if not form.validate():
        return render_template("public/who_supports_us.html", form=form), 422
    order = form.order()
    homes = form.homes()
    today, policy = clock.today(), directories.policy(order.made_on)
    periods = rule.timeline(order, homes, directories.councils(), policy)
    reasons = council_words.reasons(order, homes, directories.councils(), policy)
    coming = [
        (period, reason)
        for period, reason in zip(periods, reasons, strict=True)
        if period.until is None or period.until >= today
    ]

    def asks(matter: Matter, of: OrderFacts = order) -> str | None:
        return rule.matter_council(matter, of, homes, today, directories.councils(), policy)

    home = asks(Matter.FAMILY_HELP)
    takes_over_on = rule.home_council_takes_over_on(order.made_on, policy.placing_years)
    return render_template(
        "public/supporters.html",
        asked=list(form.asked()),
        today=today,
        supporters=[_supporter(period, reason, today) for period, reason in coming],
        support=asks(Matter.ASSESSMENT),
        payer=asks(Matter.ALLOWANCE, replace(order, allowance=True)),
        placing_unknown=order.placing is Placing.UNKNOWN and today < takes_over_on,
        home=home,
        outside=homes[0].outside_england,
        follows_a_move_from=takes_over_on if order.placing is not Placing.NONE else order.made_on,
        front_door=_front_door(home, today),
    )


def _front_door(code: str | None, today: date) -> FrontDoor | None:
    """A council's checked numbers; None where nobody has checked them lately: no number is ever guessed."""
    council = front_doors.council(code) if code else None
    if council is None or council.front_door_checked_on is None or concerns.is_stale(council, today):
        return None
    if not council.front_door_day:
        return None
    return FrontDoor(council.front_door_day, council.front_door_night, council.front_door_checked_on)


def _after_a_split(postcode: str, place: PostcodeAnswer) -> Sequence[HomeFacts]:
    """Where the home's council will be divided and the directory knows who gets the postcode.

    Source: service policy R8.
    """
    known, directory = directories.councils(), directories.postcodes()
    facts = []
    for on in known.changes:
        if on > clock.today() and place.council and isinstance(known.resolve(place.council, on), Split):
            later = directory.council_on(postcode, on, known)
            if later.council:
                facts.append(HomeFacts(HomeKind.ADDRESS, later.council, from_on=on))
    return facts


def _supporter(period: Period, reason: str, today: date) -> Supporter:
    begun = period.since <= today
    words = {
        "council": filters.council_name(period.council),
        "since": filters.day(period.since),
        "until": filters.day(period.until),
    }
    if period.council is None:
        if begun and period.until:
            sentence = _("Until %(until)s we can’t say which council.", **words)
        elif begun:
            sentence = _("We can’t say which council.")
        else:
            sentence = _("From %(since)s we can’t say which council.", **words)
    elif begun and period.until:
        sentence = _("%(council)s supports your family until %(until)s.", **words)
    elif begun:
        sentence = _("%(council)s supports your family.", **words)
    else:
        sentence = _("From %(since)s it is %(council)s.", **words)
    return Supporter(sentence, reason)
