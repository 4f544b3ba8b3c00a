"""What anybody can open: what the service is, joining, and the pages the law asks for."""

from flask import Blueprint

public = Blueprint("public", __name__)

from catchup.web.public import join, pages, who_supports_us  # noqa: E402 -- the views need the blueprint

__all__ = ["join", "pages", "public", "who_supports_us"]
