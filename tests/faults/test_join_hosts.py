"""Two hosts on one database count together who joins, and a host that is started again forgets nothing."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import func, select

from catchup import clock, create_app
from catchup.extensions import db
from catchup.models.registration import DoubtedForm, Registration
from config import Settings
from tests.factories.joining import somebody_about_to_send
from tests.servers import LiveServer
from tests.settings import environment

HIDDEN = re.compile(r'<input type="hidden" name="(token|seen)" value="([^"]*)"')


def send(host: LiveServer, cookie: str, number: int) -> str:
    """Look at the answers and send them, behind a header that tells another address each time."""
    heads = {"Cookie": f"join={cookie}", "X-Forwarded-For": f"198.51.100.{number}"}
    shown = urlopen(Request(f"{host.url}/join/check", headers=heads)).read().decode()
    fields = urlencode(HIDDEN.findall(shown)).encode()
    return str(urlopen(Request(f"{host.url}/join/check", fields, heads)).url)


@pytest.mark.promise("4.3 shared limits")
@pytest.mark.engine("postgresql")
def test_two_hosts_let_through_no_more_than_one_and_a_restart_changes_nothing(
    serve: Callable[..., LiveServer], fresh_database: str, tmp_path: Path
) -> None:
    app = create_app(Settings.from_environment(environment(fresh_database, tmp_path)))
    cookies: Sequence[str] = []
    with app.app_context():
        people = [somebody_about_to_send(app).get_cookie("__Host-join") for _ in range(7)]
        cookies = [cookie.value for cookie in people if cookie]
        db.session.remove()
    hosts = [serve(CATCHUP_TODAY="2026-11-23") for _ in range(2)]
    sent = [send(hosts[number % 2], cookie, number) for number, cookie in enumerate(cookies[:4])]
    hosts[0].stop()
    again = serve(CATCHUP_TODAY="2026-11-23")
    sent += [send(again, cookie, number) for number, cookie in enumerate(cookies[4:])]
    assert [url.rsplit("/", 1)[1] for url in sent] == ["sent"] * 7
    with app.app_context():
        models = (Registration, DoubtedForm)
        assert [db.session.scalar(select(func.count()).select_from(model)) for model in models] == [5, 2]
        db.session.remove()
        db.engine.dispose()
    clock.move_to(None)
