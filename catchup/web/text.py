"""What may be kept of a text somebody typed: the one check that every text field makes."""

import re
import unicodedata

import phonenumbers
from flask_babel import gettext as _

# Control characters, lone surrogates and code points that are no characters: no page may hold them,
# and PostgreSQL refuses NUL. Line ends and tabs are looked at apart.
_NO_CHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef" + _NO_CHARACTERS + "]"
)


def clean_text(text: str, *, lines: bool = False, longest: int = 200) -> str | None:
    """The text as it is kept: NFC, without blanks around it; None when nothing can be seen of it.

    ``lines`` allows more than one line (ends become ``\\n``), ``longest`` counts characters. Raises
    ValueError with a sentence for the reader; nothing is cut or left out silently.
    """
    if _UNWRITABLE.search(text):
        raise ValueError(_("Remove the characters that cannot be shown, and type them again"))
    text = re.sub("\r\n?", "\n", text)
    text = unicodedata.normalize("NFC", text).strip()
    if not lines:
        text = text.replace("\t", " ")
        if len(text.splitlines()) > 1:
            raise ValueError(_("Write this on one line"))
    if all(unicodedata.category(char)[0] in "CZ" for char in text):
        return None
    if len(text) > longest:
        raise ValueError(
            _("Use %(longest)s characters or fewer: there are %(count)s", longest=longest, count=len(text))
        )
    return text


def showable(text: str) -> str:
    """The text for a page that shows it again, without what no page may hold."""
    return _UNWRITABLE.sub("", text)


def without_marks(text: str) -> str:
    """The text without invisible marks, which a number or address copied from a phone often carries."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def readable_number(number: str) -> str:
    """An E.164 number as people write it: a British one without its country code."""
    parsed = phonenumbers.parse(number, "GB")
    british = parsed.country_code == 44
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL if british else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return str(phonenumbers.format_number(parsed, style))
