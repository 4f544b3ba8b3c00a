"""What a family told the public form, as typed facts, and by when somebody looks at it.

Source: service policy R23 and the pages of joining.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from catchup.rules.calendar import ONE_DAY, add_working_days, is_working_day
from catchup.rules.contact import DAYTIME
from catchup.rules.responsibility import HomeFacts, OrderFacts
from catchup.rules.terms import Band, HomeKind, Placing

MOST_CHILDREN = 8
WORKDAYS = ("0", "1", "2", "3", "4")


class Lives(StrEnum):
    """With whom a child lives, as the form asks it."""

    HOME_1 = "home-1"
    HOME_2 = "home-2"
    NOT_SAID = "not-said"
    LOOKED_AFTER = "looked-after"


class Who(StrEnum):
    """Which parents live in the second home."""

    ME = "me"
    OTHER = "other"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class PhoneSaid:
    """A number with what may be done with it."""

    number: str
    may_leave_message: bool
    may_text: bool
    who_else: str | None
    code_phrase: str | None


@dataclass(frozen=True, slots=True)
class HomeSaid:
    """An address. ``council`` is None outside England, or where the family was not sure."""

    postcode: str
    lines: str
    council: str | None
    outside_england: bool
    parents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChildSaid:
    """A child. ``lives`` names one of the homes, or says why none."""

    first_name: str
    born_on: date
    order_on: date
    placing: Placing
    placing_council: str | None
    lives: Lives

    @property
    def home(self) -> int | None:
        """Position of the child's home in the list of homes."""
        return {Lives.HOME_1: 0, Lives.HOME_2: 1}.get(self.lives)

    @property
    def home_kind(self) -> HomeKind:
        """What kind of home that is."""
        kinds = {Lives.LOOKED_AFTER: HomeKind.LOOKED_AFTER, Lives.NOT_SAID: HomeKind.NOT_SAID}
        return kinds.get(self.lives, HomeKind.ADDRESS)

    @property
    def order(self) -> OrderFacts:
        """The order as the rules of responsibility want it."""
        return OrderFacts(self.order_on, self.placing, self.placing_council)


@dataclass(frozen=True, slots=True)
class Application:
    """Everything a family told the form. Days are "0" (Monday) to "4"."""

    name: str
    other_parent: str | None
    homes: tuple[HomeSaid, ...]
    children: tuple[ChildSaid, ...]
    phones: tuple[PhoneSaid, ...]
    email: str | None
    may_email: bool
    email_shared_with: str | None
    good_days: tuple[str, ...]
    good_bands: tuple[Band, ...]
    never_days: tuple[str, ...]
    never_bands: tuple[Band, ...]
    talk_sooner: bool
    language: str
    adjustments: tuple[str, ...]
    people_known: str | None
    ethnic_group: str | None
    disability: str | None
    note: str | None

    @property
    def same_day(self) -> bool:
        """Whether somebody looks at it the day it comes. Source: service policy R23."""
        return self.talk_sooner or self.note is not None

    @property
    def councils(self) -> frozenset[str]:
        """Every council that placed one of the children or has one of the homes. Source: policy P5."""
        named = {child.placing_council for child in self.children} | {home.council for home in self.homes}
        return frozenset(code for code in named if code)

    @property
    def youngest(self) -> ChildSaid:
        """The youngest child: a family counts under this one's council."""
        return max(self.children, key=lambda child: child.born_on)

    @property
    def evenings(self) -> bool:
        """Whether the family chose evenings."""
        return Band.EVENING in self.good_bands

    @property
    def good_times(self) -> dict[str, list[str]]:
        """Bands by weekday as a family's record keeps them; empty: any time of an ordinary day."""
        return good_by_day(self.good_days, self.good_bands)

    @property
    def never_times(self) -> dict[str, list[str]]:
        """The same for times when nobody must ring: days alone are whole days, times alone are every day."""
        return never_by_day(self.never_days, self.never_bands)

    def home_facts(self, child: ChildSaid) -> HomeFacts:
        """Where a child lives, as the rules of responsibility want it."""
        home = self.homes[child.home] if child.home is not None else None
        if home is None:
            return HomeFacts(child.home_kind)
        return HomeFacts(HomeKind.ADDRESS, home.council, home.outside_england)


