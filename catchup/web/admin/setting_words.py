"""The words people read for the figures of the rules: what each is called, and what it is for."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from catchup.rules.settings import Figure, Sure, Touches, Unit
from catchup.services.plans import Replanned

CALLED = {
    "placing_years": (
        _l("How long the placing council is responsible"),
        _l("From the day of the order. An order keeps the length it was made under."),
    ),
    "adult_age": (_l("Age from which no yearly call is made"), _l("Of the youngest child.")),
    "therapy_until_age": (_l("Age to which the therapy fund pays"), _l("Shown with support requests.")),
    "therapy_until_age_with_plan": (
        _l("The same, with an education, health and care plan"),
        _l("Shown with support requests."),
    ),
    "therapy_fund_pence": (
        _l("Limit of the therapy fund"),
        _l("For a child and year. Left empty, no limit is known and none is shown."),
    ),
    "welcome_working_days": (
        _l("Welcome call due after"),
        _l("From the day the registration is accepted, that day not counted."),
    ),
    "first_annual_after_days": (
        _l("First yearly call no sooner than"),
        _l("From the acceptance to the anniversary it belongs to."),
    ),
    "opens_before_days": (_l("A call opens before its due day by"), _l("From then on it is in the queue.")),
    "on_time_days": (
        _l("A call counts as on time until"),
        _l("After its due day. A year is counted by what holds on its first day."),
    ),
    "missed_after_days": (_l("A call counts as missed after"), _l("From its due day.")),
    "made_up_after_pause_days": (
        _l("A call is made up after a pause if due within"),
        _l("Before the pause ended; only the newest one."),
    ),
    "attempts": (_l("Attempts before a manager decides"), _l("At most one a day counts.")),
    "attempts_within_working_days": (_l("Time for those attempts"), _l("From the first that counts.")),
    "claim_minutes": (_l("A call is held for"), _l("By whoever started it, without anything being written.")),
    "times_offered": (_l("Times offered to a family at once"), _l("For one call.")),
    "crisis_working_days": (_l("Follow-up after a crisis within"), _l("From the call.")),
    "high_need_days": (_l("Follow-up after high need within"), _l("From the call.")),
    "registration_working_days": (_l("A registration is looked at within"), _l("From its arrival.")),
    "sooner_working_days": (_l("Who asks for a call this week is rung within"), _l("From their asking.")),
    "sooner_unhurried_working_days": (
        _l("Who asks for a call when it suits is rung within"),
        _l("From their asking."),
    ),
    "longest_pause_months": (_l("Longest pause a family asks for at once"), _l("On their own page.")),
    "call_asked_about_days": (_l("A family is asked about a call for"), _l("From the call, on their page.")),
    "complaint_working_days": (_l("A complaint is answered within"), _l("From its arrival.")),
    "acknowledge_concern_minutes": (
        _l("A concern about safety is acknowledged within"),
        _l("Then the deputy is told, and after as long again every manager."),
    ),
    "front_door_stale_days": (_l("A front door’s number is checked again after"), _l("From its last check.")),
    "records_an_hour": (
        _l("A manager looks when one person opens, in an hour, more records than"),
        _l("Each family counts once; lists do not count."),
    ),
    "records_without_a_reason": (
        _l("Whoever opens many records says why, in an hour, after"),
        _l("And again after as many more."),
    ),
    "handover_planned_months": (_l("A handover is planned ahead by"), _l("Before the day of the change.")),
    "family_told_months": (_l("The family is told of a handover ahead by"), _l("In writing.")),
    "handover_last_reminder_months": (
        _l("Last reminder of a handover ahead by"),
        _l("To whoever carries it, while it is not accepted."),
    ),
    "told_on_the_day_within_days": (
        _l("News that the council has changed goes within"),
        _l("After the day itself; later it is no news."),
    ),
    "take_up_days": (
        _l("A family counts as taking up the scheme within"),
        _l("From the first order. A year is counted by what holds on its first day."),
    ),
    "offer_late_days": (_l("An offer counts as late after"), _l("From the order.")),
    "offer_reminder_weeks": (_l("A family is reminded of the offer after"), _l("Once.")),
    "directory_stale_days": (_l("A directory entry is checked again after"), _l("From its last check.")),
    "review_at_age": (_l("Records are reviewed at the age of"), _l("Of the youngest child.")),
}
SURE = {
    Sure.HIGH: (_l("Law"), _l("Read in an official text. Change it only when the text has changed.")),
    Sure.MEDIUM: (
        _l("Reading"),
        _l("A sound reading of the law. Let the council’s lawyers confirm another."),
    ),
    Sure.CHOICE: (_l("Choice"), _l("The service’s own choice: nobody prescribes it.")),
}
TOUCHES = {
    Touches.ORDERS: _l(
        "Children whose order is made on that day or later. Every earlier order keeps what held."
    ),
    Touches.PLANS: _l(
        "The calls families are owed: they are planned afresh in the night that begins that day."
    ),
    Touches.HANDOVERS: _l("Handovers whose change of council is on that day or later; the night plans them."),
    Touches.FIGURES: _l(
        "Years of the reports that begin on that day or later. A year under way stays as it is."
    ),
    Touches.WORK: _l("What is promised, asked and shown from that day on. What was promised before stays."),
}


def called(name: str) -> str:
    """What a figure is called."""
    return str(CALLED[name][0])


def amount(figure: Figure, value: int | None) -> str:
    """A value with its unit: "28 days"."""
    if value is None:
        return _("not known")
    match figure.unit:
        case Unit.YEARS:
            return ngettext("%(num)s year", "%(num)s years", value)
        case Unit.MONTHS:
            return ngettext("%(num)s month", "%(num)s months", value)
        case Unit.WEEKS:
            return ngettext("%(num)s week", "%(num)s weeks", value)
        case Unit.DAYS:
            return ngettext("%(num)s day", "%(num)s days", value)
        case Unit.WORKING_DAYS:
            return ngettext("%(num)s working day", "%(num)s working days", value)
        case Unit.MINUTES:
            return ngettext("%(num)s minute", "%(num)s minutes", value)
        case Unit.PENCE:
            return f"£{value // 100:,}"
        case Unit.TIMES:
            return f"{value:,}"


def plan_changes(plans: Replanned) -> list[str]:
    """What becomes of planned and of open calls, of each kind that there is."""
    kinds = (
        (plans.planned, ngettext("%(num)s call is added", "%(num)s calls are added", plans.planned)),
        (plans.moved, ngettext("%(num)s call is moved", "%(num)s calls are moved", plans.moved)),
        (plans.withdrawn, ngettext("%(num)s is taken out", "%(num)s are taken out", plans.withdrawn)),
        (
            plans.cancelled,
            ngettext("%(num)s open call is cancelled", "%(num)s open calls are cancelled", plans.cancelled),
        ),
        (
            plans.reopened,
            ngettext("%(num)s call is opened again", "%(num)s calls are opened again", plans.reopened),
        ),
    )
    return [words for number, words in kinds if number]


def unit(figure: Figure) -> str:
    """In what a value is entered."""
    return {
        Unit.YEARS: _("years"),
        Unit.MONTHS: _("months"),
        Unit.WEEKS: _("weeks"),
        Unit.DAYS: _("days"),
        Unit.WORKING_DAYS: _("working days"),
        Unit.MINUTES: _("minutes"),
        Unit.PENCE: _("whole pounds"),
        Unit.TIMES: _("a number"),
    }[figure.unit]
