"""M7, M8, M10, M11 and M17 counted a second time: help, concerns, handovers, adoptions that broke down."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tests.queries.recount_rows import Raw, london_day

if TYPE_CHECKING:
    from tests.queries.recount import Recount


def count(sheet: Recount) -> None:
    """Add all of them up."""
    _suggestions(sheet)
    _requests(sheet)
    _concerns(sheet)
    _handovers(sheet)
    for end in sheet.rows("adoption_end"):
        if end["superseded_at"] is None:
            sheet.add("M17", end["council_code"], end["ended_on"], 1)


def _suggestions(sheet: Recount) -> None:
    """M7."""
    latest: dict[Any, Raw] = {}
    for result in sorted(sheet.rows("signpost_result"), key=lambda row: row["recorded_at"]):
        latest[result["signpost_id"]] = result
    for signpost in sheet.rows("signpost"):
        if signpost["category"].value == "nothing":
            continue
        result = latest.get(signpost["id"])
        outcome = result["outcome"].value if result else "waiting"
        barrier = [("barrier", result["barrier"].value)] if result and result["barrier"] else []
        sheet.add(
            "M7",
            signpost["council_code"],
            signpost["given_on"],
            outcome == "received",
            outcome != "waiting",
            outcome == "waiting",
            *barrier,
        )


def _requests(sheet: Recount) -> None:
    """M7b, M7c, M8."""
    steps = sheet.rows.by("support_request_step", "request_id")
    for request in sheet.rows("support_request"):
        where = (request["council_code"], request["received_on"])
        sheet.add("M8", *where, 1, 0, 0, ("kind", request["kind"].value))
        own = steps.get(request["id"], [])
        agreed_on, started_on, refused_on = (_earliest(own, one) for one in ("decided", "started", "refused"))
        decided = [day for day in (agreed_on, refused_on) if day]
        if decided:
            _days(sheet, "M7b", where, min(decided) - request["received_on"])
        else:
            sheet.add("M7b", *where, 0, 0, 1)
        if agreed_on and started_on:
            _days(sheet, "M7c", where, started_on - agreed_on)
        elif agreed_on and not refused_on:
            sheet.add("M7c", *where, 0, 0, 1)


def _earliest(steps: list[Raw], step: str) -> date | None:
    return min((row["on"] for row in steps if row["step"].value == step), default=None)


def _days(sheet: Recount, code: str, where: tuple[Any, date], between: Any) -> None:
    days = between.days
    band = "0-28" if days <= 28 else "29-56" if days <= 56 else "57-84" if days <= 84 else "85+"
    sheet.add(code, *where, days, 1, 0, ("days", band))


def _concerns(sheet: Recount) -> None:
    """M10, M10b."""
    for concern in sheet.rows("concern"):
        on = london_day(concern["recorded_at"])
        where = (sheet.rows.of_family(concern["family_id"], on), on)
        sheet.add("M10", *where, 1, 0, 0, ("kind", concern["kind"].value))
        if concern["told_at"]:
            sheet.add("M10b", *where, london_day(concern["told_at"]) == on, 1)


def _handovers(sheet: Recount) -> None:
    """M11, M11b, M11c."""
    steps = sheet.rows.by("handover_step", "handover_id")
    for handover in sheet.rows("handover"):
        own = steps.get(handover["id"], [])
        kinds = {row["step"].value for row in own}
        if handover["withdrawn_at"] is not None or "not_needed" in kinds:
            continue
        where = (handover["to_council"], handover["change_on"])
        kind = handover["kind"].value
        sheet.add("M11", *where, 1, 0, 0, ("kind", kind))
        if kind == "full" and "declined" not in kinds:
            accepted = [
                row["on"]
                for row in own
                if row["step"].value == "accepted" and row["council_code"] == handover["to_council"]
            ]
            in_time = any(on <= handover["change_on"] for on in accepted)
            sheet.add("M11b", *where, in_time, 1)
            sheet.add("M11c", *where, not accepted, 1)
