"""What a parent may be sent of a call: which things are said, in what order, and what must be taken out.

The facts hold no name but those of services, so a text made from them cannot name a child, another adult or
a place. A text somebody has changed is read again before it is kept and before it goes.
Source: service policy P3 (what gives a family away), P6 (no child's name or address by message), P8 (notes
belong to a person), section 5 (never the concern).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from catchup.rules.calendar import age_on
from catchup.rules.contact import forbidden_words
from catchup.rules.terms import Area, Category, Going, SupportKind


class Order(StrEnum):
    """What tells brothers and sisters of one age apart."""

    ONLY = "only"
    OLDER = "older"
    YOUNGER = "younger"
    ONE_OF = "one_of"


@dataclass(frozen=True, slots=True)
class Child:
    """A living child. ``with_reader``: the child's home is not one that the reader has no part in."""

    id: UUID
    born_on: date
    with_reader: bool = True


@dataclass(frozen=True, slots=True)
class Called:
    """How a child is spoken of instead of by name: "your six-year-old", "your older six-year-old"."""

    age: int
    order: Order = Order.ONLY


@dataclass(frozen=True, slots=True)
class Talked:
    """How one area is going; of a child, of a parent, or of neither."""

    area: Area
    going: Going
    child_id: UUID | None = None
    parent_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Pointed:
    """One service the family was pointed to; ``name`` None where there is none."""

    name: str | None
    category: Category
    agreed: bool
    child_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Support asked for one child."""

    kind: SupportKind
    child_id: UUID


@dataclass(frozen=True, slots=True)
class Giveaways:
    """Words a text must not hold. ``allowed`` are the reader's own name and the writer's.

    ``concern`` holds what was written of a concern on this call, so that it is not copied by mistake.
    """

    children: tuple[str, ...] = ()
    adults: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    concern: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkFacts:
    """One conversation as it may be told to one parent, the ``reader``."""

    reader_id: UUID
    on: date
    children: tuple[Child, ...]
    talked: tuple[Talked, ...] = ()
    pointed: tuple[Pointed, ...] = ()
    asked: tuple[Asked, ...] = ()
    follow_up_on: date | None = None
    next_call_on: date | None = None
    giveaways: Giveaways = Giveaways()


@dataclass(frozen=True, slots=True)
class AboutChild:
    """What is said of one child: the areas under how they are going."""

    who: Called
    well: tuple[Area, ...]
    worries: tuple[Area, ...]
    hard: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Idea:
    """A service to look at: by its name, or by what its category is called where the name would tell."""

    name: str | None
    category: Category
    who: Called | None


@dataclass(frozen=True, slots=True)
class Request:
    """Support that is being asked for."""

    kind: SupportKind
    who: Called


@dataclass(frozen=True, slots=True)
class Told:
    """All that the text says, in its order; the words are found elsewhere."""

    on: date
    children: tuple[AboutChild, ...]
    reader: Going | None
    home: Going | None
    ideas: tuple[Idea, ...]
    requests: tuple[Request, ...]
    follow_up_on: date | None
    next_call_on: date | None


# Names of services that tell of an adoption without the word, or of something nobody else should read.
_TELLING = re.compile(
    r"\b(birth (?:mother|father|parent|famil|relative)|life ?stor|letter ?box|placement|placed|foster"
    r"|looked after|care experienced|kinship|permanen|abus|violen|refuge|safeguard)",
)
_ALWAYS_BY_CATEGORY = frozenset({Category.VIOLENCE, Category.UNPLANNED_CONTACT, Category.KEEPING_IN_TOUCH})


def told_to(facts: TalkFacts) -> Told:
    """What one parent is told of a call, and nothing else of it.

    Notes are not copied, nor the need, nor whether there was a concern. Another parent's own answers and a
    child who lives only with the other parent are left out, and services the family did not agree to.
    Source: service policy P6, P8, section 5.
    """
    own = {child.id: child for child in facts.children if child.with_reader}
    called = called_by(facts.children, facts.on)
    return Told(
        on=facts.on,
        children=tuple(
            _about(called[child.id], [row for row in facts.talked if row.child_id == child.id])
            for child in own.values()
            if any(row.child_id == child.id and row.going is not Going.NOT_TALKED for row in facts.talked)
        ),
        reader=_going(facts, Area.PARENT),
        home=_going(facts, Area.HOME),
        ideas=tuple(
            Idea(
                None if _tells(one, facts.giveaways) else one.name,
                one.category,
                called[one.child_id] if one.child_id else None,
            )
            for one in sorted(facts.pointed, key=lambda one: list(Category).index(one.category))
            if one.agreed
            and one.category is not Category.NOTHING
            and (one.child_id is None or one.child_id in own)
        ),
        requests=tuple(Request(one.kind, called[one.child_id]) for one in facts.asked if one.child_id in own),
        follow_up_on=facts.follow_up_on,
        next_call_on=facts.next_call_on,
    )


def called_by(children: Sequence[Child], on: date) -> dict[UUID, Called]:
    """How each child is spoken of on a day: by age, and where two are of one age by who is older.

    Twins are "one of" theirs: no word of ours tells them apart.
    """
    ages = {child.id: age_on(child.born_on, on) for child in children}
    many = Counter(ages.values())
    found = {}
    for child in children:
        age = ages[child.id]
        others = [one for one in children if ages[one.id] == age and one.id != child.id]
        if many[age] == 1:
            order = Order.ONLY
        elif many[age] == 2 and others[0].born_on != child.born_on:
            order = Order.OLDER if child.born_on < others[0].born_on else Order.YOUNGER
        else:
            order = Order.ONE_OF
        found[child.id] = Called(age, order)
    return found


def _about(who: Called, rows: Sequence[Talked]) -> AboutChild:
    def areas(going: Going) -> tuple[Area, ...]:
        found = {row.area for row in rows if row.going is going}
        return tuple(area for area in Area if area in found)

    return AboutChild(who, areas(Going.WELL), areas(Going.SOME_WORRIES), areas(Going.HARD))


def _going(facts: TalkFacts, area: Area) -> Going | None:
    """How something of the reader's own is going; None where it was not talked about."""
    return next(
        (
            row.going
            for row in facts.talked
            if row.area is area and row.parent_id == facts.reader_id and row.going is not Going.NOT_TALKED
        ),
        None,
    )


