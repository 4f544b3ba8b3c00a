"""The queue in SQL says what the rule says, in the rule's order, and reads no more than it shows."""

from collections.abc import Mapping, Set
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select

from catchup import clock
from catchup.extensions import db
from catchup.models.call import Call, CallSkip
from catchup.models.concern import Concern
from catchup.models.home import Address, AddressCouncil
from catchup.models.staff import Staff
from catchup.queries import queue, queue_rows
from catchup.queries.queue import Place, View
from catchup.queries.queue_rows import ShownCall
from catchup.rules import contact, queue_order
from catchup.rules.contact import Times
from catchup.rules.councils import provisional_code
from catchup.rules.queue_order import QueueFacts, Section
from catchup.rules.terms import Band, CallKind, ConcernKind, EscalationKind, HomeKind, Placing, Undecided
from catchup.services import escalations, families
from tests.factories.decisions import a_council_decision
from tests.factories.families import BEXLEY, KENT, MEDWAY, SURREY, a_child, a_family, a_viewer
from tests.factories.staff import staff_member
from tests.statements import sent_to_sqlite

pytestmark = pytest.mark.usefixtures("session")

TODAY = date(2026, 6, 11)  # a Thursday
NOW = clock.instant(TODAY, time(10, 30))
MINE, TEAM = View(), View(team=True)


@pytest.fixture(autouse=True)
def _on_the_day(session: object) -> None:
    clock.move_to(TODAY)


@pytest.fixture
def lead() -> Staff:
    return staff_member(councils=(KENT,))


def an_open_call(lead: Staff, **facts: object) -> Call:
    """One open call of a family of its own, due today unless told otherwise."""
    family = a_family(lead=lead, accepted_on=TODAY)
    (call,) = db.session.scalars(select(Call).where(Call.family_id == family.id))
    due_today = {"due_on": TODAY, "opens_on": TODAY - timedelta(days=28), "kind": CallKind.ANNUAL}
    for name, value in {**due_today, **facts}.items():
        setattr(call, name, value)
    db.session.commit()
    return call


def a_concern(call: Call, lead: Staff) -> None:
    db.session.add(
        Concern(
            family_id=call.family_id,
            kind=ConcernKind.CHILD,
            what="Something was said",
            where_child_is="At home",
            told_at=NOW,
            told_who="Duty worker",
            told_reference="R1",
            parent_told=True,
            recorded_at=NOW,
            recorded_by=lead.id,
        )
    )
    db.session.commit()


def stands(lead: Staff, view: View = MINE, now: datetime = NOW) -> list[tuple[Section, list[UUID]]]:
    return [
        (one.section, [place.call_id for place in one.places])
        for one in queue.sections(a_viewer(lead), view, now)
    ]


def as_the_rule_has_it(
    calls: list[Call], concerned: set[UUID], now: datetime, skipped: Mapping[UUID, Set[UUID]]
) -> list[QueueFacts]:
    local = clock.london(now)
    facts = [
        QueueFacts(
            call_id=call.id,
            family_id=call.family_id,
            kind=call.kind,
            due_on=call.due_on,
            opens_on=call.opens_on,
            promised_at=call.promised_at,
            not_before=call.not_before,
            has_unacknowledged_concern=call.family_id in concerned,
            good_now=contact.good_now(times_of(call), local),
            callable_now=contact.callable_now(times_of(call), local),
            claimed_by=call.claimed_by,
            claimed_until=call.claimed_until,
            skipped_by=skipped.get(call.id, frozenset()),
        )
        for call in calls
    ]
    return queue_order.in_order(facts, local)


def times_of(call: Call) -> Times:
    return Times.from_stored(call.family.good_times, call.family.never_times, call.family.evenings)


def by_section(rows: list[QueueFacts], now: datetime) -> list[tuple[Section, list[UUID]]]:
    found: dict[Section, list[UUID]] = {}
    for one in rows:
        found.setdefault(queue_order.section_of(one, clock.london(now)), []).append(one.call_id)
    return [(section, ids[: queue.FIRST]) for section, ids in found.items()]


