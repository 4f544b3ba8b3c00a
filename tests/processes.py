"""Programs that tests start: each in a group of its own, and none outlives the test run."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from catchup.cli.supervisor import end_with_parent

ROOT = Path(__file__).parents[1]


class Program:
    """A started program. Its output is in ``log``."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
    ):
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT if user is None else "/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=user,
                extra_groups=None if user is None else [],
                start_new_session=True,
                preexec_fn=end_with_parent(os.getpid()),
            )

    def wait_until(self, is_ready: Callable[[], bool], seconds: float = 60) -> None:
        """Return when it is ready; raise with its output when it ends before that or takes too long."""
        give_up_at = time.monotonic() + seconds
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                self.stop()
                raise RuntimeError(f"{self.process.args} did not get ready:\n{self.log.read_text()}")
            time.sleep(0.02)

    def stop(self, signum: int = signal.SIGTERM, seconds: float = 10) -> None:
        """Ask it to end, then end whatever is left of its group."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signum)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
