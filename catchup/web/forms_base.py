"""What every form and field of the pages shares: whether an answer is needed, and where its error stands."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from flask import has_request_context, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, HiddenField
from wtforms.validators import StopValidation

from catchup.web.text import showable


class Answer(Field):
    """A field that says in one sentence what is missing.

    ``missing`` is that sentence; without it the question may be left out. ``needed`` makes it depend on
    the other answers: ``needed=lambda form: form.contact.data == "text"``. ``kind`` names the macro of
    templates/macros/form.html that shows the field, ``hint`` stands under the label.
    """

    kind: ClassVar[str]
    # What the class says, once the form is valid; None where the question was left out.
    data: Any

    def __init__(
        self,
        label: str,
        *,
        missing: str | None = None,
        needed: Callable[[Form], bool] | None = None,
        hint: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, description=hint or "", **kwargs)
        self.missing = missing
        self.needed = needed

    def is_empty(self) -> bool:
        """Whether the question was left out."""
        return self.data is None

    def pre_validate(self, form: Form) -> None:
        """Stop at the first thing wrong: one field shows one sentence."""
        if self.process_errors:
            raise StopValidation()
        if self.is_empty():
            if self.missing and (self.needed is None or self.needed(form)):
                raise StopValidation(str(self.missing))
            raise StopValidation()

    @property
    def error(self) -> str | None:
        """The one sentence shown beside the field."""
        return str(self.errors[0]) if self.errors else None

    @property
    def error_id(self) -> str:
        """The id the error summary links to: the box to put right."""
        return str(self.id)


class BaseForm(FlaskForm):
    """A form of the staff pages. Its CSRF token is Flask-WTF's."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """What was sent. JSON is no form: the library would take it for one, whatever it holds."""
            if has_request_context() and request.is_json and not isinstance(formdata, MultiDict):
                return None
            return super().wrap_formdata(form, formdata)

        def bind_field(self, form: Form, unbound_field: Any, options: Any) -> Any:
            """A field as the library makes it; a hidden one is shown again without what no page may hold."""
            if issubclass(unbound_field.field_class, HiddenField):
                options = {**options, "filters": (_showable,)}
            return super().bind_field(form, unbound_field, options)

    def error_links(self) -> list[tuple[str | None, str]]:
        return error_links(self)


class PublicForm(BaseForm):
    """A form of the public pages, which carry a signed token of their own instead of a session."""

    class Meta:
        csrf = False


def _showable(data: Any) -> Any:
    return showable(data) if isinstance(data, str) else data


def error_links(form: Form) -> list[tuple[str | None, str]]:
    """What is wrong in a form, in page order: (id of the box to put right, sentence).

    The id is None for an error that belongs to no box.
    """
    return [(None, str(message)) for message in form.form_errors] + list(_links(form))


def _links(fields: Any) -> Iterator[tuple[str | None, str]]:
    for field in fields:
        if isinstance(field, FormField):
            yield from error_links(field.form)
        elif isinstance(field, FieldList):
            yield from _links(field)
        elif field.errors:
            hidden = field.widget is not None and getattr(field.widget, "input_type", None) == "hidden"
            target = None if hidden else getattr(field, "error_id", field.id)
            yield target, str(field.errors[0])