@pytest.mark.parametrize("at", [time(8, 59), time(10, 30), time(18)], ids=str)
def test_the_queue_in_sql_is_the_rules_in_its_order_and_gives_out_what_the_rule_gives(
    at: time, lead: Staff
) -> None:
    now, random = clock.instant(TODAY, at), Random(20261122)
    sam = staff_member(councils=(KENT,))
    moments = [*[None] * 7, now - timedelta(days=2), now, now + timedelta(minutes=1), now + timedelta(days=1)]
    calls: list[Call] = []
    concerned, skipped = set(), {}
    for number in range(48):
        due_on = TODAY + timedelta(days=random.choice((-120, -3, -1, 0, 0, 1, 20)))
        call = an_open_call(
            lead,
            kind=random.choice((CallKind.ANNUAL, CallKind.WELCOME, CallKind.REQUESTED, CallKind.FOLLOW_UP)),
            due_on=due_on,
            opens_on=TODAY + timedelta(days=random.choice((-9, -1, 0, 0, 1))),
            promised_at=random.choice(moments),
            not_before=random.choice(moments),
        )
        days = {str(day): random.sample(list(Band), 2) for day in random.sample(range(7), 5)}
        call.family.good_times = random.choice(({}, days, {"1": ["9-12"], "3": []}))
        call.family.never_times = random.choice(({}, {"3": ["9-12"]}, {"4": ["9-12"], "3": ["17-20"]}))
        call.family.evenings = number % 2 == 0
        calls.append(call)
        if number % 3 == 0:
            calls.append(another_call(call, due_on=TODAY + timedelta(days=random.choice((-40, -3, 0, 5)))))
        if number % 5 == 0:
            skipped[call.id] = {lead.id} if number % 2 else {sam.id}
            until = now + timedelta(minutes=1)
            db.session.add(
                CallSkip(call_id=call.id, staff_id=min(skipped[call.id]), reason="Later", at=now, until=until)
            )
        if number % 7 == 0:
            call.claimed_by, call.claimed_until = random.choice((lead, sam)).id, random.choice(moments[-4:])
        if number % 12 == 0:
            a_concern(call, lead)
            concerned.add(call.family_id)
    db.session.commit()
    rows = as_the_rule_has_it(calls, concerned, now, skipped)
    expected = by_section(rows, now)
    assert {section for section, _ in expected} == set(Section)
    assert any(len(ids) > 2 for _, ids in expected)
    assert stands(lead, now=now) == expected
    assert stands(lead, TEAM, now) == expected
    given = [row.call_id for row in rows if queue_order.servable(row, clock.london(now), lead.id)]
    assert 2 < len(given) < len(rows) - 5
    assert queue.servable(a_viewer(lead), MINE, now) == given


def another_call(call: Call, **facts: object) -> Call:
    second = Call(
        family_id=call.family_id,
        kind=CallKind.FOLLOW_UP,
        cycle=900,
        cycle_on=TODAY,
        opens_on=TODAY - timedelta(days=1),
        opened_on=TODAY,
        lead_id=call.lead_id,
        **facts,
    )
    db.session.add(second)
    db.session.flush()
    return second


@pytest.mark.parametrize("halt", ["stopped", "paused", "left"])
def test_a_family_that_is_stopped_paused_or_has_left_is_not_in_the_queue(halt: str, lead: Staff) -> None:
    call = an_open_call(lead, due_on=TODAY - timedelta(days=3))
    family, viewer = call.family, a_viewer(lead)
    match halt:
        case "stopped":
            families.stop_everything(family, "A death", viewer)
        case "paused":
            families.pause(family, TODAY, TODAY, viewer)
        case "left":
            family.memberships[0].left_on = TODAY
    call.closed_at = call.closed_as = None
    db.session.commit()
    assert stands(lead) == []
    assert stands(lead, TEAM) == []
    assert queue.servable(viewer, MINE, NOW) == []


