"""The rule of responsibility alone: one child's timeline, over a thousand histories drawn by chance.

The floor is no other program but a promise: 1 ms of rule time, for the median history and for the worst.
"""

import statistics
from datetime import date, timedelta
from random import Random

from bench import worlds
from bench.worlds import timed, verdict
from catchup.data.councils_file import councils
from catchup.rules import responsibility
from catchup.rules.policy import policy_on
from catchup.rules.responsibility import DecisionFacts, HomeFacts, OrderFacts
from catchup.rules.terms import HomeKind, Placing, Undecided

PROMISED_S = 0.001
HISTORIES = 1_000
TRIES = 5  # of which the quickest counts: what else the machine does in between is not the rule's time

History = tuple[OrderFacts, list[HomeFacts], list[DecisionFacts]]


def main() -> None:
    """Measure every history by itself, and hold the median and the worst against the promise."""
    args = worlds.arguments(__doc__ or "")
    random = Random(7)
    taken = [_taken(_history(random)) for _ in range(HISTORIES)]
    worlds.finish(
        verdict("timeline-median", args, statistics.median(taken), PROMISED_S, 1.0),
        verdict("timeline-worst", args, max(taken), PROMISED_S, 1.0),
    )


def _taken(history: History) -> float:
    order, homes, decisions = history
    known, policy = councils(), policy_on(order.made_on)

    def ask() -> object:
        return responsibility.timeline(order, homes, known, policy, decisions)

    return min(timed(ask) for _ in range(TRIES))


def _history(random: Random) -> History:
    """Up to six homes and four decisions; councils that changed or will be divided are among them."""
    codes = ["E10000016", "E06000035", "E08000016", "E08000039", "E10000030", "E09000004"]
    order_on = date(2020, 1, 1) + timedelta(days=random.randrange(2_500))

    def day() -> date:
        return order_on + timedelta(days=random.randrange(2_500))

    kinds = [HomeKind.ADDRESS] * 6 + [HomeKind.LOOKED_AFTER, HomeKind.NOT_SAID, HomeKind.ELSEWHERE]
    homes = [
        HomeFacts(random.choice(kinds), random.choice(codes), random.random() < 0.1, day())
        for _ in range(random.randrange(7))
    ]
    decisions = [
        DecisionFacts(random.choice(codes), random.choice(list(Undecided)), day())
        for _ in range(random.randrange(5))
    ]
    placing = random.choice([Placing.COUNCIL, Placing.COUNCIL, Placing.NONE, Placing.UNKNOWN])
    code = random.choice(codes) if placing is Placing.COUNCIL else None
    return OrderFacts(order_on, placing, code), homes, decisions


if __name__ == "__main__":
    main()
