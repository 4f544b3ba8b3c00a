"""What a few parents of the demo did on their own pages: asked, picked, paused, answered, complained."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta

from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family, Parent
from catchup.models.manage import CallAnswer
from catchup.queries import directories, offered_times, parents, wishes
from catchup.queries.scope import Viewer
from catchup.rules.calendar import add_working_days
from catchup.rules.terms import Channel, Sooner, Worth
from catchup.services import access_requests, complaints, family_acts
from catchup.services import offered_times as times
from catchup.services.demo.population import Invented

SAID = (
    (Worth.YES, None),
    (Worth.PARTLY, "It was good to talk, but the line was bad."),
    (Worth.YES, "Thank you for remembering the school."),
    (Worth.NO, "It came at a bad moment and felt rushed."),
)
ABOUT = "School has rung twice about the mornings."
ANSWER = """We are sorry. Your times were written down wrongly, and are right now: no calls in school hours.

If you would like to talk about it, ring me."""
COMPLAINT = """You said somebody would ring on Tuesday. I took the morning off work and nobody did.

I would like to know why, and to be told next time."""


def add(made: Sequence[tuple[Invented, Family]], known: Mapping[str, Viewer], today: date) -> None:
    """Ordinary families with one parent, those in the south-east first; the complaint is eleven days old."""
    priya = known["priya@example.com"]
    leads = [known[f"{name}@example.com"].id for name in ("priya", "sam", "ruth")]
    alone = sorted(_alone(made), key=lambda parent: parent.family.lead_id not in leads)
    acts: tuple[Callable[[Parent], object], ...] = (
        lambda parent: access_requests.ask(parent, "The notes of the last two years, please."),
        lambda parent: _complain(parent, today),
        lambda parent: _answered(parent, known["morgan@example.com"], today),
        lambda parent: _pick(parent, priya, today),
        lambda parent: family_acts.pause(parent, today + timedelta(days=40)),
    )
    free = next((one for one in alone if not wishes.asked_calls(one)), None)
    if free:
        family_acts.ask_sooner(free, Sooner.THIS_WEEK, ABOUT)
    for parent, act in zip([one for one in alone if one is not free], acts, strict=False):
        act(parent)
    for parent, (worth, words) in zip(alone, SAID, strict=False):
        _say(parent, worth, words)


def _alone(made: Sequence[tuple[Invented, Family]]) -> Iterator[Parent]:
    for invented, family in made:
        first = family.parents[0]
        if invented.trap is None and first.confirmed_at and parents.is_alone(first):
            yield first


def _pick(parent: Parent, lead: Viewer, today: date) -> None:
    call = offered_times.next_call(parent.family)
    if call is None:
        return
    on = add_working_days(today, 2, directories.holidays())
    times.offer(call, [clock.instant(on, time(hour)) for hour in (10, 14)], lead, clock.now())
    db.session.flush()
    family_acts.choose_time(parent, wishes.times_to_choose(parent, clock.now())[0])


def _complain(parent: Parent, today: date) -> None:
    clock.move_to(today - timedelta(days=11))
    complaints.make(parent, COMPLAINT)
    clock.move_to(today)


def _answered(parent: Parent, manager: Viewer, today: date) -> None:
    clock.move_to(today - timedelta(days=20))
    made = complaints.make(parent, "I have been rung during school hours twice, though I said never then.")
    db.session.flush()
    clock.move_to(today - timedelta(days=16))
    complaints.answer(made, ANSWER, Channel.LETTER, manager)
    clock.move_to(today)


def _say(parent: Parent, worth: Worth, words: str | None) -> None:
    call = db.session.scalar(
        select(Call)
        .where(Call.family_id == parent.family_id, Call.held_on.is_not(None))
        .order_by(Call.held_on.desc(), Call.id)
        .limit(1)
    )
    if call is not None and call.held_on is not None:
        said_at = clock.instant(call.held_on + timedelta(days=1), time(19, 30))
        db.session.add(
            CallAnswer(
                family_id=parent.family_id,
                parent_id=parent.id,
                call_id=call.id,
                worth=worth,
                words=words,
                said_at=min(said_at, clock.now()),
            )
        )
