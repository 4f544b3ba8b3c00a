"""Named points in the night and in sending, at which a process can be told to die.

The service knows nothing of them: a process of the tests wraps functions by their names, or listens to its
database connection, before it does the real work, and kills itself at the n-th time that it comes by.
"""

import os
import signal
import smtplib
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from sqlalchemy import event

from catchup.extensions import db

Strike = Callable[[], None]
INTO = ("call", "handover", "handover_step", "handover_reminder", "escalation", "audit")
END_OF_MAIL = b"\r\n.\r\n"


def strike_at(passing: int, signum: signal.Signals = signal.SIGKILL) -> Strike:
    """Kill this process when it comes by for the n-th time, as the kernel does: nothing is cleared away."""
    left = passing

    def strike() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signum)

    return strike


def _before(*names: str) -> Callable[[Strike], None]:
    def install(strike: Strike) -> None:
        for name in names:
            _wrap(name, lambda real, *given, **more: (strike(), real(*given, **more))[1])

    return install


def _after(*names: str) -> Callable[[Strike], None]:
    def act(strike: Strike, real: Callable[..., Any], *given: Any, **more: Any) -> Any:
        answer = real(*given, **more)
        strike()
        return answer

    def install(strike: Strike) -> None:
        for name in names:
            _wrap(name, lambda real, *given, **more: act(strike, real, *given, **more))

    return install


def _wrap(name: str, instead: Callable[..., Any]) -> None:
    """``catchup.services.outbox:queue`` or ``catchup.senders:SmtpSender.send``."""
    module, _, path = name.partition(":")
    place: Any = import_module(module)
    *outer, last = path.split(".")
    for one in outer:
        place = getattr(place, one)
    real = getattr(place, last)
    assert callable(real), name
    setattr(place, last, lambda *given, **more: instead(real, *given, **more))


def _on_insert(when: str, *tables: str) -> Callable[[Strike], None]:
    def install(strike: Strike) -> None:
        def look(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            if any(statement.startswith(f"INSERT INTO {table} ") for table in tables):
                strike()

        event.listen(db.engine, f"{when}_cursor_execute", look)

    return install


def _between_batches(strike: Strike) -> None:
    """Four families are a batch to every loop that takes some hundreds at a time."""
    for place in ("catchup.queries.jobs", "catchup.services.handover_planning"):
        module: Any = import_module(place)
        assert module.AT_A_TIME > 4
        module.AT_A_TIME = 4
    _before("catchup.services.plans:write", "catchup.queries.facts:children")(strike)


def _before_commit(strike: Strike) -> None:
    event.listen(db.engine, "commit", lambda _connection: strike())


def _after_commit(strike: Strike) -> None:
    event.listen(db.session, "after_commit", lambda _session: strike())


def _while_renewing(strike: Strike) -> None:
    """The lease is renewed for each transaction; this dies with the renewal written and not committed."""
    runner: Any = import_module("catchup.jobs.runner")
    runner.RENEWED_AFTER_S = -1.0
    inside = False

    def renew(real: Callable[..., Any], *given: Any) -> Any:
        nonlocal inside
        inside = True
        try:
            return real(*given)
        finally:
            inside = False

    def take(real: Callable[..., Any], *given: Any) -> Any:
        lease = real(*given)
        if inside:
            strike()
        return lease

    _wrap("catchup.jobs.runner:Turn._renew", renew)
    _wrap("catchup.services.leases:take", take)


def _while_sending(strike: Strike) -> None:
    """The server has kept the message and said so, and the sender has not read it."""
    was_last = False

    def send(real: Callable[..., Any], connection: smtplib.SMTP, words: Any) -> None:
        nonlocal was_last
        was_last = isinstance(words, bytes) and words.endswith(END_OF_MAIL)
        real(connection, words)

    def get_reply(real: Callable[..., Any], connection: smtplib.SMTP) -> Any:
        answer = real(connection)
        if was_last:
            strike()
        return answer

    _wrap("smtplib:SMTP.send", send)
    _wrap("smtplib:SMTP.getreply", get_reply)


KILL_POINTS: Mapping[str, Callable[[Strike], None]] = {
    "before the lease": _before("catchup.services.leases:take"),
    "after the lease": _after("catchup.jobs.runner:begin_turn"),
    "while renewing the lease": _while_renewing,
    "between two jobs": _before("catchup.jobs.runner:_run_if_due"),
    "after reading": _after("catchup.services.handover_planning:look", "catchup.queries.jobs:missing_days"),
    "at the beginning of a transaction": _after("catchup.services.leases:begin_under"),
    "before an insert": _on_insert("before", *INTO),
    "after an insert": _on_insert("after", *INTO),
    "between batches": _between_batches,
    "before the day is marked": _before("catchup.services.job_runs:record"),
    "after the day is marked": _after("catchup.services.job_runs:record"),
    "before a commit": _before_commit,
    "after a commit": _after_commit,
    "before an outbox row": _on_insert("before", "message"),
    "after an outbox row": _on_insert("after", "message"),
    "after a message is claimed": _after("catchup.services.outbox:claim"),
    "before sending": _before("catchup.senders:SmtpSender.send"),
    "while sending": _while_sending,
    "after sending": _after("catchup.senders:SmtpSender.send"),
    "before the lease is given back": _before("catchup.services.leases:give_back"),
}
