"""Q: a lead's queue page of 25 rows against the same page written by hand over raw SQL.

The floor is the same Flask with the same session, viewer, token, headers and audit row; its rows come from
hand-written SQL through the driver, and its HTML from format strings.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, time
from time import perf_counter
from typing import Any
from uuid import UUID

import psutil
from flask import Flask, g
from flask_wtf.csrf import CSRFProtect, generate_csrf
from sqlalchemy import insert, text
from werkzeug.test import EnvironBuilder

from bench import worlds
from bench.floor_page import FloorPage
from bench.worlds import ON, SCALES, interleaved, verdict
from catchup import clock, database, flask_config
from catchup.database import writing
from catchup.extensions import db
from catchup.models.staff import StaffSession
from catchup.services import audit
from catchup.web import security
from catchup.web.sessions import DatabaseSessions
from config import Settings

PAGES_A_ROUND = 20


def main() -> None:
    """Measure the page against its floor, and at national scale against the small one."""
    args = worlds.arguments(__doc__ or "")
    with worlds.service(args.database) as app:
        leads = worlds.fill(SCALES[args.scale], missing_days=0)
        clock.begin_at(time(10, 30))  # at night nobody may be rung, and the floor does not ask
        clock.move_to(ON)
        token = _signed_in(leads[0])
        product = _visit(app, token)
        page = _page(app, token)
        rows = page.count('class="cu-row"')
        assert rows == 25, f"{rows} rows instead of 25"
        floor_app = _floor(app.config["CATCHUP"], page, leads[0])
        floor = _visit(floor_app, token)
        _same(page, _page(floor_app, token))
        product_s, floor_s = interleaved(product, floor)
        met = [verdict("Q-page", args, product_s, floor_s, 1.5)]
        resident = psutil.Process().memory_info().rss / 2**20
        print(
            f"# {rows} rows, {resident:.0f} MiB resident in this process, the building of the data included"
        )
        if args.scale != "small":
            with worlds.service(args.database) as small:
                small_leads = worlds.fill(SCALES["small"], missing_days=0)
                small_token = _signed_in(small_leads[0])
                large_s, small_s = interleaved(product, _visit(small, small_token))
            met.append(verdict("Q-page/small", args, large_s, small_s, 1.15))
    worlds.finish(*met)


def _signed_in(staff_id: UUID) -> str:
    """A session's cookie for this member of staff."""
    token, now = secrets.token_urlsafe(32), clock.real_now()
    with writing():
        db.session.execute(
            insert(StaffSession).values(
                id_hash=hashlib.sha256(token.encode()).digest(),
                user_id=staff_id.hex,
                data={"_user_id": staff_id.hex, "_fresh": True, "csrf_token": secrets.token_hex(20)},
                started_at=now,
                seen_at=now,
            )
        )
        db.session.commit()
    return token


def _environ(token: str) -> dict[str, Any]:
    return EnvironBuilder(path="/queue", headers={"Cookie": f"__Host-session={token}"}).get_environ()


def _page(app: Flask, token: str) -> str:
    started: list[str] = []
    body = b"".join(app(_environ(token), lambda status, headers, exc=None: started.append(status)))  # type: ignore[arg-type,misc,return-value]  # a bare server
    assert started[0].startswith("200"), started[0]
    return body.decode()


def _visit(app: Flask, token: str) -> Callable[[], float]:
    """Seconds of one page, from several in a row, without the client's own work."""

    def visit() -> float:
        requests = [_environ(token) for _ in range(PAGES_A_ROUND)]
        started = perf_counter()
        for environ in requests:
            b"".join(app(environ, lambda *_: None))  # type: ignore[arg-type,misc,return-value]  # a bare server
        return (perf_counter() - started) / PAGES_A_ROUND

    visit()
    return visit


def _same(product: str, floor: str) -> None:
    """Both pages must be the same, but for their tokens."""

    def bare(page: str) -> str:
        return re.sub(r'(name="csrf_token" value)="[^"]*"', r'\1=""', re.sub(r'nonce="[^"]*"', "", page))

    if bare(product) != bare(floor):
        for mine, theirs in zip(bare(product).splitlines(), bare(floor).splitlines(), strict=False):
            assert mine == theirs, f"\n{mine!r}\n{theirs!r}"
        raise AssertionError("the floor's page is of another length")


def _floor(settings: Settings, page: str, lead: UUID) -> Flask:
    """A bare application that makes the same page by hand."""
    app = Flask("floor", static_folder=None)
    app.config.from_mapping(flask_config(settings))
    db.init_app(app)
    with app.app_context():
        database.configure(db.engine)
    CSRFProtect(app)
    app.session_interface = DatabaseSessions()
    by_hand = FloorPage(page, settings, lead)

    @app.after_request
    def finish(response: Any) -> Any:
        for name, value in security.HEADERS.items():
            response.headers[name] = value
        response.headers["Content-Security-Policy"] = security.POLICY.format(nonce=secrets.token_urlsafe(16))
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.get("/queue")
    def queue() -> str:
        g.viewer = None
        token = generate_csrf()
        raw = db.engine.raw_connection()
        try:
            body, families = by_hand.render(raw, token, datetime.now(UTC))
        finally:
            raw.close()
        row = audit.listed("queue.view", "family", families)
        at = clock.real_now()
        with writing(), db.engine.begin() as connection:
            connection.execute(
                text(by_hand.AUDIT),
                {
                    "at": at.replace(tzinfo=None) if connection.dialect.name == "sqlite" else at,
                    "staff": lead.hex if connection.dialect.name == "sqlite" else lead,
                    "families": row.families and b"".join(key.bytes for key in row.families),
                    "mac": audit.mac(settings.audit_key, at, lead, row),
                },
            )
        return body

    return app


if __name__ == "__main__":
    main()
