"""Links to a parent's own page: asked for by an address, sent by a job, opened once; and the visit after.

Nobody of ours acts here, so the rows that say who did it name the parent. The caller commits.
Source: service policy P3, P9.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from catchup import clock
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Parent
from catchup.models.manage import LinkRequest, ParentLink, ParentVisit
from catchup.models.outbox import Message
from catchup.queries import parents as queries
from catchup.queries.scope import Viewer
from catchup.rules.languages import ENGLISH
from catchup.rules.parents import LINK_LASTS, VISIT_LASTS, LinkPurpose
from catchup.rules.terms import Channel
from catchup.services import audit, outbox
from catchup.services.audit import Seen
from catchup.services.handover_sendings import NO_OBJECTS, hashed
from catchup.services.new_families import email_index

request, link, visit = core(LinkRequest), core(ParentLink), core(ParentVisit)


def ask(address: str) -> None:
    """Somebody wants a link sent to this address. The same work whoever it is: a job looks it up."""
    index = email_index(address)
    assert index is not None  # noqa: S101 -- the form lets no empty address through
    db.session.add(LinkRequest(address=address, address_index=index, asked_at=clock.real_now()))


def waiting(limit: int) -> Sequence[tuple[UUID, bytes]]:
    """(id, index of the address) of those not answered yet, the longest waiting first."""
    rows = db.session.execute(
        select(request.c.id, request.c.address_index)
        .where(request.c.handled_at.is_(None))
        .order_by(request.c.asked_at, request.c.id)
        .limit(limit)
    )
    return [(row.id, row.address_index) for row in rows]


def answered(request_id: UUID) -> bool:
    """Mark a request as answered and forget the address typed; False where another process was quicker."""
    done = db.session.execute(
        update(request)
        .where(request.c.id == request_id, request.c.handled_at.is_(None))
        .values(handled_at=clock.real_now(), address="")
        .returning(request.c.id)
    ).scalar()
    return done is not None


def send_way_in(parent: Parent, *, shared: bool) -> None:
    """A link to their own page; those before it die. ``shared``: two parents read this address."""
    _end_links(parent.id, LinkPurpose.COME_IN)
    assert parent.email is not None  # noqa: S101 -- it was found by its address
    send(
        parent,
        LinkPurpose.COME_IN,
        Channel.EMAIL,
        parent.email,
        whose=parent.name.split()[0][:1] if shared else "",
    )


def send(
    parent: Parent,
    purpose: LinkPurpose,
    channel: Channel,
    recipient: str,
    *,
    proposal_id: UUID | None = None,
    by: Viewer | None = None,
    **facts: str,
) -> ParentLink:
    """Make a link and queue the message that holds it: bare, and not sent once the link is over.

    ``facts`` are what its wording needs beside the path.
    """
    token, now = secrets.token_urlsafe(32), clock.real_now()
    made = ParentLink(
        parent_id=parent.id,
        purpose=purpose,
        proposal_id=proposal_id,
        token_hash=hashed(token),
        made_at=now,
        expires_at=now + LINK_LASTS[purpose],
    )
    db.session.add(made)
    db.session.flush()
    path = f"/manage/in/{token}"
    message = outbox.queue(
        parent.family_id,
        parent.id,
        channel,
        TEMPLATES[purpose],
        facts | {"path": path},
        recipient,
        clock.now(),
        expires_at=made.expires_at,
    )
    if message.language != ENGLISH.code:
        # The page it opens speaks the language that the message is written in.
        message.facts = facts | {"path": f"{path}?lang={message.language}"}
    # The message is named as the link is, so that the one can be found by the other.
    message.id = made.id
    note(parent, f"manage.link.{purpose.value}", by=by)
    return made


TEMPLATES = {
    LinkPurpose.COME_IN: "manage_link",
    LinkPurpose.CONFIRM_CONTACT: "confirm_contact",
    LinkPurpose.CONFIRM_PARENT: "confirm_parent",
}


def use(token: str, now: datetime) -> ParentLink | None:
    """Use a link up: of any number who try at once, one does. None for all others, and for no link."""
    found = queries.link(hashed(token), now)
    if found is None:
        return None
    used = db.session.execute(
        update(link)
        .where(
            link.c.id == found.id,
            link.c.used_at.is_(None),
            link.c.ended_at.is_(None),
            link.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(link.c.id)
    ).scalar()
    if used is None:
        return None
    db.session.refresh(found)
    return found


def begin_visit(parent: Parent) -> str:
    """What the browser is to hold; only its hash is kept."""
    token, now = secrets.token_urlsafe(32), clock.real_now()
    db.session.add(
        ParentVisit(
            parent_id=parent.id,
            token_hash=hashed(token),
            opened_at=now,
            seen_at=now,
            expires_at=now + VISIT_LASTS,
        )
    )
    note(parent, "manage.come_in")
    return token


def keep_awake(visit_id: UUID) -> None:
    """Somebody is there: the idle time of a visit that lasts begins afresh."""
    db.session.execute(
        update(visit)
        .where(visit.c.id == visit_id, visit.c.ended_at.is_(None))
        .values(seen_at=clock.real_now())
    )


def leave(one: ParentVisit) -> None:
    """The visitor has finished."""
    one.ended_at = clock.real_now()
    note(one.parent, "manage.go_out")


def end_all(parent: Parent) -> None:
    """Every link and every visit of a parent ends now: the address they went to is not theirs any more."""
    _end_links(parent.id)
    db.session.execute(
        update(ParentVisit)
        .where(ParentVisit.parent_id == parent.id, ParentVisit.ended_at.is_(None))
        .values(ended_at=clock.real_now()),
        execution_options=NO_OBJECTS,
    )


def end_of_proposal(proposal_id: UUID) -> None:
    """What was proposed is settled: the links that ask about it open nothing any more."""
    _end(link.c.proposal_id == proposal_id)


def note(parent: Parent, action: str, *, result: str = "ok", by: Viewer | None = None) -> None:
    """Add the row that says what was done by, or for, this parent, to the transaction at hand."""
    audit.record(by, seen(parent, action, result=result))


def seen(parent: Parent, action: str, *, result: str = "ok") -> Seen:
    """The same row, for a page that is about to leave."""
    return Seen(action, "parent", parent.id, parent.family_id, result=result)


def refused(action: str) -> Seen:
    """A link that opens nothing was tried: whose it was is not looked up."""
    return Seen(action, "parent", result="refused")


def _end_links(parent_id: UUID, purpose: LinkPurpose | None = None) -> None:
    _end(link.c.parent_id == parent_id, *([link.c.purpose == purpose] if purpose else []))


def _end(*which: object) -> None:
    """End what was not used, and the messages about it that have not gone out."""
    now, message = clock.real_now(), core(Message).c
    ended = db.session.scalars(
        update(link)
        .where(*which, link.c.used_at.is_(None), link.c.ended_at.is_(None))  # type: ignore[arg-type]  # clauses
        .values(ended_at=now)
        .returning(link.c.id)
    ).all()
    if ended:
        db.session.execute(
            update(core(Message))
            .where(message.id.in_(ended), message.sent_at.is_(None))
            .values(expires_at=now)
        )
