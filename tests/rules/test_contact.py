from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from catchup.rules import contact
from catchup.rules.contact import ContactPoint, MessageFacts, NotNow, Refusal, Times
from catchup.rules.terms import Band, Channel

LONDON = ZoneInfo("Europe/London")
MONDAY = 0


@pytest.mark.parametrize(
    "at, band",
    [
        (time(8, 59, 59), None),
        (time(9), Band.MORNING),
        (time(11, 59, 59), Band.MORNING),
        (time(12), Band.MIDDAY),
        (time(14, 59, 59), Band.MIDDAY),
        (time(15), Band.AFTERNOON),
        (time(16, 59, 59), Band.AFTERNOON),
        (time(17), Band.EVENING),
        (time(19, 59, 59), Band.EVENING),
        (time(20), None),
    ],
)
def test_a_band_begins_on_the_hour_and_ends_before_the_next(at: time, band: Band | None) -> None:
    assert contact.band_of(at) is band


def test_bands_follow_each_other_without_a_gap() -> None:
    assert all(earlier[1] == later[0] for earlier, later in pairwise(contact.BAND_HOURS.values()))


def test_a_family_that_said_nothing_is_called_by_day_and_never_in_the_evening() -> None:
    assert Times().allowed() == (Band.MORNING, Band.MIDDAY, Band.AFTERNOON)


def test_evenings_are_offered_where_they_were_chosen() -> None:
    assert Times(good={MONDAY: {Band.EVENING, Band.MORNING}}).allowed() == (Band.MORNING, Band.EVENING)
    assert Times(evenings=True).allowed() == tuple(Band)
    assert Times(good={MONDAY: {Band.MORNING}}, evenings=True).allowed() == (Band.MORNING,)


def test_times_are_read_as_a_familys_record_keeps_them() -> None:
    assert Times.from_stored({"0": ["9-12", "17-20"]}, {"1": ["12-15"]}, False) == Times(
        good={0: {Band.MORNING, Band.EVENING}}, never={1: {Band.MIDDAY}}
    )


def test_never_outweighs_good() -> None:
    times = Times(good={MONDAY: {Band.MORNING, Band.MIDDAY}}, never={MONDAY: {Band.MIDDAY}})
    assert times.allowed() == (Band.MORNING,)


def test_a_band_of_the_weekend_alone_is_no_band_of_the_working_week() -> None:
    assert Times(good={MONDAY: {Band.MORNING}, 5: {Band.MIDDAY}}).allowed() == (Band.MORNING,)


@pytest.mark.parametrize(
    "now, good",
    [
        (datetime(2026, 11, 23, 8, 59, tzinfo=LONDON), False),
        (datetime(2026, 11, 23, 9, 0, tzinfo=LONDON), True),
        (datetime(2026, 11, 23, 11, 59, tzinfo=LONDON), True),
        (datetime(2026, 11, 23, 12, 0, tzinfo=LONDON), False),
        (datetime(2026, 11, 24, 9, 0, tzinfo=LONDON), False),
    ],
)
def test_good_now_is_in_the_band_and_on_the_weekday_named(now: datetime, good: bool) -> None:
    assert contact.good_now(Times(good={MONDAY: {Band.MORNING}}), now) is good


def test_a_family_that_named_no_time_may_be_called_by_day_but_is_not_put_first() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=LONDON)
    assert contact.callable_now(Times(), now)
    assert not contact.good_now(Times(), now)
    assert not contact.callable_now(Times(), now.replace(hour=18))
    assert not contact.callable_now(Times(), now.replace(hour=21))
    assert not contact.callable_now(Times(never={MONDAY: {Band.MORNING}}), now)


