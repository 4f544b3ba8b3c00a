"""What a family said, as rows to look over: a question in few words and the answer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from catchup.rules.registration import Lives, Who
from catchup.rules.terms import Placing
from catchup.web import filters
from catchup.web.fields import Option
from catchup.web.public import join_forms as forms
from catchup.web.public.steps import CHILDREN, STEPS

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One question and its answer, a line each; ``given`` is False where it was left out."""

    question: str
    lines: tuple[str, ...]
    given: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one page and where they are changed; ``what`` completes "Change …" for screen readers."""

    rows: tuple[Row, ...]
    change: str
    what: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks."""

    title: str
    blocks: tuple[Block, ...]
    add: str | None = None


def sections(answers: Answer) -> Sequence[Section]:
    """Everything that was said, in the order of the pages."""
    children = [
        Block(
            child_rows(child),
            url_for("public.join_child", number=number),
            _("child %(number)s", number=number),
        )
        for number, child in enumerate(answers[CHILDREN], 1)
    ]
    return (
        Section(_("You"), _blocks(answers, "name", "other-parent")),
        Section(
            _("Where you live"), _blocks(answers, "postcode", "address", "second-home", "second-address")
        ),
        Section(_("Children"), tuple(children), add=url_for("public.join_children")),
        Section(_("How to reach you"), _blocks(answers, "phone", "other-phone", "email")),
        Section(_("When to ring"), _blocks(answers, "times", "never", "sooner")),
        Section(
            _("Good to know"),
            _blocks(answers, "language", "people-you-know", "about-you", "anything-else"),
        ),
    )


def rows_of(page: str, answers: Answer) -> tuple[Row, ...]:
    """The rows of one page; none where it was not answered."""
    said = answers.get(page)
    rows = _ROWS.get(page)
    return tuple(rows(said)) if said is not None and rows else ()


def child_rows(child: Answer) -> tuple[Row, ...]:
    """The rows of one child."""
    return (
        _row(_("Child"), child["first_name"]),
        _row(_("Born"), filters.day(date.fromisoformat(child["born_on"]))),
        _row(_("Order made on"), filters.day(date.fromisoformat(child["order_on"]))),
        _row(_("Placed by"), placed_by(child["placing"])),
        _row(_("Lives"), lives(child["lives"])),
    )


def placed_by(said: str) -> str:
    """Who placed a child, in words."""
    words = {Placing.UNKNOWN.value: _("Not sure"), Placing.NONE.value: _("No council")}
    return words.get(said) or filters.council_name(said)


def lives(said: str) -> str:
    """Where a child lives, in words."""
    return {
        Lives.HOME_1.value: _("At the first address"),
        Lives.HOME_2.value: _("In the second home"),
        Lives.NOT_SAID.value: _("To be said later"),
        Lives.LOOKED_AFTER.value: _("Looked after by a council at the moment"),
    }[said]


def _blocks(answers: Answer, *pages: str) -> tuple[Block, ...]:
    shown = (step for step in STEPS if step.name in pages and step.applies(answers))
    return tuple(
        Block(rows_of(step.name, answers), url_for("public.join_step", name=step.name), _WHAT[step.name]())
        for step in shown
    )


def _row(question: str, *lines: str | None) -> Row:
    said = tuple(filter(None, lines))
    return Row(question, said) if said else Row(question, (_("Not given"),), given=False)


def _yes_no(said: bool | None) -> str:
    return _("Yes") if said else _("No")


def _name(said: Answer) -> Iterable[Row]:
    yield _row(_("Your name"), said["full_name"])


def _other_parent(said: Answer) -> Iterable[Row]:
    yield _row(_("Another parent"), said["full_name"] or _("No"))


def _postcode(said: Answer) -> Iterable[Row]:
    yield _row(_("Postcode"), said["postcode"])


def _address(said: Answer) -> Iterable[Row]:
    yield _row(_("Address"), *said["lines"].splitlines())
    yield _row(_("Council"), _council(said))


def _second_home(said: Answer) -> Iterable[Row]:
    yield _row(_("Second home"), said["postcode"] or _("No"))


def _second_address(said: Answer) -> Iterable[Row]:
    yield _row(_("Address of the second home"), *said["lines"].splitlines())
    yield _row(_("Its council"), _council(said))
    if said["who"]:
        words = {
            Who.ME: _("You, part of the time"),
            Who.OTHER: _("The other parent"),
            Who.BOTH: _("Both of you"),
        }
        yield _row(_("Who lives there"), words[Who(said["who"])])


