"""Accounts of staff. What changes what somebody may do ends all their sessions. The caller commits."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from babel.lists import format_list
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_security import hash_password
from sqlalchemy import delete, select

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Deputy, Staff, StaffCouncil, StaffRole, StaffSession
from catchup.queries import open_work
from catchup.queries import staff as accounts
from catchup.queries.open_work import OpenWork
from catchup.queries.scope import Viewer
from catchup.rules.terms import Role
from catchup.services import audit

ONE_TIME_FOR = timedelta(days=7)
# Without letters and digits that are mistaken for one another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class RefusedError(Exception):
    """What was asked must not be done. The text is a sentence for the person who asked."""


class OpenWorkError(RefusedError):
    """It must not be done as long as something is theirs that would be nobody's."""


@dataclass(frozen=True, slots=True)
class Person:
    """What an administrator says of somebody; ``councils`` are GSS codes, the first is the employer's."""

    name: str
    email: str
    role: Role
    councils: tuple[str, ...]
    hub: bool = False


def add(person: Person, by: Viewer | None) -> tuple[Staff, str]:
    """Make an account: the person, and the one-time password to tell them. Raises RefusedError.

    ``by`` None is the command line.
    """
    if accounts.by_email(person.email) is not None:
        raise RefusedError(_("Somebody has this email address already."))
    _refuse_bad(person)
    staff = Staff(
        id=uuid4(),
        name=person.name,
        email=person.email.casefold(),
        active=True,
        hub=person.hub,
        employer=person.councils[0] if person.councils else None,
        created_at=clock.real_now(),
        fs_uniquifier=uuid4().hex,
        roles=[_role(person.role)],
        councils=_councils(person.councils),
    )
    db.session.add(staff)
    password = _one_time_password(staff)
    _record("staff-added", staff, by)
    return staff, password


def change(staff: Staff, person: Person, by: Viewer) -> None:
    """Give somebody another name, role or other councils. Raises RefusedError. The address stays."""
    _refuse_bad(person)
    was = accounts.role_of(staff)
    if was is not person.role:
        if staff.id == by.id:
            raise RefusedError(_("You cannot change your own role. Ask another administrator."))
        _keep_an_administrator(staff)
    _refuse_what_would_be_left(staff, was, person)
    staff.name = person.name
    staff.hub = person.hub
    staff.employer = person.councils[0] if person.councils else None
    staff.roles = [_role(person.role)]
    kept = {council.council_code: council for council in staff.councils}
    staff.councils = [kept.get(new.council_code, new) for new in _councils(person.councils)]
    end_sessions(staff)
    _record("staff-changed", staff, by)


def disable(staff: Staff, by: Viewer | None) -> None:
    """Let somebody in no longer. Raises RefusedError, OpenWorkError while something is theirs."""
    if by is not None and staff.id == by.id:
        raise RefusedError(_("You cannot disable your own account. Ask another administrator."))
    _keep_an_administrator(staff)
    _refuse_open_work(staff)
    staff.active = False
    end_sessions(staff)
    _record("staff-disabled", staff, by)


def enable(staff: Staff, by: Viewer) -> str:
    """Let somebody in again: returns the one-time password to tell them."""
    staff.active = True
    password = _one_time_password(staff)
    _record("staff-enabled", staff, by)
    return password


def give_password(staff: Staff, by: Viewer) -> str:
    """A new one-time password for somebody who has lost theirs. The second factor stays."""
    password = _one_time_password(staff)
    _record("staff-password-given", staff, by)
    return password


def forget_second_factor(staff: Staff, by: Viewer) -> None:
    """Let somebody who has lost the phone set up another at the next sign-in. Their passkeys go too."""
    staff.tf_primary_method = staff.tf_totp_secret = staff.tf_last_counter = staff.mf_recovery_codes = None
    staff.webauthn.clear()
    end_sessions(staff)
    _record("staff-second-factor-forgotten", staff, by)


def sign_out_everywhere(staff: Staff, by: Viewer) -> None:
    """End all sessions of somebody."""
    end_sessions(staff)
    _record("staff-signed-out", staff, by)


def end_other_sessions(staff: Staff, by: Viewer) -> None:
    """Sign somebody out wherever they are; the caller lets the session that asked go on."""
    end_sessions(staff)
    _record("staff-sessions-ended", staff, by)


def name_deputy(staff: Staff, deputy_id: UUID | None, by: Viewer) -> None:
    """Say who is told next when this manager does not answer; None: nobody. Raises RefusedError."""
    there = db.session.get(Deputy, staff.id)
    if deputy_id is None:
        if there is not None:
            db.session.delete(there)
    else:
        if deputy_id not in {person.id for person in accounts.deputies_to_choose(staff)}:
            raise RefusedError(_("A deputy is another manager who can sign in."))
        if there is None:
            there = Deputy(manager_id=staff.id)
            db.session.add(there)
        there.deputy_id, there.named_at, there.named_by = deputy_id, clock.now(), by.id
    _record("staff-deputy-named", staff, by)


