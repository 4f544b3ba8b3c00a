"""Sessions that live in the database, so that signing out, or being disabled, ends them at once.

The cookie is 32 random bytes and only its hash is stored. A change of who is signed in gives a new cookie.
Everything here uses its own short transactions, never the request's session: a page that forgot to commit
must not be committed by its cookie.
"""

import hashlib
import secrets
import sqlite3
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, g, session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import CallbackDict

from catchup import clock
from catchup.database import reading, writing
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.staff import StaffSession

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
TOUCH = timedelta(minutes=1)
REMEMBERED = timedelta(days=1)
SIGNED_IN_AS = "_user_id"  # the sign-in library's key

table = core(StaffSession)


class Session(CallbackDict[str, Any], SessionMixin):
    """A dictionary that knows the row it came from and whether it was touched."""

    def __init__(self, data: dict[str, Any] | None = None, token: str | None = None) -> None:
        def touched(session: "Session") -> None:
            session.modified = True

        super().__init__(data, touched)
        self.modified = False
        self.new = data is None
        self.token = token
        self.was_user: str | None = (data or {}).get(SIGNED_IN_AS)
        self.seen_at: datetime | None = None
        self.started_at: datetime | None = None
        self.goes_on = False

    def prolong(self) -> None:
        """Let its idle time begin afresh."""
        self.seen_at, self.modified = clock.real_now(), True

    def go_on_as(self, uniquifier: str) -> None:
        """Stay signed in where every other session of theirs has ended; its ten hours are counted on."""
        self[SIGNED_IN_AS] = uniquifier
        self.goes_on = True

    def left(self, idle: timedelta = IDLE) -> int:
        """Whole seconds for which it goes on if nothing is done in it after this request."""
        now = clock.real_now()
        seen_at, started_at = self.seen_at or now, self.started_at or now
        if seen_at < now - TOUCH and not g.get("quiet"):
            seen_at = now  # which is written as the answer leaves
        return max(0, int((min(seen_at + idle, started_at + ABSOLUTE) - now).total_seconds()))


def current() -> Session:
    """The session of the request at hand."""
    found = session._get_current_object()  # type: ignore[attr-defined]  # a proxy for it
    assert isinstance(found, Session)  # noqa: S101 -- open_session makes no other
    return found


class DatabaseSessions(SessionInterface):
    """Opens a session with one select and writes only when something changed or a minute has passed.

    A request that sets ``g.quiet`` (one that nobody pressed anything for) does not keep the session alive.
    """

    def cookie_name(self, app: Flask) -> str:
        """The __Host- prefix ties the cookie to this very host; a demo over plain http cannot have it."""
        return "__Host-session" if app.config["CATCHUP"].secure else "session"

    def open_session(self, app: Flask, request: Request) -> Session:
        token = request.cookies.get(self.cookie_name(app))
        if not token:
            return Session()
        now = clock.real_now()
        alive = select(table.c.data, table.c.seen_at, table.c.started_at).where(
            table.c.id_hash == hashed(token),
            table.c.seen_at > now - IDLE,
            table.c.started_at > now - ABSOLUTE,
        )
        try:
            with reading(), db.engine.connect() as connection:
                row = connection.execute(alive).first()
        except (SQLAlchemyError, sqlite3.Error) as error:
            g.no_session = error  # nobody is signed in; the guard says why before anything is shown
            return Session()
        if row is None:
            return Session()
        session = Session(row.data, token)
        session.seen_at, session.started_at = row.seen_at, row.started_at
        return session

    def ended(self, app: Flask, request: Request) -> dict[str, Any] | None:
        """What a session said that has ended by itself in the last day; None where it was revoked.

        It stays ended: nobody is signed in by this.
        """
        token = request.cookies.get(self.cookie_name(app))
        if not token:
            return None
        now = clock.real_now()
        there = select(table.c.data).where(
            table.c.id_hash == hashed(token),
            table.c.started_at > now - REMEMBERED,
            or_(table.c.seen_at <= now - IDLE, table.c.started_at <= now - ABSOLUTE),
        )
        with reading(), db.engine.connect() as connection:
            return connection.execute(there).scalar_one_or_none()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, Session)  # noqa: S101 -- open_session makes no other
        response.vary.add("Cookie")
        if not session:
            if session.token:
                self._forget(session.token)
                response.delete_cookie(
                    self.cookie_name(app),
                    path="/",
                    secure=app.config["CATCHUP"].secure,
                    httponly=True,
                    samesite="Lax",
                )
            return
        user = session.get(SIGNED_IN_AS)
        if session.token is None or user != session.was_user:
            self._begin(app, session, user, response)
        elif session.modified or (
            session.seen_at and session.seen_at < clock.real_now() - TOUCH and not g.get("quiet")
        ):
            self._keep(session)

    def _begin(self, app: Flask, session: Session, user: str | None, response: Response) -> None:
        token, now = secrets.token_urlsafe(32), clock.real_now()
        started_at = session.started_at if session.goes_on else None
        with writing(), db.engine.begin() as connection:
            if session.token:
                connection.execute(delete(table).where(table.c.id_hash == hashed(session.token)))
            connection.execute(
                insert(table).values(
                    id_hash=hashed(token),
                    user_id=user,
                    data=dict(session),
                    started_at=started_at or now,
                    seen_at=now,
                )
            )
        response.set_cookie(
            self.cookie_name(app),
            token,
            path="/",
            secure=app.config["CATCHUP"].secure,
            httponly=True,
            samesite="Lax",
        )

    def _keep(self, session: Session) -> None:
        seen = {} if g.get("quiet") else {"seen_at": clock.real_now()}
        # No row is made again: a session that was revoked meanwhile stays dead.
        with writing(), db.engine.begin() as connection:
            connection.execute(
                update(table)
                .where(table.c.id_hash == hashed(session.token or ""))
                .values(data=dict(session), **seen)
            )

    def _forget(self, token: str) -> None:
        with writing(), db.engine.begin() as connection:
            connection.execute(delete(table).where(table.c.id_hash == hashed(token)))


def hashed(token: str) -> bytes:
    """What the database keeps of a cookie."""
    return hashlib.sha256(token.encode()).digest()
