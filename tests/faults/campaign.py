"""Nights in a row on one database, and what must be there after each by the oracle, which shares no code."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import func, select, text, update

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Attempt, Call, Escalation
from catchup.models.handover import Handover
from catchup.models.handover_notice import HandoverReminder
from catchup.models.job import JobRun
from catchup.models.outbox import Message
from catchup.rules.terms import Band, Outcome
from tests.faults.nursery import Nursery
from tests.jobs import oracle, population
from tests.jobs.oracle import Told
from tests.jobs.population import BEGINS
from tests.mailbox import Mailbox

STEP = timedelta(days=7)
ORACLE_ENDS = date(2028, 6, 1)  # half a year before its bank holidays do

Rows = frozenset[tuple[object, ...]]


@dataclass
class Field:
    """Where a campaign is fought: a prepared process on a database, and a mail server."""

    nursery: Nursery
    mailbox: Mailbox
    empty: Callable[[], None]

    def begin_anew(self) -> None:
        """An empty database and an empty mailbox."""
        db.session.remove()
        db.engine.dispose()
        self.empty()
        self.mailbox.messages.clear()
        self.mailbox.recipients.clear()


@dataclass
class Campaign:
    """The families, when somebody first tried to reach some of them, and the nights that were done."""

    known: Mapping[UUID, Told]
    tried: Mapping[UUID, date]
    last: date
    step: timedelta = STEP
    nights: list[date] = field(default_factory=list)
    openings: dict[UUID, set[tuple[tuple[str, date, date], date]]] = field(default_factory=dict)

    @classmethod
    def begin(cls, seed: int, families: int, span: timedelta, step: timedelta = STEP) -> "Campaign":
        """Fill an empty database for nights within a span. The context of a service is at hand."""
        chance, last = Random(seed), BEGINS + span
        assert last < ORACLE_ENDS
        known = population.populate(population.told_by_chance(chance, families))
        tried = {}
        for key, told in known.items():
            is_quiet = told.left or told.pause or oracle.opening(told, BEGINS) == set()
            if not is_quiet and chance.random() < 0.7:
                tried[key] = BEGINS + timedelta(days=chance.randrange(1, span.days))
        _try(tried)
        openings = {key: oracle.opening(told, last) for key, told in known.items()}
        return cls(known, tried, last, step, openings=openings)

    def must_be(self) -> dict[str, Rows]:
        """What the oracle says."""
        night = self.nights[-1]
        calls, handovers, reminders = set(), set(), set()
        for key, told in self.known.items():
            there_by = told.accepted if told.left else night
            calls |= {(key, *call) for call, opens in self.openings[key] if opens <= there_by}
            if oracle.has_handover(told):
                first = oracle.marks(told)[0][1]
                if first <= night:
                    handovers.add((key, oracle.handed_over_on(told.order)))
                reminders |= {(key, *one) for one in oracle.reminded_of(told, self.nights)}
        ended = {(key,) for key, day in self.tried.items() if oracle.window_ends(day) < night}
        messages = {("handover_reminder", len({one[2] for one in reminders})), ("not_reached", len(ended))}
        return {
            "calls": frozenset(calls),
            "handovers": frozenset(handovers),
            "reminders": frozenset((key, mark) for key, mark, _on in reminders),
            "windows closed": frozenset(ended),
            "days of each job": frozenset({(self.nights[0], night, (night - self.nights[0]).days + 1)}),
            "messages": frozenset(one for one in messages if one[1]),
        }

    def is_there(self) -> dict[str, Rows]:
        """What the tables hold; raises AssertionError where anything is there twice."""
        db.session.rollback()
        calls = db.session.execute(select(Call.family_id, Call.kind, Call.cycle_on, Call.due_on)).all()
        handovers = db.session.execute(
            select(Handover.family_id, Handover.change_on).where(Handover.withdrawn_at.is_(None))
        ).all()
        reminders = db.session.execute(
            select(Handover.family_id, HandoverReminder.mark).join(HandoverReminder.handover)
        ).all()
        windows = db.session.execute(select(Escalation.family_id)).all()
        first, last = func.min(JobRun.on), func.max(JobRun.on)
        done = select(first, last, func.count()).where(JobRun.on >= self.nights[0]).group_by(JobRun.job)
        runs = db.session.execute(done).all()
        messages = Counter(db.session.scalars(select(Message.template)))
        db.session.rollback()
        return {
            "calls": _once([(row.family_id, row.kind.value, row.cycle_on, row.due_on) for row in calls]),
            "handovers": _once([tuple(row) for row in handovers]),
            "reminders": _once([(row.family_id, row.mark.value) for row in reminders]),
            "windows closed": _once([tuple(row) for row in windows]),
            "days of each job": frozenset(tuple(row) for row in runs),
            "messages": frozenset(messages.items()),
        }

    def next_night(self) -> date:
        """A step later than the last one."""
        self.nights.append((self.nights[-1] if self.nights else BEGINS) + self.step)
        assert self.nights[-1] <= self.last
        return self.nights[-1]

    def has_nights(self, number: int) -> bool:
        """Whether so many are left."""
        return self.nights[-1] + number * self.step <= self.last

    def check(self) -> None:
        """0 missing, 0 extra, 0 double."""
        must, there = self.must_be(), self.is_there()
        for what, rows in must.items():
            missing, extra = rows - there[what], there[what] - rows
            assert (len(missing), len(extra)) == (0, 0), (what, self.nights[-1], [*missing, *extra][:5])


def _once(rows: list[tuple[object, ...]]) -> Rows:
    assert len(rows) == len(set(rows))
    return frozenset(rows)


def _try(tried: Mapping[UUID, date]) -> None:
    """Nobody answers the welcome call on the day; the rows are written beforehand."""
    for key, day in tried.items():
        call = db.session.scalars(select(Call).where(Call.family_id == key)).first()
        assert call is not None
        assert call.lead_id is not None
        at = datetime.combine(day, time(11), UTC)
        facts = {"band": Band.MORNING, "outcome": Outcome.NO_ANSWER, "counts": True}
        db.session.add(Attempt(call_id=call.id, at=at, on=day, by_id=call.lead_id, **facts))
    db.session.commit()


def all_due() -> int:
    """Let every message that waits be tried now; returns how many wait."""
    waiting = Message.sent_at.is_(None), Message.refused.is_(None), Message.gave_up_at.is_(None)
    due = update(Message).where(*waiting).values(next_try_at=clock.real_now() - timedelta(seconds=1))
    count = len(db.session.execute(due.returning(Message.id)).all())
    db.session.commit()
    return count


def check_mail(mailbox: Mailbox, kills: int) -> int:
    """Each message arrived, under one name, and few twice; returns how many copies too many there are."""
    db.session.rollback()
    wanted = {
        f"<{key}@" for key in db.session.scalars(select(Message.id).where(Message.sent_at.is_not(None)))
    }
    left = db.session.scalar(select(text("count(*)")).select_from(Message).where(Message.sent_at.is_(None)))
    db.session.rollback()
    arrived = Counter(message["Message-ID"].partition("@")[0] + "@" for message in mailbox.messages)
    assert left == 0
    assert arrived.keys() == wanted
    doubles = sum(arrived.values()) - len(arrived)
    assert doubles <= kills
    return doubles
