"""Signposts to services that are in no directory yet, and what a signpost points to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from catchup.extensions import db
from catchup.models.directory import Service
from catchup.models.family import Family
from catchup.models.signpost import Signpost
from catchup.queries.scope import Viewer, in_scope
from catchup.rules.terms import Category

MOST = 50


@dataclass(frozen=True, slots=True)
class WrittenIn:
    """One service as callers wrote it in: how many signposts name it, and the last of them."""

    name: str
    category: Category
    times: int
    last_on: date
    signpost_id: UUID


@dataclass(frozen=True, slots=True)
class WrittenInPage:
    """The services written in, at most 50, and the families whose signposts they are."""

    services: Sequence[WrittenIn]
    families: tuple[UUID, ...]
    is_cut: bool


def written_in(viewer: Viewer, today: date) -> WrittenInPage:
    """What was written in on calls in the viewer's scope and is not in the directory, most often first."""
    gathered: dict[tuple[str, Category], list[Signpost]] = {}
    for signpost in db.session.scalars(_waiting(viewer, today).order_by(Signpost.given_on, Signpost.id)):
        gathered.setdefault((_folded(signpost.written_in), signpost.category), []).append(signpost)
    ranked = sorted(gathered.items(), key=lambda one: (-len(one[1]), one[0]))
    shown = ranked[:MOST]
    return WrittenInPage(
        services=[
            WrittenIn(
                name=str(signposts[-1].written_in),
                category=category,
                times=len(signposts),
                last_on=signposts[-1].given_on,
                signpost_id=signposts[-1].id,
            )
            for (_name, category), signposts in shown
        ],
        families=tuple(dict.fromkeys(one.family_id for _key, signposts in shown for one in signposts)),
        is_cut=len(ranked) > MOST,
    )


def written_in_like(signpost_id: UUID, viewer: Viewer, today: date) -> Sequence[Signpost]:
    """The signposts in the viewer's scope that wrote in the same service as this one, itself the first.

    Empty where it is out of scope, or in the directory already.
    """
    waiting = _waiting(viewer, today)
    one = db.session.scalar(waiting.where(Signpost.id == signpost_id))
    if one is None:
        return ()
    alike = db.session.scalars(
        waiting.where(Signpost.category == one.category, Signpost.id != one.id).order_by(
            Signpost.given_on, Signpost.id
        )
    )
    return [one, *(other for other in alike if _folded(other.written_in) == _folded(one.written_in))]


def name_of(signpost: Signpost) -> str | None:
    """The service as the directory calls it, else as it was written in."""
    if signpost.service_id is None:
        return signpost.written_in
    return db.session.scalar(select(Service.name).where(Service.id == signpost.service_id))


def _waiting(viewer: Viewer, today: date) -> Select[Signpost]:
    return (
        select(Signpost)
        .join(Family, Family.id == Signpost.family_id)
        .where(Signpost.service_id.is_(None), _has_name(), in_scope(viewer, today))
    )


def _has_name() -> ColumnElement[bool]:
    return (Signpost.category != Category.NOTHING) & (func.trim(Signpost.written_in) != "")


def _folded(name: str | None) -> str:
    """What two ways of writing one name have in common."""
    return " ".join((name or "").split()).casefold()
