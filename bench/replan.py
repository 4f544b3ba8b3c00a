"""Planning every child's handovers, and planning all of them afresh once where everybody lives has changed.

The floor is no other program but a promise: 60 s for 60,000 children, and as much less for fewer.
"""

import argparse
from collections.abc import Callable

from sqlalchemy import func, select, update

from bench import worlds
from bench.worlds import ON, SCALES, timed, verdict
from catchup.database import writing
from catchup.extensions import db
from catchup.models.family import Family
from catchup.models.handover import Handover
from catchup.models.home import Home
from catchup.services import handover_planning, plans

PROMISED_S, CHILDREN = 60.0, 60_000
BEXLEY = "E09000004"


def main() -> None:
    """Measure the first planning, the night that finds nothing, and both plans after everybody moved."""
    args = worlds.arguments(__doc__ or "")
    with worlds.service(args.database):
        worlds.fill(SCALES[args.scale])
        met = [_met("replan-first", args, _handovers)]
        made = db.session.scalar(select(func.count()).select_from(Handover))
        met.append(_met("replan-nothing-new", args, _handovers))
        with writing():
            db.session.execute(update(Home).values(council_code=BEXLEY))
            db.session.commit()
        met.append(_met("replan-all-moved", args, _handovers))
        to_bexley = select(func.count()).select_from(Handover).where(Handover.to_council == BEXLEY)
        reworked = db.session.scalar(to_bexley)
        met.append(_met("replan-calls", args, _calls))
        print(f"# {made} handovers planned, {reworked} of them reworked")
        assert made
        assert reworked == made
    worlds.finish(*met)


def _met(path: str, args: argparse.Namespace, work: Callable[[], object]) -> bool:
    promised = PROMISED_S * SCALES[args.scale].families / CHILDREN
    return verdict(path, args, timed(work), promised, 1.0)


def _handovers() -> None:
    due = handover_planning.look(ON)
    db.session.rollback()
    with writing():
        handover_planning.write(due, ON)
        db.session.commit()


def _calls() -> None:
    ids = list(db.session.scalars(select(Family.id)))
    db.session.rollback()
    with writing():
        plans.replan(ids, ON)
        db.session.commit()


if __name__ == "__main__":
    main()
