"""The pages of joining in their order, and which of them is next."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catchup.rules.registration import MOST_CHILDREN, Lives, has_second_home
from catchup.services.joining import CHECKED
from catchup.web.public import join_forms as forms
from catchup.web.public.join_forms import JoinForm
from catchup.web.public.join_places import PAGES, address_form

Answers = Mapping[str, Any]
PARTS = 13
CHILDREN = "children"


def _always(_answers: Answers) -> bool:
    return True


def _has_phone(answers: Answers) -> bool:
    return bool(answers.get("phone", {}).get("there_is"))


@dataclass(frozen=True, slots=True)
class Step:
    """One page: its name in the address, which of the thirteen parts it belongs to, its form."""

    name: str
    part: int
    form: type[JoinForm] | Callable[[Answers], type[JoinForm]] | None
    applies: Callable[[Answers], bool] = _always

    def form_class(self, answers: Answers) -> type[JoinForm]:
        """The form of this page for what was said before."""
        if isinstance(self.form, type):
            return self.form
        assert self.form is not None  # noqa: S101 -- the children's pages have views of their own
        return self.form(answers)

    def is_answered(self, answers: Answers) -> bool:
        """Whether the page has an answer that still fits the others."""
        if self.name == CHILDREN:
            return bool(answers.get(CHILDREN)) and not unfit_child(answers)
        answer = answers.get(self.name)
        if answer is None:
            return False
        return self.name not in PAGES or answer["postcode"] == answers[PAGES[self.name]]["postcode"]


STEPS = (
    Step("order", 1, forms.OrderForm),
    Step("name", 2, forms.NameForm),
    Step("other-parent", 3, forms.OtherParentForm),
    Step("postcode", 4, forms.PostcodeForm),
    Step("address", 4, lambda answers: address_form("address", answers)),
    Step("second-home", 4, forms.SecondHomeForm),
    Step("second-address", 4, lambda answers: address_form("second-address", answers), has_second_home),
    Step(CHILDREN, 5, None),
    Step("phone", 6, forms.PhoneForm),
    Step("other-phone", 6, forms.OtherPhoneForm, _has_phone),
    Step("email", 7, forms.email_form),
    Step("times", 8, forms.TimesForm),
    Step("never", 8, forms.NeverForm),
    Step("sooner", 8, forms.SoonerForm),
    Step("language", 9, forms.LanguageForm),
    Step("people-you-know", 10, forms.PeopleYouKnowForm),
    Step("about-you", 11, forms.AboutYouForm),
    Step("anything-else", 12, forms.AnythingElseForm),
    Step("what-we-do", 13, forms.WhatWeDoForm),
)
FIRST = STEPS[0]


def find(name: str) -> Step | None:
    """The page of that name."""
    return next((step for step in STEPS if step.name == name), None)


def first_open(answers: Answers, before: Step | None = None) -> Step | None:
    """The first page without a fitting answer, of those before ``before``; None where there is none."""
    for step in STEPS:
        if step is before:
            return None
        if step.applies(answers) and not step.is_answered(answers):
            return step
    return None


def after(step: Step, answers: Answers) -> Step | None:
    """The page to show next: the following one or, once all was checked, one that is open again.

    None: check the answers.
    """
    if answers.get(CHECKED):
        return first_open(answers)
    later = STEPS[STEPS.index(step) + 1 :]
    return next((one for one in later if one.applies(answers)), None)


def before(step: Step, answers: Answers) -> Step | None:
    """The page that came before; None for the first, and where the reader came from checking the answers."""
    if answers.get(CHECKED):
        return None
    earlier = STEPS[: STEPS.index(step)]
    return next((one for one in reversed(earlier) if one.applies(answers)), None)


def unfit_child(answers: Answers) -> int | None:
    """Number of the first child said to live in a second home that is no longer there; None: all fit."""
    if has_second_home(answers):
        return None
    children = answers.get(CHILDREN, ())
    unfit = (number for number, child in enumerate(children, 1) if child["lives"] == Lives.HOME_2)
    return next(unfit, None)


def may_add_child(answers: Answers) -> bool:
    """Whether there is room for one more."""
    return len(answers.get(CHILDREN, ())) < MOST_CHILDREN


def mark(answer: Any) -> str:
    """A short mark of an answer as a page showed it: another window may have changed it since."""
    text = json.dumps(answer, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
