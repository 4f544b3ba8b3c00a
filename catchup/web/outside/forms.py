"""What a council types: the code it was read, whom it names, what it asks."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from catchup.queries.handover_sendings import PartView
from catchup.rules.sendings import CODE_DIGITS
from catchup.web.fields import (
    CheckboxesField,
    EmailField,
    FullNameField,
    Option,
    PhoneField,
    TextAreaField,
    TextField,
)
from catchup.web.filters import phone
from catchup.web.forms_base import PublicForm
from catchup.web.text import without_marks


class CodeField(TextField):
    """Six digits, however they are spaced. It is not shown again."""

    shown = ""

    def prepared(self, text: str) -> str:
        return re.sub(r"[\s\-–.]", "", without_marks(text))

    def read(self, text: str) -> str:
        if not re.fullmatch(f"[0-9]{{{CODE_DIGITS}}}", text):
            raise ValueError(_("Enter the six digits that were read to you"))
        return text


class CodeForm(PublicForm):
    """The code of a link."""

    code = CodeField(
        _l("Code"),
        hint=_l("Six digits, which the other council reads to you by telephone"),
        width=10,
        inputmode="numeric",
        autocomplete="one-time-code",
        spellcheck=False,
        missing=_l("Enter the six digits that were read to you"),
    )

    def wrong(self, left: int) -> None:
        """Say that it was not the code, and how many tries there are."""
        self.code.errors = [
            ngettext(
                "That is not the code. You can try %(num)s more time, then the link locks",
                "That is not the code. You can try %(num)s more times, then the link locks",
                left,
            )
        ]


class AnswerForm(PublicForm):
    """An answer for some or all of the children. ``children`` is there in every form of an answer."""

    children: CheckboxesField

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What was written in its boxes, with the question beside each."""
        return [(one.label.text, one.shown) for one in self if isinstance(one, TextField) and one.shown]

    @property
    def chosen(self) -> tuple[UUID, ...]:
        """The handovers it is about."""
        return tuple(self.children.data)


class AcceptForm(AnswerForm):
    """Who is to be asked at the council that accepts."""

    contact: FullNameField
    phone: PhoneField
    email: EmailField

    @property
    def whom(self) -> str:
        """The contact in one line."""
        given = (self.contact.data, phone(self.phone.data), self.email.data)
        return ", ".join(one for one in given if one)


class QuestionForm(AnswerForm):
    """What a council asks before it accepts."""

    question: TextAreaField


def accept_form(parts: Sequence[PartView]) -> AcceptForm:
    """The form of accepting, for the children there still are to accept."""

    class ThisForm(AcceptForm):
        children = _children(_l("Which children do you accept?"), parts, "accept_children")
        contact = FullNameField(
            _l("Whom can we and the family ask for?"),
            hint=_l("The name of a worker, or of who is on duty"),
            autocomplete="off",
            missing=_l("Enter the name of somebody to ask for"),
        )
        phone = PhoneField(_l("Their telephone number (optional)"), autocomplete="off")
        email = EmailField(_l("Their email address (optional)"), autocomplete="off")

    return ThisForm(
        formdata=_sent("accept_children"), data={"children": [part.handover.id for part in parts]}
    )


def question_form(parts: Sequence[PartView]) -> QuestionForm:
    """The form of a question, about the children there still are to accept."""

    class ThisForm(QuestionForm):
        children = _children(_l("Which children is it about?"), parts, "question_children")
        question = TextAreaField(
            _l("What do you want to ask?"),
            hint=_l("Only what you need to know. We answer, and send a new link."),
            rows=4,
            longest=2000,
            missing=_l("Write what you want to ask"),
        )

    return ThisForm(
        formdata=_sent("question_children"), data={"children": [part.handover.id for part in parts]}
    )


def _sent(name: str) -> Any:
    """What was sent, where it was this form: the other one on the page stays as it was."""
    return request.form if name in request.form else None


def _children(label: str, parts: Sequence[PartView], name: str) -> CheckboxesField:
    options = [Option(str(part.handover.id), part.handover.child.first_name) for part in parts]
    return CheckboxesField(
        label, options, read=UUID, small=True, name=name, missing=_l("Choose at least one child")
    )
