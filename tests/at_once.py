"""Fifty who do the same at the same moment, each in a request of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask

from catchup.database import writing
from catchup.extensions import db

AT_ONCE = 50
Result = TypeVar("Result")


def all_at_once(app: Flask, act: Callable[[int], Result]) -> list[Result]:
    """Let fifty do it at the same moment, each in a transaction of its own."""

    def one(number: int) -> Result:
        with app.app_context(), writing():
            return act(number)

    return together(one)


def together(act: Callable[[int], Result]) -> list[Result]:
    """Let fifty do it at the same moment."""
    barrier = Barrier(AT_ONCE)

    def one(number: int) -> Result:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(AT_ONCE) as people:
        found = list(people.map(one, range(AT_ONCE)))
    db.session.rollback()  # what was read before is not what there is now
    return found
