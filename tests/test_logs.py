"""Lines of the log: one event each, with ids and places and nothing that anybody typed."""

import json
import logging
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.config import Config

from catchup import logs
from catchup.gunicorn_lines import Lines as GunicornLines
from config import ConfigError

FORGED = 'Sam"\r\n{"event": "forged"}\x1b[31m\u2028\x85 Alder'


def line_of(record: logging.LogRecord, *, plain: bool = False) -> str:
    return logs.Lines(plain=plain).format(record)


def spoken(name: str, words: object, *args: object, **more: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, __file__, 1, words, args, more.get("exc_info"))  # type: ignore[arg-type]


def fault(words: str) -> tuple[type[BaseException], BaseException, object]:
    try:
        try:
            {}[words]
        except KeyError as error:
            raise ValueError(f"no {words}") from error
    except ValueError:
        return sys.exc_info()  # type: ignore[return-value]  # there is one
    raise AssertionError


@pytest.mark.promise("4.7 forged logs")
@pytest.mark.parametrize("plain", [False, True])
def test_nothing_can_begin_a_line_of_its_own(plain: bool):
    line = line_of(spoken("catchup.jobs", "Job %s failed", FORGED), plain=plain)
    assert line.isascii()
    assert line.isprintable()
    if not plain:
        assert json.loads(line)["event"] == f"Job {FORGED} failed"


@pytest.mark.promise("4.7 logs")
def test_a_fault_is_told_by_its_kind_and_place():
    said = json.loads(line_of(spoken("catchup", "Fault", exc_info=fault("Alder"))))
    assert (said["error"], said["causes"]) == ("ValueError", ["KeyError"])
    assert said["at"][0].startswith("tests/test_logs.py:")
    assert "Alder" not in str(said)


@pytest.mark.promise("4.7 logs")
def test_of_a_library_only_its_own_words_and_numbers_are_kept(caplog: pytest.LogCaptureFixture):
    library = logging.getLogger("a.library")
    library.warning("Tried %s %d times", "Alder", 7)
    made_before = f"Tried {'Alder'}"
    library.warning(made_before)
    library.warning(ValueError("Alder"))
    lines = [json.loads(line_of(record)) for record in caplog.records]
    assert [line["event"] for line in lines] == [
        f"Tried {logs.WITHHELD} 7 times",
        logs.WITHHELD,
        logs.WITHHELD,
    ]
    assert all(line["by"].startswith("test_logs:") for line in lines)


def test_an_error_handed_over_as_a_word_is_told_by_its_kind():
    said = json.loads(line_of(spoken("catchup.jobs", "Ended: %s", ValueError("Alder"))))
    assert said["event"] == "Ended: ValueError"


def test_what_cannot_be_put_together_is_written_without_its_values():
    assert json.loads(line_of(spoken("catchup.jobs", "%d ended", "Alder")))["event"] == "%d ended"


def test_the_form_is_one_of_two():
    with pytest.raises(ConfigError, match="CATCHUP_LOG must be json or plain"):
        logs.configure({"CATCHUP_LOG": "xml"})


@pytest.mark.promise("4.7 logs")
def test_gunicorn_writes_no_address(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    taken: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            taken.append(line_of(record))

    monkeypatch.setattr("catchup.logs.configure", lambda _environment: None)
    root, kept = logging.getLogger(), Kept()
    root.addHandler(kept)
    try:
        gunicorn = GunicornLines(Config())
        gunicorn.exception("Error handling request %s", "/manage/a-link-that-opens")
        gunicorn.access(None, None, {}, None)
        gunicorn.warning("Invalid request from ip=127.0.0.1: {}".format("Alder"))
    finally:
        root.removeHandler(kept)
    events = [json.loads(line)["event"] for line in taken]
    assert events == [f"Error handling request {logs.WITHHELD}", logs.WITHHELD]
    assert capsys.readouterr().err == ""


@pytest.mark.engine("sqlite")
def test_a_request_is_written_by_its_route_and_the_error_page_shows_its_number(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    written: list[dict[str, object]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(line_of(record)))

    def broken(**_: object) -> str:
        raise ValueError("Alder")

    monkeypatch.setitem(app.view_functions, "public.home", broken)
    ours, kept = logging.getLogger("catchup"), Kept()
    caplog.set_level(logging.INFO, "catchup")
    ours.addHandler(kept)
    try:
        page = client.get("/?who=Alder")
    finally:
        ours.removeHandler(kept)
    assert page.status_code == 500
    fault_line, request_line = written
    assert request_line | {"time": 0, "ms": 0} == {
        "time": 0,
        "level": "info",
        "event": "request",
        "request": fault_line["request"],
        "method": "GET",
        "route": "/",
        "status": 500,
        "ms": 0,
    }
    assert f"Reference for us: {fault_line['request']}" in page.get_data(as_text=True)
    assert "Alder" not in str(written)
