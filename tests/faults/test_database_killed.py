"""PostgreSQL is stopped as a power cut would, in the middle of nights: the scheduler goes on by itself."""

import signal
import time
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Thread

import flask_migrate
import psutil
import psycopg
import pytest
from sqlalchemy import make_url

from catchup import clock, create_app
from catchup.extensions import db
from catchup.scheduler import AGAIN_AFTER
from config import Settings
from tests.databases import postgresql_server
from tests.faults.campaign import Campaign
from tests.faults.nursery import AGAIN_S, Life, Nursery, nursery
from tests.mailbox import Mailbox
from tests.processes import Program
from tests.settings import environment
from tests.trust import Measured

TIMES = 20
LONGEST = timedelta(seconds=60)


@pytest.mark.in_release
@pytest.mark.promise("4.9 database")
def test_a_scheduler_finishes_the_night_by_itself_when_its_database_is_back(
    work_folder: Path, tmp_path: Path, smtp_server: Mailbox, measured: Measured
):
    chance, worst = Random(8), 0.0
    with postgresql_server(work_folder / "own") as server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE nights")
        url = make_url(server).set(drivername="postgresql+psycopg", database="nights")
        env = environment(url.render_as_string(hide_password=False), tmp_path, SMTP_URL=smtp_server.url)
        started: list[Program] = []
        with create_app(Settings.from_environment(env)).app_context():
            flask_migrate.upgrade()
            db.session.remove()
            campaign = Campaign.begin(8, 20, span=timedelta(days=14 * (TIMES + 3)), step=timedelta(days=14))
            db.session.remove()
            with nursery(env) as parent:
                parent.warm_up(campaign.next_night())
                for _ in range(TIMES):
                    night, ended = campaign.next_night(), list[int]()
                    life = Life(night, keeps_on=True)
                    living = Thread(target=live, args=(parent, life, ended))
                    living.start()
                    time.sleep(chance.uniform(0.0, 0.15))
                    restart(server, work_folder / "own", tmp_path / "again.log", started)
                    back = time.monotonic()
                    living.join()
                    worst = max(worst, time.monotonic() - back)
                    assert ended == [0]
                    campaign.check()
            db.session.remove()
            db.engine.dispose()
            clock.move_to(None)
        started[-1].stop(signal.SIGINT)
    took = timedelta(seconds=worst) + AGAIN_AFTER - timedelta(seconds=AGAIN_S)
    measured(
        f"{TIMES} immediate stops: 0 wrong; done {took.total_seconds():.0f} s after it was back at most",
        holds=took <= LONGEST,
    )


def live(parent: Nursery, life: Life, ended: list[int]) -> None:
    ended.extend(parent.live(life))


def restart(server: str, folder: Path, log: Path, started: list[Program]) -> None:
    """Stop the server at once, as if the power had gone, and start it again; returns when it answers."""
    postmaster = psutil.Process(int((folder / "data/postmaster.pid").read_text().split()[0]))
    command, user = postmaster.cmdline(), postmaster.username()
    postmaster.send_signal(signal.SIGQUIT)
    if started:
        started[-1].process.wait(30)
    else:
        postmaster.wait(30)
    again = Program(command, log, user=None if user == psutil.Process().username() else user)
    started.append(again)
    again.wait_until(lambda: answers(server))


def answers(server: str) -> bool:
    try:
        psycopg.connect(server).close()
    except psycopg.OperationalError:
        return False
    return True
