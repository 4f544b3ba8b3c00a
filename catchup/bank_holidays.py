"""The bank holidays of England as GOV.UK has published them, from the copy inside the installed package."""

from functools import cache

from catchup.rules.calendar import Holidays


@cache
def published() -> Holidays:
    """The published holidays with the years they cover. Never asks the network."""
    # The package brings an HTTP client with it, which a caller that needs no holidays should not wait for.
    from govuk_bank_holidays.bank_holidays import BankHolidays

    listed = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    days = frozenset(holiday["date"] for holiday in listed)
    return Holidays(days, first_year=min(days).year, last_year=max(days).year)
