"""Whether the money is fair between councils, for the annual report: what each pays and what it was given."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from catchup.queries.annual import Annual
from catchup.rules import annual as rule
from catchup.rules.annual import Section
from catchup.rules.budget import spent_by
from catchup.rules.calendar import financial_year_days
from catchup.rules.definitions import MEASURES
from catchup.web.manager.annual_blocks import MOST_IN_A_CHART, Block, chart, in_order, place_name, table


def money(found: Annual) -> Iterator[Block]:
    """What each council pays beside its share of what the service did, and what a conversation cost it."""
    paid = sum(found.pays.values())
    codes = [code for code in rule.CODES[Section.MONEY] if found.now.total(code)]
    if not paid:
        yield {"kind": "words", "words": _("Nobody has entered what the councils pay in this year.")}
        return
    councils = {*found.pays, *(code for one in codes for code in found.now.councils.get(one, {}) if code)}
    order = in_order(councils)
    heads = [_("Council"), _("Pays"), _("Share of the budget")]
    heads += [_("Share: %(what)s", what=MEASURES[code].name.lower()) for code in codes]
    heads += [_("Conversations less budget"), _("Cost of a conversation")]
    figures = table(
        _("What councils pay, and their share of the work, %(year)s", year=found.year),
        heads,
        [
            (
                place_name(code),
                [
                    _pounds(found.pays.get(code or "")),
                    _percent(found.pays.get(code or "", 0) / paid),
                    *(_share(found, one, code) for one in codes),
                    _points(_share_value(found, "M13b", code), found.pays.get(code or "", 0) / paid),
                    _cost(found, code),
                ],
                "",
            )
            for code in order
        ],
    )
    some = _most_talked_to(found, order)
    title = _("Share of the budget beside share of conversations")
    if len(order) > len(some):
        title = _("Share of the budget beside share of conversations: the councils that pay most")
    yield chart(
        title,
        [place_name(code) for code in some],
        [
            [_("Share of the budget"), [found.pays.get(code or "", 0) / paid for code in some]],
            [_("Share of conversations"), [_share_value(found, "M13b", code) for code in some]],
        ],
        figures,
        share=True,
    )


def _most_talked_to(found: Annual, order: Sequence[str | None]) -> list[str | None]:
    most = sorted(order, key=lambda code: -found.pays.get(code or "", 0))[:MOST_IN_A_CHART]
    return [code for code in order if code in most]


def _share_value(found: Annual, measure: str, code: str | None) -> float | str | None:
    row, total = found.now.councils.get(measure, {}).get(code), found.now.total(measure)
    if (row and row.hidden) or (total and total.hidden):
        return _("hidden")
    if total is None or not total.numerator:
        return None
    return (row.numerator or 0) / total.numerator if row else 0


def _share(found: Annual, measure: str, code: str | None) -> str:
    value = _share_value(found, measure, code)
    return value if isinstance(value, str) else _percent(value)


def _points(share: float | str | None, paid: float) -> str:
    if share is None or isinstance(share, str):
        return share or "–"
    return _("%(points)s points", points=f"{100 * (share - paid):+.1f}")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _pounds(value: float | None) -> str:
    return "–" if value is None else f"£{value:,.0f}"


def _cost(found: Annual, code: str | None) -> str:
    row, pounds = found.now.councils.get("M13b", {}).get(code), found.pays.get(code or "")
    if row is not None and row.hidden:
        return _("hidden")
    if row is None or not row.numerator or pounds is None:
        return "–"
    # Of a year that is not over, the part of the budget that falls on its days up to the count.
    spent = spent_by(*financial_year_days(found.year), found.now.as_of)
    return _pounds(pounds * spent / row.numerator)
