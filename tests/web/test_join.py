"""Joining, one question a page."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import time_machine
from sqlalchemy import func, select

from catchup import clock
from catchup.models.registration import JoinDraft, Registration
from catchup.models.staff import StaffSession
from catchup.rules.councils import provisional_code
from tests.factories.joining import PAGES, an_hour_ago, answer, fill_in, send, the_token


def text(response):
    return response.get_data(as_text=True)


def sent_answers(client, session):
    an_hour_ago(session)
    assert send(client).location == "/join/sent"
    return session.scalars(select(Registration)).one().answers


def child(client, **changes):
    fill_in(client, until="children/1")
    return answer(client, "children/1", **changes)


def error_beside(response, field):
    found = re.search(rf'<p id="{field}-error"[^>]*>.*?</span>\s*(.*?)</p>', text(response), re.DOTALL)
    return found.group(1) if found else None


def test_a_family_joins_and_is_given_a_reference(client, session):
    fill_in(client)
    kept = sent_answers(client, session)
    registration = session.scalars(select(Registration)).one()
    assert registration.reference in text(client.get("/join/sent"))
    assert kept["children"][0] == {
        **{"first_name": "Ada", "born_on": "2020-03-01", "order_on": "2024-06-10"},
        **{"placing": "E10000016", "lives": "home-1"},
    }
    assert (kept["address"]["council"], kept["phone"]["number"]) == ("E06000035", "+441632960001")


def test_no_title_or_address_of_the_form_tells_a_passer_by(client, session):
    fill_in(client, second_home={"there_is": "yes", "postcode": "S1 2HH"})
    for page in [*PAGES, "second-address", "check", "not-yet"]:
        html = text(client.get(f"/join/{page}"))
        title = re.search("<title>(.*?)</title>", html).group(1)
        assert "adopt" not in title.lower()
        for word in ("Example", "Ada", "ME4", "S1 2HH"):
            assert word not in title


def test_reading_pages_keeps_nothing(client, session):
    fill_in(client, until="name")
    before = session.scalars(select(JoinDraft.version)).one()
    for page in ("order", "name", "check", "sent", "address", "children"):
        client.get(f"/join/{page}")
    session.expire_all()
    assert session.scalars(select(JoinDraft.version)).one() == before


def test_the_first_page_makes_no_row_and_no_session(client, session):
    client.get("/join/order")
    client.get("/")
    assert session.scalar(select(func.count()).select_from(JoinDraft)) == 0
    assert session.scalar(select(func.count()).select_from(StaffSession)) == 0


def test_the_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts(client):
    cookie = client.get("/join/order", base_url="https://catch-up.example.com").headers["Set-Cookie"]
    assert re.match(r"__Host-join=[\w-]{43};", cookie)
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_an_answer_from_another_sites_page_is_refused(client, session, token):
    client.get("/join/order")
    data = {"made": "yes"} | ({"token": token} if token is not None else {})
    assert client.post("/join/order", data=data).status_code == 400
    assert session.scalar(select(func.count()).select_from(JoinDraft)) == 0


def test_the_token_of_another_browser_is_refused(client, app, session):
    mine = the_token(client.get("/join/order"))
    other = app.test_client()
    other.get("/join/order")
    assert other.post("/join/order", data={**mine, "made": "yes"}).status_code == 400


def test_a_browser_without_cookies_is_told_so(app):
    client = app.test_client(use_cookies=False)
    response = client.post("/join/order", data={"made": "yes"})
    assert response.status_code == 400
    assert "cookie" in text(response)


def test_not_ordered_yet_leads_to_a_page_that_says_when_to_come_back(client, session):
    response = answer(client, "order", made="no")
    assert response.location == "/join/not-yet"
    assert session.scalar(select(func.count()).select_from(JoinDraft)) == 0


def test_pages_ahead_lead_back_to_the_first_open_one(client, session):
    fill_in(client, until="postcode")
    for page in ("phone", "children", "children/1", "check"):
        assert client.get(f"/join/{page}").location == "/join/postcode"


def test_a_page_that_does_not_exist_is_not_found(client, session):
    fill_in(client, until="children")
    for page in ("nonsense", "children/3", "children/9", "children/0"):
        assert client.get(f"/join/{page}").status_code == 404


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"born_on__month": "2", "born_on__day": "31"}, "Date of birth must be a real date"),
        ({"born_on__year": "20"}, "Year must include 4 numbers"),
        ({"born_on__year": ""}, "Date of birth must include a year"),
        ({"born_on__year": "2999"}, "Date of birth must be today or in the past"),
        ({"born_on__year": "2001"}, "the child is 18 or over"),
    ],
)
def test_a_birthday_that_cannot_be_is_explained_and_still_in_its_boxes(client, session, changes, sentence):
    response = child(client, **changes)
    assert response.status_code == 422
    assert sentence in (error_beside(response, "born_on") or "")
    (name, typed), *_ = changes.items()
    assert f'name="{name.replace("__", "-")}" type="text" inputmode="numeric" value="{typed}"' in text(
        response
    )


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"order_on__month": "2", "order_on__day": "31"}, "must be a real date"),
        ({"order_on__year": "2999"}, "must be today or in the past"),
        ({"order_on__year": "2019"}, "must not be before the date of birth"),
    ],
)
def test_an_order_date_that_cannot_be_is_explained(client, session, changes, sentence):
    response = child(client, **changes)
    assert response.status_code == 422
    assert sentence in (error_beside(response, "order_on") or "")
    assert 'href="#order_on-day"' in text(response)


@pytest.mark.parametrize("today, allowed", [(date(2038, 2, 28), True), (date(2038, 3, 1), False)])
def test_a_child_may_join_until_the_day_before_the_eighteenth_birthday(client, session, today, allowed):
    clock.move_to(today)
    assert (child(client).status_code == 302) is allowed


def test_not_sure_and_no_council_are_different_answers(client, session):
    fill_in(client, child_1={"placing": "unknown"}, child_2={"placing": "none", "first_name": "Ben"})
    kept = sent_answers(client, session)
    assert [said["placing"] for said in kept["children"]] == ["unknown", "none"]


def test_nothing_chosen_is_not_an_answer_about_the_placing_council(client, session):
    assert error_beside(child(client, placing=""), "placing")


def test_eight_children_are_the_most(client, session):
    fill_in(client, **{f"child_{number}": {"first_name": f"C{number}"} for number in range(2, 9)})
    assert "as many as this form can take" in text(client.get("/join/children"))
    assert client.get("/join/children/9").status_code == 404
    assert len(sent_answers(client, session)["children"]) == 8


@pytest.mark.parametrize(
    "postcode, shown", [("S1 2HH", "S1 2HH is in Sheffield"), ("CF10 1EP", "CF10 1EP is outside England")]
)
def test_the_council_of_a_postcode_is_shown(client, session, postcode, shown):
    fill_in(client, until="address", postcode={"postcode": postcode})
    page = text(client.get("/join/address")).replace("\N{NO-BREAK SPACE}", " ")
    assert shown in page


def test_a_council_that_is_wrong_can_be_put_right(client, session):
    fill_in(client, address={"right": "no", "council": "E10000016"})
    assert sent_answers(client, session)["address"]["council"] == "E10000016"


@pytest.mark.parametrize(
    "council, kept", [("E10000016", ("E10000016", False)), ("unknown", (None, False)), ("none", (None, True))]
)
def test_an_unknown_postcode_is_asked_about(client, session, council, kept):
    fill_in(client, until="address", postcode={"postcode": "ZZ1 1AA"})
    missing = answer(client, "address", council="")
    assert error_beside(missing, "council")
    fill_in(client, postcode={"postcode": "ZZ1 1AA"}, address={"council": council})
    said = sent_answers(client, session)["address"]
    assert (said["council"], said["outside"]) == kept


def test_a_surrey_postcode_is_one_of_two_councils_once_the_county_is_divided(client, session):
    clock.move_to(date(2027, 4, 1))
    fill_in(client, postcode={"postcode": "GU1 3BB"})
    assert sent_answers(client, session)["address"]["council"] == provisional_code("West Surrey")


def test_two_parents_and_two_homes(client, session):
    fill_in(
        client,
        other_parent={"there_is": "yes", "full_name": "Sam Example"},
        second_home={"there_is": "yes", "postcode": "S1 2HH"},
        second_address={"who": "other"},
        child_1={"lives": "home-2"},
    )
    kept = sent_answers(client, session)
    assert (kept["second-address"]["council"], kept["second-address"]["who"]) == ("E08000039", "other")
    assert kept["children"][0]["lives"] == "home-2"


def test_an_answer_changed_from_the_check_leads_back_there(client, session):
    fill_in(client)
    for page in PAGES:
        assert f'href="/join/{page}"' in text(client.get("/join/check")) or page in ("order", "what-we-do")
    assert answer(client, "name", full_name="Robin Example").location == "/join/check"
    assert answer(client, "children/1", first_name="Eve").location == "/join/check"
    page = text(client.get("/join/check"))
    assert "Robin Example" in page
    assert "Eve" in page


def test_a_new_postcode_asks_for_the_address_again_and_keeps_what_was_typed(client, session):
    fill_in(client)
    assert answer(client, "postcode", postcode="S1 2HH").location == "/join/address"
    assert client.get("/join/check").location == "/join/address"
    page = text(client.get("/join/address"))
    assert "1 Invented Street" in page
    assert "checked" not in page


def test_a_second_home_taken_back_asks_where_the_child_lives(client, session):
    fill_in(client, second_home={"there_is": "yes", "postcode": "S1 2HH"}, child_1={"lives": "home-2"})
    assert answer(client, "second-home", there_is="no").location == "/join/children"
    assert client.get("/join/children").location == "/join/children/1"
    assert answer(client, "children/1", lives="home-1").location == "/join/check"


def test_no_phone_makes_the_email_address_necessary(client, session):
    fill_in(client, until="email", phone={"there_is": "no"})
    assert error_beside(answer(client, "email", address=""), "address")
    assert error_beside(answer(client, "email", may_email="no"), "may_email")
    assert answer(client, "email").status_code == 302


def test_a_child_can_be_removed(client, session):
    fill_in(client, child_2={"first_name": "Ben"})
    hidden = the_token(client.get("/join/children/1/remove"))
    client.post("/join/children/1/remove", data=hidden)
    # A second click: number 1 is now another child, who stays.
    client.post("/join/children/1/remove", data=hidden)
    assert [said["first_name"] for said in sent_answers(client, session)["children"]] == ["Ben"]


def test_another_windows_answer_is_not_overwritten_unseen(client, session):
    fill_in(client, until="other-parent")
    old = the_token(client.get("/join/name"))
    answer(client, "name", full_name="Robin Example")
    response = client.post("/join/name", data={**old, "full_name": "Chris Example"})
    assert response.status_code == 409
    assert "Robin Example" in text(response)
    assert 'value="Chris Example"' in text(response)
    again = client.post("/join/name", data={**the_token(response), "full_name": "Chris Example"})
    assert again.status_code == 302


def test_the_same_answer_sent_twice_goes_on(client, session):
    old = the_token(client.get("/join/order"))
    for _click in range(2):
        assert client.post("/join/order", data={**old, "made": "yes"}).location == "/join/name"


def test_answers_changed_in_another_window_are_looked_at_before_they_are_sent(client, session):
    fill_in(client)
    an_hour_ago(session)
    old = the_token(client.get("/join/check"))
    answer(client, "name", full_name="Robin Example")
    response = client.post("/join/check", data=old)
    assert response.status_code == 409
    assert session.scalar(select(func.count()).select_from(Registration)) == 0


def test_a_double_click_is_one_registration(client, session):
    fill_in(client)
    an_hour_ago(session)
    hidden = the_token(client.get("/join/check"))
    for _click in range(2):
        assert client.post("/join/check", data=hidden).location == "/join/sent"
    registration = session.scalars(select(Registration)).one()
    assert registration.reference in text(client.get("/join/sent"))
    assert client.get("/join/name").location == "/join/sent"


def test_once_sent_nothing_of_the_answers_stays_in_the_draft(client, session):
    fill_in(client)
    sent_answers(client, session)
    assert "Example" not in str(session.scalars(select(JoinDraft)).one().answers)


def test_after_sending_another_family_can_start_on_the_same_phone(client, session):
    fill_in(client)
    sent_answers(client, session)
    fill_in(client, name={"full_name": "Robin Example"})
    an_hour_ago(session)
    send(client)
    assert session.scalar(select(func.count()).select_from(Registration)) == 2


def test_a_machine_gets_the_same_page_and_nothing_is_kept(client, session):
    with time_machine.travel(clock.real_now(), tick=False):  # all of it within two seconds
        fill_in(client)
        assert send(client).location == "/join/sent"
    assert "CU-" in text(client.get("/join/sent"))
    fill_in(client, name={"website": "https://spam.example.com"})
    an_hour_ago(session)
    assert send(client).location == "/join/sent"
    assert session.scalar(select(func.count()).select_from(Registration)) == 0


def test_a_form_left_for_a_day_is_gone_and_says_so(client, session):
    fill_in(client, until="phone")
    for _hour in range(24):
        an_hour_ago(session)
    response = client.get("/join/phone")
    assert response.status_code == 410
    assert "Nothing was sent" in text(response)
    assert client.get("/join/order").status_code == 200


@pytest.mark.parametrize(
    "typed", ["Ж" * 200, "<script>alert(1)</script>x", "O’Neill-Å", "a\x00b", "x" * 201, "--"]
)
def test_odd_names_are_kept_as_typed_or_refused_beside_the_box(client, session, typed):
    fill_in(client, until="name")
    response = answer(client, "name", full_name=typed)
    if response.status_code == 302:
        assert session.scalars(select(JoinDraft)).one().answers["name"] == {"full_name": typed}
    else:
        assert response.status_code == 422
        assert error_beside(response, "full_name")


@pytest.mark.parametrize("page", ["order", "check"])
def test_ten_clicks_at_once_are_one(client, app, session, page):
    if page == "check":
        fill_in(client)
        an_hour_ago(session)
    data = {**the_token(client.get(f"/join/{page}")), "made": "yes"}
    cookie = client.get_cookie("__Host-join")
    session.rollback()

    def click(_number):
        visitor = app.test_client()
        visitor.set_cookie(cookie.key, cookie.value)
        return visitor.post(f"/join/{page}", data=data).location

    with ThreadPoolExecutor(10) as clicks:
        locations = set(clicks.map(click, range(10)))
    assert len(locations) == 1
    model = Registration if page == "check" else JoinDraft
    assert session.scalar(select(func.count()).select_from(model)) == 1