@pytest.mark.parametrize(
    "times, at, why",
    [
        (Times(), (23, 8, 59), NotNow.HOURS),
        (Times(), (23, 9, 0), None),
        (Times(), (23, 16, 59), None),
        (Times(), (23, 17, 0), NotNow.EVENING),
        (Times(evenings=True), (23, 19, 59), None),
        (Times(evenings=True), (23, 20, 0), NotNow.HOURS),
        (Times(never={4: {Band.AFTERNOON}}), (27, 14, 59), None),
        (Times(never={4: {Band.AFTERNOON}}), (27, 15, 0), NotNow.NEVER),
        (Times(good={0: {Band.MORNING}}), (24, 10, 0), NotNow.OTHER_TIMES),
        (Times(good={0: {Band.MORNING}}, never={1: {Band.MORNING}}), (24, 10, 0), NotNow.NEVER),
    ],
)
def test_why_a_family_is_not_called_now_is_told_to_the_minute(
    times: Times, at: tuple[int, int, int], why: NotNow | None
) -> None:
    now = datetime(2026, 11, *at, tzinfo=LONDON)
    assert contact.why_not_now(times, now) is why
    assert contact.callable_now(times, now) is (why is None)


@pytest.mark.parametrize(
    "usable, adjustments, lacks",
    [
        (0, [], True),
        (0, ["interpreter", "text_relay"], True),
        (0, ["written"], False),
        (0, ["bsl"], False),
        (1, [], False),
    ],
)
def test_a_family_without_a_number_lacks_one_unless_it_chose_to_do_without(
    usable: int, adjustments: list[str], lacks: bool
) -> None:
    assert contact.lacks_number(usable, adjustments) is lacks


PHONE = ContactPoint(channel=Channel.TEXT, voicemail_allowed=True, messages_allowed=True)
EMAIL = ContactPoint(channel=Channel.EMAIL, messages_allowed=True)
LETTER = ContactPoint(channel=Channel.LETTER, messages_allowed=True)


@pytest.mark.parametrize("channel", list(Channel))
def test_unless_a_parent_says_otherwise_nothing_is_left_or_sent(channel: Channel) -> None:
    point = ContactPoint(channel=channel)
    assert not contact.may_leave_voicemail(point)
    assert not contact.may_text(point)
    assert not contact.may_message(point)


def test_voicemail_and_texts_are_allowed_each_by_itself() -> None:
    voicemail_only = replace(PHONE, messages_allowed=False)
    texts_only = replace(PHONE, voicemail_allowed=False)
    assert contact.may_leave_voicemail(voicemail_only)
    assert not contact.may_text(voicemail_only)
    assert contact.may_text(texts_only)
    assert not contact.may_leave_voicemail(texts_only)


@pytest.mark.parametrize("closed", [{"parent_confirmed": False}, {"usable": False}])
def test_an_unconfirmed_parent_or_a_dead_number_is_not_used(closed: dict[str, bool]) -> None:
    point = replace(PHONE, **closed)
    assert not contact.may_leave_voicemail(point)
    assert not contact.may_text(point)
    assert contact.allowed_channel([point]) is None


def test_an_address_takes_no_voicemail_and_no_text() -> None:
    assert not contact.may_leave_voicemail(replace(EMAIL, voicemail_allowed=True))
    assert not contact.may_text(EMAIL)


@pytest.mark.parametrize(
    "points, channel",
    [
        ([LETTER, EMAIL, PHONE], Channel.TEXT),
        ([LETTER, EMAIL, replace(PHONE, messages_allowed=False)], Channel.EMAIL),
        ([LETTER, replace(EMAIL, messages_allowed=False)], Channel.LETTER),
        ([replace(LETTER, messages_allowed=False)], None),
        ([], None),
    ],
)
def test_a_neutral_message_goes_by_the_first_channel_allowed(
    points: list[ContactPoint], channel: Channel | None
) -> None:
    assert contact.allowed_channel(points) is channel


MESSAGE = MessageFacts(
    channel=Channel.EMAIL,
    channel_allowed=True,
    sender="Priya from Catch-up",
    subject="Our call",
    body="Nothing urgent.",
)


