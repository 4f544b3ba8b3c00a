"""Putting a language on once a native reader has checked its words, and taking it off."""

from datetime import date

from catchup import catalogues, clock
from catchup.extensions import db
from catchup.models.language import LanguageCheck
from catchup.queries import languages
from catchup.queries.scope import Viewer
from catchup.rules.languages import ENGLISH, Language, spoken
from catchup.services import audit
from catchup.services.audit import Seen


def checked(language: Language, reader: str, on: date, by: Viewer) -> LanguageCheck:
    """Record who has read the words of a language as they are now, and let families choose it."""
    _end(language, by)
    check = LanguageCheck(
        language=language.code,
        catalogue=catalogues.version(language.code),
        reader=reader,
        checked_on=on,
        recorded_at=clock.now(),
        recorded_by=by.id,
    )
    db.session.add(check)
    db.session.flush()
    audit.record(by, Seen("language.check", "language_check", check.id))
    return check


def take_off(language: Language, by: Viewer) -> bool:
    """Let families choose a language no more; False where it was off already."""
    ended = _end(language, by)
    if ended is None:
        return False
    audit.record(by, Seen("language.off", "language_check", ended.id))
    return True


def to_write_in(spoken_language: str) -> str:
    """The code of the language for messages to somebody who speaks this one, where it is on; else English."""
    language = spoken(spoken_language)
    is_on = language is ENGLISH or language in languages.offered()
    return language.code if is_on else ENGLISH.code


def _end(language: Language, by: Viewer) -> LanguageCheck | None:
    standing = languages.standing_check(language.code)
    if standing is not None:
        standing.ended_at, standing.ended_by = clock.now(), by.id
        db.session.flush()
    return standing
