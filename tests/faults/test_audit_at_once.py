"""Eight write audit rows on two hosts while the chain is sealed and checked: one chain, no false alarm."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from catchup import create_app
from catchup.extensions import db
from catchup.jobs import JOBS, runner
from catchup.models.audit import AuditEvent, AuditHead, AuditLink
from catchup.services import audit, sealing
from catchup.services.audit import Seen
from config import Settings
from tests.jobs.processes import context
from tests.settings import environment
from tests.trust import Measured

HOSTS, WRITERS_EACH = 2, 4


def write(env: Mapping[str, str], each: int) -> None:
    """One host: four who write, each row in a transaction of its own, and a sealing at every fiftieth."""
    app = create_app(Settings.from_environment(env))

    def work(_number: int) -> None:
        for number in range(each):
            with app.app_context(), runner.committed():
                audit.record(None, Seen("family.view", "family", uuid4(), uuid4()))
            if number % 50 == 0:
                with app.app_context():
                    JOBS["seal-audit"].run(runner.committed)

    with ThreadPoolExecutor(WRITERS_EACH) as people:
        list(people.map(work, range(WRITERS_EACH)))


@pytest.mark.promise("4.8 false alarms")
def test_eight_writers_on_two_hosts_make_one_chain_and_no_alarm(
    fresh_database: str, tmp_path: Path, release: bool, measured: Measured
) -> None:
    env, events = dict(environment(fresh_database, tmp_path)), 10_000 if release else 504
    each = events // (HOSTS * WRITERS_EACH)
    with create_app(Settings.from_environment(env)).app_context():
        hosts = [context.Process(target=write, args=(env, each)) for _ in range(HOSTS)]
        for host in hosts:
            host.start()
        checks, alarms = 0, []
        while any(host.is_alive() for host in hosts) or not checks:
            alarms.append(sealing.verify().amiss)
            db.session.rollback()
            checks += 1
        for host in hosts:
            host.join(60)
        JOBS["seal-audit"].run(runner.committed)
        seen = sealing.verify()
        links, rows = (
            db.session.scalar(select(func.count()).select_from(of)) for of in (AuditLink, AuditEvent)
        )
        end = db.session.scalar(select(AuditHead.seq))
        db.session.remove()
        db.engine.dispose()
    found = [alarm for alarm in [*alarms, seen.amiss] if alarm]
    forks = links != end or seen.sealed != rows
    measured(
        f"{rows} events by {HOSTS * WRITERS_EACH} writers on {HOSTS} hosts: {int(forks)} forks, "
        f"{len(found)} alarms in {checks + 1} checks",
        holds=not forks and not found,
    )
    assert [host.exitcode for host in hosts] == [0] * HOSTS
    assert found == []
    assert (links, rows, end) == (events, events, events)
