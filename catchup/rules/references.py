"""The reference a family is given: short enough to read out, and a slip of the tongue is noticed.

Source: service policy (joining: a reference CU-XXXX-XXXX).
"""

import re

# No vowels, so no words; of signs taken for each other (0 O Q, 1 I L, 2 Z, 5 S, 8 B, V U Y) at most one.
# Their number is prime, so with weights 1 to 7 every wrong sign and every two signs swapped show.
ALPHABET = "23456789CDFGHJKMNPRTVWX"
PREFIX = "CU"
RANDOM_BYTES = 8
_SIGNS = 7
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—]+")


def make(random_bytes: bytes) -> str:
    """A reference from `RANDOM_BYTES` or more random bytes, `CU-XXXX-XXXX`; the last sign checks the rest.

    Raises ValueError when there are too few bytes to choose evenly among the 3.4 thousand million references.
    """
    if len(random_bytes) < RANDOM_BYTES:
        raise ValueError(f"a reference needs {RANDOM_BYTES} random bytes")
    number = int.from_bytes(random_bytes, "big")
    signs = ""
    for _ in range(_SIGNS):
        number, place = divmod(number, len(ALPHABET))
        signs += ALPHABET[place]
    return _written(signs + _check_sign(signs))


def parse(text: str) -> str | None:
    """The reference somebody typed, as `make` writes it; None when it cannot be one.

    Small letters, spaces and missing or odd dashes are forgiven; a wrong sign is not.
    """
    typed = _SEPARATORS.sub("", text).upper()
    code = typed.removeprefix(PREFIX)
    if code == typed or len(code) != _SIGNS + 1 or not set(code) <= set(ALPHABET):
        return None
    return _written(code) if _check_sign(code[:-1]) == code[-1] else None


def _check_sign(signs: str) -> str:
    total = sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(signs, start=1))
    return ALPHABET[total % len(ALPHABET)]


def _written(code: str) -> str:
    return f"{PREFIX}-{code[:4]}-{code[4:]}"
