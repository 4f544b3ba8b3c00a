"""The form of one conversation: the questions in their order, a set for each child, parent and home.

Which questions there are depends on the family, so the class of the form is made for each call.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, FormField, HiddenField

from catchup import clock
from catchup.models.call import Call
from catchup.models.family import Child, Parent
from catchup.queries import calls, concerns, conversations, directories
from catchup.queries.concerns import FrontDoor
from catchup.queries.conversations import Household, NamedSignpost, Prompts
from catchup.rules.follow_up import follow_up_for
from catchup.rules.terms import Area, CallKind, Going, Need
from catchup.services.conversations import ConversationRecord, NewResult, Talked
from catchup.web.fields import DatePartsField, Option, RadiosField, TextAreaField, TextField, YesNoField
from catchup.web.filters import day
from catchup.web.forms_base import BaseForm
from catchup.web.security import viewer
from catchup.web.staff.conversation_parts import (
    CHILD_AREAS,
    ChildForm,
    ConcernForm,
    HomeForm,
    ParentForm,
    ResultForm,
    concern_form,
    request_form,
    signpost_form,
)
from catchup.web.staff.conversation_sent import chosen_services
from catchup.web.staff.support_words import fund_in_words
from catchup.web.wording import options

SIGNPOSTS = 6
REQUESTS = 3
HARD = (Need.HIGH, Need.CRISIS)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one kind with their numbers: those to show, and spare ones to unfold."""

    shown: list[tuple[int, Form]]
    spare: list[tuple[int, Form]]

    @classmethod
    def of(cls, fields: FieldList) -> "Rows":
        """Show the rows that are used, or the first."""
        rows = [(number, field.form) for number, field in enumerate(fields, start=1)]
        shown = [row for row in rows if row[1].is_used] or rows[:1]
        return cls(shown, [row for row in rows if row not in shown])


