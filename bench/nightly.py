"""J: the night's `create-calls` against one raw INSERT … SELECT that makes the same rows."""

from collections.abc import Callable

from sqlalchemy import select, text

from bench import worlds
from bench.worlds import ON, SCALES, interleaved, timed, verdict
from catchup.database import writing
from catchup.extensions import db
from catchup.models.call import Call
from catchup.models.family import Family
from catchup.models.plan import PlannedCall
from catchup.services import plans

FLOOR = """
INSERT INTO call (id, family_id, kind, cycle, cycle_on, due_on, opens_on, moving_on, council_code,
                  lead_id, opened_on, version)
SELECT p.id, p.family_id, p.kind, p.cycle, p.cycle_on, p.due_on, p.opens_on, p.moving_on, p.council_code,
       f.lead_id, CAST(:on AS {day}), 1
FROM planned_call p JOIN family f ON f.id = p.family_id
WHERE p.opens_on <= :on AND NOT EXISTS (
    SELECT 1 FROM call c WHERE c.family_id = p.family_id AND c.kind = p.kind AND c.cycle = p.cycle)
ON CONFLICT DO NOTHING"""


def main() -> None:
    """Measure the first fill, the rerun that adds nothing, and a loop over objects."""
    args = worlds.arguments(__doc__ or "")
    with worlds.service(args.database):
        worlds.fill(SCALES[args.scale])
        raw = text(FLOOR.format(day="TEXT" if args.database == "sqlite" else "DATE"))
        made: set[int] = set()

        def product() -> float:
            return _undone(lambda: made.add(plans.open_calls(ON)))

        def floor() -> float:
            return _undone(lambda: made.add(db.session.connection().execute(raw, {"on": ON}).rowcount))

        product_s, floor_s = interleaved(product, floor)
        (count,) = made  # more than one number: the two do not make the same rows
        assert count > 0
        met = [verdict("J-first-fill", args, product_s, floor_s, 1.3)]
        if args.scale != "stress":
            slow_s, fast_s = interleaved(lambda: _undone(_by_objects), product, rounds=3)
            met.append(verdict("J/objects", args, fast_s, slow_s, 1 / 50))
        with writing():
            plans.open_calls(ON)
            db.session.commit()
        (rerun_s,) = interleaved(lambda: _undone(lambda: plans.open_calls(ON)))
        met.append(verdict("J-rerun/first-fill", args, rerun_s, product_s, 0.35))
        print(f"# {count} calls made, {product_s / count * 1e6:.1f} us each")
    worlds.finish(*met)


def _undone(work: Callable[[], object]) -> float:
    """Seconds of some writing work, which is then taken back."""
    with writing():
        taken = timed(work)
        db.session.rollback()
    return taken


def _by_objects() -> None:
    """What one would write first: every planned call looked at as an object."""
    for planned in db.session.scalars(select(PlannedCall).where(PlannedCall.opens_on <= ON)):
        key = {"family_id": planned.family_id, "kind": planned.kind, "cycle": planned.cycle}
        if db.session.scalar(select(Call).filter_by(**key)) is None:
            family = db.session.get_one(Family, planned.family_id)
            db.session.add(
                Call(
                    **key,
                    id=planned.id,
                    cycle_on=planned.cycle_on,
                    due_on=planned.due_on,
                    opens_on=planned.opens_on,
                    moving_on=planned.moving_on,
                    opened_on=ON,
                    council_code=planned.council_code,
                    lead_id=family.lead_id,
                )
            )
            db.session.flush()


if __name__ == "__main__":
    main()
