"""The promised load, the night in its middle, and more until it gives way. On a machine of its own only."""

from typing import Any

import pytest

from bench import load
from tests.trust import Measured

pytestmark = [
    pytest.mark.in_release,
    pytest.mark.alone,
    pytest.mark.promise("4.13 sheds"),
    pytest.mark.promise("4.13 steady"),
]
STEP_S = 20
GROWS_BY = 1.10


def told(step: dict[str, Any]) -> str:
    """A step in words."""
    return (
        f"{step['achieved']:.0f} requests/s of {step['rate']:.0f}: {step['errors']} errors, "
        f"{step['shed']} turned away, p95 {step['p95'] * 1e3:.0f} ms"
    )


def say(found: dict[str, Any], promise: str, seconds: int, measured: Measured) -> None:
    """The figures of a run; what is no figure of speed must hold."""
    calm, night = found["promised"]
    scale = f"{found['families']:,} families, {seconds} s, its people on the same two processors"
    measured(f"{scale}: {told(calm)}; with the night {told(night)}", holds=found["holds"], promise=promise)
    beyond = "; ".join(told(step) for step in found["steps"])
    settled = found["after"][-1]
    measured(
        f"{promise[5:]}: knee {found['knee']:.0f} requests/s; {beyond}; in the minute after {told(settled)}",
        holds=found["sheds"] and found["settled"],
        promise="4.13 sheds",
    )
    before, after = found["mib"]
    measured(
        f"{promise[5:]}: {before:.0f} MiB in the middle, {after:.0f} MiB at the end, not 2 h",
        holds=after <= before * GROWS_BY,
        promise="4.13 steady",
    )
    assert not found["tracebacks"]
    assert not any(step["errors"] for step in (*found["promised"], *found["steps"], *found["after"]))


@pytest.mark.promise("4.13 one machine")
def test_one_machine_bears_five_times_what_is_needed(measured: Measured) -> None:
    say(load.measure("sqlite", 1, 2, 90, STEP_S), "4.13 one machine", 90, measured)


@pytest.mark.promise("4.13 several hosts")
def test_two_hosts_bear_what_all_of_england_needs(measured: Measured) -> None:
    say(load.measure("postgresql", 2, 1, 60, STEP_S), "4.13 several hosts", 60, measured)
