"""The directory: looking up, how far away, keeping it right, and what was written in on calls."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.directory import Service
from catchup.models.signpost import Signpost
from catchup.models.staff import Staff
from catchup.queries.directory import Away, Choice
from catchup.rules.terms import Category
from catchup.web.staff.service_words import one_line
from tests.factories.events import a_call, a_signpost, held
from tests.factories.families import BEXLEY, KENT, SHEFFIELD, a_family
from tests.factories.services import a_service
from tests.factories.staff import sign_in, staff_member

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.engine_in_ci("sqlite")]
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def worker(app: Flask, session: object, client: FlaskClient) -> Staff:
    """A lead of Kent who is signed in."""
    app.config["WTF_CSRF_ENABLED"] = False
    clock.move_to(TODAY)
    worker = staff_member(councils=(KENT,))
    sign_in(client, worker)
    return worker


def shown(client: FlaskClient, query: str = "") -> str:
    return client.get(f"/directory{query}").get_data(as_text=True)


@pytest.mark.parametrize(
    "query, names",
    [
        ("", {"Tuesday group", "Kent clinic", "Helpline"}),
        ("?category=peers", {"Tuesday group"}),
        (f"?council={BEXLEY}", {"Tuesday group", "Helpline"}),
        ("?words=clin", {"Kent clinic"}),
        ("?words=100%25", {"Helpline"}),
        ("?category=nonsense&council=nowhere", {"Tuesday group", "Kent clinic", "Helpline"}),
    ],
)
def test_it_narrows_by_category_council_and_words(client: FlaskClient, query: str, names: set[str]) -> None:
    a_service("Tuesday group", Category.PEERS)
    a_service("Kent clinic", Category.HEALTH, councils=(KENT,))
    a_service("Helpline", Category.ADVICE_LINES, offers="Answers 100% of calls")
    page = shown(client, query)
    assert {name for name in ("Tuesday group", "Kent clinic", "Helpline") if name in page} == names


@pytest.mark.parametrize(
    "checked_on, stale", [(date(2026, 5, 27), False), (date(2026, 5, 26), True), (None, True)]
)
def test_what_was_not_checked_for_180_days_is_marked(
    client: FlaskClient, checked_on: date | None, stale: bool
) -> None:
    a_service(checked_on=checked_on)
    assert ("Needs checking" in shown(client)) is stale
    assert ("Example group" in shown(client, "?shown=stale")) is stale


ENTRY = {
    "name": "New group",
    "category": "peers",
    "offers": "Tea",
    "run_by": "Volunteers",
    "venue_postcode": "me44aa",
    "waiting_weeks": "6",
    "councils": KENT,
}


def test_a_service_is_added_and_counts_as_checked(client: FlaskClient) -> None:
    client.post("/directory/add", data=ENTRY | {"online": "y"})
    added = db.session.scalars(select(Service)).one()
    assert (added.name, added.venue_postcode, added.waiting_weeks) == ("New group", "ME4 4AA", 6)
    assert (added.online, added.checked_on) == (True, TODAY)
    assert [link.council_code for link in added.councils] == [KENT]


def test_what_is_missing_is_said_beside_it(client: FlaskClient) -> None:
    refused = client.post("/directory/add", data={"name": "Half a group", "waiting_weeks": "soon"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Choose what it is for" in page
    assert "Enter the weeks as a number" in page
    assert "Half a group" in page


def test_a_service_is_corrected_checked_and_retired(client: FlaskClient) -> None:
    service = a_service("Old name", councils=(KENT,))
    client.post(f"/directory/{service.id}", data=ENTRY | {"name": "Right name"})
    db.session.refresh(service)
    assert (service.name, service.checked_on) == ("Right name", TODAY)
    assert [link.council_code for link in service.councils] == [KENT]
    clock.move_to(date(2026, 11, 24))
    client.post(f"/directory/{service.id}/verify")
    db.session.refresh(service)
    assert service.checked_on == date(2026, 11, 24)
    client.post(f"/directory/{service.id}/retire")
    assert "Right name" not in shown(client)
    assert client.get(f"/directory/{service.id}").status_code == 404
    assert "Taken out" in shown(client, "?shown=retired")
    client.post(f"/directory/{service.id}/bring-back")
    assert "Right name" in shown(client)
    done = select(AuditEvent.action).where(AuditEvent.subject == "service").order_by(AuditEvent.id)
    assert db.session.scalars(done).all() == [
        f"directory.{act}" for act in ("correct", "verify", "retire", "bring_back")
    ]


def test_a_service_stands_in_it_once(client: FlaskClient) -> None:
    a_service("New Group", run_by="volunteers")
    refused = client.post("/directory/add", data=ENTRY)
    assert refused.status_code == 422
    assert "This is in the directory already" in refused.get_data(as_text=True)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "facts, away, line",
    [
        (
            {"waiting_weeks": 6, "checked_on": date(2026, 5, 26), "venue_postcode": "ME4 4TR"},
            (Away(4, ()),),
            "Group X, 4 km, 6 weeks’ wait, bought in, not checked since May",
        ),
        (
            {"own_staff": True, "waiting_weeks": 0, "languages": "Polish", "checked_on": TODAY},
            (Away(4, ("Ada", "Cara")), Away(32, ("Ben",))),
            "Group X, Ada and Cara 4 km, Ben 32 km, no wait, Polish, our own staff",
        ),
        (
            {"online": True, "waiting_weeks": 1, "checked_on": date(2025, 12, 1)},
            (),
            "Group X, online, 1 week’s wait, bought in, not checked since December 2025",
        ),
        ({}, (), "Group X, bought in, never checked"),
    ],
)
def test_where_it_is_picked_a_service_says_what_decides_in_one_line(
    app: Flask, facts: dict[str, object], away: tuple[Away, ...], line: str
) -> None:
    with app.test_request_context():
        assert one_line(Choice(a_service("Group X", **facts), away), TODAY) == line  # type: ignore[arg-type]  # any


def near(client: FlaskClient, **answers: str) -> str:
    return client.post("/directory", data=answers).get_data(as_text=True)


def test_near_a_postcode_the_nearest_stands_first(client: FlaskClient) -> None:
    a_service("A far group", venue_postcode="CT1 2EH")
    a_service("B near group", venue_postcode="ME4 4TR")
    a_service("C helpline", online=True)
    page = near(client, near="me14 1xx")
    assert page.index("B near group") < page.index("A far group") < page.index("C helpline")
    assert page.index("13 km") < page.index("39 km")
    within = near(client, near="me14 1xx", within="20")
    assert "B near group" in within
    assert "A far group" not in within
    assert "C helpline" in within


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "postcode, sentence",
    [("here", "Enter a full UK postcode"), ("ZZ1 1ZZ", "We do not know where that postcode is")],
)
def test_a_postcode_without_a_place_is_said_beside_its_box(
    client: FlaskClient, postcode: str, sentence: str
) -> None:
    a_service(venue_postcode="ME4 4TR")
    answer = client.post("/directory", data={"near": postcode, "words": "group"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count(sentence) == 2
    assert postcode in page
    assert "Example group" in page


@pytest.mark.engine("sqlite")
def test_a_postcode_in_the_address_is_not_looked_at(client: FlaskClient) -> None:
    a_service(venue_postcode="ME4 4TR")
    assert "13 km" not in shown(client, "?near=ME14+1XX")


# Written in on calls


def wrote_in(worker: Staff, name: str, category: Category = Category.PEERS, **facts: object) -> Signpost:
    family = a_family(lead=worker, **facts)  # type: ignore[arg-type]  # any fact of a family
    call = a_call(family, TODAY, **held(TODAY))
    key = a_signpost(family, call, worker, TODAY, written_in=name, category=category)
    return db.session.get_one(Signpost, key)


def test_what_was_written_in_is_listed_once_with_how_often(client: FlaskClient, worker: Staff) -> None:
    for name in ("Rainbow  club", "rainbow club", "Knitting"):
        wrote_in(worker, name)
    wrote_in(worker, "Rainbow club", Category.SHORT_BREAKS)
    page = shown(client, "/written-in")
    assert "2 signposts" in page
    assert page.count("1 signpost<") == 2
    listed = select(AuditEvent.action).where(AuditEvent.action == "signpost.written_in")
    assert db.session.scalars(listed).all() == ["signpost.written_in"]


def test_once_added_the_signposts_that_wrote_it_in_belong_to_it(client: FlaskClient, worker: Staff) -> None:
    one, other = wrote_in(worker, "Rainbow Club"), wrote_in(worker, "rainbow club")
    elsewhere = wrote_in(worker, "Rainbow Club", Category.SEND)
    path = f"/directory/add?written_in={one.id}"
    start = client.get(path).get_data(as_text=True)
    assert 'value="Rainbow Club"' in start
    assert '<option value="peers" selected>' in start
    assert "2 signposts wrote it in" in start
    client.post(path, data=ENTRY | {"name": "The Rainbow Club"})
    added = db.session.scalars(select(Service)).one()
    for signpost in (one, other, elsewhere):
        db.session.refresh(signpost)
    assert (one.service_id, other.service_id, elsewhere.service_id) == (added.id, added.id, None)
    assert (one.written_in, other.written_in) == ("Rainbow Club", "rainbow club")
    linked = select(AuditEvent.subject_id).where(AuditEvent.action == "signpost.link")
    assert set(db.session.scalars(linked)) == {one.id, other.id}
    assert "The Rainbow Club" in client.get(f"/families/{one.family_id}").get_data(as_text=True)


def test_what_is_there_under_another_name_is_linked_to_it(client: FlaskClient, worker: Staff) -> None:
    signpost, there = wrote_in(worker, "Coffee morning"), a_service("Kettle and Crumb")
    path = f"/directory/written-in/{signpost.id}"
    nothing = client.post(path, data={})
    assert nothing.status_code == 422
    assert "Choose the service in the directory" in nothing.get_data(as_text=True)
    assert 'value="Coffee morning"' in nothing.get_data(as_text=True)
    client.post(path, data={"known-service": str(there.id)})
    db.session.refresh(signpost)
    assert signpost.service_id == there.id


def test_signposts_of_families_out_of_scope_are_neither_shown_nor_linked(
    app: Flask, client: FlaskClient, worker: Staff
) -> None:
    wrote_in(worker, "Rainbow club")
    stranger = staff_member(councils=(SHEFFIELD,))
    theirs = wrote_in(stranger, "Rainbow club", owning_council=SHEFFIELD, home_council=SHEFFIELD, children=[])
    assert "1 signpost<" in shown(client, "/written-in")
    assert client.get(f"/directory/add?written_in={theirs.id}").status_code == 404
    assert client.post(f"/directory/written-in/{theirs.id}", data={}).status_code == 404
