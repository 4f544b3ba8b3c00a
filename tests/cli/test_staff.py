"""`flask staff`: the first administrator is made here, where there is no page yet to sign in to."""

import json

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from catchup.models.audit import AuditEvent
from catchup.models.job import ServiceKind, ServiceMark
from catchup.queries import staff as accounts
from catchup.queries import viewers
from catchup.rules.terms import Role
from tests.factories.families import a_family, the_councils
from tests.factories.staff import staff_member

NIA = ["staff", "add", "--name", "Nia Newcomer", "--email", "nia@example.com"]
LEAD_OF_KENT = [*NIA, "--role", "lead", "--council", "E10000016"]


def run(app: Flask, *arguments: str):
    return app.test_cli_runner().invoke(args=list(arguments))


def test_somebody_is_added_and_the_password_printed_once(app: Flask, session: Session):
    the_councils()
    session.commit()

    done = run(app, *LEAD_OF_KENT, "--json")

    answer = json.loads(done.stdout)
    assert set(answer) == {"email", "one_time_password", "until"}
    nia = viewers.by_email("nia@example.com")
    assert nia is not None
    assert (nia.role, nia.councils) == (Role.LEAD, {"E10000016"})
    assert session.get_one(ServiceMark, 1).kind is ServiceKind.REAL
    (row,) = session.scalars(select(AuditEvent))
    assert (row.action, row.staff_id, row.subject_id) == ("staff-added", None, nia.id)


def test_an_administrator_needs_no_council(app: Flask, session: Session):
    done = run(app, *NIA, "--role", "administrator")

    assert done.exit_code == 0
    assert "One-time password until" in done.stdout


@pytest.mark.parametrize(
    "arguments, status, sentence",
    [
        ([*NIA, "--role", "lead"], 1, "Choose at least one council"),
        ([*NIA, "--role", "lead", "--council", "E99999999"], 1, "no council with the code E99999999"),
        ([*NIA[:-1], "no address", "--role", "administrator"], 1, "@"),
        ([*NIA, "--role", "chief"], 2, "chief"),
        (["staff", "disable", "nobody@example.com"], 1, "Nobody has this email address"),
    ],
)
def test_a_refusal_says_why(app: Flask, session: Session, arguments: list[str], status: int, sentence: str):
    done = run(app, *arguments)

    assert done.exit_code == status
    assert sentence in done.stderr
    assert accounts.people() == []


def test_somebody_is_disabled_unless_families_are_theirs(app: Flask, session: Session):
    leaver, busy = staff_member(), staff_member()
    a_family(lead=busy)
    session.commit()

    assert run(app, "staff", "disable", leaver.email).exit_code == 0
    refused = run(app, "staff", "disable", busy.email)

    assert refused.exit_code == 1
    assert "still has 1 family" in refused.stderr
    session.expire_all()
    assert (leaver.active, busy.active) == (False, True)
