"""Signing in and out."""

from flask import Blueprint, Flask

account = Blueprint("security", __name__)


@account.get("/sign-in", endpoint="login")
def login() -> str:
    """A placeholder address until the sign-in library is bound."""
    return "sign in"


def register(app: Flask) -> None:
    """Bind the sign-in library."""
    app.register_blueprint(account)