def _tells(one: Pointed, giveaways: Giveaways) -> bool:
    if one.name is None or one.category in _ALWAYS_BY_CATEGORY:
        return True
    return bool(_TELLING.search(_spaced(_folded(one.name)))) or any(to_take_out(one.name, giveaways))


class Giveaway(StrEnum):
    """What a word gives away."""

    CHILD = "child"
    ADULT = "adult"
    ADDRESS = "address"
    WORD = "word"
    CONCERN = "concern"


@dataclass(frozen=True, slots=True)
class Found:
    """Something to take out: what it is, and the words as they are known (of a forbidden word, as found)."""

    what: Giveaway
    words: str


# Names that are words of everyday letters too: these count only with a capital letter.
_EVERYDAY = re.compile(
    "an|april|art|august|autumn|bill|dawn|do|drew|faith|frank|gift|grace|grant|guy|happy|harmony|honey|hope|in"
    "|jack|joy|june|justice|lane|mark|max|may|melody|miles|my|nick|page|pat|patience|penny|precious|price|rain"
    "|rich|rob|rose|sky|so|star|storm|sue|summer|sunny|will|winter|young"
)
_DATED = re.compile(
    r"\b\d{1,2} (?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
SHORTEST_COPIED = 20  # characters of a concern's text that are no chance


def to_take_out(text: str, giveaways: Giveaways) -> list[Found]:
    """What must be taken out of a text before a parent is sent it, each once; empty when it may go.

    Names are found as whole words, whatever their capitals and accents. A day of the year ("10 June") is no
    name, and a name that is an everyday word ("Will") counts where it is written as a name.
    """
    plain = _DATED.sub(" ", _unaccented(text))
    allowed = {word for name in giveaways.allowed for word in _words(name)}
    found = [
        *_names(plain, giveaways.children, allowed, Giveaway.CHILD),
        *_names(plain, giveaways.adults, allowed, Giveaway.ADULT),
        *_places(plain, giveaways.addresses),
        *(Found(Giveaway.WORD, word) for word in forbidden_words(text)),
        *concern_in(text, giveaways.concern),
    ]
    return list(dict.fromkeys(found))


def concern_in(text: str, concern: Iterable[str]) -> list[Found]:
    """What was copied of a concern: its text by the sentence, or a reference it was given."""
    plain = _spaced(_folded(text))
    for written in concern:
        for sentence in re.split(r"[.!?;\n]+", written):
            wanted = _spaced(_folded(sentence))
            is_reference = wanted == _spaced(_folded(written)) and any(sign.isdigit() for sign in wanted)
            if (len(wanted) >= SHORTEST_COPIED or is_reference) and _holds(plain, wanted):
                return [Found(Giveaway.CONCERN, sentence.strip())]
    return []


def _names(plain: str, names: Iterable[str], allowed: Collection[str], what: Giveaway) -> Iterator[Found]:
    """Names, whole or one of their words, in a text without accents."""
    for name in names:
        for word in _words(name):
            if len(word) > 1 and word not in allowed and _is_named(plain, word):
                yield Found(what, name)
                break


def _is_named(plain: str, word: str) -> bool:
    hits = re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", plain, re.IGNORECASE)
    return any(not _EVERYDAY.fullmatch(word) or hit[0][0].isupper() for hit in hits)


def _places(plain: str, addresses: Iterable[str]) -> Iterator[Found]:
    """Lines of addresses, with the number of the house or without it, and postcodes however spaced."""
    spaced, tight = _spaced(plain.casefold()), re.sub(r"\s", "", plain.casefold())
    for line in addresses:
        wanted = _spaced(_folded(line))
        street = re.sub(r"^(?:(?:flat|unit|apartment) \w+ )?\d+\w? ", "", wanted)
        is_postcode = bool(re.fullmatch(r"[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}", wanted))
        if (is_postcode and wanted.replace(" ", "") in tight) or (
            len(street) > 2 and not street.isdigit() and _holds(spaced, street)
        ):
            yield Found(Giveaway.ADDRESS, line)


def _holds(spaced: str, wanted: str) -> bool:
    return bool(wanted) and f" {wanted} " in f" {spaced} "


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", _folded(name))


def _unaccented(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in plain if unicodedata.category(sign) not in ("Mn", "Cf"))


def _folded(text: str) -> str:
    return _unaccented(text).casefold()


def _spaced(text: str) -> str:
    """Words with one blank between them: punctuation and line ends hide nothing."""
    return " ".join(re.findall(r"\w+", text))
