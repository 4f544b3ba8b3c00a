"""The words of the service as closed lists. Every layer uses these names; the database stores the values.

Source: service policy (the glossary of the service), unless a class says otherwise.
"""

from enum import StrEnum


class CallKind(StrEnum):
    """Why a call is owed."""

    WELCOME = "welcome"
    ANNUAL = "annual"
    REQUESTED = "requested"
    FOLLOW_UP = "follow_up"


class ClosedAs(StrEnum):
    """How a call ended. Open, due and missed are worked out from dates and never stored."""

    DONE = "done"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What happened at one try to get through (the outcome table of R17)."""

    COMPLETED = "completed"
    NOT_FREE = "not_free"
    REARRANGED = "rearranged"
    DECLINED = "declined"
    ASKED_TO_LEAVE = "asked_to_leave"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    SOMEBODY_ELSE = "somebody_else"
    WRONG_NUMBER = "wrong_number"


class Band(StrEnum):
    """Time of day of an attempt, in hours of local time."""

    MORNING = "9-12"
    MIDDAY = "12-15"
    AFTERNOON = "15-17"
    EVENING = "17-20"


class Need(StrEnum):
    """How much a family needs now, as judged at the end of a call."""

    NONE = "none"
    SOME = "some"
    HIGH = "high"
    CRISIS = "crisis"


class Going(StrEnum):
    """How one area of life is going."""

    WELL = "well"
    SOME_WORRIES = "some_worries"
    HARD = "hard"
    NOT_TALKED = "not_talked"


class Area(StrEnum):
    """An area of life asked about on a call. The first four are asked per child, PARENT per parent."""

    WELLBEING = "wellbeing"
    SCHOOL = "school"
    KEEPING_IN_TOUCH = "keeping_in_touch"
    LIFE_STORY = "life_story"
    PARENT = "parent"
    HOME = "home"


class Category(StrEnum):
    """What a signpost or a service is for. Codes stay for ever; the wording beside them can be edited."""

    ASSESSMENT = "assessment"
    THERAPY = "therapy"
    PARENTING = "parenting"
    PEERS = "peers"
    IDENTITY = "identity"
    KEEPING_IN_TOUCH = "keeping_in_touch"
    UNPLANNED_CONTACT = "unplanned_contact"
    VIOLENCE = "violence"
    EDUCATION = "education"
    SEND = "send"
    HEALTH = "health"
    PARENTS_WELLBEING = "parents_wellbeing"
    SHORT_BREAKS = "short_breaks"
    MONEY = "money"
    FAMILY_HELP = "family_help"
    HERITAGE = "heritage"
    LEGAL = "legal"
    ADVICE_LINES = "advice_lines"
    ADULTHOOD = "adulthood"
    NOTHING = "nothing"


class SignpostOutcome(StrEnum):
    """What came of a signpost."""

    WAITING = "waiting"
    RECEIVED = "received"
    NOT_TAKEN_UP = "not_taken_up"


class Barrier(StrEnum):
    """What kept a family from help it was pointed to."""

    TRAVEL = "travel"
    COST = "cost"
    WAITING_LIST = "waiting_list"
    TIMES = "times"
    NOT_ELIGIBLE = "not_eligible"
    LANGUAGE = "language"
    ONLINE_ONLY = "online_only"
    CHANGED_MIND = "changed_mind"
    OTHER = "other"


class HomeKind(StrEnum):
    """Where a child lives from a date."""

    ADDRESS = "address"
    LOOKED_AFTER = "looked_after"
    ELSEWHERE = "elsewhere"
    NOT_SAID = "not_said"
    DIED = "died"


class Placing(StrEnum):
    """Whether a council placed the child. UNKNOWN needs a decision; NONE (a step-parent's order) does not."""

    COUNCIL = "council"
    NONE = "none"
    UNKNOWN = "unknown"


class SupportKind(StrEnum):
    """Extra support that can be asked for."""

    ASSESSMENT = "assessment"
    THERAPY_FUND = "therapy_fund"
    FAMILY_HELP = "family_help"
    LIFE_STORY = "life_story"
    OTHER = "other"


class SupportStep(StrEnum):
    """Where a support request stands; rows are added, the latest counts."""

    RECEIVED = "received"
    DECIDED = "decided"
    STARTED = "started"
    REFUSED = "refused"


class ConcernKind(StrEnum):
    """What a safeguarding concern is about."""

    CHILD = "child_at_risk"
    DOMESTIC_ABUSE = "domestic_abuse"
    ADULT = "adult_at_risk"
    VIOLENCE = "child_to_parent_violence"
    OTHER = "other"


class HandoverKind(StrEnum):
    """Told only: nothing is open and no data leaves. Full: a checked summary is sent."""

    TOLD_ONLY = "told_only"
    FULL = "full"


class HandoverStepKind(StrEnum):
    """Something that happened to a handover; rows are added and its state is worked out from them."""

    PLANNED = "planned"
    FAMILY_TOLD = "family_told"
    SUMMARY_WRITTEN = "summary_written"
    SUMMARY_CHECKED = "summary_checked"
    SENT = "sent"
    ACCEPTED = "accepted"
    QUERIED = "queried"
    DECLINED = "declined"
    NOT_NEEDED = "not_needed"
    DECIDED = "decided"


class HandoverState(StrEnum):
    """Where a handover stands on a day: worked out from its steps and dates, never stored."""

    PLANNED = "planned"
    FAMILY_TOLD = "family_told"
    SUMMARY_WRITTEN = "summary_written"
    SUMMARY_CHECKED = "summary_checked"
    SENT = "sent"
    QUERIED = "queried"
    ACCEPTED = "accepted"
    DONE = "done"
    DECLINED = "declined"
    NOT_NEEDED = "not_needed"
    NEEDS_DECISION = "needs_decision"


class HandoverReason(StrEnum):
    """Why responsibility changes. MOVE is also another council that a person decided on later."""

    THREE_YEARS = "three_years"
    MOVE = "move"


class Undecided(StrEnum):
    """Why the rules name no council for a time, so that a manager must. Source: service policy R4, R6, R8."""

    UNKNOWN_PLACING = "unknown_placing"
    OUTSIDE = "outside"
    LOOKED_AFTER = "looked_after"
    NOT_SAID = "not_said"
    NO_HOME = "no_home"
    DIVIDED = "divided"


class Corrected(StrEnum):
    """The kind of fact that was believed and turned out to be otherwise."""

    ORDER = "order"
    HOME = "home"
    DECISION = "decision"


class HandoverEffect(StrEnum):
    """What a correction did to a handover."""

    PLANNED = "planned"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


class RequestReviewed(StrEnum):
    """What somebody decided about a support request whose council is in doubt."""

    STAYS = "stays"
    MOVED = "moved"


class Mark(StrEnum):
    """A time before the change day at which a handover that is not finished is brought to mind."""

    SIX_MONTHS = "six_months"
    THREE_MONTHS = "three_months"
    ONE_MONTH = "one_month"
    ON_THE_DAY = "on_the_day"


class Occasion(StrEnum):
    """When a family is told in writing: three months before the change day, and on it."""

    BEFORE = "before"
    ON_THE_DAY = "on_the_day"


class Afterwards(StrEnum):
    """What a family says about calls from us once its council is outside the agency (R21)."""

    GO_ON = "go_on"
    STOP = "stop"


class SendingEnd(StrEnum):
    """Why a link that was sent to a council opens nothing any more, before its days are over."""

    SENT_AGAIN = "sent_again"
    WRONG_COUNCIL = "wrong_council"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken_back"


class Sooner(StrEnum):
    """How soon a parent would like to be rung."""

    THIS_WEEK = "this_week"
    WHEN_YOU_CAN = "when_you_can"


class WishKind(StrEnum):
    """What a parent did or asked for on their own page."""

    PAUSE = "pause"
    START_AGAIN = "start_again"
    SOONER = "sooner"
    TIME = "time"
    OTHER_TIMES = "other_times"
    NOT_RUNG = "not_rung"
    LEAVE = "leave"


class Worth(StrEnum):
    """Whether a call was worth a parent's time (measure M15)."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Role(StrEnum):
    """What a member of staff may do."""

    LEAD = "lead"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Channel(StrEnum):
    """How a message goes out."""

    EMAIL = "email"
    TEXT = "text"
    LETTER = "letter"


class Adjustment(StrEnum):
    """A reasonable adjustment for a parent instead of, or beside, an ordinary telephone call."""

    INTERPRETER = "interpreter"
    BSL = "bsl"
    TEXT_RELAY = "text_relay"
    WRITTEN = "written"


class EscalationKind(StrEnum):
    """Why a manager is asked to look."""

    NOT_REACHED = "not_reached"
    NO_NUMBER = "no_number"
    CRISIS = "crisis"
    HARD_CALL_NOT_REACHED = "hard_call_not_reached"
    CONCERN = "concern"
    STOPPED = "stopped"
    REGISTRATION_LATE = "registration_late"
    DECISION = "decision"


class TextKind(StrEnum):
    """A text made from a conversation: the note for the council's case system, or what the family is sent."""

    CASE_NOTE = "case_note"
    TALKED_ABOUT = "talked_about"


class WarningKind(StrEnum):
    """What a warning on a family is about."""

    FAMILY_AT_RISK = "family_at_risk"
    STAFF_SAFETY = "staff_safety"
    WHO_TO_SPEAK_TO = "who_to_speak_to"
    TREAD_GENTLY = "tread_gently"
    OTHER = "other"


class WarningEnd(StrEnum):
    """Why a warning on a family ends."""

    NO_LONGER = "no_longer"
    REPLACED = "replaced"
    MISTAKE = "mistake"


class CallState(StrEnum):
    """Where a call stands on a day: how it was closed or, while it is not, what its dates say (R16)."""

    OPEN = "open"
    DUE = "due"
    OVERDUE = "overdue"
    MISSED = "missed"
    DONE = "done"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"


class Matter(StrEnum):
    """Something a council is asked for; R9 says which council for each."""

    ASSESSMENT = "assessment"
    THERAPY_FUND = "therapy_fund"
    ALLOWANCE = "allowance"
    SAFEGUARDING = "safeguarding"
    VIRTUAL_SCHOOL = "virtual_school"
    FAMILY_HELP = "family_help"
    SEND = "send"
    ADOPTION_SERVICES = "adoption_services"
    LETTERBOX = "letterbox"
    RECORDS = "records"
