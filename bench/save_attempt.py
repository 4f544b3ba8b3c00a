"""S: a third try without an answer and then the conversation, against the same rows written by hand.

Two forms of one call are sent, as people send them. Nobody answers for the third time: the call closes, a
manager is asked to look and a message goes into the outbox. Then they ring back and talk, with two signposts.
The floor is the same Flask with the same session, viewer, token and headers, whose routes write the same rows
in one raw transaction each.
"""

import re
import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from time import perf_counter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import func, insert, select, update
from werkzeug.test import EnvironBuilder

from bench import worlds
from bench.floor_saves import floor_app
from bench.queue_page import _page, _signed_in
from bench.worlds import ON, SCALES, interleaved
from catchup import clock
from catchup.crypto import ring
from catchup.database import writing
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.base import core
from catchup.models.call import Attempt, Call, Conversation, Escalation, TalkedAbout
from catchup.models.directory import Service
from catchup.models.family import Child, Parent, Phone
from catchup.models.outbox import Message
from catchup.models.plan import PlannedCall
from catchup.models.signpost import Signpost
from catchup.models.staff import Staff
from catchup.rules.terms import Band, Category, Outcome

CALLS_A_ROUND = 3
AT_ONCE = 4
CALLS_AT_ONCE = 25  # of each of them
GOAL, LONGEST_S = 0.6, 0.025
WRITTEN = (Attempt, Conversation, TalkedAbout, Signpost, Escalation, Message, AuditEvent, PlannedCall, Call)


class Sender:
    """Somebody signed in who sends the two forms of calls; ``calls`` are used up."""

    def __init__(self, app: Flask, cookie: str, token: str, service: UUID, calls: Iterator[Any]) -> None:
        self.app = app
        self.cookie = f"__Host-session={cookie}"
        self.token = token
        self.service = service
        self.calls = calls

    def one_call(self) -> list[float]:
        """Seconds of each of the two requests, without the client's own work."""
        call = next(self.calls)
        tried = {
            "version": "1",
            "attempt_id": str(uuid4()),
            "outcome": Outcome.NO_ANSWER.value,
            "note": "",
        }
        talked = {
            "version": "2",
            "form_token": str(uuid4()),
            "identity_checked": "yes",
            "free_to_talk": "yes",
            "need": "some",
            "concern": "no",
            "follow_up": "by_need",
            "note": "They rang back in the evening and had time to talk.",
            f"child_{call.child.hex}-wellbeing": "well",
            f"child_{call.child.hex}-school": "some_worries",
            f"child_{call.child.hex}-keeping_in_touch": "well",
            f"child_{call.child.hex}-life_story": "not_talked",
            f"child_{call.child.hex}-note": "School has begun well enough.",
            f"parent_{call.parent.hex}-going": "well",
            "signposts-0-service": str(self.service),
            "signposts-0-agreed": "yes",
            "signposts-1-written_in": "A group in the village",
            "signposts-1-category": Category.PEERS.value,
            "signposts-1-agreed": "yes",
        }
        return [self._send(f"/calls/{call.id}/{what}", form)
                for what, form in (("attempts", tried), ("conversation", talked))]  # fmt: skip

    def _send(self, path: str, form: dict[str, str]) -> float:
        body = urlencode({"csrf_token": self.token, **form})
        environ = EnvironBuilder(
            path=path,
            method="POST",
            data=body,
            content_type="application/x-www-form-urlencoded",
            headers={"Cookie": self.cookie},
            base_url="https://catchup.example.com",
        ).get_environ()
        answered: list[str] = []
        started = perf_counter()
        b"".join(self.app(environ, lambda status, headers, exc=None: answered.append(status)))  # type: ignore[arg-type,misc,return-value]  # a bare server
        taken = perf_counter() - started
        assert answered[0].startswith("302"), answered[0]
        return taken


def main() -> None:
    """Measure the saves against their floor, and the slowest of them with four at once."""
    args = worlds.arguments(__doc__ or "")
    with worlds.service(args.database) as app:
        leads = worlds.fill(SCALES[args.scale], missing_days=0)
        clock.begin_at(time(10, 30))
        clock.move_to(ON)
        cookie = _signed_in(leads[0])
        token = re.findall(r'name="csrf_token" value="([^"]*)"', _page(app, cookie))[0]
        service = _a_service()
        in_turn = 2 + 2 * CALLS_A_ROUND * (worlds.ROUNDS + 1)
        calls = iter(_calls_tried_twice(in_turn + AT_ONCE * CALLS_AT_ONCE))
        product = Sender(app, cookie, token, service, calls)
        floor = Sender(floor_app(app, leads[0]), cookie, token, service, calls)
        assert _rows_of(product) == _rows_of(floor), "the floor writes other rows"
        product_s, floor_s = interleaved(_rounds(product), _rounds(floor))
        met = [_verdict(args, product_s, floor_s)]
        if args.database == "sqlite":
            met.append(_slowest(args, product))
    worlds.finish(*met)


