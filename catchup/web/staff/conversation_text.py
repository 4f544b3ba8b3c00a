"""A conversation's form as plain text, so that nothing typed is lost when it cannot be saved as it is."""

from collections.abc import Iterator
from typing import Any

from wtforms import FieldList, Form, FormField

from catchup.rules.terms import Going

# What stands in a form that nobody has touched says nothing.
_UNSAID = {Going.NOT_TALKED.value, "by_need"}
_LEFT_OUT = {"concern_facts"}


def as_text(form: Form) -> str:
    """What was answered, a line each. The facts of a concern are left out: they are not for every reader."""
    return "\n".join(f"{question} {answer}" for question, answer in answers(form))


def in_full(form: Form) -> list[str]:
    """The same for the person who typed it, a concern with its facts too."""
    lines = [f"{question} {answer}" for question, answer in answers(form)]
    if form["concern"].data:
        lines += [f"{question} {answer}" for question, answer in answers(form["concern_facts"].form)]
    return lines


def answers(form: Form) -> Iterator[tuple[str, str]]:
    """(question, answer) for every question that was answered, in the form's order."""
    yield from _answers(form, "")


def _answers(fields: Any, whose: str) -> Iterator[tuple[str, str]]:
    for field in fields:
        if isinstance(field, FormField):
            if field.short_name in _LEFT_OUT or not getattr(field.form, "is_used", True):
                continue
            yield from _answers(field.form, f"{field.label.text}: " if field.label.text else "")
        elif isinstance(field, FieldList):
            yield from _answers(field, whose)
        elif hasattr(field, "kind") and (answer := _answer(field)):
            question = str(field.label.text)
            yield f"{whose}{question}{'' if question.endswith('?') else ':'}", answer


def _answer(field: Any) -> str:
    if field.kind == "date":
        return " ".join(filter(None, field.typed))
    if field.kind == "checkbox":
        return "✓" if field.data else ""
    if field.kind in ("radios", "select", "council", "checkboxes"):
        chosen = field.chosen - _UNSAID
        return ", ".join(str(option.label) for option in field.options if option.value in chosen)
    return str(field.shown)
