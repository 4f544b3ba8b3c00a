"""How alike two records are, in words: the reasons, and each fact of both side by side."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup.rules import matching as rule
from catchup.rules.matching import Comparison, Fact, Known, KnownChild, Likeness, Pair
from catchup.rules.terms import Placing
from catchup.web.filters import council_name, day
from catchup.web.text import readable_number

# A sign for those who see it, words for everybody: never colour alone.
SIGNS: Mapping[Likeness, str] = MappingProxyType(
    {
        Likeness.SAME: "=",
        Likeness.ACCENTS: "≈",
        Likeness.WRITING: "≈",
        Likeness.PART: "≈",
        Likeness.SWAPPED: "≈",
        Likeness.SURNAME: "≈",
        Likeness.DIFFERENT: "≠",
        Likeness.UNKNOWN: "–",
    }
)
_SAYS: Mapping[Likeness, str] = MappingProxyType(
    {
        Likeness.SAME: _l("Same"),
        Likeness.ACCENTS: _l("Only accents differ"),
        Likeness.WRITING: _l("Only the way of writing differs"),
        Likeness.PART: _l("Same but for a name more"),
        Likeness.SWAPPED: _l("Day and month changed about"),
        Likeness.SURNAME: _l("Only the surname is the same"),
        Likeness.DIFFERENT: _l("Differs"),
        Likeness.UNKNOWN: _l("Not known"),
    }
)
_REASONS: Mapping[tuple[Fact, Likeness], str] = MappingProxyType(
    {
        (Fact.EMAIL, Likeness.SAME): _l("same email address"),
        (Fact.PHONE, Likeness.SAME): _l("same phone number"),
        (Fact.POSTCODE, Likeness.SAME): _l("same postcode"),
        (Fact.ADULT, Likeness.SAME): _l("same name of a grown-up"),
        (Fact.ADULT, Likeness.ACCENTS): _l("a grown-up’s name differs only in accents"),
        (Fact.ADULT, Likeness.WRITING): _l("a grown-up’s name is only written another way"),
        (Fact.ADULT, Likeness.PART): _l("a grown-up’s name is the same but for a name more"),
        (Fact.ADULT, Likeness.SURNAME): _l("same surname"),
        (Fact.CHILD_NAME, Likeness.SAME): _l("same first name of a child"),
        (Fact.CHILD_NAME, Likeness.ACCENTS): _l("a child’s name differs only in accents"),
        (Fact.CHILD_NAME, Likeness.WRITING): _l("a child’s name is only written another way"),
        (Fact.CHILD_NAME, Likeness.PART): _l("a child’s name is the same but for a name more"),
        (Fact.CHILD_NAME, Likeness.SURNAME): _l("the last of a child’s names is the same"),
        (Fact.BORN_ON, Likeness.SAME): _l("same date of birth of a child"),
        (Fact.BORN_ON, Likeness.SWAPPED): _l("a date of birth with day and month changed about"),
        (Fact.ORDER_ON, Likeness.SAME): _l("order made on the same day"),
        (Fact.ORDER_ON, Likeness.SWAPPED): _l("an order’s day and month changed about"),
        (Fact.PLACED_BY, Likeness.SAME): _l("placed by the same council"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """One fact as either record has it, and how far the two agree."""

    label: str
    one: tuple[str, ...]
    other: tuple[str, ...]
    likeness: Likeness
    words: str | None = None

    @property
    def sign(self) -> str:
        """The likeness at a glance."""
        return SIGNS[self.likeness]

    @property
    def says(self) -> str:
        """The likeness in words."""
        return self.words or str(_SAYS[self.likeness])


def how_alike(comparison: Comparison) -> tuple[str, str]:
    """The score in words, and the colour of its tag."""
    if comparison.score >= rule.VERY_ALIKE:
        return _("Very alike"), "purple"
    if comparison.score >= rule.ALIKE_IN_PART:
        return _("Alike in part"), "yellow"
    return _("Little alike"), "grey"


def is_near(comparison: Comparison) -> bool:
    """Whether it is worth an open page rather than a line to open."""
    return comparison.score >= rule.ALIKE_IN_PART


def reasons(comparison: Comparison) -> Sequence[str]:
    """What speaks for one and the same, the weightiest first."""
    return [str(_REASONS[finding.fact, finding.likeness]) for finding in comparison.reasons]


def rows(one: Known, other: Known, comparison: Comparison) -> Sequence[Row]:
    """Every fact side by side: the grown-ups, then child by child."""
    return [
        _several(_("Grown-ups"), one.adults, other.adults, comparison.of(Fact.ADULT)),
        *(row for pair in comparison.pairs for row in _child(one, other, pair)),
        _several(
            _("Postcode"), _sorted(one.postcodes), _sorted(other.postcodes), comparison.of(Fact.POSTCODE)
        ),
        *_reached(one, other, comparison),
    ]


def _reached(one: Known, other: Known, comparison: Comparison) -> Iterator[Row]:
    """How they are reached; left out where neither record can say."""
    numbers = (_sorted(map(readable_number, known.phones)) for known in (one, other))
    for label, fact, (ours, theirs) in (
        (_("Phone"), Fact.PHONE, numbers),
        (_("Email"), Fact.EMAIL, (_sorted(one.emails), _sorted(other.emails))),
    ):
        if theirs:
            yield _several(label, ours, theirs, comparison.of(fact))


def _several(label: str, one: tuple[str, ...], other: tuple[str, ...], likeness: Likeness) -> Row:
    """Where one of several is the same it says just that."""
    in_part = likeness is Likeness.SAME and len({len(one), len(other), 1}) > 1
    return Row(label, one, other, likeness, _("One is the same") if in_part else None)


def _sorted(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(texts))


def _child(one: Known, other: Known, pair: Pair) -> Iterator[Row]:
    ours = one.children[pair.one] if pair.one is not None else None
    theirs = other.children[pair.other] if pair.other is not None else None
    told: Sequence[tuple[str, Fact, Callable[[KnownChild], str | None]]] = (
        (_("Child"), Fact.CHILD_NAME, lambda child: child.first_name),
        (_("Born"), Fact.BORN_ON, lambda child: day(child.born_on)),
        (_("Order made"), Fact.ORDER_ON, lambda child: day(child.order_on) if child.order_on else None),
        (_("Placed by"), Fact.PLACED_BY, _placed_by),
    )
    likeness = {finding.fact: finding.likeness for finding in pair.findings}
    alone = Likeness.DIFFERENT if one.children and other.children else Likeness.UNKNOWN
    for label, fact, tell in told:
        if pair.findings or fact in (Fact.CHILD_NAME, Fact.BORN_ON):
            values = [_one(tell(child) if child else None) for child in (ours, theirs)]
            in_one = None if pair.findings else _("In one only")
            yield Row(label, values[0], values[1], likeness.get(fact, alone), in_one)


def _one(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _placed_by(child: KnownChild) -> str | None:
    if child.placing is Placing.COUNCIL:
        return council_name(child.placing_council)
    return _("No council") if child.placing is Placing.NONE else None
