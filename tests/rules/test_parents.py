"""What a parent may change at once by their own page, and for how long a link lasts."""

from datetime import timedelta
from itertools import product

import pytest

from catchup.rules.parents import LINK_LASTS, MAILS, LinkPurpose, Rules, at_once, opens

EVERY = [Rules(*said) for said in product((False, True), repeat=2)]


@pytest.mark.parametrize("before", EVERY)
@pytest.mark.parametrize("wanted", EVERY)
def test_at_once_nothing_is_allowed_that_was_not_before(before: Rules, wanted: Rules):
    now = at_once(before, wanted)
    assert now.may_text <= before.may_text
    assert now.may_leave_message <= before.may_leave_message
    assert now.may_text <= wanted.may_text
    assert now.may_leave_message <= wanted.may_leave_message
    assert opens(before, wanted) is (now != wanted)


def test_what_is_closed_holds_although_something_else_waits():
    assert at_once(Rules(True, False), Rules(False, True)) == Rules(False, False)
    assert opens(Rules(True, False), Rules(False, True))
    assert not opens(Rules(True, True), Rules(False, True))


def test_every_link_has_its_time_and_the_one_that_opens_a_page_half_an_hour():
    assert set(LINK_LASTS) == set(LinkPurpose)
    assert LINK_LASTS[LinkPurpose.COME_IN] == min(LINK_LASTS.values()) == timedelta(minutes=30)
    assert [most for _, _, most in MAILS] == [3, 5]
