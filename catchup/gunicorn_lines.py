"""What gunicorn has to say leaves as our lines; it keeps no list of addresses of its own."""

import logging
import os
from typing import Any

from gunicorn.glogging import Logger

from catchup import logs


class Lines(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Hands everything to the root logger, which knows what may be written."""

    error_log: logging.Logger

    def setup(self, cfg: Any) -> None:
        """Take gunicorn's own handlers away, and keep its level."""
        super().setup(cfg)
        self.access_log.handlers.clear()
        self.error_log.handlers.clear()
        logs.configure(os.environ)
        self.error_log = _Spoken("gunicorn.error", self.loglevel)
        self.error_log.parent = logging.getLogger()

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Nothing: web/request_log.py writes a request by its route."""


class _Spoken(logging.Logger):
    """Names the line of gunicorn that spoke, not the method of its logger in between."""

    def findCaller(  # noqa: N802 -- logging's own name
        self, stack_info: bool = False, stacklevel: int = 1
    ) -> tuple[str, int, str, str | None]:
        return super().findCaller(stack_info, stacklevel + 2)  # this method, and gunicorn's
