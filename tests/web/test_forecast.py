"""The forecast: what the plan and the rules bring in 24 months, the same for page, command and file."""

import csv
import json
from collections import Counter
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.handover import Handover, HandoverStep
from catchup.models.plan import PlannedCall
from catchup.models.workload import StaffAbsence, StaffHours
from catchup.queries import facts, forecast, handover_standing, responsibility
from catchup.queries.forecast import Forecast
from catchup.rules.calendar import turns_18_on
from catchup.rules.terms import Need, Outcome, Role
from catchup.services import families
from tests.factories.events import a_talk, an_attempt
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer, the_councils
from tests.factories.staff import sign_in, staff_member

pytestmark = pytest.mark.engine_in_ci("sqlite")

TODAY = date(2026, 11, 24)
ACCEPTED = date(2025, 11, 3)


@pytest.fixture(autouse=True)
def _today(session: object) -> None:
    clock.move_to(TODAY)


def everywhere(**asked: object) -> Forecast:
    return forecast.from_today(TODAY, **asked)  # type: ignore[arg-type]  # what it takes


def by_month(found: Forecast, figure: str, council: str | None = KENT) -> dict[str, int]:
    """What there is of one figure, by month."""
    return {
        row["dimension"]["month"]: row["value"]
        for row in found.as_dict()["measures"]
        if (row["code"], row["council"]) == (figure, council)
        and "councils" not in row["dimension"]
        and row["value"]
    }


def test_calls_are_those_of_the_plan_and_what_is_overdue_is_due_now() -> None:
    a_family([a_child(date(2022, 6, 10), home_council=KENT)], home_council=KENT, accepted_on=ACCEPTED)
    calls = by_month(everywhere(), "F1")
    # The welcome call of last year was never held, nor the yearly one of June.
    assert calls == {"2026-11": 2, "2027-06": 1, "2028-06": 1}
    planned = db.session.scalars(
        select(PlannedCall.due_on).where(PlannedCall.due_on < date(2028, 11, 1))
    ).all()
    assert sum(calls.values()) == len(planned)


def test_calls_due_after_a_council_changes_count_under_the_next_one() -> None:
    a_family([a_child(date(2024, 6, 10))], accepted_on=ACCEPTED)
    assert by_month(everywhere(), "F1", KENT) == {"2026-11": 2, "2027-06": 1}
    assert by_month(everywhere(), "F1", MEDWAY) == {"2028-06": 1}


def test_handovers_are_those_the_rule_gives_a_family_for_years_ahead() -> None:
    """The full rule, asked child by child, says the same."""
    made_on = [
        date(2023, 11, 24),
        date(2024, 2, 29),
        date(2024, 12, 31),
        date(2025, 10, 30),
        date(2025, 10, 31),
    ]
    some = [a_family([a_child(on)], accepted_on=max(ACCEPTED, on)) for on in made_on]
    some.append(a_family([a_child(date(2024, 5, 5), home_council=KENT)], home_council=KENT))
    some.append(a_family([a_child(date(2024, 5, 5), placing_council=None)]))
    gone = a_family([a_child(date(2024, 5, 5))])
    families.leave(gone, TODAY, None, None)
    stopped = a_family([a_child(date(2024, 5, 5))])
    families.stop_everything(stopped, "Danger", a_viewer(staff_member()))
    for family in (some[0], some[1]):
        ids = select(Handover.id).where(Handover.family_id == family.id)
        db.session.execute(delete(HandoverStep).where(HandoverStep.handover_id.in_(ids)))
        db.session.execute(delete(Handover).where(Handover.family_id == family.id))
    db.session.commit()
    expected = Counter(
        passing.on.strftime("%Y-%m")
        for family in some
        for child in facts.children([family.id])[family.id]
        for passing in handover_standing.passings(child)
        if TODAY <= passing.on <= date(2028, 10, 31)
    )
    found = everywhere()
    assert by_month(found, "F3", KENT) == expected
    assert by_month(found, "F4", MEDWAY) == expected
    assert sum(expected.values()) == 4


def test_a_planned_handover_counts_once_and_one_that_was_called_off_does_not() -> None:
    family = a_family([a_child(date(2024, 2, 29))])
    assert len(db.session.scalars(select(Handover)).all()) == 1
    assert by_month(everywhere(), "F3") == {"2027-03": 1}
    for handover in db.session.scalars(select(Handover).where(Handover.family_id == family.id)):
        handover.withdrawn_at = clock.now()
    db.session.commit()
    assert by_month(everywhere(), "F3") == {}


def test_families_whose_youngest_child_comes_of_age_count_under_the_council_of_that_day() -> None:
    older = a_child(date(2021, 5, 5), born_on=date(2009, 1, 1))
    younger = a_child(date(2025, 5, 5), born_on=date(2010, 2, 28))
    family = a_family([older, younger], accepted_on=ACCEPTED)
    a_family([older], accepted_on=ACCEPTED)
    found = everywhere()
    assert (by_month(found, "F5", KENT), by_month(found, "F5", MEDWAY)) == ({"2028-02": 1}, {"2027-01": 1})
    on = turns_18_on(younger.born_on)
    assert responsibility.of_family(facts.family(family.id), on) == KENT


