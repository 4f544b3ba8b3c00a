"""Members of staff with safe defaults, and a quick way to be signed in as one."""

import secrets
from itertools import count
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.data.councils_file import council_rows
from catchup.extensions import db
from catchup.models.council import Council
from catchup.models.staff import Staff, StaffCouncil, StaffRole, StaffSession
from catchup.rules.terms import Role
from catchup.services import councils as council_service
from catchup.web.sessions import SIGNED_IN_AS, DatabaseSessions, hashed

_numbers = count(1)


def staff_member(
    role: Role = Role.LEAD, councils: tuple[str, ...] = ("E10000016",), **facts: object
) -> Staff:
    """An active member of staff of Kent unless told otherwise; committed."""
    if db.session.scalar(select(Council.code).limit(1)) is None:
        council_service.take_in(council_rows())
    number = next(_numbers)
    row = db.session.scalar(select(StaffRole).where(StaffRole.name == role))
    now = clock.real_now()
    staff = Staff(
        **{
            "name": f"Worker{number} Example",
            "email": f"worker{number}@example.com",
            "active": True,
            "employer": councils[0] if councils else None,
            "created_at": now,
            "fs_uniquifier": uuid4().hex,
            "roles": [row or StaffRole(name=role)],
            "councils": [StaffCouncil(council_code=code, from_on=now.date()) for code in councils],
            **facts,
        }
    )
    db.session.add(staff)
    db.session.commit()
    return staff


def sign_in(client: FlaskClient, staff: Staff) -> None:
    """Sign the client in as this person, without the sign-in page."""
    token, now = secrets.token_urlsafe(32), clock.real_now()
    db.session.add(
        StaffSession(
            id_hash=hashed(token),
            user_id=staff.fs_uniquifier,
            data={SIGNED_IN_AS: staff.fs_uniquifier},
            started_at=now,
            seen_at=now,
        )
    )
    db.session.commit()
    sessions = client.application.session_interface
    assert isinstance(sessions, DatabaseSessions)
    client.set_cookie(sessions.cookie_name(client.application), token, secure=True, httponly=True)
