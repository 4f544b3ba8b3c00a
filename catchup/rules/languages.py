"""The languages of the family's side. What is kept of a family is the English name of its language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A language with words of its own here: ``name`` is what its readers call it.

    ``english`` is how the form keeps it, ``invitation`` is shown to somebody whose browser prefers it.
    """

    code: str
    english: str
    name: str
    invitation: str = ""


ENGLISH = Language("en", "English", "English")
LANGUAGES = (
    ENGLISH,
    Language("pl", "Polish", "Polski", "Ta strona jest też po polsku"),
    Language("ro", "Romanian", "Română", "Această pagină este și în română"),
    Language("ur", "Urdu", "اردو", "یہ صفحہ اردو میں بھی ہے"),
)
BY_CODE = {language.code: language for language in LANGUAGES}
_BY_ENGLISH = {language.english.casefold(): language for language in LANGUAGES}


def spoken(name: str) -> Language:
    """The language to write in to somebody who speaks this one; English where we have no words in it."""
    return _BY_ENGLISH.get(name.strip().casefold(), ENGLISH)
