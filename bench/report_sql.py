"""The measures by hand, for speed: one statement for each group of them, through the driver.

Only those that a database can count by itself. Whose a family was on a day, and what its first order was,
is asked of the rule, family by family: M1, M1b, M2, M9c, M10, M12, M13, M14 and M15b have no floor.
"""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

CODES = (
    *("M3", "M4", "M4b", "M4c", "M5", "M16", "M15", "M6", "M7", "M8", "M7b", "M7c"),
    *("M11", "M11b", "M11c", "M13b", "M13c", "M9", "M9b", "M17"),
)
LONDON = ZoneInfo("Europe/London")
SPOKEN_TO = "'completed', 'not_free', 'rearranged', 'declined', 'asked_to_leave'"

REACHED = f"""(c.held_on IS NOT NULL OR EXISTS (
SELECT 1 FROM attempt a WHERE a.call_id = c.id AND a.outcome IN ({SPOKEN_TO})))"""
BY_NOBODY = "c.closed_as = 'cancelled' AND c.closed_by IS NULL"
DUE = f"""
SELECT council, quarter, kind,
count(*), sum(in_time), sum(held), sum(reached), sum(in_vain), sum(promised) FROM (
SELECT c.council_code AS council, {{quarter[c.due_on]}} AS quarter, c.kind AS kind,
CASE WHEN c.held_on <= {{later}} THEN 1 ELSE 0 END AS in_time,
CASE WHEN c.held_on IS NOT NULL THEN 1 ELSE 0 END AS held,
CASE WHEN {REACHED} THEN 1 ELSE 0 END AS reached,
CASE WHEN c.closed_as = 'not_reached' AND NOT {REACHED} THEN 1 ELSE 0 END AS in_vain,
CASE WHEN c.held_on <= c.due_on THEN 1 ELSE 0 END AS promised
FROM call c WHERE c.due_on BETWEEN {{year}} AND c.kind <> 'follow_up' AND {{of[c.council_code]}}
AND (c.closed_as IS NULL OR NOT ({BY_NOBODY}))) due
GROUP BY council, quarter, kind"""
# When the day of leaving began in London is worked out afterwards: SQLite knows no zones.
CALLED_OFF = f"""
SELECT c.council_code, {{quarter[c.due_on]}}, c.kind, c.closed_at, m.left_on,
CASE WHEN {REACHED} THEN 1 ELSE 0 END
FROM call c JOIN membership m ON m.family_id = c.family_id
AND m.accepted_on <= c.due_on AND c.due_on < m.left_on
WHERE c.due_on BETWEEN {{year}} AND c.kind <> 'follow_up' AND {BY_NOBODY} AND {{of[c.council_code]}}"""
HELD = """
SELECT c.held_council, {quarter[c.held_on]}, t.need, count(*), sum(coalesce(t.minutes, 0)),
sum(CASE WHEN EXISTS (SELECT 1 FROM signpost s WHERE s.call_id = c.id AND s.category <> 'nothing')
THEN 1 ELSE 0 END)
FROM call c LEFT JOIN conversation t ON t.call_id = c.id
WHERE c.held_on BETWEEN {year} AND {of[c.held_council]} GROUP BY 1, 2, 3"""
CATEGORIES = """
SELECT c.held_council, {quarter[c.held_on]}, s.category, count(DISTINCT c.id)
FROM call c JOIN signpost s ON s.call_id = c.id
WHERE c.held_on BETWEEN {year} AND {of[c.held_council]} GROUP BY 1, 2, 3"""
RESULTS = """
SELECT s.council_code, {quarter[s.given_on]}, r.outcome, r.barrier, count(*)
FROM signpost s LEFT JOIN signpost_result r ON r.signpost_id = s.id AND NOT EXISTS (
SELECT 1 FROM signpost_result l WHERE l.signpost_id = s.id AND (l.recorded_at, l.id) > (r.recorded_at, r.id))
WHERE s.given_on BETWEEN {year} AND s.category <> 'nothing' AND {of[s.council_code]} GROUP BY 1, 2, 3, 4"""
REQUESTS = """
SELECT r.council_code, {quarter[r.received_on]}, r.kind, r.received_on,
min(CASE WHEN s.step = 'decided' THEN s."on" END), min(CASE WHEN s.step = 'started' THEN s."on" END),
min(CASE WHEN s.step = 'refused' THEN s."on" END)
FROM support_request r LEFT JOIN support_request_step s ON s.request_id = r.id
WHERE r.received_on BETWEEN {year} AND {of[r.council_code]}
GROUP BY r.id, r.council_code, r.kind, r.received_on"""
FIRST_HEARD = """
SELECT held_council, {quarter[held_on]}, need, count(*) FROM (
SELECT c.held_council, c.held_on, t.need,
row_number() OVER (PARTITION BY c.family_id ORDER BY t.held_at, t.call_id) AS place
FROM conversation t JOIN call c ON c.id = t.call_id WHERE t.need <> 'none') firsts
WHERE place = 1 AND held_on BETWEEN {year} AND {of[held_council]} GROUP BY 1, 2, 3"""
HANDOVERS = """
SELECT council, quarter, kind, count(*), sum(counted), sum(counted * in_time), sum(counted * late) FROM (
SELECT h.to_council AS council, {quarter[h.change_on]} AS quarter, h.kind AS kind,
CASE WHEN h.kind = 'full' AND NOT EXISTS (SELECT 1 FROM handover_step s
WHERE s.handover_id = h.id AND s.step = 'declined') THEN 1 ELSE 0 END AS counted,
CASE WHEN EXISTS (SELECT 1 FROM handover_step s WHERE s.handover_id = h.id AND s.step = 'accepted'
AND coalesce(s.council_code, '') = coalesce(h.to_council, '')
AND s."on" <= h.change_on) THEN 1 ELSE 0 END AS in_time,
CASE WHEN NOT EXISTS (SELECT 1 FROM handover_step s WHERE s.handover_id = h.id AND s.step = 'accepted'
AND coalesce(s.council_code, '') = coalesce(h.to_council, '')) THEN 1 ELSE 0 END AS late
FROM handover h WHERE h.change_on BETWEEN {year} AND h.withdrawn_at IS NULL AND {of[h.to_council]}
AND NOT EXISTS (SELECT 1 FROM handover_step s WHERE s.handover_id = h.id AND s.step = 'not_needed')) due
GROUP BY council, quarter, kind"""
ANSWERS = """
SELECT c.held_council, {quarter[c.held_on]}, a.worth, count(*)
FROM call c JOIN call_answer a ON a.call_id = c.id
WHERE c.held_on BETWEEN {year} AND {of[c.held_council]} GROUP BY 1, 2, 3"""
ENDS = """
SELECT e.council_code, {quarter[e.ended_on]}, count(*) FROM adoption_end e
WHERE e.ended_on BETWEEN {year} AND e.superseded_at IS NULL AND {of[e.council_code]} GROUP BY 1, 2"""

