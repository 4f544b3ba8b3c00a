"""How alike two records of people are, and in what. The answer is for a person to read: it joins nothing.

Alike is only what is written: no list of short forms of names is kept, because any such list knows some
people's names and not others'; a first name that differs is a difference to look at.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from catchup.rules.terms import Placing


class Fact(StrEnum):
    """What two records are compared in."""

    EMAIL = "email"
    PHONE = "phone"
    POSTCODE = "postcode"
    ADULT = "adult"
    CHILD_NAME = "child_name"
    BORN_ON = "born_on"
    ORDER_ON = "order_on"
    PLACED_BY = "placed_by"


class Likeness(StrEnum):
    """How far two values agree, the nearest first."""

    SAME = "same"
    ACCENTS = "accents"
    WRITING = "writing"
    PART = "part"
    SWAPPED = "swapped"
    SURNAME = "surname"
    DIFFERENT = "different"
    UNKNOWN = "unknown"

    @property
    def is_alike(self) -> bool:
        """Whether it speaks for one and the same."""
        return self not in (Likeness.DIFFERENT, Likeness.UNKNOWN)


# What the same value is worth. A recorded order that agrees in everything it can say comes to 100; an e-mail
# address or a number of the same person is worth more than any one of its facts. Source: service policy.
WEIGHTS: Mapping[Fact, int] = MappingProxyType(
    {
        Fact.EMAIL: 30,
        Fact.PHONE: 30,
        Fact.BORN_ON: 25,
        Fact.POSTCODE: 20,
        Fact.ADULT: 20,
        Fact.ORDER_ON: 20,
        Fact.CHILD_NAME: 10,
        Fact.PLACED_BY: 5,
    }
)
# How much of it a value that is nearly the same is worth, in hundredths.
_SHARES: Mapping[Likeness, int] = MappingProxyType(
    {
        Likeness.SAME: 100,
        Likeness.ACCENTS: 90,
        Likeness.WRITING: 80,
        Likeness.PART: 60,
        Likeness.SWAPPED: 60,
        Likeness.SURNAME: 30,
        Likeness.DIFFERENT: 0,
        Likeness.UNKNOWN: 0,
    }
)
MOST = 100
# From here on a page says "very alike", and from there "alike in part".
VERY_ALIKE, ALIKE_IN_PART = 70, 40

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir", "dame", "lady", "lord"})
# Letters with a stroke and the like, which no decomposition takes apart.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
_APOSTROPHES = re.compile("['’ʼ`´]")
_WORD = re.compile(r"\w+")
_BETWEEN = re.compile(r"\s*(?:,|;|/|&|\+|\band\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KnownChild:
    """A child as one record has it; what it does not say is None."""

    first_name: str
    born_on: date
    order_on: date | None = None
    placing: Placing | None = None
    placing_council: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What one record says: of a registration, a recorded order or a family. Numbers are E.164."""

    adults: tuple[str, ...] = ()
    children: tuple[KnownChild, ...] = ()
    postcodes: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact compared, and what it is worth."""

    fact: Fact
    likeness: Likeness

    @property
    def points(self) -> int:
        """Hundredths of the whole."""
        return WEIGHTS[self.fact] * _SHARES[self.likeness] // 100


@dataclass(frozen=True, slots=True)
class Pair:
    """A child of each record side by side, by their places; None where there is no other."""

    one: int | None
    other: int | None
    findings: tuple[Finding, ...] = ()

    @property
    def points(self) -> int:
        """What the two have in common."""
        return sum(finding.points for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two records side by side. ``pairs``: the children, the likeliest first; ``findings``: all else."""

    findings: tuple[Finding, ...]
    pairs: tuple[Pair, ...]

    @property
    def score(self) -> int:
        """0 to 100: what agrees, with the two children most alike. Nothing that differs takes away."""
        best = self.pairs[0].points if self.pairs else 0
        return min(MOST, best + sum(finding.points for finding in self.findings))

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """What speaks for one and the same, the weightiest first."""
        found = [*self.findings, *(self.pairs[0].findings if self.pairs else ())]
        alike = [finding for finding in found if finding.likeness.is_alike]
        return tuple(sorted(alike, key=lambda finding: -finding.points))

    def of(self, fact: Fact) -> Likeness:
        """How far a fact of the grown-ups agrees."""
        return next(finding.likeness for finding in self.findings if finding.fact is fact)


def compare(one: Known, other: Known) -> Comparison:
    """How alike two records are: the same whichever comes first, and never less for one more thing in common.

    Source: service policy R23: it is a help to whoever compares, and decides nothing.
    """
    findings = (
        Finding(Fact.EMAIL, _shared(_folded(one.emails), _folded(other.emails))),
        Finding(Fact.PHONE, _shared(one.phones, other.phones)),
        Finding(Fact.POSTCODE, _shared(_folded(one.postcodes), _folded(other.postcodes))),
        Finding(Fact.ADULT, _nearest(one.adults, other.adults)),
    )
    return Comparison(findings, tuple(_paired(one.children, other.children)))


