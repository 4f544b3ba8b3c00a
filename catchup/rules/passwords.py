"""Which passwords are too easy to guess. Length matters; which characters it is made of does not.

Source: service policy, after OWASP ASVS 5.0.0, 6.2.1 to 6.2.12.
"""

import re
from collections.abc import Iterable, Set
from enum import StrEnum

SHORTEST = 12
LONGEST = 128
FEWEST_OWN = 5  # different characters that must be left beside words everybody tries
MOST_WORDS_TAKEN = 2  # three words nobody would put together are a good password, even common ones
SHORTEST_WORD = 3

_LOOKALIKES = str.maketrans("0134578@$!", "oleastbasi")
_YEAR = re.compile(r"(?:19|20)\d\d")
_RUNS = ("01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_RUN = 3


class Weakness(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_COMMON = "too_common"


def weakness(password: str, words: Iterable[str], tried: Set[str] = frozenset()) -> Weakness | None:
    """What is wrong with a password, or None. Lengths count characters.

    ``tried`` are passwords that are tried first, in lower case: it must be none of them, nor one with digits
    and marks before or after it, nor two side by side, nor one said over and over. ``words`` are those an
    attacker makes passwords of, in lower case: common ones, the names of the service and of councils, the
    person's own name. A password is too common when little is left of it without two of them, years, and
    runs such as 1234 or qwerty.
    """
    if len(password) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(password) > LONGEST:
        return Weakness.TOO_LONG
    plain = password.casefold()
    if _is_tried(plain, tried):
        return Weakness.TOO_COMMON
    known = sorted({word for word in words if len(word) >= SHORTEST_WORD}, key=len, reverse=True)
    for spelling in (plain, plain.translate(_LOOKALIKES)):
        if len(set(_own(plain, spelling, known))) < FEWEST_OWN:
            return Weakness.TOO_COMMON
    return None


def _is_tried(plain: str, tried: Set[str]) -> bool:
    for spelling in (plain, plain.translate(_LOOKALIKES)):
        round_at = (spelling + spelling).find(spelling, 1)  # where it begins again, said in a circle
        if spelling[:round_at] in tried:
            return True
        for cut in range(len(spelling) + 1):
            parts = ((spelling[:cut], plain[:cut]), (spelling[cut:], plain[cut:]))
            known = [part in tried for part, _ in parts]
            if any(known) and all(
                known[at] or not _has_letters(typed) for at, (_, typed) in enumerate(parts)
            ):
                return True
    return False


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _own(text: str, spelling: str, known: list[str]) -> str:
    """What is left of ``text`` without words that ``spelling`` shows in it, years and runs."""
    taken = 0
    for word in known:
        if word not in spelling or taken == MOST_WORDS_TAKEN:
            continue
        taken += 1
        while (at := spelling.find(word)) >= 0:
            text = text[:at] + text[at + len(word) :]
            spelling = spelling[:at] + spelling[at + len(word) :]
    return re.sub(r"[\W_]", "", _without_runs(_YEAR.sub("", text)))


def _without_runs(text: str) -> str:
    left, at = [], 0
    while at < len(text):
        end = at + 1
        while end < len(text) and any(text[at : end + 1] in run for run in _RUNS):
            end += 1
        if end - at < _RUN:
            end = at + 1
            left.append(text[at])
        at = end
    return "".join(left)