class ConversationForm(BaseForm):
    """What every conversation's form can do; its questions are added for the call at hand."""

    call: Call
    prompts: Prompts
    # A concern of this call is written down already: its facts are not asked again.
    concern_recorded_at: datetime | None = None

    @property
    def child_parts(self) -> list[tuple[Child, Form]]:
        """The questions of each child."""
        return [(child, self[_name("child", child.id)].form) for child in self.prompts.children]

    def move_ahead(self, child: Child) -> str | None:
        """What lies ahead at school in this child's year and is worth asking about."""
        match calls.school_year(child.born_on, clock.today()):
            case 6:
                return _("Year 6: ask about the move to secondary school.")
            case 9:
                return _("Year 9: ask about the choices and changes ahead.")
        return None

    @property
    def child_names(self) -> dict[UUID, str]:
        """First names by id."""
        return {child.id: child.first_name for child in self.prompts.children}

    @property
    def fund(self) -> str | None:
        """What the therapy fund pays today."""
        return fund_in_words(clock.today())

    @property
    def parent_parts(self) -> list[tuple[Parent, Form]]:
        """The questions of each parent who has confirmed their details."""
        return [(parent, self[_name("parent", parent.id)].form) for parent in self.prompts.parents]

    @property
    def home_parts(self) -> list[tuple[Household, Form]]:
        """The questions of each home."""
        return [(home, self[_name("home", home.address.id)].form) for home in self.prompts.households]

    @property
    def result_parts(self) -> list[tuple[NamedSignpost, Form]]:
        """What came of each earlier signpost."""
        return [(one, self[_name("result", one.signpost.id)].form) for one in self.prompts.earlier]

    @property
    def signpost_rows(self) -> "Rows":
        """The rows for signposts."""
        return Rows.of(self.signposts)

    @property
    def request_rows(self) -> "Rows":
        """The rows for requests."""
        return Rows.of(self.requests)

    @property
    def facts(self) -> ConcernForm | None:
        """The facts of a concern; None where a form that was sent names none."""
        found: ConcernForm | None = self.concern_facts.form if "concern_facts" in self else None
        return found

    @property
    def chosen_front_door(self) -> list[FrontDoor]:
        """Whom to ring in the council that was chosen, where it is not the family's own."""
        code = self.concern_facts.form.council.council
        known = {door.code for door in self.prompts.front_doors}
        return concerns.front_doors([code], clock.today()) if code and code not in known else []

    @property
    def seen_version(self) -> int:
        """The version of the call that the form was made from; -1 where it cannot be read."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    @property
    def token(self) -> UUID:
        """The form's token; a form without a readable one counts as a new one."""
        return _token(self.form_token.data)

    def forgive(self) -> None:
        """What was typed before stands in a form of now: a date half typed is no mistake yet."""
        for field in _all_fields(self):
            if isinstance(field, DatePartsField):
                field.wrong = set()

    def continue_draft(self, draft_id: UUID, revision: int) -> None:
        """What is typed from now on goes on with that draft."""
        self.form_token.data, self.draft_revision.data = str(draft_id), str(revision)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the parts, then what they mean together."""
        if self.concern_recorded_at is not None:
            self.concern.data = True
        if self.facts is not None:
            self.facts.asked = self.concern.data is True and self.concern_recorded_at is None
        sound = bool(super().validate(extra_validators))
        if self.call.kind is CallKind.WELCOME and self.identity_checked.data is False:
            self.identity_checked.errors = [
                _("Check who you are speaking to on a first call, before anything is said")
            ]
            sound = False
        return self._follow_up_fits() and sound

    def _follow_up_fits(self) -> bool:
        on = self.follow_up_on.data
        if self.follow_up.data != "on" or on is None or self.need.data is None or self.follow_up_on.errors:
            return True
        today = clock.today()
        owed = follow_up_for(self.need.data, today, directories.holidays(), directories.policy(today))
        if owed is None or on <= owed.due_on:
            return True
        self.follow_up_on.errors = [
            _("After this call the follow-up must be on or before %(day)s", day=day(owed.due_on))
        ]
        return False

    def record(self) -> ConversationRecord:
        """Everything the form says; only after ``validate``."""
        signposts = (row.form.given() for row in self.signposts)
        requests = (row.form.given() for row in self.requests)
        return ConversationRecord(
            form_token=self.token,
            free_to_talk=self.free_to_talk.data,
            identity_checked=self.identity_checked.data,
            need=self.need.data,
            talked=tuple(self._talked()),
            results=tuple(
                NewResult(
                    signpost_id=one.signpost.id,
                    outcome=part["outcome"].data,
                    barrier=part["barrier"].data if part["barrier"].needed(part) else None,
                )
                for one, part in self.result_parts
                if part["outcome"].data
            ),
            signposts=tuple(one for one in signposts if one),
            requests=tuple(one for one in requests if one),
            concern=self.facts.given() if self.facts is not None else None,
            follow_up_on=self.follow_up_on.data if self.follow_up.data == "on" else None,
            no_follow_up_why=self._no_follow_up_why(),
            note=self.note.data,
            changes=self.changes.data,
            minutes=int(self.minutes.data) if self.minutes.data else None,
        )

    def _no_follow_up_why(self) -> str | None:
        return self.no_follow_up_why.data if self.follow_up.data == "none" else None

    def _talked(self) -> list[Talked]:
        rows = []
        for child, part in self.child_parts:
            for area in CHILD_AREAS:
                # The child's one note stands with the first area.
                note = part["note"].data if area is Area.WELLBEING else None
                going = part[area.value].data or Going.NOT_TALKED
                rows.append(Talked(area=area, going=going, child_id=child.id, note=note))
        for area, parts in ((Area.PARENT, self.parent_parts), (Area.HOME, self.home_parts)):
            for who, part in parts:
                parent = who.parent if isinstance(who, Household) else who
                going, note = part["going"].data or Going.NOT_TALKED, part["note"].data
                rows.append(Talked(area=area, going=going, parent_id=parent.id, note=note))
        return rows


class MinutesField(TextField):
    """A whole number of minutes."""

    def read(self, text: str) -> str:
        if not (text.isascii() and text.isdigit()) or int(text) > 600:
            raise ValueError(_("Enter the minutes as a number, like 25"))
        return text


def make(
    call: Call,
    today: date,
    *,
    as_new: bool = False,
    draft: Mapping[str, Any] | None = None,
    sent: MultiDict[str, str] | None = None,
) -> ConversationForm:
    """The form for this call: filled from the request where one is being sent, else as new.

    ``as_new``: the request at hand sends another form of the page. ``draft``: what was typed into it before.
    ``sent``: what was filled in of a form that was sent (``conversation_sent``): only these rows are made.
    """
    chosen = None if sent is None else chosen_services(sent)
    prompts = conversations.prompts(call, viewer(), today, services=chosen)

    class CallForm(ConversationForm):
        version = HiddenField(default=str(call.version))
        form_token = HiddenField(default=lambda: str(uuid4()))
        draft_revision = HiddenField()
        tab = HiddenField()
        number = HiddenField()
        free_to_talk = YesNoField(
            _("Is now a good time? Can anyone hear?"),
            yes=_("Free to talk"),
            no=_("Someone may hear, so I asked yes or no questions"),
            small=True,
            missing=_("Say whether they were free to talk"),
        )
        identity_checked = YesNoField(
            _("Did you check who you are speaking to?"),
            small=True,
            missing=_("Say whether you checked who you are speaking to"),
        )

    for child in prompts.children:
        setattr(CallForm, _name("child", child.id), FormField(ChildForm, child.first_name))
    for parent in prompts.parents:
        setattr(CallForm, _name("parent", parent.id), FormField(ParentForm, parent.name))
    for home in prompts.households:
        setattr(CallForm, _name("home", home.address.id), FormField(HomeForm, home.address.lines))
    for one in prompts.earlier:
        setattr(CallForm, _name("result", one.signpost.id), FormField(ResultForm, one.name))
    for name, field in _closing_questions(prompts, sent).items():
        setattr(CallForm, name, field)
    given = draft if as_new or draft else sent
    form = CallForm() if given is None and not as_new else CallForm(formdata=given)
    if draft:
        form.forgive()
    form.call, form.prompts = call, prompts
    form.concern_recorded_at = concerns.recorded_on_call(call.id)
    return form


def _closing_questions(prompts: Prompts, sent: MultiDict[str, str] | None) -> dict[str, Any]:
    """The questions that every call ends with, in order; of one that was sent, those it answers."""
    whole = sent is None
    questions = {
        "need": RadiosField(
            _("How much do they need now?"),
            options(
                Need,
                _what_need_brings(),
            ),
            read=Need,
            small=True,
            missing=_("Choose how much they need now"),
        ),
        "concern": YesNoField(
            _("Is there any concern about safety?"),
            small=True,
            missing=_("Say whether there is any concern about safety"),
        ),
        "concern_facts": FormField(
            concern_form(prompts.children, lambda: prompts.managers), _("The concern")
        ),
        "signposts": FieldList(
            FormField(signpost_form(prompts)), min_entries=SIGNPOSTS * whole, max_entries=SIGNPOSTS
        ),
        "requests": FieldList(
            FormField(request_form(prompts)), min_entries=REQUESTS * whole, max_entries=REQUESTS
        ),
        "follow_up": RadiosField(
            _("Will you ring again before the next yearly call?"),
            (
                Option("by_need", _("As the need says")),
                Option("on", _("On a day we agreed")),
                Option("none", _("No follow-up")),
            ),
            small=True,
            default="by_need",
        ),
        "follow_up_on": DatePartsField(
            _("Which day?"),
            what=_("The day of the follow-up"),
            not_before=lambda: clock.today() + timedelta(days=1),
            too_early=_("The day of the follow-up must be in the future"),
            missing=_("Enter the day you agreed"),
            needed=lambda form: form.follow_up.data == "on",
        ),
        "no_follow_up_why": TextField(
            _("Why is no follow-up needed?"),
            longest=500,
            missing=_("Say why no follow-up is needed"),
            needed=lambda form: form.follow_up.data == "none" and form.need.data in HARD,
        ),
        "changes": TextAreaField(
            _("Anything to change in their contact details or times?"),
            rows=2,
            hint=_("Write it here while you talk, and put it right on the family’s page afterwards."),
        ),
        "note": TextAreaField(_("Anything else to remember"), rows=3),
        "minutes": MinutesField(_("How many minutes did it take?"), width=3, inputmode="numeric"),
    }
    if sent is not None and sent.get("concern") != "yes":
        del questions["concern_facts"]
    return questions


def _what_need_brings() -> dict[StrEnum, str]:
    """What each need sets off if the call is saved today, in words. Source: service policy R20."""
    today = clock.today()
    holidays, policy = directories.holidays(), directories.policy(today)
    high, crisis = (follow_up_for(need, today, holidays, policy) for need in HARD)
    brought: dict[StrEnum, str] = {
        Need.NONE: _("The next call comes as planned"),
        Need.SOME: _("The next call comes as planned, and what is agreed below"),
    }
    if high:
        brought[Need.HIGH] = _("A follow-up call by %(day)s", day=day(high.due_on))
    if crisis:
        brought[Need.CRISIS] = _(
            "A follow-up call by %(day)s, and a manager is told now", day=day(crisis.due_on)
        )
    return brought


def _name(what: str, key: UUID) -> str:
    return f"{what}_{key.hex}"


def _all_fields(fields: Iterable[Any]) -> Iterator[Any]:
    for field in fields:
        if isinstance(field, FormField | FieldList):
            yield from _all_fields(field)
        else:
            yield field


def _token(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()