def _council(said: Answer) -> str:
    if said["outside"]:
        return _("Outside England")
    return filters.council_name(said["council"]) or _("Not sure")


def _phone(said: Answer) -> Iterable[Row]:
    if not said["there_is"]:
        yield _row(_("Phone"), _("None: please write"))
        return
    yield _row(_("Phone"), filters.phone(said["number"]))
    yield from _phone_rules(said)


def _other_phone(said: Answer) -> Iterable[Row]:
    if not said["there_is"]:
        yield _row(_("Another number"), _("No"))
        return
    yield _row(_("Another number"), filters.phone(said["number"]))
    yield from _phone_rules(said)


def _phone_rules(said: Answer) -> Iterable[Row]:
    yield _row(_("Voicemail"), _yes_no(said["may_leave_message"]))
    yield _row(_("Texts"), _yes_no(said["may_text"]))
    yield _row(_("Who else may hear"), said["who_else"])
    yield _row(_("Word if you can’t talk"), said["code_phrase"])


def _email(said: Answer) -> Iterable[Row]:
    yield _row(_("Email"), said["address"])
    if said["address"]:
        yield _row(_("May we write there"), _yes_no(said["may_email"]))
        yield _row(_("Who else reads it"), said["who_else"])


def _times(said: Answer) -> Iterable[Row]:
    days, bands = forms.day_options(), forms.band_options()
    yield _row(_("Good days"), ", ".join(_labels(days, said["days"])) or _("Any, Monday to Friday"))
    yield _row(_("Good times"), *(_labels(bands, said["bands"]) or [_("Any time in the day, no evenings")]))


def _never(said: Answer) -> Iterable[Row]:
    never = [
        ", ".join(_labels(forms.day_options(), said["days"])),
        *_labels(forms.band_options(), said["bands"]),
    ]
    yield _row(_("Never"), *(filter(None, never) if any(never) else [_("Nothing said")]))


def _sooner(said: Answer) -> Iterable[Row]:
    yield _row(_("Talk sooner"), _yes_no(said["sooner"]))


def _language(said: Answer) -> Iterable[Row]:
    names = forms.language_options()
    yield _row(_("Language"), said["other"] or _labels(names, [said["language"]])[0])
    yield _row(
        _("To make talking easier"),
        *(_labels(forms.adjustment_options(), said["adjustments"]) or [_("Nothing needed")]),
    )


def _people(said: Answer) -> Iterable[Row]:
    yield _row(_("Somebody you know here"), said["who"] or _("No"))


def _about(said: Answer) -> Iterable[Row]:
    yield _row(_("Ethnic group"), *_labels(forms.ethnic_group_options(), [said["ethnic_group"]]))
    yield _row(_("Disability or illness"), *_labels(forms.disability_options(), [said["disability"]]))


def _anything(said: Answer) -> Iterable[Row]:
    yield _row(_("Anything else"), *(said["note"] or "").splitlines())


def _labels(options: Iterable[Option], values: Iterable[str | None]) -> list[str]:
    wanted = set(values)
    return [option.label for option in options if option.value and option.value in wanted]


_ROWS: Mapping[str, Callable[[Answer], Iterable[Row]]] = {
    "name": _name,
    "other-parent": _other_parent,
    "postcode": _postcode,
    "address": _address,
    "second-home": _second_home,
    "second-address": _second_address,
    "phone": _phone,
    "other-phone": _other_phone,
    "email": _email,
    "times": _times,
    "never": _never,
    "sooner": _sooner,
    "language": _language,
    "people-you-know": _people,
    "about-you": _about,
    "anything-else": _anything,
}

_WHAT: Mapping[str, Callable[[], str]] = {
    "name": lambda: _("your name"),
    "other-parent": lambda: _("the other parent"),
    "postcode": lambda: _("your postcode"),
    "address": lambda: _("your address"),
    "second-home": lambda: _("the second home"),
    "second-address": lambda: _("the second address"),
    "phone": lambda: _("your phone number"),
    "other-phone": lambda: _("your other phone number"),
    "email": lambda: _("your email address"),
    "times": lambda: _("good times"),
    "never": lambda: _("times we must never ring"),
    "sooner": lambda: _("whether to talk sooner"),
    "language": lambda: _("the language"),
    "people-you-know": lambda: _("people you know here"),
    "about-you": lambda: _("what you said about yourself"),
    "anything-else": lambda: _("anything else"),
}