def test_a_promised_callback_comes_to_the_top_when_it_is_due(lead: Staff) -> None:
    overdue = an_open_call(lead, due_on=TODAY - timedelta(days=30))
    promised = an_open_call(lead, due_on=TODAY + timedelta(days=9), promised_at=NOW + timedelta(minutes=5))
    assert stands(lead) == [(Section.OVERDUE, [overdue.id]), (Section.LATER, [promised.id])]
    promised.promised_at = NOW
    db.session.commit()
    assert stands(lead) == [(Section.PROMISED, [promised.id]), (Section.OVERDUE, [overdue.id])]
    assert queue.servable(a_viewer(lead), MINE, NOW) == [promised.id, overdue.id]


def test_only_what_may_be_started_now_by_this_person_is_given_out(lead: Staff) -> None:
    colleague = staff_member(councils=(KENT,))
    free = an_open_call(lead)
    an_open_call(lead, claimed_by=colleague.id, claimed_until=NOW + timedelta(minutes=1))
    lapsed = an_open_call(lead, claimed_by=colleague.id, claimed_until=NOW)
    mine = an_open_call(lead, claimed_by=lead.id, claimed_until=NOW + timedelta(minutes=1))
    an_open_call(lead, not_before=NOW + timedelta(hours=1))
    given_up = an_open_call(lead)
    escalations.raise_to_manager(EscalationKind.NOT_REACHED, given_up.family_id, call_id=given_up.id)
    waiting = an_open_call(lead, promised_at=NOW + timedelta(hours=1))
    a_concern(waiting, lead)
    assert set(queue.servable(a_viewer(lead), MINE, NOW)) == {free.id, lapsed.id, mine.id}


def test_a_queue_shows_nobody_elses_families_and_none_one_is_shut_out_of(lead: Staff) -> None:
    other = staff_member(councils=(BEXLEY,))
    an_open_call(lead)
    hers = an_open_call(lead)
    families.shut_out(hers.family, lead.id, a_viewer(lead))
    db.session.commit()
    assert [len(ids) for _, ids in stands(lead)] == [1]
    assert [len(ids) for _, ids in stands(lead, TEAM)] == [1]
    assert stands(other) == []
    assert stands(other, TEAM) == []


def test_a_council_chosen_keeps_to_the_calls_that_count_under_it(lead: Staff) -> None:
    kents = an_open_call(lead, council_code=KENT)
    medways = an_open_call(lead, council_code=MEDWAY)
    assert stands(lead, View(council=MEDWAY)) == [(Section.DUE_TODAY, [medways.id])]
    assert stands(lead, View(team=True, council=KENT)) == [(Section.DUE_TODAY, [kents.id])]


