"""How a family may be reached: safe numbers, good times, and the one gate every outgoing message passes.

Source: service policy P3 (default: no voicemail, no texts, the word adoption nowhere), R17, R22.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from catchup.rules.terms import Adjustment, Band, Channel

BAND_HOURS: Mapping[Band, tuple[time, time]] = MappingProxyType(
    {
        Band.MORNING: (time(9), time(12)),
        Band.MIDDAY: (time(12), time(15)),
        Band.AFTERNOON: (time(15), time(17)),
        Band.EVENING: (time(17), time(20)),
    }
)
"""Each band's first moment and its end, which already belongs to the next, in local time."""

DAYTIME = (Band.MORNING, Band.MIDDAY, Band.AFTERNOON)
"""The bands of a family that has said nothing: evenings are only for those who chose them."""

_WORKDAYS = range(5)


def band_of(at: time) -> Band | None:
    """The band a local time falls in; None before 9:00 and from 20:00. Source: service policy R17."""
    for band, (start, end) in BAND_HOURS.items():
        if start <= at.replace(tzinfo=None) < end:
            return band
    return None


@dataclass(frozen=True, slots=True)
class Times:
    """When a family likes to be called and when never: bands by weekday, Monday being 0.

    Once any good time is given, the others are no longer offered; never outweighs good. `evenings` adds them
    for a family that chose them without naming good times.
    """

    good: Mapping[int, Set[Band]] = field(default_factory=dict)
    never: Mapping[int, Set[Band]] = field(default_factory=dict)
    evenings: bool = False

    @classmethod
    def from_stored(
        cls, good: Mapping[str, Iterable[str]], never: Mapping[str, Iterable[str]], evenings: bool
    ) -> "Times":
        """Times as a family's record keeps them: `{"0": ["9-12"]}`. Raises ValueError for an unknown band."""
        return cls(_bands_by_weekday(good), _bands_by_weekday(never), evenings)

    def allowed_on(self, weekday: int) -> tuple[Band, ...]:
        """The bands in which the family may be called on this weekday, earliest first."""
        unsaid: Set[Band] = frozenset(Band) if self.evenings else frozenset(DAYTIME)
        wanted = self.good.get(weekday, ()) if any(self.good.values()) else unsaid
        return tuple(band for band in Band if band in wanted and band not in self.never.get(weekday, ()))

    def allowed(self) -> tuple[Band, ...]:
        """The bands in which the family may be called on some day from Monday to Friday, earliest first."""
        bands = {band for weekday in _WORKDAYS for band in self.allowed_on(weekday)}
        return tuple(band for band in Band if band in bands)


def _bands_by_weekday(stored: Mapping[str, Iterable[str]]) -> dict[int, Set[Band]]:
    return {int(weekday): frozenset(map(Band, bands)) for weekday, bands in stored.items()}


def good_now(times: Times, now_local: datetime) -> bool:
    """Whether the family's good times include now; False where the family has named none.

    `now_local` is the time in London. Source: service policy R18.
    """
    band = band_of(now_local.time())
    return band is not None and any(times.good.values()) and band in times.allowed_on(now_local.weekday())


class NotNow(StrEnum):
    """Why a family may not be called at this moment without having asked for it."""

    HOURS = "hours"
    NEVER = "never"
    EVENING = "evening"
    OTHER_TIMES = "other_times"


def why_not_now(times: Times, now_local: datetime) -> NotNow | None:
    """Why the family may not be called now without having asked for it; None where it may.

    `now_local` is the time in London. What they said they never want comes before what they did not choose.
    Source: service policy R17 (evenings only where the family chose them).
    """
    band, weekday = band_of(now_local.time()), now_local.weekday()
    if band is None:
        return NotNow.HOURS
    if band in times.allowed_on(weekday):
        return None
    if band in times.never.get(weekday, ()):
        return NotNow.NEVER
    return NotNow.OTHER_TIMES if any(times.good.values()) else NotNow.EVENING


def callable_now(times: Times, now_local: datetime) -> bool:
    """Whether the family may be called now without asking first: in an allowed band of this weekday.

    Source: service policy R17 (evenings only where the family chose them).
    """
    return why_not_now(times, now_local) is None


WITHOUT_PHONE = frozenset({Adjustment.WRITTEN, Adjustment.BSL})
"""What takes the place of a telephone call: a written or video conversation."""


def lacks_number(usable_numbers: int, adjustments: Iterable[str]) -> bool:
    """Whether a family cannot be rung though nothing was agreed in place of a call: a manager is asked.

    Source: service policy R17 (no other number: a manager decides).
    """
    return usable_numbers == 0 and WITHOUT_PHONE.isdisjoint(adjustments)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """One telephone number, e-mail address or postal address of one parent, with what that parent allows.

    The channel of a telephone number is TEXT. `usable` is False once it was found wrong or dead.
    """

    channel: Channel
    voicemail_allowed: bool = False
    messages_allowed: bool = False
    parent_confirmed: bool = True
    usable: bool = True


def may_leave_voicemail(point: ContactPoint) -> bool:
    """Whether a voicemail may be left here: only where the parent said so. Source: service policy P3."""
    return point.channel is Channel.TEXT and point.voicemail_allowed and _is_open(point)


