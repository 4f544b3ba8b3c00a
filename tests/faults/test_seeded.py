"""Each guard is watched: taken away in a copy, some test fails."""

import pytest

from tests.faults import seeded
from tests.processes import ROOT
from tests.trust import Measured

PROMISED = 24
# Of these each has a test that needs neither a database nor long.
QUICK = ("text in a spreadsheet stays text",)


@pytest.mark.promise("4.15 watched")
def test_a_guard_that_is_taken_away_is_missed_by_a_test(release: bool, measured: Measured) -> None:
    tried = [fault for fault in seeded.FAULTS if release or fault.name in QUICK]
    unnoticed = [fault.name for fault in tried if not seeded.is_noticed(fault)]
    assert unnoticed == []
    scale = "" if release else f" (a release tries all {len(seeded.FAULTS)})"
    measured(f"{len(tried)} of {len(tried)} seeded faults turned a test red{scale}")


@pytest.mark.parametrize("fault", seeded.FAULTS, ids=lambda fault: fault.name)
def test_each_guard_is_where_the_list_says(fault: seeded.Fault) -> None:
    text = (ROOT / fault.file).read_text()
    assert all(old in text for old, _new in fault.changes)
    assert all((ROOT / path).exists() for path in fault.noticed_by.split() if path.startswith("tests/"))


@pytest.mark.in_release
@pytest.mark.promise("4.15 watched")
def test_without_a_fault_the_same_tests_pass() -> None:
    everywhere = sorted({fault.noticed_by for fault in seeded.FAULTS})
    with seeded.copied() as folder:
        assert not seeded.tests_fail(folder, " ".join(everywhere))


def test_there_are_as_many_as_promised() -> None:
    assert len({fault.name for fault in seeded.FAULTS}) >= PROMISED
