"""The queue page by hand, for speed: a few statements through the driver and one plain template."""

import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import jinja2
from markupsafe import Markup

from bench.worlds import ON
from catchup.crypto import ring
from catchup.rules.calendar import anniversary
from config import Settings

MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

VIEWER = """
SELECT s.id, s.name, r.name, s.hub, s.employer, c.council_code FROM staff s
JOIN staff_role_link l ON l.staff_id = s.id JOIN staff_role r ON r.id = l.role_id
LEFT JOIN staff_council c ON c.staff_id = s.id WHERE s.fs_uniquifier = {p} AND s.active = {true}"""
CALLS = """
SELECT c.id, c.family_id, c.due_on, f.name FROM call c JOIN family f ON f.id = c.family_id
WHERE c.lead_id = {p} AND c.closed_at IS NULL
AND NOT EXISTS (SELECT 1 FROM shut_out x WHERE x.family_id = f.id AND x.staff_id = {p})
AND NOT EXISTS (SELECT 1 FROM stop x WHERE x.family_id = f.id AND x.lifted_at IS NULL)
AND NOT EXISTS (SELECT 1 FROM pause x WHERE x.family_id = f.id AND x.from_on <= {p} AND x.until_on >= {p})
AND EXISTS (SELECT 1 FROM membership m WHERE m.family_id = f.id AND m.left_on IS NULL)
AND NOT EXISTS (SELECT 1 FROM concern x WHERE x.family_id = f.id AND x.acknowledged_at IS NULL)
ORDER BY c.due_on, c.id LIMIT 201"""
CHILDREN = """
SELECT k.family_id, k.first_name, k.born_on, o.made_on, o.placing_council, h.council_code FROM child k
LEFT JOIN adoption_order o ON o.child_id = k.id AND o.superseded_at IS NULL
LEFT JOIN home h ON h.child_id = k.id AND h.superseded_at IS NULL
WHERE k.family_id IN ({ids}) AND k.died_on IS NULL ORDER BY k.born_on, k.id"""
ATTEMPTS = """
SELECT a.call_id, a.outcome, a.at, s.name FROM attempt a JOIN staff s ON s.id = a.by_id
WHERE a.call_id IN ({ids}) ORDER BY a.at"""
TRIED = """SELECT count(DISTINCT a.call_id) FROM attempt a WHERE a.by_id = {p} AND a."on" = {p}"""
SKIPPED = "SELECT x.call_id, x.reason FROM call_skip x WHERE x.staff_id = {p} AND x.until > {p}"
COUNCILS = {"E10000016": "Kent", "E06000035": "Medway"}

PAGE = """{{ head }}
{%- for key, edge, title, count, rows, more in sections %}
<section class="cu-section{{ edge }}">
<h2 class="cu-section__title">{{ title }} <span class="cu-count" id="count-{{ key }}">{{ count }}</span></h2>
{%- if rows %}
<ol class="cu-rows">
{%- for when, late, call, name, children, facts in rows %}
<li class="cu-row">
<p class="cu-row__when">{{ when }} <span>{{ late }}</span></p>
<h3 class="cu-row__who"><a class="govuk-link" href="/calls/{{ call }}">{{ name }}</a> <span>{{ children }}</span></h3>
<p class="cu-row__facts">{% for fact in facts %}<span>{{ fact }}</span>{% endfor %}</p>
<p class="cu-row__note"></p>
<div class="cu-row__do"><span class="cu-row__state" id="s-{{ call }}" data-state="free"></span><button type="submit" class="govuk-button" formaction="/calls/{{ call }}/start" aria-label="Start: {{ name }}">Start</button>
<button type="submit" class="cu-link-button" formaction="/calls/{{ call }}/pass-on" aria-label="I know this family: {{ name }}">I know this family</button></div></li>
{%- endfor %}
</ol>
{%- endif %}
{%- if more %}
<p class="cu-section__more"><a class="govuk-link" href="/queue?section={{ key }}">Show all {{ count }}<span class="govuk-visually-hidden"> {{ title }}</span></a></p>
{%- endif %}
</section>
{%- endfor %}{{ tail }}"""  # noqa: E501 -- the page's own lines


Sections = tuple[list[tuple[str, str, str, int, list[Any], bool]], int]


