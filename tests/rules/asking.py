"""Short ways to put a question to the rule of responsibility, with days as text."""

from datetime import date

from catchup.data.councils_file import councils
from catchup.rules import responsibility
from catchup.rules.councils import provisional_code
from catchup.rules.policy import policy_on
from catchup.rules.responsibility import Answer, Change, HomeFacts, OrderFacts, Period
from catchup.rules.terms import HomeKind, Placing

D = date.fromisoformat
KENT, MEDWAY, WARWICKSHIRE = "E10000016", "E06000035", "E10000031"
BARNSLEY_OLD, BARNSLEY, SHEFFIELD_OLD, SHEFFIELD = "E08000016", "E08000038", "E08000019", "E08000039"
SURREY, EAST_SURREY = "E10000030", provisional_code("East Surrey")
OUTSIDE = "outside"


def order(made_on: str, placing: str | None = None, *, allowance: bool = False) -> OrderFacts:
    if placing is None:
        return OrderFacts(D(made_on), Placing.NONE, None, allowance)
    if placing == "unknown":
        return OrderFacts(D(made_on), Placing.UNKNOWN, None, allowance)
    return OrderFacts(D(made_on), Placing.COUNCIL, placing, allowance)


def home(council: str, from_on: str | None = None) -> HomeFacts:
    day = D(from_on) if from_on else None
    if council == OUTSIDE:
        return HomeFacts(HomeKind.ADDRESS, None, True, day)
    return HomeFacts(HomeKind.ADDRESS, council, False, day)


def ask(facts: OrderFacts, homes: list[HomeFacts], on: str) -> Answer:
    policy = policy_on(facts.made_on)
    return responsibility.responsible_on(facts, homes, D(on), councils(), policy)


def periods(facts: OrderFacts, homes: list[HomeFacts]) -> tuple[Period, ...]:
    return responsibility.timeline(facts, homes, councils(), policy_on(facts.made_on))


def changes(facts: OrderFacts, homes: list[HomeFacts]) -> tuple[Change, ...]:
    return responsibility.change_days(facts, homes, councils(), policy_on(facts.made_on))


def bounds(answer: Answer) -> tuple[str | None, str | None, str | None]:
    since, until = (day and day.isoformat() for day in (answer.since, answer.until))
    return (answer.council, since, until)
