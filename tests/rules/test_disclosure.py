import pytest

from catchup.rules import disclosure
from catchup.rules.disclosure import Exit, Identifying, SummarySection


def test_the_summary_begins_with_what_is_asked_and_has_each_section_once() -> None:
    assert next(iter(SummarySection)) == "what_we_ask_of_you_by_when"
    assert list(disclosure.SUMMARY_FIELDS) == list(SummarySection)


@pytest.mark.parametrize(
    "field",
    ["birth_name", "birth_family", "court_number", "address", "concern", "note", "code_phrase", "last_name"],
)
@pytest.mark.parametrize("section", list(SummarySection))
def test_what_is_not_listed_is_not_allowed(section: SummarySection, field: str) -> None:
    assert disclosure.not_allowed(section, frozenset({field})) == {field}


def test_listed_fields_are_allowed_only_in_their_own_section() -> None:
    assert disclosure.not_allowed(SummarySection.CHILD, frozenset({"first_name", "born_on"})) == frozenset()
    assert disclosure.not_allowed(SummarySection.ASKED, frozenset({"first_name"})) == {"first_name"}


def test_an_address_is_allowed_only_among_the_parents_and_only_with_its_reason() -> None:
    told = frozenset({"address", "address_reason"})
    assert disclosure.not_allowed(SummarySection.PARENTS, told | {"parent_names"}) == frozenset()
    assert disclosure.not_allowed(SummarySection.PARENTS, frozenset({"address_reason"})) == {"address_reason"}
    assert disclosure.not_allowed(SummarySection.CHILD, told) == told


@pytest.mark.parametrize(
    "ticked, reason, told",
    [(True, "A visit is arranged", True), (True, " ", False), (False, "A visit is arranged", False)],
)
def test_an_address_is_told_only_where_it_is_ticked_with_a_reason(
    ticked: bool, reason: str, told: bool
) -> None:
    assert disclosure.tells_address(ticked=ticked, reason=reason) is told


@pytest.mark.parametrize(
    "text, found",
    [
        ("They live at ME14 1XX now.", ["ME14 1XX"]),
        ("me141xx", ["me141xx"]),
        ("M1 1AE, then SW1A-1AA.", ["M1 1AE", "SW1A-1AA"]),
        ("Q1 2nd half, and the M1 1st exit", []),
        ("Our reference is CU-H3K2-9QXA, section 7 of 2005", []),
        ("Ring 07700 900101 by 1 June 2026", []),
    ],
)
def test_a_postcode_is_found_in_what_is_written_by_hand(text: str, found: list[str]) -> None:
    assert disclosure.postcodes_in(text) == found


@pytest.mark.parametrize(
    "text, found",
    [
        ("His Birth  Mother writes; his birth mother rings.", ["birth mother"]),
        ("b\u200birth fámily", ["birth family"]),
        ("The court number, and her original surname", ["court", "original surname"]),
        ("Visit them at 12a Invented Lane, Ashford", ["12a invented lane"]),
        ("A courteous worker at 2 of the good ways", []),
        ("Confirm that the therapy goes on, and name a worker.", []),
    ],
)
def test_what_may_tell_of_the_time_before_is_shown_to_be_read_again(text: str, found: list[str]) -> None:
    assert disclosure.to_read_again(text) == found


def test_the_name_of_a_brother_or_sister_is_shown_to_be_read_again() -> None:
    assert disclosure.to_read_again("ZOË goes with Benedict.", ["Zoe", "Ben"]) == ["Zoe"]


@pytest.mark.parametrize("what", list(Identifying))
def test_a_summary_leaves_only_once_a_second_person_has_checked_it(what: Identifying) -> None:
    why = "A visit is arranged"
    assert not disclosure.may_leave(what, Exit.HANDOVER_SUMMARY, reason=why)
    assert disclosure.may_leave(what, Exit.HANDOVER_SUMMARY, checked_by_second_person=True, reason=why)


def test_an_address_leaves_in_a_summary_only_with_a_reason() -> None:
    assert not disclosure.may_leave(
        Identifying.ADDRESS, Exit.HANDOVER_SUMMARY, checked_by_second_person=True, reason=" "
    )
    assert disclosure.may_leave(Identifying.CHILD_NAME, Exit.HANDOVER_SUMMARY, checked_by_second_person=True)


@pytest.mark.parametrize(
    "what, by, may",
    [
        (Identifying.ADDRESS, Exit.OFFER_LETTER, True),
        (Identifying.ADULT_NAME, Exit.OFFER_LETTER, True),
        (Identifying.CHILD_NAME, Exit.OFFER_LETTER, False),
        (Identifying.ADDRESS, Exit.MESSAGE, False),
        (Identifying.ADULT_NAME, Exit.MESSAGE, True),
        (Identifying.CHILD_NAME, Exit.MESSAGE, False),
    ],
)
def test_letters_and_messages_never_name_a_child(what: Identifying, by: Exit, may: bool) -> None:
    assert disclosure.may_leave(what, by) is may


@pytest.mark.parametrize(
    "what, by_manager, reason, names_ticked, may",
    [
        (Identifying.CHILD_NAME, True, "Ofsted visit", True, True),
        (Identifying.ADULT_NAME, True, "Ofsted visit", True, True),
        (Identifying.ADDRESS, True, "Ofsted visit", True, False),
        (Identifying.CHILD_NAME, True, "Ofsted visit", False, False),
        (Identifying.CHILD_NAME, True, " ", True, False),
        (Identifying.CHILD_NAME, False, "Ofsted visit", True, False),
    ],
)
def test_names_leave_in_an_export_only_for_a_manager_with_a_reason_who_ticked_them(
    what: Identifying, by_manager: bool, reason: str, names_ticked: bool, may: bool
) -> None:
    left = disclosure.may_leave(
        what, Exit.EXPORT, by_manager=by_manager, reason=reason, names_ticked=names_ticked
    )
    assert left is may
