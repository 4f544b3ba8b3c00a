"""What every command shares: how it says no, what it asks of the database first, that it is still at work."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import click

P = ParamSpec("P")
T = TypeVar("T")
FIRST_WORD_S = 2.0
EACH_WORD_S = 10.0


def in_sentences(work: Callable[P, T]) -> Callable[P, T]:
    """A refusal is a sentence on stderr and exit code 1; with --json it is an object on stdout too."""

    @wraps(work)
    def answered(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except click.UsageError:  # wrong use is 2, before there is anything to answer
            raise
        except click.ClickException as refusal:
            if kwargs.get("as_json"):
                click.echo(json.dumps({"error": refusal.message}))
            raise

    return answered


def on_the_database(work: Callable[P, T]) -> Callable[P, T]:
    """The same for a command that needs the database: refused where that is not ours or not up to date."""

    @wraps(work)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        # The rules answer without any of this, and much sooner.
        from flask.globals import app_ctx

        from catchup.services import marks
        from config import ConfigError

        try:
            marks.check(app_ctx.app)
        except ConfigError as error:
            raise click.ClickException(str(error)) from error
        with told_that_it_works():
            return work(*args, **kwargs)

    return in_sentences(checked)


@contextmanager
def told_that_it_works() -> Iterator[None]:
    """Say on stderr that there is still something going on, for whoever waits."""
    done, began = threading.Event(), time.monotonic()

    def say() -> None:
        wait = FIRST_WORD_S
        while not done.wait(wait):
            click.echo(f"Working, for {time.monotonic() - began:.0f} seconds so far …", err=True)
            wait = EACH_WORD_S

    teller = threading.Thread(target=say, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