def test_joining_goes_on_at_the_trend_and_hours_follow_from_what_was_measured() -> None:
    by = staff_member(councils=(KENT,))
    clock.move_to(date(2026, 2, 2))
    joined = [a_family(accepted_on=date(2026, 2, 2)) for _ in range(6)]
    clock.move_to(TODAY)
    call_id = a_talk(joined[0], date(2026, 9, 1), Need.NONE, by, minutes=40)
    an_attempt(call_id, by, date(2026, 8, 31), Outcome.NO_ANSWER)
    found = everywhere()
    assert found.joined_a_month == 0.5
    assert found.measured.minutes_a_call == 45
    december = found.councils[KENT][1]
    assert december.calls_of_joining == 0.5
    assert december.minutes_needed == (december.calls + 0.5) * 45


def test_hours_there_are_those_of_people_at_work() -> None:
    lead, gone, other = (staff_member(councils=(code,), employer=code) for code in (KENT, KENT, BEXLEY))
    gone.active = False
    for person in (lead, gone, other):
        db.session.execute(
            insert(StaffHours).values(
                id=person.id,
                staff_id=person.id,
                from_on=TODAY,
                minutes_a_week=600,
                set_at=clock.now(),
                set_by=person.id,
            )
        )
    away = {"recorded_at": clock.now(), "recorded_by": lead.id, "staff_id": lead.id, "id": lead.id}
    db.session.execute(
        insert(StaffAbsence).values(from_on=date(2026, 11, 26), until_on=date(2026, 11, 30), **away)
    )
    db.session.commit()
    assert by_month(everywhere(council=KENT), "F7")["2026-11"] == 4.0
    assert by_month(everywhere(), "F7", BEXLEY)["2026-11"] == 10.0


def test_a_manager_reads_the_own_councils_forecast_and_the_file_says_the_same(client: FlaskClient) -> None:
    a_family([a_child(date(2024, 6, 10))], accepted_on=ACCEPTED)
    sign_in(client, staff_member(Role.MANAGER, councils=(KENT,)))
    page = client.get("/reports/forecast").text
    assert "Nobody’s hours are set." in page
    assert "November 2026" in page
    assert "Medway" not in page
    assert client.get(f"/reports/forecast?council={MEDWAY}").status_code == 404
    assert client.get(f"/reports/forecast.csv?council={MEDWAY}").status_code == 404
    lines = list(csv.DictReader(client.get("/reports/forecast.csv").text.splitlines()))
    told = {
        (row["code"], row["dimension"]["month"]): row["value"]
        for row in everywhere(council=KENT).as_dict()["measures"]
    }
    assert len(told) == 7 * 24
    assert {(row["code"], row["dimension"][6:]): float(row["value"]) for row in lines} == told
    assert "forecast.download" in db.session.scalars(select(AuditEvent.action)).all()


def test_short_hours_are_said_in_words(client: FlaskClient) -> None:
    for _ in range(8):
        a_family([a_child(date(2024, 6, 10))], accepted_on=ACCEPTED)
    boss = staff_member(Role.MANAGER, councils=(KENT,), employer=KENT)
    minutes = {"minutes_a_week": 60, "set_at": clock.now(), "set_by": boss.id}
    db.session.execute(insert(StaffHours).values(id=boss.id, staff_id=boss.id, from_on=TODAY, **minutes))
    db.session.commit()
    sign_in(client, boss)
    page = client.get("/reports/forecast").text
    assert "First in November 2026, by about 7 hours." in page
    assert "7 hours short" in page


def test_a_year_keeps_to_its_months() -> None:
    the_councils()
    assert [span.first_on for span in everywhere(year="2026-27").months] == [
        TODAY,
        *(date(2026 + (number > 11), number % 12 + 1, 1) for number in range(11, 15)),
    ]


@pytest.mark.engine("sqlite")
def test_the_command_says_the_same(app: Flask) -> None:
    a_family([a_child(date(2024, 6, 10))], accepted_on=ACCEPTED)

    def told(*options: str) -> str:
        return app.test_cli_runner().invoke(args=["report", "forecast", "--council", KENT, *options]).stdout

    found = everywhere(council=KENT)
    assert json.loads(told("--format", "json")) == found.as_dict()
    assert told("--format", "csv").splitlines() == found.as_csv().splitlines()
    assert "24 months from 24 November 2026" in told()


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "options, sentence",
    [(("--year", "2025-26"), "24 months ahead from today"), (("--published",), "it is not published.")],
)
def test_the_command_refuses_with_a_sentence(app: Flask, options: tuple[str, ...], sentence: str) -> None:
    the_councils()
    refused = app.test_cli_runner().invoke(args=["report", "forecast", *options])
    assert (refused.exit_code, sentence in refused.stderr) == (1, True)