def _verdict(args: Any, product_s: float, floor_s: float) -> bool:
    """Requests a second of the product, and of the floor."""
    ratio = floor_s / product_s
    print(f"S-save {args.scale} {args.database} {1 / product_s:.0f}/s {1 / floor_s:.0f}/s {ratio:.3f} {GOAL}")
    return ratio >= GOAL


def _slowest(args: Any, product: Sender) -> bool:
    """The 99th percentile with four at once, in seconds; its floor is the goal."""

    def some(_person: int) -> list[float]:
        return [taken for _ in range(CALLS_AT_ONCE) for taken in product.one_call()]

    with ThreadPoolExecutor(AT_ONCE) as people:
        taken = [one for each in people.map(some, range(AT_ONCE)) for one in each]
    slowest = statistics.quantiles(taken, n=100)[98]
    print(
        f"S-p99-of-{AT_ONCE} {args.scale} {args.database} {slowest * 1e3:.2f}ms {LONGEST_S * 1e3:.2f}ms "
        f"{slowest / LONGEST_S:.3f} 1"
    )
    return slowest <= LONGEST_S


def _rounds(sender: Sender) -> Callable[[], float]:
    """Seconds of one request, from several calls in a row."""

    def send() -> float:
        return statistics.mean(taken for _ in range(CALLS_A_ROUND) for taken in sender.one_call())

    send()
    return send


def _rows_of(sender: Sender) -> dict[str, int]:
    """How many rows of each table one call adds."""

    def counts() -> dict[str, int]:
        found = {
            model.__name__: db.session.scalar(select(func.count()).select_from(core(model))) or 0
            for model in WRITTEN
        }
        db.session.rollback()
        return found

    before = counts()
    sender.one_call()
    return {name: count - before[name] for name, count in counts().items()}


def _a_service() -> UUID:
    """A service to point to."""
    key = uuid4()
    with writing():
        facts = {
            "name": "Tuesday group",
            "category": Category.PEERS,
            "offers": "A group",
            "run_by": "Charity",
        }
        db.session.execute(insert(Service).values(id=key, online=True, own_staff=False, **facts))
        db.session.commit()
    return key


def _calls_tried_twice(count: int) -> list[Any]:
    """Open calls with two tries behind them, of families that take e-mail, whoever leads them."""
    statement = (
        select(Call.id, Child.id.label("child"), Parent.id.label("parent"))
        .join(Child, Child.family_id == Call.family_id)
        .join(Parent, Parent.family_id == Call.family_id)
        .where(Call.closed_at.is_(None))
        .order_by(Call.due_on, Call.id)
        .limit(count)
    )
    calls = db.session.execute(statement).all()
    assert len(calls) == count, "not enough open calls"
    db.session.rollback()
    with writing():
        db.session.execute(update(Staff).values(phone="01632 960 001"))
        for call in calls:
            _try_twice(call)
        db.session.commit()
    return list(calls)


def _try_twice(call: Any) -> None:
    email = "pat@example.com"
    db.session.execute(
        update(Parent).where(Parent.id == call.parent)
        .values(email=email, email_index=ring.blind_index("email", email), may_email=True)
    )  # fmt: skip
    number = "+441632960001"
    db.session.execute(
        insert(Phone).values(
            id=uuid4(), parent_id=call.parent, position=0, number=number,
            number_index=ring.blind_index("phone", number), may_leave_message=False, may_text=False,
            recorded_at=clock.now(),
        )
    )  # fmt: skip
    caller = db.session.scalar(select(Call.lead_id).where(Call.id == call.id))
    for days, hour, band in ((2, 12, Band.MIDDAY), (1, 15, Band.AFTERNOON)):
        on = ON - timedelta(days=days)
        db.session.execute(
            insert(Attempt).values(
                id=uuid4(), call_id=call.id, at=datetime.combine(on, time(hour, 30), clock.LONDON), on=on,
                band=band, outcome=Outcome.NO_ANSWER, counts=True, by_id=caller,
            )
        )  # fmt: skip


if __name__ == "__main__":
    main()