def read(answers: Mapping[str, Any]) -> Application:
    """The facts in a finished form's answers, page by page. Raises KeyError where a page is missing."""
    other = answers["other-parent"]["full_name"]
    phone, contact, times, never = (answers[page] for page in ("phone", "email", "times", "never"))
    language, about = answers["language"], answers["about-you"]
    second_phone = answers.get("other-phone", {}) if phone["there_is"] else {}
    return Application(
        name=answers["name"]["full_name"],
        other_parent=other,
        homes=tuple(_homes(answers, two_parents=other is not None)),
        children=tuple(_child(child) for child in answers["children"]),
        phones=tuple(_phone(said) for said in (phone, second_phone) if said.get("there_is")),
        email=contact["address"],
        may_email=bool(contact["address"] and contact["may_email"]),
        email_shared_with=contact["who_else"],
        good_days=tuple(times["days"]),
        good_bands=tuple(map(Band, times["bands"])),
        never_days=tuple(never["days"]),
        never_bands=tuple(map(Band, never["bands"])),
        talk_sooner=answers["sooner"]["sooner"],
        language=language["other"] or language["language"],
        adjustments=tuple(language["adjustments"]),
        people_known=answers["people-you-know"]["who"],
        ethnic_group=about["ethnic_group"],
        disability=about["disability"],
        note=answers["anything-else"]["note"],
    )


def has_second_home(answers: Mapping[str, Any]) -> bool:
    """Whether the family said there is one."""
    return bool(answers.get("second-home", {}).get("there_is"))


def look_by_on(submitted_on: date, holidays: Container[date], *, same_day: bool, working_days: int) -> date:
    """The day by which somebody has looked: ``working_days`` on, that day not counted, or the day itself.

    Source: service policy R23.
    """
    return submitted_on if same_day else add_working_days(submitted_on, working_days, holidays)


def working_days_left(today: date, look_by: date, holidays: Container[date]) -> int:
    """Working days from today to the day by which somebody looks; negative once it has passed."""
    first, last = sorted((today, look_by))
    days = sum(
        is_working_day(date.fromordinal(day), holidays)
        for day in range((first + ONE_DAY).toordinal(), last.toordinal() + 1)
    )
    if look_by >= today:
        return days
    return -max(days, 1)  # over a weekend a late one is late all the same


def _homes(answers: Mapping[str, Any], *, two_parents: bool) -> Iterable[HomeSaid]:
    everybody = (0, 1) if two_parents else (0,)
    second = answers["second-address"] if has_second_home(answers) else None
    who = Who(second["who"] or Who.ME) if second and two_parents else Who.ME
    apart = second is not None and who is Who.OTHER
    yield _home(answers["address"], (0,) if apart else everybody)
    if second is not None:
        yield _home(second, {Who.ME: (0,), Who.OTHER: (1,), Who.BOTH: everybody}[who])


def _home(said: Mapping[str, Any], parents: tuple[int, ...]) -> HomeSaid:
    return HomeSaid(said["postcode"], said["lines"], said["council"], said["outside"], parents)


def _child(said: Mapping[str, Any]) -> ChildSaid:
    # Of the three answers about a placing council only one is a code.
    words = {Placing.UNKNOWN, Placing.NONE}
    placing = Placing(said["placing"]) if said["placing"] in words else Placing.COUNCIL
    return ChildSaid(
        first_name=said["first_name"],
        born_on=date.fromisoformat(said["born_on"]),
        order_on=date.fromisoformat(said["order_on"]),
        placing=placing,
        placing_council=said["placing"] if placing is Placing.COUNCIL else None,
        lives=Lives(said["lives"]),
    )


def _phone(said: Mapping[str, Any]) -> PhoneSaid:
    return PhoneSaid(
        said["number"],
        bool(said["may_leave_message"]),
        bool(said["may_text"]),
        said["who_else"],
        said["code_phrase"],
    )


def good_by_day(days: Sequence[str], bands: Sequence[Band]) -> dict[str, list[str]]:
    """Good days and good times as bands by weekday; neither chosen: any time of an ordinary day."""
    return _by_day(days or WORKDAYS, bands or DAYTIME) if days or bands else {}


def never_by_day(days: Sequence[str], bands: Sequence[Band]) -> dict[str, list[str]]:
    """The same for times when nobody must ring: days alone are whole days, times alone are every day."""
    return _by_day(days or WORKDAYS, bands or tuple(Band)) if days or bands else {}


def _by_day(days: Iterable[str], bands: Iterable[Band]) -> dict[str, list[str]]:
    chosen = [band.value for band in bands]
    return {day: list(chosen) for day in days}


def names(people_known: str | None, name: str) -> bool:
    """Whether the people a family says it knows are this member of staff: first and last name stand there.

    A first name alone may be anybody's: whoever decides compares. Source: service policy R19, P5.
    """
    own = _words(name)
    return bool(own) and {own[0], own[-1]} <= set(_words(people_known or ""))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())
