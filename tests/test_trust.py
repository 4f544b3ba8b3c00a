"""The table of promises: each is measured by some test, and a run replaces only what it measured."""

import re
from pathlib import Path

from tests.processes import ROOT
from tests.promises import PROMISES
from tests.trust import HEADING, keep

NAMED = re.compile(r'promise(?:\(\s*|=)"([^"]+)"')


def test_every_promise_is_measured_by_a_test() -> None:
    named = {name for path in (ROOT / "tests").rglob("*.py") for name in NAMED.findall(path.read_text())}
    assert PROMISES.keys() - named == set()


def test_a_run_replaces_the_rows_it_measured_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "trust.md"
    file.write_text(f"# Ours\n\n{HEADING}\n")
    first = "| 4.9 kills: The night | 1,500 kills | 0 wrong of 10 | holds | 2026-11-24 |"
    keep(file, {"4.9 kills": first})
    second = "| 4.9 clocks: Clocks | 0 wrong | 0 wrong | holds | 2026-11-25 |"
    keep(file, {"4.9 clocks": second})
    text = file.read_text()
    assert text.startswith("# Ours\n")
    assert first in text
    assert second in text
    assert text.count("\n| 4.") == len(PROMISES)
    assert text.count("not measured") == len(PROMISES) - 2