def end_sessions(staff: Staff) -> None:
    """Sign somebody out in every browser, half-finished sign-ins too, in the transaction at hand."""
    db.session.execute(delete(StaffSession).where(StaffSession.user_id == staff.fs_uniquifier))
    staff.fs_uniquifier = uuid4().hex


def _one_time_password(staff: Staff) -> str:
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    staff.password = hash_password(password)
    staff.one_time_until = clock.real_now() + ONE_TIME_FOR
    end_sessions(staff)
    return password


def _refuse_bad(person: Person) -> None:
    if person.role is not Role.ADMINISTRATOR and not person.hub and not person.councils:
        raise RefusedError(_("Choose at least one council, or make them hub staff of the agency."))
    if unknown := accounts.unknown_councils(set(person.councils)):
        raise RefusedError(_("There is no council with the code %(code)s.", code=", ".join(sorted(unknown))))


def _keep_an_administrator(staff: Staff) -> None:
    # Two administrators who disable each other at the same time queue here.
    db.session.execute(select(StaffRole.id).where(StaffRole.name == Role.ADMINISTRATOR).with_for_update())
    if accounts.role_of(staff) is Role.ADMINISTRATOR and not accounts.other_administrators(staff.id):
        raise RefusedError(_("This is the only administrator. Add another one first."))


def _refuse_open_work(staff: Staff) -> None:
    work = open_work.of(staff)
    if work.any:
        raise _still_has(staff, work)


def _refuse_what_would_be_left(staff: Staff, was: Role, person: Person) -> None:
    """Nobody becomes what may not do their work, nor loses the council that it belongs to."""
    if was is not person.role and person.role is Role.ADMINISTRATOR:
        _refuse_open_work(staff)
    if was is Role.ADMINISTRATOR:
        return
    kept = {code for code in person.councils if person.role is was}
    lost = {one.council_code for one in staff.councils} - set(person.councils)
    loses = bool(lost or staff.hub) and not person.hub
    work = OpenWork(families=open_work.led_by_council(staff, lost, clock.today()) if loses else 0)
    if was is Role.MANAGER and (loses or person.role is not was):
        complaints, concerns = open_work.of_this_manager_alone(staff, kept)
        work = OpenWork(work.families, complaints=complaints, concerns=concerns)
    if was is Role.MANAGER and person.role is not was:
        deputised = open_work.deputised_by(staff.id)
        work = OpenWork(
            work.families, deputised=deputised, complaints=work.complaints, concerns=work.concerns
        )
    if work.any:
        raise _still_has(staff, work)


def _still_has(staff: Staff, work: OpenWork) -> OpenWorkError:
    locale = get_locale()
    english = locale is None or locale.language == "en"
    what = format_list(in_words(work), locale="en_GB" if english else locale)
    return OpenWorkError(
        _("%(name)s still has %(what)s. That has to go to somebody else first.", name=staff.name, what=what)
    )


def in_words(work: OpenWork) -> list[str]:
    """What is open, a few words each."""
    counted: tuple[tuple[int, str], ...] = (
        (work.families, ngettext("%(num)s family", "%(num)s families", work.families)),
        (work.calls, ngettext("%(num)s open call", "%(num)s open calls", work.calls)),
        (work.held, ngettext("%(num)s call begun just now", "%(num)s calls begun just now", work.held)),
        (
            work.handovers,
            ngettext("%(num)s handover under way", "%(num)s handovers under way", work.handovers),
        ),
        (
            len(work.covered),
            ngettext(
                "%(num)s colleague to stand in for", "%(num)s colleagues to stand in for", len(work.covered)
            ),
        ),
        (
            len(work.deputised),
            ngettext(
                "%(num)s manager whose deputy they are",
                "%(num)s managers whose deputy they are",
                len(work.deputised),
            ),
        ),
        (
            work.complaints,
            ngettext(
                "%(num)s complaint that nobody else may answer",
                "%(num)s complaints that nobody else may answer",
                work.complaints,
            ),
        ),
        (
            work.concerns,
            ngettext(
                "%(num)s concern that nobody else can acknowledge",
                "%(num)s concerns that nobody else can acknowledge",
                work.concerns,
            ),
        ),
    )
    return [words for count, words in counted if count]


def _role(role: Role) -> StaffRole:
    return db.session.scalar(select(StaffRole).where(StaffRole.name == role)) or StaffRole(name=role)


def _councils(codes: Iterable[str]) -> list[StaffCouncil]:
    return [StaffCouncil(council_code=code, from_on=clock.today()) for code in dict.fromkeys(codes)]


def _record(action: str, staff: Staff, by: Viewer | None) -> None:
    audit.record(by, audit.Seen(action, "staff", subject_id=staff.id))
