"""Requests whose council is in doubt: a manager decides, and nothing moves by itself."""

from datetime import date

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.belief import RequestReview
from catchup.models.signpost import SupportRequest
from catchup.queries import facts, request_reviews
from catchup.queries.scope import Viewer
from catchup.rules.terms import HomeKind, Placing, RequestReviewed, Role, SupportKind
from catchup.services import families, moves, support
from catchup.services import request_reviews as service
from catchup.services.contacts import ChangedMeanwhileError
from catchup.services.families import NewAddress
from catchup.services.support import NewRequest
from tests.factories.corrections import correct_order
from tests.factories.families import BEXLEY, KENT, MEDWAY, a_child, a_family, a_viewer
from tests.factories.handovers import a_worker
from tests.factories.staff import staff_member

pytestmark = pytest.mark.usefixtures("session")
STAYS, MOVED = RequestReviewed.STAYS, RequestReviewed.MOVED


@pytest.fixture(autouse=True)
def _may(session: object) -> None:
    clock.move_to(date(2026, 5, 9))


@pytest.fixture
def by() -> Viewer:
    return a_worker(Role.MANAGER)


def in_doubt(by: Viewer) -> RequestReview:
    """Received by Kent on 1 April, which the order's right date would have given to Medway."""
    family = a_family([a_child(date(2023, 6, 10))], accepted_on=date(2023, 7, 3))
    child = facts.family(family.id).children[0]
    new = NewRequest(kind=SupportKind.ASSESSMENT, child_id=child.id)
    support.request(child, family.id, new, date(2026, 4, 1), by)
    correct_order(family.children[0], date(2023, 3, 2), by=by)
    db.session.commit()
    return db.session.scalars(select(RequestReview)).one()


def undecided(by: Viewer) -> RequestReview:
    family = a_family([a_child(date(2024, 6, 10), placing=Placing.UNKNOWN, placing_council=None)])
    child = facts.family(family.id).children[0]
    new = NewRequest(kind=SupportKind.ASSESSMENT, child_id=child.id)
    support.request(child, family.id, new, date(2026, 4, 1), by)
    db.session.commit()
    return db.session.scalars(select(RequestReview)).one()


def test_a_request_that_stays_is_as_it_was(by: Viewer) -> None:
    review = in_doubt(by)
    made, reason = review.request, review.request.council_reason
    service.decide(review, STAYS, None, "Kent had begun.", by)
    db.session.commit()
    assert (made.council_code, made.council_reason) == (KENT, reason)
    assert (review.decided, review.decided_council, review.reason) == (STAYS, KENT, "Kent had begun.")


def test_a_request_that_moves_says_so_and_the_review_keeps_what_it_was(by: Viewer) -> None:
    review = in_doubt(by)
    service.decide(review, MOVED, MEDWAY, "Nothing had begun.", by)
    db.session.commit()
    db.session.refresh(review)
    made = db.session.get_one(SupportRequest, review.request_id)
    assert made.council_code == MEDWAY
    assert made.council_reason == "Medway is asked, because a manager decided so on 9 May 2026."
    assert (review.council_then, review.decided_council, review.decided_by) == (KENT, MEDWAY, by.id)


def test_a_request_without_a_council_gets_one_here(by: Viewer) -> None:
    review = undecided(by)
    service.decide(review, MOVED, BEXLEY, "Bexley's worker said so.", by)
    db.session.commit()
    assert db.session.get_one(SupportRequest, review.request_id).council_code == BEXLEY


def test_a_request_without_a_council_cannot_stay_without_one(by: Viewer) -> None:
    review = undecided(by)
    with pytest.raises(ValueError, match="goes to a council"):
        service.decide(review, STAYS, None, "Leave it.", by)


def test_a_request_does_not_move_to_where_it_is(by: Viewer) -> None:
    review = in_doubt(by)
    with pytest.raises(ValueError, match="another one"):
        service.decide(review, MOVED, KENT, "Kent.", by)


def test_only_a_manager_decides(by: Viewer) -> None:
    review = in_doubt(by)
    with pytest.raises(PermissionError):
        service.decide(review, STAYS, None, "Kent had begun.", a_worker())


def test_of_two_managers_the_second_is_told(by: Viewer) -> None:
    review = in_doubt(by)
    service.decide(review, STAYS, None, "Kent had begun.", by)
    db.session.commit()
    with pytest.raises(ChangedMeanwhileError):
        service.decide(review, MOVED, MEDWAY, "Nothing had begun.", by)


def test_what_was_decided_with_the_same_answer_in_sight_is_not_asked_again(by: Viewer) -> None:
    review = in_doubt(by)
    service.decide(review, STAYS, None, "Kent had begun.", by)
    db.session.commit()
    child = review.request.steps[0].request.child_id
    family_id = review.request.family_id
    known = next(one for one in facts.children([family_id])[family_id] if one.id == child)
    service.look_again(known, by)
    assert len(request_reviews.of_family(family_id)) == 1


def test_a_move_told_late_asks_about_what_the_former_home_council_got_meanwhile(by: Viewer) -> None:
    family = a_family([a_child(date(2023, 6, 10))], accepted_on=date(2023, 7, 3))
    child = facts.family(family.id).children[0]
    new = NewRequest(kind=SupportKind.FAMILY_HELP, child_id=child.id)
    made = support.request(child, family.id, new, date(2026, 4, 1), by)
    address = families.add_address(family, NewAddress("2 Invented Street", None, BEXLEY), [])
    moves.move(family.children, HomeKind.ADDRESS, date(2026, 5, 1), by, address=address)
    assert request_reviews.of_family(family.id) == []
    moves.move(family.children, HomeKind.ADDRESS, date(2026, 3, 1), by, address=address)
    db.session.commit()
    (review,) = request_reviews.of_family(family.id)
    assert (review.council_now, made.council_code) == (BEXLEY, MEDWAY)


def test_those_in_scope_wait_oldest_first_with_how_many_there_are(by: Viewer) -> None:
    review = in_doubt(by)
    shown, count = request_reviews.waiting(by, clock.today())
    assert ([one.review.id for one in shown], count) == ([review.id], 1)
    elsewhere = a_viewer(staff_member(Role.MANAGER, councils=(BEXLEY,)))
    assert request_reviews.waiting(elsewhere, clock.today()) == ([], 0)
