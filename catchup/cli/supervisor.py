"""One command for one machine: the web server and the scheduler as one group that lives and dies together.

A production site runs the two as services of its own; this is for `make run` and small machines.
"""

import ctypes
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType

import click

from config import ConfigError, Settings

GRACE = 10.0  # seconds between asking a group to end and ending it
TICK = 0.1
PR_SET_PDEATHSIG = 1

GUNICORN = "-m gunicorn wsgi:app --config python:catchup.serving"


def supervise(commands: Sequence[Sequence[str]], grace: float = GRACE) -> int:
    """Run the commands until one ends or a signal (INT, TERM, HUP) comes, then end all of them.

    Each command leads a process group of its own, so that a Ctrl-C at the terminal reaches only
    this process and each child is asked once. What has not ended after ``grace`` seconds is killed
    with everything it started. Returns 0 after a signal, 1 when a command ended by itself.
    """
    asked_to_end: list[int] = []

    def remember(signum: int, _frame: FrameType | None) -> None:
        asked_to_end.append(signum)

    signal.signal(signal.SIGINT, remember)
    signal.signal(signal.SIGTERM, remember)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to outlive the terminal
        signal.signal(signal.SIGHUP, remember)
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            children.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    preexec_fn=end_with_parent(os.getpid()),
                )
            )
        while not asked_to_end and all(child.poll() is None for child in children):
            time.sleep(TICK)
        ended = [pair for pair in zip(commands, children, strict=True) if pair[1].returncode is not None]
    finally:
        _end(children, grace)
    for command, child in ended:
        click.echo(f"Ended by itself with status {child.returncode}: {shlex.join(command)}", err=True)
    return 0 if asked_to_end else 1


def end_with_parent(parent: int) -> Callable[[], None]:
    """What a child runs between fork and exec: on Linux the kernel will send it TERM when ``parent`` dies.

    This holds for kill -9 too. It is the thread that starts the child whose end counts, so start
    children from the main thread.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the kernel was asked
            os._exit(1)

    return ask


def _end(children: list[subprocess.Popen[bytes]], grace: float) -> None:
    """TERM to each group, up to ``grace`` seconds for those who lead them, then KILL to what is left."""
    for child in children:
        _signal_group(child, signal.SIGTERM)
    give_up_at = time.monotonic() + grace
    while any(child.poll() is None for child in children) and time.monotonic() < give_up_at:
        time.sleep(TICK / 2)
    for child in children:
        _signal_group(child, signal.SIGKILL)
        child.wait()


def _signal_group(leader: subprocess.Popen[bytes], signum: int) -> None:
    with suppress(ProcessLookupError):  # nobody is left in it
        os.killpg(leader.pid, signum)


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} is in use. Stop what uses it, or choose another with PORT=8000."
            ) from error


@click.command()
@click.option("--workers", default=2, show_default=True, help="Web processes, each at work on four pages.")
def serve(workers: int) -> None:
    """Run the web server and the scheduler until Ctrl-C."""
    try:
        settings = Settings.from_environment(os.environ)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    _refuse_taken_port(settings.port)
    web = f"{GUNICORN} --workers {workers}"
    web += f" --bind 127.0.0.1:{settings.port} --log-level warning --no-control-socket"
    click.echo(f"Catch-up is on {settings.base_url} (Ctrl-C ends it)")
    sys.exit(
        supervise(
            [
                [sys.executable, *web.split()],
                [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"],
            ]
        )
    )


commands = [serve]