Place = tuple[str | None, int]
Part = tuple[str, str] | None
Sums = Counter[tuple[str, str | None, int, Part, str]]


class _Each:
    """Something written for each column that is named: ``{quarter[c.due_on]}``."""

    def __init__(self, form: str) -> None:
        self.form = form

    def __getitem__(self, column: str) -> str:
        return self.form.replace("#", column)


class Floor:
    """The year's statements for one engine, of all councils or of some codes; ``count`` runs them."""

    def __init__(
        self, year: int, sqlite: bool, codes: tuple[str, ...] = (), *, calls_only: bool = False
    ) -> None:
        ends = (f"'{year}-07-01'", f"'{year}-10-01'", f"'{year + 1}-01-01'")
        whens = " ".join(f"WHEN # < {end} THEN {number}" for number, end in enumerate(ends, 1))
        words = {
            "quarter": _Each(f"CASE {whens} ELSE 4 END"),
            "year": f"'{year}-04-01' AND '{year + 1}-03-31'",
            "of": _Each(f"# IN ({', '.join(repr(code) for code in codes)})" if codes else "1 = 1"),
            "later": "date(c.due_on, '+28 days')" if sqlite else "c.due_on + 28",
        }
        every = zip(_STATEMENTS, _TAKEN, strict=True)
        self.statements = [
            (statement.format(**words), taken)
            for statement, taken in every
            if not calls_only or statement in (DUE, CALLED_OFF, ANSWERS)
        ]

    def count(self, raw: Any) -> Sums:
        """Every measure of ``CODES``: above, below, unknown, in each council, quarter and part."""
        cursor, sums = raw.cursor(), Counter()
        for statement, taken in self.statements:
            cursor.execute(statement)
            for council, quarter, *numbers in cursor.fetchall():
                taken(sums, (council, quarter), *numbers)
        cursor.close()
        return sums


