"""The pieces of an annual report as plain data: a table, and a chart with its table."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _

from catchup.web.filters import council_name

Block = dict[str, Any]
MOST_IN_A_CHART = 12


def table(caption: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str], str]]) -> Block:
    """A table; each row's mark is "", "total" or "undecided"."""
    return {
        "kind": "table",
        "caption": caption,
        "heads": list(heads),
        "rows": [{"label": label, "cells": list(cells), "mark": mark} for label, cells, mark in rows],
    }


def chart(
    title: str,
    labels: Sequence[str],
    series: Any,
    figures: Block,
    *,
    share: bool,
    top: float | None = None,
    draw: str = "bars",
) -> Block:
    """A chart and the table that says the same and more."""
    return {
        "kind": "chart",
        "draw": draw,
        "title": title,
        "labels": list(labels),
        "series": series,
        "share": share,
        "top": top,
        "table": figures,
    }


def in_order(councils: Iterable[str | None]) -> list[str | None]:
    """Councils by name, what needs a decision last."""
    return sorted(councils, key=lambda code: (code is None, council_name(code)))


def place_name(code: str | None) -> str:
    """A council, or what needs a decision."""
    return council_name(code) if code else _("Needs a decision")
