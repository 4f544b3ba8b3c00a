"""The group of `make run`, with real processes: whatever ends it, nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

# Read from its file: importing the package would import the whole service, seconds for each test.
LOAD = "import runpy, sys; supervise = runpy.run_path('catchup/cli/supervisor.py')['supervise']; "
PARENT = (
    LOAD + "sys.exit(supervise([[sys.executable, '-c', code] for code in sys.argv[2:]], float(sys.argv[1])))"
)
# A web server in small: a master with a worker that it started itself.
WEB = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
time.sleep(60)
"""
SCHEDULER = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"

Start = Callable[..., "Group"]


class Group:
    """A supervisor at work, and every process below it."""

    def __init__(self, *children: str, expected: int, grace: float = 5):
        command = [sys.executable, "-c", PARENT, str(grace), *children]
        self.supervisor = psutil.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE)
        deadline = time.monotonic() + 20
        while len(self.supervisor.children(recursive=True)) < expected:
            assert time.monotonic() < deadline, "the children did not start"
            time.sleep(0.02)
        self.family = self.supervisor.children(recursive=True)

    def child(self, code: str) -> psutil.Process:
        """The direct child that runs this code; one that has only been forked still looks like its parent."""
        deadline = time.monotonic() + 20
        while True:
            for child in self.supervisor.children():
                if child.cmdline()[1:] == ["-c", code]:
                    return child
            assert time.monotonic() < deadline, "the child did not start"
            time.sleep(0.02)

    def left(self, within: float) -> list[psutil.Process]:
        """Processes still alive after that many seconds (a zombie is dead: nobody has reaped it yet)."""
        deadline = time.monotonic() + within
        while (
            alive := [process for process in self.family if _is_alive(process)]
        ) and time.monotonic() < deadline:
            time.sleep(0.02)
        return alive


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def start() -> Iterator[Start]:
    groups: list[Group] = []

    def start(*children: str, **options: float) -> Group:
        groups.append(Group(*children, **options))
        return groups[-1]

    yield start
    for group in groups:
        for process in [group.supervisor, *group.family]:
            if _is_alive(process):
                process.kill()
        group.supervisor.wait()
        group.supervisor.stderr.close()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_and_is_a_success(start: Start, signum: signal.Signals):
    group = start(WEB, SCHEDULER, expected=3)

    group.supervisor.send_signal(signum)

    assert group.supervisor.wait(5) == 0
    assert group.left(within=0) == []


def test_ctrl_c_at_the_terminal_reaches_each_child_once_and_through_the_supervisor(start: Start):
    group = start(WEB, SCHEDULER, expected=3)

    groups = {os.getpgid(process.pid) for process in group.supervisor.children()}

    assert len(groups) == 2
    assert os.getpgid(group.supervisor.pid) not in groups


def test_kill_minus_nine_of_the_supervisor_ends_its_children_too(start: Start):
    group = start(SCHEDULER, SCHEDULER, expected=2)

    group.supervisor.kill()

    assert group.left(within=3) == []


@pytest.mark.parametrize("dies", [WEB, SCHEDULER], ids=["web", "scheduler"])
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_the_death_of_one_ends_the_other_and_is_a_failure(start: Start, dies: str, signum: signal.Signals):
    group = start(WEB, SCHEDULER, expected=3)

    group.child(dies).send_signal(signum)

    assert group.supervisor.wait(10) == 1
    assert b"Ended by itself" in group.supervisor.stderr.read()
    assert group.left(within=1) == []


def test_a_child_that_will_not_end_is_killed_after_the_grace(start: Start):
    group = start(STUBBORN, SCHEDULER, expected=2, grace=0.5)
    time.sleep(0.5)  # let it turn deaf

    asked_at = time.monotonic()
    group.supervisor.terminate()

    assert group.supervisor.wait(5) == 0
    assert time.monotonic() - asked_at >= 0.5
    assert group.left(within=0) == []


def test_a_command_that_cannot_be_started_ends_those_that_were():
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            LOAD + "supervise([[sys.executable, '-c', 'import time; time.sleep(60)'], ['/no/such/command']])",
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=10,  # a child left behind would hold the output open until then
    )

    assert result.returncode == 1
    assert b"/no/such/command" in result.stderr
