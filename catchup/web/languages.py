"""Which language a page is written in. Families choose; staff pages are English.

The switch is a link to the same page, ``?lang=pl``; a cookie of its own, holding only that, remembers it.
What a browser says it prefers is answered with one line in that language, and decides nothing.
"""

from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import get_locale, gettext, ngettext
from sqlalchemy.exc import SQLAlchemyError

from catchup.extensions import babel
from catchup.queries import languages
from catchup.rules.languages import BY_CODE, ENGLISH, Language

ARGUMENT = "lang"
A_YEAR = 365 * 24 * 60 * 60
# What was on when somebody last asked: for the pages that tell that the database does not answer.
_last_known: list[tuple[Language, ...]] = [(ENGLISH,)]


def register(app: Flask) -> None:
    """Choose the language of each page of an app, and remember what a family chose."""
    babel.init_app(app, locale_selector=_code_of_page)
    app.after_request(_remember)
    app.jinja_env.globals.update(
        languages_offered=on_this_page, language_invited=invited, characters_left=characters_left
    )


def offered() -> tuple[Language, ...]:
    """The languages the reader of this page may choose; asked of the database once a request."""
    if "languages" not in g:
        try:
            g.languages = _last_known[0] = languages.offered()
        except SQLAlchemyError:
            g.languages = _last_known[0]
    found: tuple[Language, ...] = g.languages
    return found


def on_this_page() -> tuple[Language, ...]:
    """What the switch of this page shows: nothing on pages that are English for everybody."""
    return offered() if _is_for_families() else ()


def without_asking() -> None:
    """Let this request's page do with the languages last known: the database is what went wrong."""
    g.setdefault("languages", _last_known[0])


def chosen() -> Language | None:
    """The language somebody has chosen on this page or before; None where they have not."""
    for code in (request.args.get(ARGUMENT), request.cookies.get(_cookie())):
        language = BY_CODE.get(code or "")
        if language is ENGLISH or (language and language in offered()):
            return language
    return None


def invited() -> Language | None:
    """The language to point out to somebody who has chosen none and whose browser prefers it."""
    if not _is_for_families() or chosen() is not None:
        return None
    preferred = (BY_CODE.get(tag.partition("-")[0].lower()) for tag in request.accept_languages.values())
    best = next(filter(None, preferred), None)
    return best if best and best is not ENGLISH and best in offered() else None


def characters_left() -> dict[str, Any]:
    """What the count under a long answer says, for each kind of number that the page's language has."""
    plural = (
        locale.plural_form if (locale := get_locale()) else (lambda count: "one" if count == 1 else "other")
    )
    left, over = {}, {}
    for count in (1, 2, 5, 20):
        for form in {plural(count), "other"}:
            left[form] = ngettext(
                "You have %(count)s character left",
                "You have %(count)s characters left",
                count,
                count="%{count}",
            )
            over[form] = ngettext(
                "You have %(count)s character too many",
                "You have %(count)s characters too many",
                count,
                count="%{count}",
            )
    return {"under": left, "over": over, "none": gettext("You have no characters left")}


def _code_of_page() -> str | None:
    if not has_request_context() or not _is_for_families():
        return None
    language = chosen()
    return language.code if language else None


def _is_for_families() -> bool:
    """Whether families read this page: a public one, a parent's own, or one that there is not."""
    return request.blueprint in (None, "public", "family")


def _remember(response: Response) -> Response:
    asked = BY_CODE.get(request.args.get(ARGUMENT, ""))
    if asked and _is_for_families() and asked is chosen():
        response.set_cookie(
            _cookie(), asked.code, max_age=A_YEAR, secure=_is_secure(), httponly=True, samesite="Lax"
        )
    return response


def _cookie() -> str:
    return "__Host-language" if _is_secure() else "language"


def _is_secure() -> bool:
    return bool(current_app.config["CATCHUP"].secure)
