"""Sealing new audit rows into the chain."""

from typing import TYPE_CHECKING

from catchup.services import sealing
from catchup.services.job_runs import Counts

if TYPE_CHECKING:
    from catchup.jobs import Transaction


def run(transaction: "Transaction") -> Counts:
    """Some thousand rows at a time until none is left, so that pages never wait long for the database."""
    sealed = 0
    while True:
        with transaction():
            made = sealing.seal()
        sealed += made
        if made < sealing.AT_A_TIME:
            return Counts(created={"links": sealed})