def _add(sums: Sums, code: str, where: Place, above: int, below: int = 0, unknown: int = 0) -> None:
    sums[code, *where, None, "above"] += above
    sums[code, *where, None, "below"] += below
    sums[code, *where, None, "unknown"] += unknown


def _part(sums: Sums, code: str, where: Place, part: tuple[str, str], count: int = 1) -> None:
    sums[code, *where, part, "above"] += count


def _due(
    sums: Sums,
    where: Place,
    kind: str,
    due: int,
    in_time: int,
    held: int,
    reached: int,
    in_vain: int,
    promised: int,
) -> None:
    if kind == "requested":
        _add(sums, "M16", where, promised, due)
        return
    _add(sums, "M3", where, due)
    for code, above in (("M4", in_time), ("M4b", held), ("M4c", reached), ("M5", in_vain)):
        _add(sums, code, where, above, due)


def _called_off(sums: Sums, where: Place, kind: str, closed_at: Any, left_on: Any, reached: int) -> None:
    """A call that the plan withdrew stays where the family left after it was due."""
    if isinstance(closed_at, str):
        closed_at = datetime.fromisoformat(closed_at).replace(tzinfo=UTC)
    left_on = _date(left_on)
    if closed_at >= datetime(left_on.year, left_on.month, left_on.day, tzinfo=LONDON):
        _due(sums, where, kind, 1, 0, 0, reached, 0, 0)


def _held(sums: Sums, where: Place, need: str | None, held: int, minutes: int, pointed: int) -> None:
    _add(sums, "M6", where, pointed, held)
    _add(sums, "M9", where, held if need in ("high", "crisis") else 0, held)
    _add(sums, "M13b", where, held)
    _add(sums, "M13c", where, minutes)
    if need:
        _part(sums, "M9", where, ("need", need), held)


def _category(sums: Sums, where: Place, category: str, count: int) -> None:
    _part(sums, "M6", where, ("category", category), count)


def _result(sums: Sums, where: Place, outcome: str | None, barrier: str | None, count: int) -> None:
    if outcome in (None, "waiting"):
        _add(sums, "M7", where, 0, 0, count)
        return
    _add(sums, "M7", where, count if outcome == "received" else 0, count)
    if barrier:
        _part(sums, "M7", where, ("barrier", barrier), count)


def _request(
    sums: Sums, where: Place, kind: str, received_on: Any, agreed_on: Any, started_on: Any, refused_on: Any
) -> None:
    _add(sums, "M8", where, 1)
    _part(sums, "M8", where, ("kind", kind))
    decided = [day for day in (agreed_on, refused_on) if day]
    if decided:
        _days(sums, "M7b", where, received_on, min(decided))
    else:
        _add(sums, "M7b", where, 0, 0, 1)
    if agreed_on and started_on:
        _days(sums, "M7c", where, agreed_on, started_on)
    elif agreed_on and not refused_on:
        _add(sums, "M7c", where, 0, 0, 1)


def _days(sums: Sums, code: str, where: Place, first: Any, last: Any) -> None:
    days = (_date(last) - _date(first)).days
    band = "0-28" if days <= 28 else "29-56" if days <= 56 else "57-84" if days <= 84 else "85+"
    _add(sums, code, where, days, 1)
    _part(sums, code, where, ("days", band))


def _first_heard(sums: Sums, where: Place, need: str, count: int) -> None:
    _add(sums, "M9b", where, count if need == "crisis" else 0, count)


def _handover(sums: Sums, where: Place, kind: str, due: int, counted: int, in_time: int, late: int) -> None:
    _add(sums, "M11", where, due)
    _part(sums, "M11", where, ("kind", kind), due)
    _add(sums, "M11b", where, in_time, counted)
    _add(sums, "M11c", where, late, counted)


def _answer(sums: Sums, where: Place, worth: str, count: int) -> None:
    _add(sums, "M15", where, count if worth == "yes" else 0, count)
    _part(sums, "M15", where, ("worth", worth), count)


def _end(sums: Sums, where: Place, count: int) -> None:
    _add(sums, "M17", where, count)


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


_STATEMENTS = (
    *(DUE, CALLED_OFF, HELD, CATEGORIES, RESULTS, REQUESTS, FIRST_HEARD, HANDOVERS, ANSWERS, ENDS),
)
_TAKEN: tuple[Any, ...] = (
    *(_due, _called_off, _held, _category, _result, _request, _first_heard, _handover, _answer, _end),
)
