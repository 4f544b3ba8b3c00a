"""The test client: a visitor who sees only what has been committed, and only sound pages."""

import contextvars
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catchup.extensions import db
from tests.page_check import check_page


class Visitor(FlaskClient):
    """A browser in small, a stranger to the test's own session.

    What the test has arranged in its session is committed before each request. The request runs in a
    context of its own, so it has its own session: what a view forgot to commit is not there afterwards.
    Every page that comes back is checked as tests/page_check.py says.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send one request (see FlaskClient.open); not for use in ``with client:``."""
        if has_app_context():
            db.session.commit()
        response = contextvars.Context().run(super().open, *args, **kwargs)
        if response.request.method != "HEAD":
            check_page(response)
        return response
