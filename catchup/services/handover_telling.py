"""Telling many families at once, and posting many letters: one that fails never stops the rest."""

import logging
from collections.abc import Callable, Iterable
from enum import StrEnum
from uuid import UUID

from catchup.extensions import db
from catchup.models.handover import Handover
from catchup.models.handover_notice import HandoverNotice
from catchup.queries.scope import Viewer
from catchup.services import handovers
from catchup.services.handover_notices import NobodyToTellError
from catchup.services.handovers import ConflictError, NotAllowedError, Telling

log = logging.getLogger(__name__)


class Came(StrEnum):
    """What came of one of them."""

    DONE = "done"
    CHANGED = "changed"
    NOT_NOW = "not_now"
    FAILED = "failed"


def tell_each(wanted: Iterable[tuple[Handover, int]], by: Viewer) -> dict[UUID, Came]:
    """Tell each family as its parents agreed; each is given with the version its page showed."""

    def tell(handover: Handover, version: int) -> Callable[[], None]:
        return lambda: handovers.tell_family(handover, Telling.AS_AGREED, by, version)

    return {one.id: _apart(one.id, tell(one, version)) for one, version in list(wanted)}


def post_each(letters: Iterable[HandoverNotice], by: Viewer) -> dict[UUID, Came]:
    """These letters have been posted."""

    def post(notice: HandoverNotice) -> Callable[[], None]:
        return lambda: handovers.post_letter(notice, by)

    return {one.id: _apart(one.handover_id, post(one)) for one in list(letters)}


def _apart(key: UUID, act: Callable[[], None]) -> Came:
    """Do one thing in a savepoint of its own."""
    try:
        with db.session.begin_nested():
            act()
    except (NotAllowedError, NobodyToTellError):
        return Came.NOT_NOW
    except ConflictError:
        return Came.CHANGED
    except Exception as error:  # whatever is wrong with this one, the next may be sound
        log.warning("Handover %s: the family could not be told: %s", key, type(error).__name__)
        return Came.FAILED
    return Came.DONE
