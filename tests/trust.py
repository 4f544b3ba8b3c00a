"""The table of promises: what each is, what the tests of this run have measured, whether it holds.

A test marked ``promise(name)`` measures it, and says by the fixture ``measured`` what it found; one that says
nothing counts as a test that passed or failed. The table stands at the end of every run; with
CATCHUP_TRUST_FILE set its rows also replace those of that file, and what was not measured keeps its row with
the day on which it last was. A test marked ``in_release`` is left out of `make test`; one marked ``alone``
has a release's machine to itself, because it measures time.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest

from tests.promises import PROMISES

WORDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
HEADING = "| promise | promised | measured | holds | on |"
WHERE = "CATCHUP_TRUST_FILE"

Measured = Callable[..., None]


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Say what was measured: ``measured("0 of 100 kills wrong", holds=True)``.

    With several marks, ``promise="4.9 kills"`` says of which.
    """

    def say(what: str, *, holds: bool = True, promise: str | None = None) -> None:
        marked = [mark.args[0] for mark in request.node.iter_markers("promise")]
        name = promise or marked[0]
        assert name in marked
        request.node.user_properties.append(("measured", [name, _on(request.node), what, holds]))

    return say


def _on(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return WORDS.get(callspec.params.get("engine", ""), "") if callspec else ""


def _is_to_run(item: pytest.Item) -> bool:
    """A release runs what is marked ``alone`` by itself, after all the rest."""
    if os.environ.get("CATCHUP_TESTS") != "release":
        return item.get_closest_marker("in_release") is None
    return (item.get_closest_marker("alone") is not None) is (os.environ.get("CATCHUP_ALONE") == "1")


class Table:
    """Gathers reports in the process that prints; with workers, from theirs."""

    def __init__(self) -> None:
        self.said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.tests: dict[str, int] = defaultdict(int)
        self.short: set[str] = set()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Know the promises of each test; leave out of CI what a release alone runs."""
        for item in items:
            for mark in item.iter_markers("promise"):
                if mark.args[0] not in PROMISES:
                    raise pytest.UsageError(f"{item.nodeid}: nothing is promised as {mark.args[0]!r}")
                item.user_properties.append(("promise", mark.args[0]))
        later = [item for item in items if not _is_to_run(item)]
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in set(later)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a finished test has said."""
        if report.when != "call" and not report.failed:
            return
        for kind, value in report.user_properties:
            if kind == "promise":
                self.tests[value] += 1
                if report.failed:
                    self.short.add(value)
                    self.said[value][f"{report.nodeid.rpartition('::')[2]} failed"].append("")
            elif kind == "measured":
                name, on, what, holds = value
                self.said[name][what].append(on)
                if not holds:
                    self.short.add(name)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, and keep it where that is asked for."""
        if not self.tests:
            return
        terminalreporter.section("promises")
        rows = self.rows()
        terminalreporter.write_line(HEADING)
        for row in rows.values():
            terminalreporter.write_line(row)
        missing = [name for name in PROMISES if name not in rows]
        if missing and len(missing) < len(PROMISES) / 2:  # of a run of a few tests nobody asks
            terminalreporter.write_line(f"Not measured in this run: {', '.join(missing)}.")
        if path := os.environ.get(WHERE):
            keep(Path(path), rows)

    def rows(self) -> dict[str, str]:
        """A line for each promise that was measured."""
        return {name: self._row(name) for name in PROMISES if name in self.tests}

    def _row(self, name: str) -> str:
        words, promised = PROMISES[name]
        said = "; ".join(_joined(what, engines) for what, engines in self.said[name].items())
        said = said or f"{self.tests[name]} tests pass"
        holds = "**falls short**" if name in self.short else "holds"
        return _line(f"{name}: {words}", promised, said, holds, f"{date.today():%Y-%m-%d}")  # noqa: DTZ011


def _joined(what: str, engines: list[str]) -> str:
    named = sorted({engine for engine in engines if engine}, reverse=True)
    return f"{' and '.join(named)}: {what}" if named else what


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |"


def keep(path: Path, rows: dict[str, str]) -> None:
    """Replace the measured rows of the file; the others stay as they are."""
    head, _, table = path.read_text().partition(HEADING)
    there = {line[2:].partition(": ")[0]: line for line in table.splitlines() if line.startswith("| 4.")}
    there.update(rows)
    for name in PROMISES.keys() - there.keys():
        words, promised = PROMISES[name]
        there[name] = _line(f"{name}: {words}", promised, "not measured", "**falls short**", "never")
    lines: Iterable[str] = (there[name] for name in PROMISES)
    path.write_text(head + HEADING + "\n| --- | --- | --- | --- | --- |\n" + "\n".join(lines) + "\n")
