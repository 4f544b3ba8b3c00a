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


@pytest.mark.parametrize("what", list(Identifying))
def test_a_summary_leaves_only_once_a_second_person_has_checked_it(what: Identifying) -> None:
    assert not disclosure.may_leave(what, Exit.HANDOVER_SUMMARY)
    assert disclosure.may_leave(what, Exit.HANDOVER_SUMMARY, checked_by_second_person=True)


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
