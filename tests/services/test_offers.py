"""Offering the service: what counts as offered, who is reminded, who is never written to."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from catchup import clock
from catchup.crypto import ring
from catchup.extensions import db
from catchup.models.audit import AuditEvent
from catchup.models.offer import Offer
from catchup.models.order import RecordedOrder
from catchup.models.outbox import Message
from catchup.queries import offers as queries
from catchup.queries import reports
from catchup.rules.offers import NotOffered
from catchup.rules.terms import Channel
from catchup.services import offers, order_contacts, outbox, registrations
from catchup.services.offers import Came, NotNowError, Way
from config import Settings
from tests.factories import messages
from tests.factories.events import a_quiet_family
from tests.factories.families import BEXLEY, KENT, MEDWAY
from tests.factories.joining import a_registration
from tests.factories.offers import a_manager, an_order_to_offer, offered, posted
from tests.factories.orders import a_recorded_order

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 7, 1)
BY_MAIL = {"email": "adult@example.com", "may_email": True}
BY_TEXT = {"phone": "+447700900101", "may_text": True}


@pytest.fixture(autouse=True)
def today(session: object) -> None:
    clock.move_to(TODAY)


def m2() -> tuple[int, int | None]:
    """Offered, of how many, for orders of Kent in the year."""
    rows = reports.of_year("test", "2026-27", clock.today()).rows
    return next(
        ((row.numerator, row.denominator) for row in rows if (row.code, row.council) == ("M2", KENT)), (0, 0)
    )


def weeks_later(weeks: int, days: int = 0) -> None:
    clock.move_to(TODAY + timedelta(weeks=weeks, days=days))


def code_of(order: RecordedOrder) -> str:
    wanted = Offer.family_reference == order.family_reference
    return db.session.scalars(select(Offer.code).where(wanted)).one()


def why_not(order: RecordedOrder, *, reminding: bool = False) -> NotOffered | None:
    (family,) = queries.get_many([order.id], a_manager())
    return offers.obstacle(family, Way.MESSAGE, reminding=reminding)


# How it is written, and when it counts


@pytest.mark.parametrize(
    "facts, way, channel",
    [
        ({}, Way.MESSAGE, Channel.LETTER),
        (BY_MAIL, Way.MESSAGE, Channel.EMAIL),
        (BY_TEXT, Way.MESSAGE, Channel.TEXT),
        ({**BY_MAIL, **BY_TEXT}, Way.MESSAGE, Channel.TEXT),
        ({**BY_MAIL, **BY_TEXT}, Way.LETTER, Channel.LETTER),
        ({**BY_MAIL, "may_email": False}, Way.MESSAGE, Channel.LETTER),
        ({**BY_TEXT, "may_text": False}, Way.MESSAGE, Channel.LETTER),
        ({"lines": None}, Way.MESSAGE, None),
        ({"lines": None, **BY_MAIL}, Way.LETTER, None),
    ],
)
@pytest.mark.engine("sqlite")
def test_a_message_only_where_somebody_said_that_it_is_safe(
    facts: dict[str, object], way: Way, channel: Channel | None
) -> None:
    order = an_order_to_offer(**facts)  # type: ignore[arg-type]  # facts of the contact
    (family,) = queries.get_many([order.id], a_manager())
    to = offers.recipient(family, way)
    assert (to.channel if to else None) is channel


def test_a_letter_counts_once_it_is_said_to_be_posted() -> None:
    order, by = an_order_to_offer(), a_manager()
    offer = offered(order, by)
    assert m2() == (0, 1)
    clock.move_to(date(2026, 7, 3))
    posted(offer, by)
    assert order.offered_on == date(2026, 7, 3)
    assert m2() == (1, 1)
    assert queries.to_post(by) == []


def test_a_message_counts_once_it_has_gone() -> None:
    order = an_order_to_offer(**BY_MAIL)
    offer = offered(order, a_manager())
    assert m2() == (0, 1)
    assert messages.send() == {"sent": 1}
    db.session.expire_all()
    assert (order.offered_on, offer.posted_by) == (TODAY, None)
    assert m2() == (1, 1)


def test_a_message_that_is_held_back_becomes_a_letter_and_counts_when_that_is_posted() -> None:
    order, by = an_order_to_offer(**BY_MAIL), a_manager()
    offer = offered(order, by)
    order_contacts.change(order.family_reference, {"may_email": False}, by)
    db.session.commit()
    assert messages.send() == {"refused": 1}
    db.session.expire_all()
    assert (offer.channel, offer.message_id, order.offered_on) == (Channel.LETTER, None, None)
    assert m2() == (0, 1)
    posted(offer, by)
    assert m2() == (1, 1)


def test_a_message_that_is_held_back_where_there_is_no_address_is_to_be_offered_again() -> None:
    order, by = an_order_to_offer(lines=None, **BY_MAIL), a_manager()
    first = offered(order, by)
    code = first.code
    order_contacts.change(order.family_reference, {"email": "other@example.com"}, by)
    db.session.commit()
    assert messages.send() == {"refused": 1}
    assert m2() == (0, 1)
    assert [one.key for one in queries.to_offer(by).shown] == [order.id]
    again = offered(order, by)
    assert (again.id, again.code == code) == (first.id, False)
    assert messages.send() == {"sent": 1}
    assert m2() == (1, 1)


def test_brothers_and_sisters_get_one_offer_which_counts_once() -> None:
    by = a_manager()
    first = an_order_to_offer(family_reference="F")
    second = a_recorded_order(date(2026, 6, 2), family_reference="F")
    (family,) = queries.to_offer(by).shown
    assert family.key == first.id
    posted(offered(second, by), by)
    assert (first.offered_on, second.offered_on) == (TODAY, TODAY)
    assert m2() == (1, 1)
    assert db.session.scalar(select(func.count()).select_from(Offer)) == 1


def test_m1_does_not_mind_whether_a_family_was_offered_it() -> None:
    by = a_manager()
    posted(offered(an_order_to_offer(), by), by)
    an_order_to_offer()
    rows = reports.of_year("test", "2026-27", date(2026, 10, 1)).rows
    ours = [row for row in rows if (row.code, row.council, row.quarter) == ("M1", KENT, None)]
    assert [(row.numerator, row.denominator) for row in ours] == [(0, 2)]


# Who is written to


def test_nobody_is_offered_it_twice() -> None:
    order, by = an_order_to_offer(), a_manager()
    offered(order, by)
    assert queries.to_offer(by).shown == []
    with pytest.raises(NotNowError):
        offered(order, by)


def test_families_that_joined_declined_or_have_just_registered_are_left_alone() -> None:
    by = a_manager()
    joined = an_order_to_offer(family_reference="J")
    a_recorded_order(date(2026, 6, 2), family_reference="J", family=a_quiet_family())
    declined = an_order_to_offer()
    order_contacts.decline(declined.family_reference, by)
    registered = an_order_to_offer(postcode="ME4 4AA", postcode_index=ring.blind_index("postcode", "ME4 4AA"))
    a_registration()
    db.session.commit()
    assert [why_not(one) for one in (joined, declined, registered)] == [
        NotOffered.JOINED,
        NotOffered.DECLINED,
        NotOffered.REGISTERED,
    ]
    assert [one.key for one in queries.to_offer(by).shown] == [registered.id]


def test_letters_to_families_that_answered_joined_or_declined_are_not_printed() -> None:
    by = a_manager()
    orders = [an_order_to_offer() for _ in range(4)]
    made = [offered(order, by) for order in orders]
    offers.answer(made[0].code, a_registration().id)
    orders[1].family_id = a_quiet_family().id
    order_contacts.decline(orders[2].family_reference, by)
    db.session.commit()
    assert [sheet.offer.id for sheet in queries.to_post(by)] == [made[3].id]


def test_a_message_does_not_go_to_whoever_joined_meanwhile() -> None:
    order = an_order_to_offer(**BY_MAIL)
    offered(order, a_manager())
    order.family_id = a_quiet_family().id
    db.session.commit()
    assert messages.send() == {"refused": 1}


def test_only_families_in_reach_are_seen() -> None:
    an_order_to_offer(placing_council=BEXLEY, home_council=BEXLEY)
    ours = an_order_to_offer(placing_council=BEXLEY, home_council=MEDWAY)
    by = a_manager((MEDWAY,))
    assert [one.key for one in queries.to_offer(by).shown] == [ours.id]
    assert queries.get(ours.id, a_manager((KENT,))) is None


def test_a_brother_or_sister_of_another_council_is_not_shown() -> None:
    ours = an_order_to_offer(family_reference="F", child_first_name="Ada", home_council=KENT)
    a_recorded_order(
        date(2026, 6, 2),
        family_reference="F",
        child_first_name="Ben",
        placing_council=BEXLEY,
        home_council=BEXLEY,
    )
    (family,) = queries.to_offer(a_manager((KENT,))).shown
    assert (family.key, family.first_names) == (ours.id, ("Ada",))


def test_late_are_those_not_offered_thirty_days_after_their_first_order() -> None:
    by = a_manager()
    an_order_to_offer(date(2026, 6, 1))
    an_order_to_offer(date(2026, 5, 31))
    posted(offered(an_order_to_offer(date(2026, 5, 1)), by), by)
    assert queries.late(by, TODAY) == 1


# Reminding


@pytest.mark.parametrize("days, reminded", [(-1, 0), (0, 1)])
@pytest.mark.engine("sqlite")
def test_whoever_has_not_answered_is_reminded_from_eight_weeks_on(days: int, reminded: int) -> None:
    order, by = an_order_to_offer(), a_manager()
    posted(offered(order, by), by)
    weeks_later(8, days)
    assert queries.to_remind(by, clock.today()).count == reminded
    assert (why_not(order, reminding=True) is None) == bool(reminded)


def test_a_reminder_is_one_ever_and_carries_the_same_code() -> None:
    order, by = an_order_to_offer(), a_manager()
    first = offered(order, by)
    posted(first, by)
    weeks_later(8)
    again = offered(order, by, reminding=True)
    assert (again.code, again.code_hash) == (first.code, first.code_hash)
    posted(again, by)
    assert order.offered_on == TODAY
    weeks_later(52)
    assert queries.to_remind(by, clock.today()).count == 0
    with pytest.raises(NotNowError):
        offered(order, by, reminding=True)


def test_whoever_answered_joined_declined_or_was_refused_is_not_reminded() -> None:
    by = a_manager()
    orders = [an_order_to_offer() for _ in range(4)]
    for order in orders:
        posted(offered(order, by), by)
    offers.answer(code_of(orders[0]), a_registration().id)
    orders[1].family_id = a_quiet_family().id
    order_contacts.decline(orders[2].family_reference, by)
    db.session.commit()
    weeks_later(9)
    assert [one.key for one in queries.to_remind(by, clock.today()).shown] == [orders[3].id]


# Codes and answers


def test_only_a_keyed_hash_finds_a_code_and_the_code_itself_is_locked() -> None:
    offer = offered(an_order_to_offer(), a_manager())
    sealed, found_by = (
        bytes(value)
        for value in db.session.connection().exec_driver_sql("SELECT code, code_hash FROM offer").one()
    )
    assert offer.code.encode() not in sealed + found_by
    assert found_by == ring.blind_index("offer_code", offer.code)


def test_a_registration_with_the_code_answers_the_offer_and_the_code_is_kept_nowhere_else() -> None:
    by = a_manager()
    offer = offered(an_order_to_offer(), by)
    posted(offer, by)
    registration = a_registration(order={"code": f" {offer.code[:4].lower()} {offer.code[4:]}"})
    db.session.refresh(offer)
    assert (offer.registration_id, offer.answered_at is not None) == (registration.id, True)
    assert registration.answers["order"] == {"made": True}
    later = a_registration(order={"code": offer.code})
    db.session.refresh(offer)
    assert offer.registration_id == registration.id != later.id


def test_a_letter_that_is_answered_had_been_posted() -> None:
    order = an_order_to_offer()
    a_registration(order={"code": offered(order, a_manager()).code})
    db.session.expire_all()
    assert order.offered_on == TODAY
    assert m2() == (1, 1)


def test_after_a_registration_from_their_postcode_was_refused_nobody_is_reminded() -> None:
    by = a_manager()
    order = an_order_to_offer(postcode="ME4 4AA", postcode_index=ring.blind_index("postcode", "ME4 4AA"))
    posted(offered(order, by), by)
    registration = a_registration()
    weeks_later(9)
    assert why_not(order, reminding=True) is NotOffered.REGISTERED
    registrations.refuse(registration, "No such order", by, registration.version)
    db.session.commit()
    assert why_not(order, reminding=True) is NotOffered.REFUSED


@pytest.mark.parametrize("code", ["7K3M-4T9X", "not a code", "", None])
@pytest.mark.engine("sqlite")
def test_a_wrong_code_is_no_error_and_answers_nothing(code: str | None) -> None:
    offered(an_order_to_offer(), a_manager())
    registration = a_registration(order={"code": code})
    assert registration.reference
    assert db.session.scalars(select(Offer.answered_at)).all() == [None]


# Results, and one that fails


def test_results_are_counted_by_month_and_channel() -> None:
    by = a_manager()
    letter, other = an_order_to_offer(), an_order_to_offer()
    for order in (letter, other):
        posted(offered(order, by), by)
    offered(an_order_to_offer(**BY_MAIL), by)
    messages.send()
    offered(an_order_to_offer(), by)  # not posted
    offers.answer(code_of(letter), a_registration().id)
    other.family_id = a_quiet_family().id
    db.session.commit()
    months = {(one.month, one.channel): one for one in queries.results(by, TODAY)}
    july = date(2026, 7, 1)
    assert set(months) == {(july, Channel.LETTER), (july, Channel.EMAIL)}
    by_letter = months[july, Channel.LETTER]
    assert (by_letter.offered, by_letter.reminded, by_letter.answered, by_letter.joined) == (2, 0, 1, 1)
    weeks_later(9)
    assert queries.results(a_manager((BEXLEY,)), clock.today()) == []


def test_one_that_cannot_be_written_to_does_not_stop_the_rest() -> None:
    by = a_manager()
    orders = [an_order_to_offer(lines=None), an_order_to_offer()]
    families = queries.get_many([order.id for order in orders], by)
    came = offers.make_each(families, Way.MESSAGE, by, reminding=False)
    assert (came[orders[0].id], came[orders[1].id]) == (Came.NOT_NOW, Came.DONE)


def test_every_step_has_its_audit_row() -> None:
    order, by = an_order_to_offer(), a_manager()
    offer = offered(order, by)
    posted(offer, by)
    offers.answer(offer.code, a_registration().id)
    order_contacts.decline(order.family_reference, by)
    db.session.commit()
    actions = db.session.scalars(select(AuditEvent.action)).all()
    assert {"offer.make", "offer.post", "offer.answer", "offer.decline"} <= set(actions)


def test_a_message_is_bare_and_names_nobody(app: Flask, settings: Settings) -> None:
    app.config["CATCHUP"] = replace(settings, contact_phone="01632 960 100")
    offered(
        an_order_to_offer(parents="Sentinel Adult", child_first_name="Sentinelchild", **BY_MAIL), a_manager()
    )
    message = db.session.scalars(select(Message)).one()
    mail = outbox.open_message(message.id, clock.real_now(), clock.today())
    assert isinstance(mail, outbox.Mail)
    for word in ("Sentinel", "Invented", "adopt", "order", "child"):
        assert word.casefold() not in (mail.subject + mail.body).casefold()
    assert "families like yours" in mail.body
