"""Load: leads at work on a service with its scheduler, the night in the middle; then more until it gives way.

    python -m bench.load --database sqlite   10,000 families, one machine, 50 requests a second
    python -m bench.load --database postgresql --hosts 2   60,000 families, two web hosts, 150 a second

The people are a process of their own on the same machine, and take their share of its processors. The knee is
the highest rate tried at which nothing failed, nobody was turned away and 95 of 100 answers came in 500 ms.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
from flask import current_app
from flask_wtf.csrf import URLSafeTimedSerializer
from sqlalchemy import insert, select

from bench import worlds
from bench.queue_page import _signed_in
from bench.worlds import Scale
from catchup import clock
from catchup.crypto import ring
from catchup.database import writing
from catchup.extensions import db
from catchup.models.family import Family, Parent, Phone
from catchup.models.staff import StaffSession
from tests.processes import ROOT
from tests.servers import LiveServer

PROMISED_S = 0.5
# Families and staff, requests a second that are promised.
SIZES = {"sqlite": (Scale(10_000, 3, 200), 50), "postgresql": (Scale(60_000, 3, 400), 150)}
MORE = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)  # of the promised rate, in turn
SETTLED_S = 60.0
WARMING_UP_S = 15.0


def main() -> None:
    """Run the promised rate with the night in its middle, then the steps, then the promised rate again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=tuple(SIZES), default="sqlite")
    parser.add_argument("--hosts", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="web processes of each host")
    parser.add_argument("--seconds", type=int, default=900, help="of the promised rate")
    parser.add_argument("--step", type=int, default=20, help="seconds of each step beyond")
    parser.add_argument("--families", type=int, help="other than promised")
    args = parser.parse_args()
    found = measure(args.database, args.hosts, args.workers, args.seconds, args.step, args.families)
    print(json.dumps(found))
    worlds.finish(found["holds"], found["settled"])


def measure(
    database: str, hosts: int, workers: int, seconds: int, step: int, families: int | None = None
) -> dict[str, Any]:
    """What the service bears. ``promised`` is the long run, ``steps`` those beyond, ``after`` the end."""
    scale, rate = SIZES[database]
    if families:
        scale = Scale(families, scale.closed_each, scale.staff)
    with ExitStack() as at_the_end:
        at_the_end.enter_context(worlds.service(database))
        folder = Path(at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="catchup-bench-")))
        leads = worlds.fill(scale)  # a month of nights is to be made up for
        _give_numbers()
        people = [_person(lead) for lead in leads]
        url = current_app.config["CATCHUP"].database_url
        db.session.remove()
        db.engine.dispose()
        servers = []
        for host in range(hosts):
            place = folder / f"host-{host}"
            place.mkdir()
            servers.append(_server(url, place, workers, scheduler=False))
            at_the_end.callback(servers[-1].stop)
        plan = {
            "hosts": [server.url for server in servers],
            "people": people,
            "users": len(people),
            "out": str(folder / "out.json"),
            "steps": [[rate * 0.3, WARMING_UP_S], [rate, seconds / 2], [rate, seconds / 2]]
            + [[rate * much, step] for much in MORE]
            + [[rate, SETTLED_S / 2], [rate, SETTLED_S / 2]],
        }
        (folder / "plan.json").write_text(json.dumps(plan))
        command = [sys.executable, "-m", "bench.load_people", str(folder / "plan.json")]
        crowd = subprocess.Popen(command, cwd=ROOT)
        at_the_end.callback(crowd.kill)
        time.sleep(WARMING_UP_S + seconds / 2)
        held = _memory(servers)
        night = _server(url, folder, workers, scheduler=True, web=False)
        at_the_end.callback(night.stop)
        if crowd.wait(WARMING_UP_S + seconds + len(MORE) * step + SETTLED_S + 120):
            raise RuntimeError("The people did not get through their day.")
        steps = json.loads((folder / "out.json").read_text())
        log = sum((place / "log").read_text().count("Traceback") for place in folder.glob("host-*"))
        return _verdict(rate, steps, held, _memory(servers), log) | {"families": scale.families}


def _verdict(
    rate: float, steps: list[dict[str, Any]], before: float, after: float, tracebacks: int
) -> dict[str, Any]:
    _warming_up, calm, with_night, *beyond = steps
    beyond, settling = beyond[: len(MORE)], beyond[len(MORE) :]
    fit = [one["rate"] for one in (calm, with_night, *beyond) if _is_fit(one)]
    return {
        "rate": rate,
        "promised": [calm, with_night],
        "steps": beyond,
        "after": settling,
        "knee": max(fit, default=0),
        "mib": [before, after],
        "tracebacks": tracebacks,
        "holds": _is_fit(calm) and _is_fit(with_night),
        "sheds": not any(one["errors"] for one in beyond) and not tracebacks,
        "settled": _is_fit(settling[-1]),
    }


def _is_fit(step: dict[str, Any]) -> bool:
    """Kept up, nothing failed, nobody turned away, quick enough."""
    kept_up = step["achieved"] >= 0.95 * step["rate"]
    return bool(kept_up and not step["errors"] and not step["shed"] and step["p95"] <= PROMISED_S)


def _give_numbers() -> None:
    """A number for every parent, so that there is somebody to ring."""
    number, index = "+441632960001", ring.blind_index("phone", "+441632960001")
    parents = db.session.scalars(select(Parent.id)).all()
    with writing():
        for start in range(0, len(parents), worlds.AT_A_TIME):
            some = parents[start : start + worlds.AT_A_TIME]
            one = {"number": number, "number_index": index, "recorded_at": clock.real_now()}
            db.session.execute(insert(Phone), [{"id": uuid4(), "parent_id": key, **one} for key in some])
        db.session.commit()


def _person(lead: UUID) -> dict[str, Any]:
    cookie = _signed_in(lead)
    there = select(StaffSession.data).where(StaffSession.user_id == lead.hex)
    raw = (db.session.scalar(there) or {})["csrf_token"]
    token = URLSafeTimedSerializer(current_app.secret_key, salt="wtf-csrf-token").dumps(raw)
    mine = select(Family.id).where(Family.lead_id == lead).order_by(Family.id).limit(8)
    families = [str(one) for one in db.session.scalars(mine)]
    return {"cookie": cookie, "token": token, "families": families, "who": str(lead)}


def _server(url: str, folder: Path, workers: int, *, scheduler: bool, web: bool = True) -> LiveServer:
    keys = dict.fromkeys(("CATCHUP_ENCRYPTION_KEYS", "CATCHUP_INDEX_KEY", "CATCHUP_AUDIT_KEY"), worlds.KEY)
    real = {
        "CATCHUP_DEMO": "",
        "CATCHUP_BASE_URL": "https://catchup.example.com",
        "SECRET_KEY": current_app.config["SECRET_KEY"],
        **keys,
    }
    return LiveServer(url, folder, scheduler=scheduler, workers=workers if web else 1, variables=real)


def _memory(servers: list[LiveServer]) -> float:
    """MiB of the largest web process."""
    workers = [
        child for server in servers for child in psutil.Process(server.programs[0].process.pid).children()
    ]
    return max(worker.memory_info().rss for worker in workers) / 2**20


if __name__ == "__main__":
    main()