def names_alike(one: str, other: str) -> Likeness:
    """How far two names of people agree, whatever their case."""
    if _plain(one) == _plain(other):
        return Likeness.SAME
    if _plain(without_accents(one)) == _plain(without_accents(other)):
        return Likeness.ACCENTS
    words, others = _words(one), _words(other)
    if not words or not others:
        return Likeness.DIFFERENT
    if sorted(words) == sorted(others) or "".join(words) == "".join(others):
        return Likeness.WRITING
    fewer, more = sorted((set(words), set(others)), key=len)
    if len(fewer) > 1 and fewer <= more:
        return Likeness.PART
    if len(words) > 1 and len(others) > 1 and words[-1] == others[-1]:
        return Likeness.SURNAME
    return Likeness.DIFFERENT


def without_accents(name: str) -> str:
    """The letters alone: "Łukasz Żółć" is "lukasz zolc"."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in apart if unicodedata.category(sign) != "Mn").translate(_LETTERS)


def adults_in(text: str) -> tuple[str, ...]:
    """The grown-ups of a line like "Sam and Jo Example": one without a surname has that of the last."""
    names = [name for name in _BETWEEN.split(text.strip()) if name]
    surname = names[-1].split()[-1] if names and len(names[-1].split()) > 1 else ""
    return tuple(name if len(name.split()) > 1 or not surname else f"{name} {surname}" for name in names)


def dates_alike(one: date | None, other: date | None) -> Likeness:
    """Whether two dates are the same, or the same with day and month changed about."""
    if one is None or other is None:
        return Likeness.UNKNOWN
    if one == other:
        return Likeness.SAME
    return Likeness.SWAPPED if swapped(one) == other else Likeness.DIFFERENT


def swapped(day: date) -> date | None:
    """The date with day and month changed about; None where there is none, or it is the same."""
    return day.replace(month=day.day, day=day.month) if day.day <= 12 and day.day != day.month else None


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _words(name: str) -> list[str]:
    """The words of a name without titles; hyphens part words, apostrophes do not."""
    words = _WORD.findall(_APOSTROPHES.sub("", without_accents(name)))
    return [word for word in words if word not in _TITLES] or words


def _folded(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text.replace(" ", "").casefold() for text in texts)


def _shared(one: frozenset[str], other: frozenset[str]) -> Likeness:
    if not one or not other:
        return Likeness.UNKNOWN
    return Likeness.SAME if one & other else Likeness.DIFFERENT


def _nearest(names: Iterable[str], others: Sequence[str]) -> Likeness:
    order = list(Likeness)
    found = [names_alike(one, other) for one in names for other in others]
    return min(found, key=order.index, default=Likeness.UNKNOWN)


def _paired(children: Sequence[KnownChild], others: Sequence[KnownChild]) -> Iterator[Pair]:
    """Each child once: the two most alike first, then those left of both records."""
    possible = [
        Pair(number, place, _child(child, other))
        for number, child in enumerate(children)
        for place, other in enumerate(others)
    ]
    possible.sort(key=lambda pair: -pair.points)
    taken: set[int | None] = set()
    with_whom: set[int | None] = set()
    for pair in possible:
        if pair.one not in taken and pair.other not in with_whom and _could_be(pair):
            taken.add(pair.one)
            with_whom.add(pair.other)
            yield pair
    yield from (Pair(number, None) for number in range(len(children)) if number not in taken)
    yield from (Pair(None, place) for place in range(len(others)) if place not in with_whom)


def _could_be(pair: Pair) -> bool:
    """Children who share no more than who placed them stand apart."""
    return any(finding.likeness.is_alike for finding in pair.findings if finding.fact is not Fact.PLACED_BY)


def _child(one: KnownChild, other: KnownChild) -> tuple[Finding, ...]:
    return (
        Finding(Fact.CHILD_NAME, names_alike(one.first_name, other.first_name)),
        Finding(Fact.BORN_ON, dates_alike(one.born_on, other.born_on)),
        Finding(Fact.ORDER_ON, dates_alike(one.order_on, other.order_on)),
        Finding(Fact.PLACED_BY, _placed(one, other)),
    )


def _placed(one: KnownChild, other: KnownChild) -> Likeness:
    unsaid = (None, Placing.UNKNOWN)
    if one.placing in unsaid or other.placing in unsaid:
        return Likeness.UNKNOWN
    same = (one.placing, one.placing_council) == (other.placing, other.placing_council)
    return Likeness.SAME if same else Likeness.DIFFERENT