def test_a_section_is_counted_to_its_end_and_read_on_from_any_place(lead: Staff) -> None:
    calls = [an_open_call(lead, due_on=TODAY - timedelta(days=days)) for days in range(30, 0, -1)]
    viewer = a_viewer(lead)
    (overdue,) = queue.sections(viewer, MINE, NOW)
    assert (overdue.total, len(overdue.places)) == (30, queue.FIRST)
    beyond = queue.section(viewer, MINE, NOW, Section.OVERDUE, overdue.places[-1])
    assert [place.call_id for place in beyond.places] == [call.id for call in calls[queue.FIRST :]]
    assert queue.section(viewer, MINE, NOW, Section.ASKED).total == 0


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "view, index", [(MINE, "ix_call_open_lead"), (TEAM, "ix_call_open_due")], ids=["mine", "team"]
)
def test_sqlite_reads_the_queue_off_the_index_of_open_calls(view: View, index: str, lead: Staff) -> None:
    an_open_call(lead)
    viewer = a_viewer(lead)
    with sent_to_sqlite() as sent:
        queue.sections(viewer, view, NOW)
    (statement,) = sent
    plan = [row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
    dated = [line for line in plan if "SEARCH call USING" in line and "due_on" in line]
    assert [line for line in dated if f"INDEX {index} " in line] == dated
    assert len(dated) == 3
    assert not [line for line in plan if line.startswith("SCAN call ") and "INDEX" not in line]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("rows", [1, 8])
def test_what_is_shown_takes_three_statements_however_many_rows(lead: Staff, rows: int) -> None:
    places = placed([an_open_call(lead).id for _ in range(rows)])
    with sent_to_sqlite() as sent:
        assert len(queue_rows.facts(places)) == rows
    assert len(sent) == 3


def placed(call_ids: list[UUID]) -> list[Place]:
    calls = [db.session.get_one(Call, call_id) for call_id in call_ids]
    return [Place(1, call.due_on, call.id, call.family_id) for call in calls]


def shown(places: list[Place]) -> list[ShownCall]:
    return [queue_rows.shown(facts, TODAY) for facts in queue_rows.facts(places)]


def test_each_child_is_shown_with_its_own_council_until_it_passes_on(lead: Staff) -> None:
    family = a_family(
        [
            a_child(date(2024, 2, 29), placing_council=KENT, first_name="Ada", born_on=date(2018, 1, 1)),
            a_child(date(2020, 2, 1), placing_council=KENT, first_name="Ben", born_on=date(2019, 1, 1)),
        ],
        lead=lead,
        home_council=MEDWAY,
        accepted_on=TODAY,
    )
    call_id = db.session.scalars(select(Call.id).where(Call.family_id == family.id)).one()
    ada, ben = shown(placed([call_id]))[0].children
    assert (ada.first_name, ada.responsible) == (
        "Ada",
        queue_rows.Responsible(KENT, date(2027, 2, 28), "Kent"),
    )
    assert (ben.first_name, ben.responsible) == ("Ben", queue_rows.Responsible(MEDWAY, None, "Medway"))


def test_the_queue_names_the_council_that_was_decided_on_or_that_a_postcode_settled(lead: Staff) -> None:
    unknown = a_child(
        date(2026, 1, 10),
        placing=Placing.UNKNOWN,
        placing_council=None,
        first_name="Ada",
        born_on=date(2018, 1, 1),
    )
    settled = a_child(date(2020, 2, 1), first_name="Ben", born_on=date(2019, 1, 1))
    family = a_family([unknown, settled], lead=lead, home_council=SURREY, accepted_on=TODAY)
    ada, _ben = sorted(family.children, key=lambda child: child.first_name)
    a_council_decision(ada, BEXLEY, Undecided.UNKNOWN_PLACING, date(2026, 1, 10), date(2026, 6, 30))
    a_council_decision(ada, KENT, Undecided.UNKNOWN_PLACING, date(2026, 7, 1))
    west = provisional_code("West Surrey")
    address_id = db.session.scalars(select(Address.id).where(Address.family_id == family.id)).one()
    at = clock.now()
    db.session.add(
        AddressCouncil(address_id=address_id, from_on=date(2027, 4, 1), council_code=west, recorded_at=at)
    )
    db.session.commit()
    call_id = db.session.scalars(select(Call.id).where(Call.family_id == family.id)).one()
    facts = queue_rows.facts(placed([call_id]))
    today, later = (
        [child.responsible.council for child in queue_rows.shown(facts[0], day).children if child.responsible]
        for day in (TODAY, date(2027, 4, 1))
    )
    assert (today, later) == ([BEXLEY, SURREY], [KENT, west])


def test_a_child_who_died_is_not_shown(lead: Staff) -> None:
    family = a_family([a_child(first_name="Ada"), a_child(first_name="Ben")], lead=lead, accepted_on=TODAY)
    call_id = db.session.scalars(select(Call.id).where(Call.family_id == family.id)).one()
    ben = next(child for child in family.children if child.first_name == "Ben")
    families.move([ben], HomeKind.DIED, TODAY, a_viewer(lead))
    db.session.commit()
    assert [child.first_name for child in shown(placed([call_id]))[0].children] == ["Ada"]
