"""Support requests on the pages: whom to ask before it is kept, the steps, and what is still waited for."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.family import Family
from catchup.models.signpost import SupportRequest
from catchup.models.staff import Staff
from catchup.queries import facts
from catchup.queries import support as queries
from catchup.rules.terms import Placing, Role, SupportKind, SupportStep
from catchup.services import families, support
from catchup.services.support import NewRequest
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]
TODAY = date(2026, 11, 23)
# The order of 10 June 2022: Kent until 10 June 2025, then Medway, where the child lives.
LAST_DAY, NEXT_DAY = date(2025, 6, 10), date(2025, 6, 11)


@pytest.fixture
def lead(app: Flask, session: object, client: FlaskClient) -> Staff:
    """A lead of Kent who is signed in."""
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)
    lead = staff_member(councils=(KENT,))
    sign_in(client, lead)
    return lead


def handed_over(lead: Staff, **facts_of_child: object) -> Family:
    """A family whose child Kent placed and which lives in Medway, its three years over."""
    child = a_child(date(2022, 6, 10), first_name="Ada", **facts_of_child)  # type: ignore[arg-type]  # any fact
    return a_family([child], lead=lead, home_council=MEDWAY)


def on(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def asked(
    family: Family, received_on: date = TODAY, kind: SupportKind = SupportKind.OTHER, by: Staff | None = None
) -> UUID:
    child = facts.family(family.id).children[0]
    new = NewRequest(kind=kind, child_id=child.id)
    made = support.request(child, family.id, new, received_on, a_viewer(by or staff_member()))
    db.session.commit()
    return made.id


def step(request_id: UUID, what: SupportStep, day: date, by: Staff) -> None:
    made = db.session.get_one(SupportRequest, request_id)
    reason = "Not this year" if what is SupportStep.REFUSED else None
    support.add_step(made, what, day, reason, a_viewer(by))
    db.session.commit()


def shown(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


# Whom to ask


def test_before_it_is_kept_the_page_says_whom_to_ask_and_why(client: FlaskClient, lead: Staff) -> None:
    family = a_family([a_child(date(2025, 6, 10), first_name="Ada")], lead=lead, home_council=MEDWAY)
    page = shown(client, f"/families/{family.id}/requests")
    assert "Whom to ask on 23 November 2026" in page
    assert "Kent placed" in page
    assert "Medway is asked, because the child lives there on 23 November 2026." in page
    assert "The therapy fund pays up to £3,000 for a child until 31 March 2027." in page


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("day, council", [(LAST_DAY, "Kent"), (NEXT_DAY, "Medway")])
def test_the_councils_of_another_day_are_shown_and_nothing_is_kept(
    client: FlaskClient, lead: Staff, day: date, council: str
) -> None:
    family = handed_over(lead)
    data = {"look": "yes", "note": "Words not to lose"} | on("received_on", day)
    answer = client.post(f"/families/{family.id}/requests", data=data)
    page = answer.get_data(as_text=True)
    first_row = page.partition('data-kinds="assessment')[2].partition("</tr>")[0]
    assert answer.status_code == 200
    assert f"<strong>{council}</strong>" in first_row
    assert "Words not to lose" in page
    assert db.session.scalars(select(SupportRequest)).all() == []


def test_a_day_with_another_council_than_the_one_shown_is_asked_about_first(
    client: FlaskClient, lead: Staff
) -> None:
    family = handed_over(lead)
    data = {
        "child": str(family.children[0].id),
        "kind": "assessment",
        "shown_on": TODAY.isoformat(),
    } | on("received_on", LAST_DAY)
    refused = client.post(f"/families/{family.id}/requests", data=data)
    assert refused.status_code == 422
    assert "On 10 June 2025 another council was to be asked: Kent." in refused.get_data(as_text=True)
    client.post(f"/families/{family.id}/requests", data=data | {"shown_on": LAST_DAY.isoformat()})
    assert db.session.scalars(select(SupportRequest.council_code)).all() == [KENT]


def test_children_with_the_same_answers_stand_together(lead: Staff) -> None:
    ada, ben = a_child(date(2025, 6, 10)), a_child(date(2025, 6, 10))
    cara = a_child(date(2022, 6, 10))
    family = a_family([ada, ben, cara], lead=lead, home_council=MEDWAY)
    found = queries.proposals(facts.family(family.id).children, TODAY)
    assert sorted((len(one.children), len(one.kinds), one.council) for one in found) == [
        (1, 4, MEDWAY),
        (2, 4, KENT),
        (3, 1, MEDWAY),
    ]


# Steps


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "what, day, sentence",
    [
        (
            "started",
            TODAY,
            "The request stands at “Received”: choose “Agreed” or “Refused”",
        ),
        ("decided", date(2026, 11, 9), "The day must be on or after 10 November 2026: Received"),
        ("decided", TODAY + timedelta(days=1), "The day must be today or in the past"),
        ("refused", TODAY, "Say why it was refused"),
    ],
)
def test_a_step_that_cannot_be_is_refused_beside_its_field(
    client: FlaskClient, lead: Staff, what: str, day: date, sentence: str
) -> None:
    family = handed_over(lead)
    request_id = asked(family, date(2026, 11, 10))
    answer = client.post(
        f"/families/{family.id}/requests/{request_id}/step", data={"step": what} | on("on", day)
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count(sentence) == 2, "in the summary and beside the field"
    made = db.session.get_one(SupportRequest, request_id)
    assert [taken.step for taken in made.steps] == [SupportStep.RECEIVED]


def test_a_request_goes_from_agreed_to_started(client: FlaskClient, lead: Staff) -> None:
    family = handed_over(lead)
    path = f"/families/{family.id}/requests/{asked(family, date(2026, 11, 10))}/step"
    client.post(path, data={"step": "decided"} | on("on", date(2026, 11, 12)))
    client.post(path, data={"step": "started"} | on("on", TODAY))
    assert "Received 10 Nov → Agreed 12 Nov → Started 23 Nov" in shown(client, f"/families/{family.id}")
    assert "Nothing can follow" in client.post(
        path, data={"step": "refused", "reason": "x"} | on("on", TODAY)
    ).get_data(as_text=True)


# The worklist


def test_the_oldest_stands_first_with_its_days_and_what_is_next(client: FlaskClient, lead: Staff) -> None:
    old, new = handed_over(lead), handed_over(lead)
    asked(new, date(2026, 11, 22), SupportKind.LIFE_STORY)
    request_id = asked(old, date(2026, 10, 1), SupportKind.THERAPY_FUND)
    step(request_id, SupportStep.DECIDED, date(2026, 11, 1), lead)
    page = shown(client, "/support")
    assert page.index(old.name) < page.index(new.name)
    assert "53 days" in page
    assert "Ask when it starts" in page
    assert "Ask Medway what it has decided" in page
    seen = db.session.scalars(select(AuditEvent.families).where(AuditEvent.action == "support.list")).all()
    assert seen == [old.id.bytes + new.id.bytes]


def test_own_requests_are_those_of_families_one_rings(client: FlaskClient, lead: Staff) -> None:
    mine, anothers = handed_over(lead), handed_over(staff_member(councils=(KENT,), name="Sam Example"))
    for family in (mine, anothers):
        asked(family)
    own, team = shown(client, "/support"), shown(client, "/support?view=team")
    assert mine.name in own
    assert anothers.name not in own
    assert mine.name in team
    assert anothers.name in team
    assert "Sam Example" in team


@pytest.mark.engine("sqlite")
def test_a_manager_begins_with_the_team(app: Flask, lead: Staff) -> None:
    family = handed_over(lead)
    asked(family)
    manager = app.test_client()
    sign_in(manager, staff_member(Role.MANAGER))
    assert family.name in shown(manager, "/support")


def test_another_councils_requests_are_not_there(app: Flask, lead: Staff) -> None:
    family = handed_over(lead)
    asked(family)
    stranger = app.test_client()
    sign_in(stranger, staff_member(councils=(BEXLEY,)))
    assert family.name not in shown(stranger, "/support?view=team")


@pytest.mark.parametrize(
    "query, names",
    [
        ("", {"Waiting", "Agreed"}),
        ("?state=received", {"Waiting"}),
        ("?state=decided", {"Agreed"}),
        ("?state=refused", {"Refused"}),
        ("?state=started", set()),
        (f"?council={MEDWAY}", {"Waiting"}),
        ("?council=undecided", {"Agreed"}),
        ("?state=nonsense&council=nowhere&after=nothing", {"Waiting", "Agreed"}),
    ],
)
def test_it_narrows_by_state_and_council(
    client: FlaskClient, lead: Staff, query: str, names: set[str]
) -> None:
    unknown = a_child(date(2025, 6, 10), placing=Placing.UNKNOWN, placing_council=None)
    waiting = a_family([a_child(date(2022, 6, 10))], lead=lead, name="Waiting")
    agreed = a_family([unknown], lead=lead, name="Agreed")
    refused = a_family([a_child(date(2022, 6, 10))], lead=lead, name="Refused")
    asked(waiting)
    step(asked(agreed), SupportStep.DECIDED, TODAY, lead)
    step(asked(refused), SupportStep.REFUSED, TODAY, lead)
    page = shown(client, f"/support{query}")
    assert {name for name in ("Waiting", "Agreed", "Refused") if f">{name}</a>" in page} == names


def test_a_page_holds_fifty_and_leads_to_the_next(
    client: FlaskClient, lead: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST", 2)
    family = handed_over(lead)
    for days in (1, 2, 2):
        asked(family, TODAY - timedelta(days=days))
    page = shown(client, "/support")
    assert page.count('class="cu-row"') == 2
    link = page.partition('href="/support?view=mine')[2].partition('"')[0].replace("&amp;", "&")
    assert shown(client, f"/support?view=mine{link}").count('class="cu-row"') == 1


@pytest.mark.engine("sqlite")
def test_a_stopped_family_is_marked(client: FlaskClient, lead: Staff) -> None:
    family = handed_over(lead)
    asked(family)
    families.stop_everything(family, "Danger", a_viewer(lead))
    db.session.commit()
    assert "Everything stopped" in shown(client, "/support")
