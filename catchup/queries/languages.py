"""Which languages families may choose, and who has checked them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select

from catchup import catalogues
from catchup.extensions import db
from catchup.models.language import LanguageCheck
from catchup.models.staff import Staff
from catchup.rules.languages import ENGLISH, LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class Standing:
    """How a language stands: the check that holds, and whether its words are still those that were read."""

    language: Language
    check: LanguageCheck | None
    recorded_by: str | None
    changed_since: bool


def offered() -> tuple[Language, ...]:
    """The languages families may choose, English first: those checked, in a demo all.

    One whose words have changed since stays: a new sentence must not take a family's language away.
    """
    if current_app.config["CATCHUP"].demo:
        return LANGUAGES
    checked = set(db.session.scalars(select(LanguageCheck.language).where(LanguageCheck.ended_at.is_(None))))
    return tuple(language for language in LANGUAGES if language is ENGLISH or language.code in checked)


def standings() -> Sequence[Standing]:
    """Every language but English, for whoever looks after them."""
    rows = db.session.execute(
        select(LanguageCheck, Staff.name)
        .join(Staff, Staff.id == LanguageCheck.recorded_by)
        .where(LanguageCheck.ended_at.is_(None))
    )
    checks = {check.language: (check, name) for check, name in rows}
    found = []
    for language in LANGUAGES:
        if language is not ENGLISH:
            check, name = checks.get(language.code, (None, None))
            changed = check is not None and check.catalogue != catalogues.version(language.code)
            found.append(Standing(language, check, name, changed))
    return found


def past(language: Language) -> Sequence[LanguageCheck]:
    """The earlier checks of a language, the newest first."""
    return db.session.scalars(
        select(LanguageCheck)
        .where(LanguageCheck.language == language.code, LanguageCheck.ended_at.is_not(None))
        .order_by(LanguageCheck.recorded_at.desc(), LanguageCheck.id)
    ).all()


def standing_check(code: str) -> LanguageCheck | None:
    """The check of a language that holds, locked."""
    return db.session.scalar(
        select(LanguageCheck)
        .where(LanguageCheck.language == code, LanguageCheck.ended_at.is_(None))
        .with_for_update()
    )
