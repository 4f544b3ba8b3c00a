"""The figures of the rules as this agency has set them: what holds, what is coming, and what was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.job import JobRun, Setting
from catchup.models.staff import Staff
from catchup.queries import directories
from catchup.rules.policy import CHANGES, Policy, policy_on
from catchup.rules.policy import Setting as Change
from catchup.rules.settings import FIGURES, PLANNING, Figure

REPLANS = "replan-calls"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a figure from a day on. ``row`` None: it stands in the rules themselves."""

    from_on: date
    value: int | None
    row: Setting | None = None
    set_by: str | None = None
    taken_back_by: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A figure with its value today and those that are coming, the next first."""

    figure: Figure
    value: int | None
    coming: Sequence[Value]


def listed(today: date) -> list[Listed]:
    """Every figure."""
    policy = directories.policy(today)
    coming = sorted(
        (one for one in (*CHANGES, *directories.settings()) if one.from_on > today),
        key=lambda one: one.from_on,
    )
    return [
        Listed(
            figure,
            getattr(policy, figure.name),
            [Value(one.from_on, one.value) for one in coming if one.name == figure.name],
        )
        for figure in FIGURES
    ]


def history(name: str) -> list[Value]:
    """Every value that a figure was given, the latest day first; those taken back too."""
    setter, taker = aliased(Staff), aliased(Staff)
    rows = db.session.execute(
        select(Setting, setter.name, taker.name)
        .outerjoin(setter, setter.id == Setting.set_by)
        .outerjoin(taker, taker.id == Setting.taken_back_by)
        .where(Setting.name == name)
    ).all()
    values = [
        Value(row.from_on, int(row.value) if row.value else None, row, set_by, taken_back_by)
        for row, set_by, taken_back_by in rows
    ]
    values += [Value(one.from_on, one.value) for one in CHANGES if one.name == name]
    return sorted(
        values,
        key=lambda one: (one.from_on, one.row.set_at.isoformat() if one.row else ""),
        reverse=True,
    )


def get(setting_id: UUID) -> Setting | None:
    """One value that was set."""
    return db.session.get(Setting, setting_id)


def from_day(name: str, on: date) -> Setting | None:
    """The value that begins to hold on a day, where one was set and not taken back."""
    return db.session.scalar(
        select(Setting).where(Setting.name == name, Setting.from_on == on, Setting.taken_back_at.is_(None))
    )


def policy_with(change: Change) -> Policy:
    """The policy of a change's first day as it would be with it."""
    return policy_on(change.from_on, (*directories.settings(), change))


def families() -> int:
    """How many families there are."""
    return db.session.scalar(select(func.count()).select_from(Family)) or 0


def plans_may_differ(on: date) -> bool:
    """Whether a figure that plans rest on has another value since plans were last made anew for that."""
    last = db.session.execute(
        select(JobRun.on, JobRun.finished_at).where(JobRun.job == REPLANS).order_by(JobRun.on.desc()).limit(1)
    ).one_or_none()
    set_since = select(Setting.id).where(Setting.name.in_(PLANNING), Setting.from_on <= on)
    if last is None:
        return db.session.scalar(set_since.limit(1)) is not None
    changed = (Setting.from_on > last.on) | (Setting.set_at > last.finished_at)
    taken_back = Setting.taken_back_at > last.finished_at
    if db.session.scalar(set_since.where(changed | taken_back).limit(1)) is not None:
        return True
    return any(one.name in PLANNING and last.on < one.from_on <= on for one in CHANGES)