def test_a_bare_message_to_a_family_in_the_scheme_goes_out() -> None:
    assert contact.gate(MESSAGE) is None


@pytest.mark.parametrize(
    "message, refusal",
    [
        (replace(MESSAGE, stopped=True), Refusal.STOPPED),
        (replace(MESSAGE, left=True), Refusal.LEFT),
        (replace(MESSAGE, paused=True), Refusal.PAUSED),
        (replace(MESSAGE, parent_confirmed=False), Refusal.NOT_CONFIRMED),
        (replace(MESSAGE, channel_allowed=False), Refusal.CHANNEL),
        (replace(MESSAGE, sender="One Adoption"), Refusal.WORDING),
        (replace(MESSAGE, subject="your adoptive family"), Refusal.WORDING),
        (replace(MESSAGE, body="https://adoption.example.com/x"), Refusal.WORDING),
        (replace(MESSAGE, file_names=("Adopters.pdf",)), Refusal.WORDING),
        (replace(MESSAGE, channel=Channel.LETTER, links=("https://x.example/%61doption",)), Refusal.WORDING),
        (replace(MESSAGE, links=("https://xn--adopi-u9b.example/",)), Refusal.WORDING),
        (replace(MESSAGE, stopped=True, left=True, channel_allowed=False), Refusal.STOPPED),
    ],
)
def test_the_gate_names_why_a_message_stays(message: MessageFacts, refusal: Refusal) -> None:
    assert contact.gate(message) is refusal


def test_a_link_that_is_no_address_is_read_as_it_stands() -> None:
    assert contact.gate(replace(MESSAGE, links=("https://[", "https://ä.example/%zz"))) is None


def test_a_letter_may_say_inside_what_its_envelope_may_not() -> None:
    letter = replace(MESSAGE, channel=Channel.LETTER, body="After the adoption order")
    assert contact.gate(letter) is None
    assert contact.gate(replace(letter, sender="Adoption team")) is Refusal.WORDING
    assert contact.gate(replace(letter, channel=Channel.TEXT)) is Refusal.WORDING


@pytest.mark.parametrize("halt, passes", [("paused", True), ("left", False), ("stopped", False)])
def test_a_link_just_asked_for_passes_the_familys_own_pause_and_nothing_else(halt: str, passes: bool) -> None:
    link = replace(MESSAGE, asked_for=True, **{halt: True})
    assert (contact.gate(link) is None) is passes


@pytest.mark.parametrize(
    "text, found",
    [
        ("ADOPTION", ["adoption"]),
        ("Adopt, adopted; non-adoptive re_adopters", ["adopt", "adopted", "adoptive", "re_adopters"]),
        ("AdOpTiVe", ["adoptive"]),
        ("ad\u00adop\u200btion", ["adoption"]),
        ("ａｄｏｐｔｉｏｎ", ["adoption"]),
        ("adopcja, adopție, adopción, adoção", ["adopcja", "adoptie", "adopcion", "adocao"]),
        ("Przysposobienie. ÎNFIEREA, înfiat", ["przysposobienie", "infierea", "infiat"]),
        ("بچے کو گود لینا، لے پالک، متبنیٰ، ایڈاپشن", ["گود", "لے پالک", "متبنی", "ایڈاپشن"]),
        ("گودام infield infierno", []),
        ("Adapt, ad hoc, opt in, adored", []),
        ("Hi, it's Priya from Catch-up. I've tried you a few times, nothing urgent.", []),
        ("", []),
    ],
)
def test_forbidden_words_are_found_in_any_dress(text: str, found: list[str]) -> None:
    assert contact.forbidden_words(text) == found


def test_masks_show_a_parent_their_own_and_a_stranger_nothing() -> None:
    assert contact.masked_phone("01632 960 001") == "•••001"
    assert contact.masked_email("sam@example.com") == "s•••@•••.com"
    assert contact.masked_postcode("me4 4tr") == "••• 4TR"
