"""What docs/runbook.md tells to type works, and docs/deploy and the Dockerfile with it."""

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from catchup import cli
from catchup.extensions import db
from tests.conftest import Store
from tests.filling import fill
from tests.places import dump
from tests.processes import ROOT, Program, free_port
from tests.servers import inherited
from tests.settings import environment

RUNBOOK = (ROOT / "docs/runbook.md").read_text()
DEPLOY = ROOT / "docs/deploy"
FLASK = re.compile(r"flask --app wsgi ([a-z]+)(?: ([a-z-]+))?")
MINUTES = 15


def block(name: str) -> str:
    """The lines of the runbook that are to be typed under that name."""
    (found,) = re.findall(rf"^```sh {name}\n(.*?)^```", RUNBOOK, flags=re.DOTALL | re.MULTILINE)
    return str(found)


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a file out: of its form, everything but what is named."""
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    let_in = [line[1:] for line in lines if line.startswith("!")]
    out = path.endswith(".pyc") or "__pycache__" in path
    return out or not any(path == one or path.startswith(f"{one}/") for one in let_in)


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines if line and line[0] != "#"]


def copy_into(folder: Path) -> None:
    """Do the COPY steps, as an engine would."""
    for _word, what in (step for step in steps() if step[0] == "COPY"):
        *sources, to = what.split()
        for source in sources:
            files = [ROOT / source] if (ROOT / source).is_file() else (ROOT / source).rglob("*")
            for file in files:
                path = file.relative_to(ROOT)
                if file.is_dir() or ignored(str(path)):
                    continue
                target = folder / to / (path.name if to == "./" else path.relative_to(source))
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)


def test_every_command_of_the_runbook_is_there() -> None:
    units = "".join(file.read_text() for file in DEPLOY.iterdir())
    found = FLASK.findall(RUNBOOK + units + (ROOT / "Dockerfile").read_text())
    assert {"backup", "restore", "audit", "staff", "jobs", "scheduler"} <= {name for name, _ in found}
    for name, part in found:
        assert name in {*cli.MODULES, "db"}, name
        if name in {"audit", "staff", "jobs"} and part:
            module = __import__(f"catchup.cli.{cli.MODULES[name]}", fromlist=["commands"])
            (group,) = [command for command in module.commands if command.name == name]
            assert part in group.commands, (name, part)
    for path in re.findall(r"\]\((deploy/[^)]*|[a-z-]+\.md)\)", RUNBOOK):
        assert (ROOT / "docs" / path).exists(), path


def test_the_services_run_as_somebody_without_rights_and_hold_no_secret() -> None:
    for file in DEPLOY.glob("*.service"):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str  # type: ignore[method-assign,assignment]  # names of systemd are in capitals too
        unit.read(file)
        service = unit["Service"]
        assert (service["User"], service["UMask"], service["NoNewPrivileges"]) == ("catch-up", "0077", "yes")
        assert service["EnvironmentFile"] == "/etc/catch-up/environment"
    settings = (ROOT / "config.py").read_text()
    for line in (DEPLOY / "environment.example").read_text().splitlines():
        name, given, value = line.lstrip("#").partition("=")
        if given and name.isupper() and " " not in name:
            assert f'"{name}"' in settings, name
            assert not value or not re.search("KEY", name), name


def test_an_image_holds_what_runs_and_nothing_else(tmp_path: Path) -> None:
    copy_into(tmp_path)
    words = dict(steps())
    installs = [what for word, what in steps() if word == "RUN" and " install " in f" {what} "]

    assert {entry.name for entry in tmp_path.iterdir()} == {
        *("catchup", "config.py", "migrations", "requirements.txt", "templates", "uv.txt", "wsgi.py")
    }
    assert [file.name for file in (tmp_path / "migrations/versions").glob("*.py")]
    assert words["USER"] == "catch-up"
    assert "/health/live" in words["HEALTHCHECK"]
    assert all("--require-hashes" in what for what in installs)
    assert not re.search("SECRET|_KEY", (ROOT / "Dockerfile").read_text())


@pytest.mark.in_release
@pytest.mark.engine("sqlite")
def test_the_steps_of_the_dockerfile_by_hand_make_a_service_that_answers(fresh_database: str, tmp_path: Path):
    """Without an engine, and without the account that only a container of its own should get."""
    place = tmp_path / "image"
    place.mkdir()
    copy_into(place)
    for word, what in steps():
        if word == "RUN" and not what.startswith("useradd"):
            command = what.replace("python -m venv", f"{sys.executable} -m venv").split(" && chown")[0]
            subprocess.run(command, shell=True, cwd=place, check=True)  # noqa: S602 -- our own file
    words, port = dict(steps()), free_port()
    in_place = {"PATH": f"{place / '.venv/bin'}:{os.environ['PATH']}"}
    variables = inherited() | environment(fresh_database, place / "instance", **in_place)
    command = [word.replace("0.0.0.0:5000", f"127.0.0.1:{port}") for word in json.loads(words["CMD"])]
    # The program itself would change to the folder of the tests.
    server = Program(["sh", "-c", f"cd {place} && exec {shlex.join(command)}"], tmp_path / "log", variables)
    check = json.loads(words["HEALTHCHECK"].partition("CMD ")[2].replace(":5000/", f":{port}/"))
    try:
        server.wait_until(lambda: subprocess.run(check, env=variables, capture_output=True).returncode == 0)
        assert str(place) in Path(f"/proc/{server.process.pid}/cwd").resolve().as_posix()
    finally:
        server.stop()


@pytest.fixture
def empty_machine(tmp_path: Path) -> Iterator[Path]:
    """A folder with the code and what it needs, and nothing of the service."""
    code = tmp_path / "machine" / "catch-up"
    code.mkdir(parents=True)
    for name in ("catchup", "migrations", "templates", "config.py", "wsgi.py"):
        (code / name).symlink_to(ROOT / name)
    (code / ".venv").symlink_to(sys.prefix)
    yield code
    shutil.rmtree(code.parent)


@pytest.mark.in_release
@pytest.mark.promise("4.12 drill")
def test_a_stranger_restores_by_the_runbook_with_the_backup_and_the_settings_alone(
    app: Flask, store: Store, empty_machine: Path, measured
):
    url, there = store.url("shared"), empty_machine.parent
    with app.app_context():
        families = fill(10_000)
        db.session.remove()
    made = app.test_cli_runner().invoke(args=["backup", str(there / "catch-up.backup")])
    assert made.exit_code == 0, made.stderr
    store.create("new")
    kept = environment(store.url("new"), there / "data")
    (there / "environment").write_text("".join(f"{name}={shlex.quote(kept[name])}\n" for name in kept))

    began = time.monotonic()
    done = subprocess.run(
        ["sh", "-euc", block("restore")],
        cwd=empty_machine,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    took = time.monotonic() - began

    assert done.returncode == 0, done.stderr
    assert f"{families} families" in done.stdout
    assert done.stdout.count("sealed and sound") == 2  # in restoring, and asked again
    before, after = dump(url), dump(store.url("new"))
    assert {name for name in before if before[name] != after[name]} <= {"audit_event", "staff_session"}
    store.drop("new")
    holds = took <= MINUTES * 60
    measured(f"{families:,} families in {took:.0f} s by its commands alone, every row as it was", holds=holds)
