"""The bank holidays of England as GOV.UK has published them, from the copy inside the installed package."""

from functools import cache

from catchup.rules.calendar import Holidays, bank_holidays


@cache
def published_holidays() -> tuple[Holidays, int]:
    """What GOV.UK has published, and the last year it covers. Never asks the network."""
    # The package brings an HTTP client with it, which a caller that needs no holidays should not wait for.
    from govuk_bank_holidays.bank_holidays import BankHolidays

    listed = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    days = frozenset(holiday["date"] for holiday in listed)
    return days, max(days).year


@cache
def holidays() -> Holidays:
    """The bank holidays of England: published where they are, by the standing rules in other years."""
    days, _ = published_holidays()
    return bank_holidays(days)
