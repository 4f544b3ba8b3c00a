"""Why families leave the scheme. Source: service policy, measures M12 and M17."""

from enum import StrEnum


class Leaving(StrEnum):
    """Why a family left, as far as it said; nobody has to give a reason."""

    DOING_WELL = "doing_well"
    OTHER_SUPPORT = "other_support"
    MOVED_AWAY = "moved_away"
    NO_TIME = "no_time"
    NOT_HELPFUL = "not_helpful"
    GROWN_UP = "grown_up"
    ADOPTION_ENDED = "adoption_ended"
    OTHER = "other"
    NOT_SAID = "not_said"


REASONS = tuple(reason for reason in Leaving if reason is not Leaving.NOT_SAID)
"""What can be answered; that somebody did not say is no answer."""

TO_FAMILIES = tuple(reason for reason in REASONS if reason is not Leaving.ADOPTION_ENDED)
"""What a parent is offered on their own page: nobody is asked there whether the adoption has ended."""