class FloorPage:
    """Made from a page of the product: its frame is kept, everything that depends on data is filled in."""

    def __init__(self, page: str, settings: Settings, lead: UUID) -> None:
        self.sqlite = settings.database_url.startswith("sqlite")
        self.lead: Any = lead.hex if self.sqlite else lead
        self.uniquifier = lead.hex
        self.p = "?" if self.sqlite else "%s"
        tokens = set(re.findall(r'name="csrf_token" value="([^"]*)"', page))
        assert len(tokens) == 1
        framed = page.replace(tokens.pop(), "@token@")
        first = framed.index('<section class="cu-section')
        last = framed.index("</section>\n</form>") + len("</section>")
        self.head, self.tail = framed[:first].rstrip("\n"), framed[last:]
        self.head = re.sub(r"\d+ of \d+ done", "@done@ of @all@ done", self.head)
        self.head = re.sub(r'<span class="cu-count">[^<]*', '<span class="cu-count">@mine@', self.head)
        self.template = jinja2.Environment(autoescape=True).from_string(PAGE)
        self.AUDIT = (
            "INSERT INTO audit_event (at, staff_id, action, subject, result, families, mac) "
            "VALUES (:at, :staff, 'queue.view', 'family', 'ok', :families, :mac)"
        )

    def _all(self, cursor: Any, sql: str, values: tuple[Any, ...]) -> list[Any]:
        ids = ", ".join(self.p for _ in values)
        true = "1" if self.sqlite else "true"
        cursor.execute(sql.format(p=self.p, ids=ids, true=true), values)
        return list(cursor.fetchall())

    def render(self, raw: Any, token: str, now: datetime) -> tuple[str, list[UUID]]:
        """The page, and the families it shows."""
        cursor = raw.cursor()
        today: Any = ON.isoformat() if self.sqlite else ON
        assert self._all(cursor, VIEWER, (self.uniquifier,))
        calls = self._all(cursor, CALLS, (self.lead, self.lead, today, today))
        shown = calls[:25]
        children = defaultdict(list)
        for row in self._all(cursor, CHILDREN, tuple(row[1] for row in shown)):
            children[row[0]].append(row)
        assert not self._all(cursor, ATTEMPTS, tuple(row[0] for row in shown))
        done = self._all(cursor, TRIED, (self.lead, today))[0][0]
        at: Any = now.replace(tzinfo=None).isoformat(" ") if self.sqlite else now
        assert not self._all(cursor, SKIPPED, (self.lead, at))
        sections, to_do = self._sections(calls, shown, children)
        raw.commit()  # a rollback would make the driver forget the statements it has prepared
        mine = "200+" if len(calls) > 200 else str(len(calls))
        head = self.head.replace("@done@", str(done)).replace("@all@", str(done + to_do))
        # The frame comes from a page of the product: it is escaped already.
        head = Markup(head.replace("@mine@", mine).replace("@token@", token))  # noqa: S704 -- our own page
        tail = Markup(self.tail.replace("@token@", token))  # noqa: S704 -- our own page
        page = self.template.render(head=head, sections=sections, tail=tail)
        return page, [_uuid(row[1]) for row in shown]

    def _sections(self, calls: list[Any], shown: list[Any], children: dict[Any, list[Any]]) -> Sections:
        parts: dict[str, list[Any]] = {"overdue": [], "due_today": [], "opening": []}
        totals = dict.fromkeys(parts, 0)
        for number, row in enumerate(calls):
            due_on = _date(row[2])
            key = "overdue" if due_on < ON else "due_today" if due_on == ON else "opening"
            totals[key] += 1
            if number < len(shown):
                parts[key].append(self._row(row, due_on, children[row[1]]))
        titles = {"overdue": "Overdue", "due_today": "Due today", "opening": "Open, due later"}
        sections = []
        for key, rows in parts.items():
            if total := totals[key]:
                edge = " cu-section--late" if key == "overdue" else ""
                sections.append((key, edge, titles[key], total, rows, len(rows) < total))
        return sections, totals["overdue"] + totals["due_today"]

    def _row(self, row: Any, due_on: date, children: list[Any]) -> tuple[Any, ...]:
        days = (ON - due_on).days
        more = "due" if days <= 0 else "1 day over" if days == 1 else f"{days} days over"
        when = "Today" if days == 0 else _short(due_on)
        names, facts = [], []
        for child in children:
            born_on, made_on = _date(child[2]), _date(child[3])
            names.append(f"{ring.open(bytes(child[1]), 'child.first_name')}\xa0{_years(born_on)}")
            months = (ON.year - made_on.year) * 12 + ON.month - made_on.month - (ON.day < made_on.day)
            facts.append(f"Order {months // 12} y {months % 12} m ago")
            changes_on = anniversary(made_on, 3) + timedelta(days=1)
            if changes_on > ON:
                facts.append(f"{COUNCILS[child[4]]} until {_short(changes_on - timedelta(days=1))}")
            else:
                facts.append(COUNCILS[child[5]])
        name = ring.open(bytes(row[3]), "family.name")
        return when, more, _uuid(row[0]), name, ", ".join(names), facts


def _years(born_on: date) -> int:
    return ON.year - born_on.year - ((ON.month, ON.day) < (born_on.month, born_on.day))


def _short(day: date) -> str:
    said = f"{day.day} {MONTHS[day.month]}"
    return said if day.year == ON.year else f"{said} {day.year}"


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
