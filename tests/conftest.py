"""What tests may ask for: a service on an empty migrated database, a visitor, a real server, a mail server.

A test that uses ``app``, or anything below it, runs once on each engine; ``@pytest.mark.engine("sqlite")``
keeps it to one, and ``engine_in_ci`` does so except for a release: for pages whose statements are tried on
both elsewhere (test_routes.py opens each page on both).
"""

import os
import signal
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

import flask_migrate
import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from catchup import clock, create_app
from catchup.extensions import db
from config import Settings
from tests.databases import ENGINES, PostgresStore, SqliteStore, postgresql_server, workplace
from tests.mailbox import Mailbox
from tests.oidc_provider import NAMES, OidcProviders
from tests.servers import MORNING, Demos, LiveServer
from tests.settings import environment
from tests.trust import Table, measured
from tests.visitor import Visitor

__all__ = ["measured"]  # a fixture

hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("release", deadline=None, max_examples=5_000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("CATCHUP_TESTS", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    """End as Ctrl-C does when asked to end, so that servers and folders are cleared away."""
    config.pluginmanager.register(Table())

    def end(signum: int, _frame: object) -> None:
        raise KeyboardInterrupt(signal.Signals(signum).name)

    signal.signal(signal.SIGTERM, end)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to be left alone
        signal.signal(signal.SIGHUP, end)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that skips itself has tested nothing: it fails, with its reason."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"Skipped, which no test may be: {report.longrepr}"
    return report


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches a database once on each engine."""
    if "engine" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("engine")
        if marker is None and os.environ.get("CATCHUP_TESTS") != "release":
            marker = metafunc.definition.get_closest_marker("engine_in_ci")
        engines = marker.args if marker else ENGINES
        if unknown := set(engines) - set(ENGINES):
            raise pytest.UsageError(f"{metafunc.definition.nodeid}: no engine is called {unknown}")
        metafunc.parametrize("engine", engines, scope="session")


@pytest.fixture(scope="session")
def release() -> bool:
    """Whether this is `make test-release`: the same tests with larger numbers."""
    return os.environ.get("CATCHUP_TESTS") == "release"


# Databases

Store = SqliteStore | PostgresStore


@pytest.fixture(scope="session")
def work_folder() -> Iterator[Path]:
    """A folder of this run, gone at its end."""
    with workplace() as folder:
        yield folder


@pytest.fixture(scope="session")
def sqlite_store(work_folder: Path) -> Store:
    """SQLite databases, an empty migrated ``template`` among them."""
    store = SqliteStore(work_folder)
    _migrate_template(store, work_folder)
    return store


@pytest.fixture(scope="session")
def postgresql_store(work_folder: Path) -> Iterator[Store]:
    """PostgreSQL databases, an empty migrated ``template`` among them."""
    with postgresql_server(work_folder / "pg") as url, closing(PostgresStore(url)) as store:
        _migrate_template(store, work_folder)
        yield store


def _migrate_template(store: Store, folder: Path) -> None:
    store.create("template")
    app = create_app(Settings.from_environment(environment(store.url("template"), folder)))
    with app.app_context():
        try:
            flask_migrate.upgrade()
        finally:
            db.engine.dispose()
    store.seal("template")


@pytest.fixture
def store(engine: str, request: pytest.FixtureRequest) -> Store:
    """The databases of the engine that this test runs on."""
    return request.getfixturevalue(f"{engine}_store")


@pytest.fixture
def fresh_name(store: Store) -> Iterator[str]:
    """The name of an empty migrated database for this test alone."""
    name = f"fresh_{time.monotonic_ns()}"
    store.copy("template", name)
    yield name
    store.drop(name)


@pytest.fixture
def fresh_database(store: Store, fresh_name: str) -> str:
    """The URL of an empty migrated database for this test alone: for tests with processes of their own."""
    return store.url(fresh_name)


@pytest.fixture(scope="session")
def demos(work_folder: Path) -> Demos:
    """Databases with invented families in them."""
    (work_folder / "demo").mkdir()
    return Demos(work_folder)


# The service in this process


@pytest.fixture(scope="session")
def apps() -> dict[str, Flask]:
    """One application an engine, kept: each new one compiles every template again."""
    return {}


@pytest.fixture
def app(engine: str, store: Store, work_folder: Path, apps: dict[str, Flask]) -> Iterator[Flask]:
    """The application on an empty migrated database, at half past ten; its settings are as new."""
    store.copy("template", "shared")
    if engine not in apps:
        variables = environment(store.url("shared"), work_folder / f"instance-{engine}")
        apps[engine] = create_app(Settings.from_environment(variables))
    app = apps[engine]
    app.test_client_class = Visitor
    config = dict(app.config)
    clock.begin_at(MORNING)
    yield app
    app.config.clear()
    app.config.update(config)
    clock.begin_at(None)
    clock.move_to(None)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def settings(app: Flask) -> Settings:
    """The settings that ``app`` was made with."""
    return app.config["CATCHUP"]


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The session that services and queries use, inside an application context."""
    with app.app_context():
        yield db.session
        db.session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor who is not signed in."""
    return app.test_client()


# The service as people run it


@pytest.fixture
def serve(
    store: Store, fresh_name: str, fresh_database: str, demos: Demos, tmp_path: Path
) -> Iterator[Callable[..., LiveServer]]:
    """Start a real server on ``fresh_database``: ``serve(scheduler=True, CATCHUP_TODAY="2026-11-22")``.

    A demo over plain http unless told otherwise; with ``families`` there are so many invented ones in it.
    Called twice, it is two hosts on one database.
    """
    servers: list[LiveServer] = []

    def start(
        *, scheduler: bool = False, workers: int = 1, families: int = 0, **variables: str
    ) -> LiveServer:
        folder = tmp_path / f"server-{len(servers)}"
        folder.mkdir()
        if families:
            demos.copy(store, fresh_name, variables["CATCHUP_TODAY"], families)
        server = LiveServer(fresh_database, folder, scheduler=scheduler, workers=workers, variables=variables)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def live_server(serve: Callable[..., LiveServer]) -> LiveServer:
    """A real server without a scheduler, on an empty migrated database."""
    return serve()


# Mail


@pytest.fixture
def smtp_server() -> Iterator[Mailbox]:
    """A mail server that keeps what it is given; its ``url`` is what SMTP_URL takes."""
    with Mailbox() as mailbox:
        yield mailbox


# Identity providers


@pytest.fixture(scope="session")
def oidc_process(work_folder: Path) -> Iterator[OidcProviders]:
    """A process with the identity providers of two councils."""
    with OidcProviders(work_folder) as providers:
        yield providers


@pytest.fixture
def oidc(oidc_process: OidcProviders) -> OidcProviders:
    """Those, behaving well; ``order`` tells one to misbehave."""
    for name in NAMES:
        oidc_process.order(name)
    return oidc_process