def may_text(point: ContactPoint) -> bool:
    """Whether a text may be sent here: only where the parent said so. Source: service policy P3."""
    return point.channel is Channel.TEXT and may_message(point)


def may_message(point: ContactPoint) -> bool:
    """Whether a message may go to this number or address. Source: service policy P3, R23."""
    return point.messages_allowed and _is_open(point)


def _is_open(point: ContactPoint) -> bool:
    return point.parent_confirmed and point.usable


def allowed_channel(points: Iterable[ContactPoint]) -> Channel | None:
    """The channel for a neutral message: a text where allowed, else e-mail, else a letter, else none.

    A text first, because it reaches one person's own telephone. Source: service policy P3, R17.
    """
    allowed = {point.channel for point in points if may_message(point)}
    return next(
        (channel for channel in (Channel.TEXT, Channel.EMAIL, Channel.LETTER) if channel in allowed), None
    )


class Refusal(StrEnum):
    """Why a message does not go out."""

    STOPPED = "stopped"
    LEFT = "left"
    PAUSED = "paused"
    NOT_CONFIRMED = "parent_not_confirmed"
    CHANNEL = "channel_not_allowed"
    WORDING = "forbidden_word"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """One outgoing message and those it is for.

    `channel_allowed` is what `may_message` says of the number or address. `asked_for` is a message the
    parent has asked for just now, such as a link to manage their details: the family's own pause does not
    hold it back. A message to staff leaves the family's facts at their defaults. `file_names` are those of
    attachments, `links` the addresses a reader may see in a browser.
    """

    channel: Channel
    channel_allowed: bool
    sender: str
    subject: str = ""
    body: str = ""
    file_names: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    stopped: bool = False
    left: bool = False
    paused: bool = False
    parent_confirmed: bool = True
    asked_for: bool = False


def gate(facts: MessageFacts) -> Refusal | None:
    """Why this message must not go out, the weightiest reason first; None when it may.

    Texts and e-mails are read on locked screens, so their whole wording is bare; of a letter, what shows
    outside: sender, subject, file names and links. Source: service policy P3, R22, R23.
    """
    shown = [facts.sender, facts.subject, *facts.file_names, *map(_readable, facts.links)]
    if facts.channel is not Channel.LETTER:
        shown.append(facts.body)
    refusals = {
        Refusal.STOPPED: facts.stopped,
        Refusal.LEFT: facts.left,
        Refusal.PAUSED: facts.paused and not facts.asked_for,
        Refusal.NOT_CONFIRMED: not facts.parent_confirmed,
        Refusal.CHANNEL: not facts.channel_allowed,
        Refusal.WORDING: any(forbidden_words(text) for text in shown),
    }
    return next((refusal for refusal, applies in refusals.items() if applies), None)


# Beginnings or wholes of words, as regular expressions over folded text (so Romanian ț is t), by language.
FORBIDDEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": (r"\w*adopt\w*",),
        "pl": (r"\w*adopc\w*", r"przysposob\w*", r"przysposabia\w*"),
        "ro": (r"infier(?:e|ea|ii|ilor)", r"infiat\w*"),
        "ur": ("گود", r"متبنی\w*", "لے[- ]?پالک", r"ای?ڈ[او]پشن\w*"),
        "pt": (r"\w*adocao\w*", r"\w*adocoes\w*", r"\w*adotiv\w*", r"\w*adotad\w*"),
    }
)
"""What a message may hold in no language, whatever the language it is written in."""


def _folded(text: str) -> str:
    """Plain small letters: without accents, wide letters and signs that nobody sees."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign) not in ("Mn", "Cf"))


_FORBIDDEN = re.compile(
    r"(?<!\w)(?:" + "|".join(_folded(word) for words in FORBIDDEN.values() for word in words) + r")(?!\w)"
)


def forbidden_words(text: str) -> list[str]:
    """The words in a text that tell a passer-by of an adoption, folded to plain small letters, in order.

    Capitals, accents, wide letters and invisible characters hide nothing. Source: service policy P3.
    """
    return _FORBIDDEN.findall(_folded(text))


def _readable(link: str) -> str:
    """An address as a browser shows it: without %, and international names in their own letters."""
    plain = unquote(link)
    with suppress(ValueError):
        plain += " " + (urlsplit(plain).hostname or "").encode("ascii").decode("idna")
    return plain


_HIDDEN = "•••"


def masked_phone(number: str) -> str:
    """The last three digits: one's own number is known by them. Source: service policy P9."""
    digits = "".join(sign for sign in number if sign.isdigit())
    return f"{_HIDDEN}{digits[-3:]}"


def masked_email(address: str) -> str:
    """The first letter and the last label of an e-mail address: `s•••@•••.com`. Source: service policy P9."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}{_HIDDEN}@{_HIDDEN}.{domain.rpartition('.')[2]}"


def masked_postcode(postcode: str) -> str:
    """The inward half, which by itself says nothing of the place: `••• 4TR`. Source: service policy P9."""
    return f"{_HIDDEN} {postcode.replace(' ', '')[-3:].upper()}"
