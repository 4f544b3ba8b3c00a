"""The words people read for the closed lists of rules/terms.py. Codes stay; this wording can be edited.

Templates write ``{{ signpost.category|words }}``.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from catchup.rules import terms as t
from catchup.rules.concerns import Alert
from catchup.rules.leaving import Leaving
from catchup.web.fields import Option

# By class, because members of different lists may have one value.
_WORDS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    t.CallKind: {
        t.CallKind.WELCOME: _l("Welcome call"),
        t.CallKind.ANNUAL: _l("Yearly call"),
        t.CallKind.REQUESTED: _l("Call the family asked for"),
        t.CallKind.FOLLOW_UP: _l("Follow-up call"),
    },
    t.CallState: {
        t.CallState.OPEN: _l("Open"),
        t.CallState.DUE: _l("Due today"),
        t.CallState.OVERDUE: _l("Overdue"),
        t.CallState.MISSED: _l("Missed"),
        t.CallState.DONE: _l("Done"),
        t.CallState.NOT_REACHED: _l("Not reached"),
        t.CallState.CANCELLED: _l("Cancelled"),
    },
    t.ClosedAs: {
        t.ClosedAs.DONE: _l("Done"),
        t.ClosedAs.NOT_REACHED: _l("Not reached"),
        t.ClosedAs.CANCELLED: _l("Cancelled"),
    },
    t.Outcome: {
        t.Outcome.COMPLETED: _l("We talked"),
        t.Outcome.NOT_FREE: _l("Not free to talk"),
        t.Outcome.REARRANGED: _l("Rearranged"),
        t.Outcome.DECLINED: _l("Did not want a call this year"),
        t.Outcome.ASKED_TO_LEAVE: _l("Asked to leave"),
        t.Outcome.NO_ANSWER: _l("No answer"),
        t.Outcome.VOICEMAIL: _l("Voicemail left"),
        t.Outcome.SOMEBODY_ELSE: _l("Somebody else answered"),
        t.Outcome.WRONG_NUMBER: _l("Wrong or dead number"),
    },
    t.Need: {
        t.Need.NONE: _l("None"),
        t.Need.SOME: _l("Some"),
        t.Need.HIGH: _l("High"),
        t.Need.CRISIS: _l("Crisis"),
    },
    t.Going: {
        t.Going.WELL: _l("Going well"),
        t.Going.SOME_WORRIES: _l("Some worries"),
        t.Going.HARD: _l("Hard"),
        t.Going.NOT_TALKED: _l("Not talked about"),
    },
    t.Area: {
        t.Area.WELLBEING: _l("Wellbeing"),
        t.Area.SCHOOL: _l("School"),
        t.Area.KEEPING_IN_TOUCH: _l("Keeping in touch with the birth family"),
        t.Area.LIFE_STORY: _l("Life story"),
        t.Area.PARENT: _l("How they are themselves"),
        t.Area.HOME: _l("Home"),
    },
    t.Category: {
        t.Category.ASSESSMENT: _l("Assessment of support needs"),
        t.Category.THERAPY: _l("Therapy and the fund"),
        t.Category.PARENTING: _l("Parenting training"),
        t.Category.PEERS: _l("Peer support, groups and events"),
        t.Category.IDENTITY: _l("Life story and identity"),
        t.Category.KEEPING_IN_TOUCH: _l("Keeping in touch"),
        t.Category.UNPLANNED_CONTACT: _l("Unplanned contact and online safety"),
        t.Category.VIOLENCE: _l("Child-to-parent violence and crisis"),
        t.Category.EDUCATION: _l("Education and virtual school"),
        t.Category.SEND: _l("SEND, FASD and disability"),
        t.Category.HEALTH: _l("Health and CAMHS"),
        t.Category.PARENTS_WELLBEING: _l("Parents’ own wellbeing"),
        t.Category.SHORT_BREAKS: _l("Short breaks"),
        t.Category.MONEY: _l("Money and housing"),
        t.Category.FAMILY_HELP: _l("Family Help"),
        t.Category.HERITAGE: _l("Identity by ethnicity, faith or orientation"),
        t.Category.LEGAL: _l("Legal and records"),
        t.Category.ADVICE_LINES: _l("Advice lines"),
        t.Category.ADULTHOOD: _l("Becoming an adult"),
        t.Category.NOTHING: _l("Nothing needed"),
    },
    t.SignpostOutcome: {
        t.SignpostOutcome.WAITING: _l("Waiting"),
        t.SignpostOutcome.RECEIVED: _l("Received"),
        t.SignpostOutcome.NOT_TAKEN_UP: _l("Not taken up"),
    },
    t.Worth: {
        t.Worth.YES: _l("Yes, worth it"),
        t.Worth.PARTLY: _l("Partly"),
        t.Worth.NO: _l("No"),
    },
    t.Barrier: {
        t.Barrier.TRAVEL: _l("Too far to travel"),
        t.Barrier.COST: _l("Cost"),
        t.Barrier.WAITING_LIST: _l("Waiting list"),
        t.Barrier.TIMES: _l("Times or childcare"),
        t.Barrier.NOT_ELIGIBLE: _l("Not eligible"),
        t.Barrier.LANGUAGE: _l("Language"),
        t.Barrier.ONLINE_ONLY: _l("Online only"),
        t.Barrier.CHANGED_MIND: _l("Changed their mind"),
        t.Barrier.OTHER: _l("Other"),
    },
    t.HomeKind: {
        t.HomeKind.ADDRESS: _l("At an address"),
        t.HomeKind.LOOKED_AFTER: _l("Looked after by a council"),
        t.HomeKind.ELSEWHERE: _l("Somewhere else"),
        t.HomeKind.NOT_SAID: _l("Not said where"),
        t.HomeKind.DIED: _l("Died"),
    },
    t.Placing: {
        t.Placing.COUNCIL: _l("A council placed the child"),
        t.Placing.NONE: _l("No council placed the child"),
        t.Placing.UNKNOWN: _l("Not known which council placed the child"),
    },
    t.SupportKind: {
        t.SupportKind.ASSESSMENT: _l("Assessment of adoption support needs"),
        t.SupportKind.THERAPY_FUND: _l("Therapy fund application"),
        t.SupportKind.FAMILY_HELP: _l("Family Help"),
        t.SupportKind.LIFE_STORY: _l("Life story work"),
        t.SupportKind.OTHER: _l("Other support"),
    },
    t.SupportStep: {
        t.SupportStep.RECEIVED: _l("Received"),
        t.SupportStep.DECIDED: _l("Agreed"),
        t.SupportStep.STARTED: _l("Started"),
        t.SupportStep.REFUSED: _l("Refused"),
    },
    t.ConcernKind: {
        t.ConcernKind.CHILD: _l("A child at risk"),
        t.ConcernKind.DOMESTIC_ABUSE: _l("Domestic abuse"),
        t.ConcernKind.ADULT: _l("An adult at risk"),
        t.ConcernKind.VIOLENCE: _l("Child-to-parent violence, and the parent asks for help"),
        t.ConcernKind.OTHER: _l("Something else"),
    },
    Alert: {
        Alert.MANAGER: _l("Managers told"),
        Alert.DEPUTY: _l("Deputy told"),
        Alert.EVERY_MANAGER: _l("Every manager told"),
    },
    Leaving: {
        Leaving.DOING_WELL: _l("Doing well, no calls needed"),
        Leaving.OTHER_SUPPORT: _l("Support from somebody else"),
        Leaving.MOVED_AWAY: _l("Moved away"),
        Leaving.NO_TIME: _l("No time for it"),
        Leaving.NOT_HELPFUL: _l("The calls did not help"),
        Leaving.GROWN_UP: _l("The children are grown up"),
        Leaving.ADOPTION_ENDED: _l("The adoption has ended"),
        Leaving.OTHER: _l("Another reason"),
        Leaving.NOT_SAID: _l("They did not say"),
    },
    t.EscalationKind: {
        t.EscalationKind.NOT_REACHED: _l("Not reached"),
        t.EscalationKind.NO_NUMBER: _l("No number that works"),
        t.EscalationKind.CRISIS: _l("In crisis"),
        t.EscalationKind.HARD_CALL_NOT_REACHED: _l("Not reached after a hard call"),
        t.EscalationKind.CONCERN: _l("A concern about safety"),
        t.EscalationKind.STOPPED: _l("Everything stopped"),
        t.EscalationKind.REGISTRATION_LATE: _l("Registration late"),
        t.EscalationKind.DECISION: _l("A decision is needed"),
    },
    t.WarningKind: {
        t.WarningKind.FAMILY_AT_RISK: _l("Somebody must not find the family"),
        t.WarningKind.STAFF_SAFETY: _l("Safety of staff"),
        t.WarningKind.WHO_TO_SPEAK_TO: _l("Who may be spoken to"),
        t.WarningKind.TREAD_GENTLY: _l("Tread gently"),
        t.WarningKind.OTHER: _l("Something else to know"),
    },
    t.WarningEnd: {
        t.WarningEnd.NO_LONGER: _l("It is no longer so"),
        t.WarningEnd.REPLACED: _l("Another warning says it better"),
        t.WarningEnd.MISTAKE: _l("It was put here by mistake"),
    },
    t.Adjustment: {
        t.Adjustment.INTERPRETER: _l("Interpreter"),
        t.Adjustment.BSL: _l("British Sign Language"),
        t.Adjustment.TEXT_RELAY: _l("Text relay (dial 18001 first)"),
        t.Adjustment.WRITTEN: _l("Written conversation instead of a call"),
    },
    t.HandoverReason: {
        t.HandoverReason.THREE_YEARS: _l("Three years after the adoption order"),
        t.HandoverReason.MOVE: _l("The child moved, or a manager decided"),
    },
    t.Mark: {
        t.Mark.SIX_MONTHS: _l("Reminder: six months"),
        t.Mark.THREE_MONTHS: _l("Reminder: three months"),
        t.Mark.ONE_MONTH: _l("Reminder: one month"),
        t.Mark.ON_THE_DAY: _l("Reminder: the day is here"),
    },
    t.Occasion: {
        t.Occasion.BEFORE: _l("Before the day"),
        t.Occasion.ON_THE_DAY: _l("On the day"),
    },
    t.Afterwards: {
        t.Afterwards.GO_ON: _l("Go on ringing"),
        t.Afterwards.STOP: _l("Stop when the council changes"),
    },
    t.SendingEnd: {
        t.SendingEnd.SENT_AGAIN: _l("Sent again since"),
        t.SendingEnd.WRONG_COUNCIL: _l("Ended, because another council takes over"),
        t.SendingEnd.WITHDRAWN: _l("Ended, because the handover is no longer planned"),
        t.SendingEnd.TAKEN_BACK: _l("Taken back"),
    },
    t.HandoverKind: {
        t.HandoverKind.TOLD_ONLY: _l("Told only"),
        t.HandoverKind.FULL: _l("Full"),
    },
    t.HandoverState: {
        t.HandoverState.PLANNED: _l("Planned"),
        t.HandoverState.FAMILY_TOLD: _l("Family told"),
        t.HandoverState.SUMMARY_WRITTEN: _l("Summary to check"),
        t.HandoverState.SUMMARY_CHECKED: _l("Ready to send"),
        t.HandoverState.SENT: _l("Sent, no answer yet"),
        t.HandoverState.QUERIED: _l("Queried"),
        t.HandoverState.ACCEPTED: _l("Accepted"),
        t.HandoverState.DONE: _l("Done"),
        t.HandoverState.DECLINED: _l("Family declined sharing"),
        t.HandoverState.NOT_NEEDED: _l("Not needed"),
        t.HandoverState.NEEDS_DECISION: _l("Needs a decision"),
    },
    t.HandoverStepKind: {
        t.HandoverStepKind.PLANNED: _l("Planned"),
        t.HandoverStepKind.FAMILY_TOLD: _l("Family told"),
        t.HandoverStepKind.SUMMARY_WRITTEN: _l("Summary written"),
        t.HandoverStepKind.SUMMARY_CHECKED: _l("Summary checked"),
        t.HandoverStepKind.SENT: _l("Sent"),
        t.HandoverStepKind.ACCEPTED: _l("Accepted"),
        t.HandoverStepKind.QUERIED: _l("Queried"),
        t.HandoverStepKind.DECLINED: _l("Family declined sharing"),
        t.HandoverStepKind.NOT_NEEDED: _l("Not needed"),
        t.HandoverStepKind.DECIDED: _l("Decided"),
    },
}


def words(member: StrEnum) -> str:
    """What people read for one member of a closed list."""
    return str(_WORDS[type(member)][member])


def options(members: Iterable[StrEnum], hints: Mapping[StrEnum, str] | None = None) -> tuple[Option, ...]:
    """Answers to choose from, in the order given."""
    return tuple(Option(member.value, words(member), (hints or {}).get(member)) for member in members)
