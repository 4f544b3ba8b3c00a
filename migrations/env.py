"""How Alembic reaches the database: through the application, one upgrader at a time, all steps or none.

Whoever has a transaction of their own open gives its connection, as ``config.attributes["connection"]``, and
commits what the migrations did.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from catchup.database import orphans, rebuilding

# Any fixed number: the PostgreSQL advisory lock that upgrading hosts queue for.
UPGRADE_LOCK = 7_204_511


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write our column types as what they are in the database, so that a migration never imports the app."""
    plain = {
        "Encrypted": "sa.LargeBinary()",
        "EncryptedJson": "sa.LargeBinary()",
        "UtcDateTime": "sa.DateTime(timezone=True)",
        "AsaList": "sa.UnicodeText()",
    }
    return plain.get(type(item).__name__, False) if kind == "type" else False


def run(connection: Connection) -> None:
    """Run the migrations in the transaction that is open on the connection.

    Left to itself, Alembic would have each step commit by itself on SQLite.
    """
    context.configure(
        connection=connection,
        target_metadata=current_app.extensions["migrate"].db.metadata,
        render_item=render_item,
        **current_app.extensions["migrate"].configure_args,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            _queue(connection)
        context.run_migrations()
        if orphans(connection):
            raise RuntimeError("The migration would leave rows without their parents. Nothing was changed.")


def _queue(connection: Connection) -> None:
    """Wait as long as another host takes; for tables that somebody uses, a minute.

    A page's limits do not fit here: a step over many rows takes longer than any page may.
    """
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": UPGRADE_LOCK})
    connection.execute(text("SET LOCAL lock_timeout = '60s'"))


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with rebuilding(), current_app.extensions["migrate"].db.engine.begin() as connection:
        run(connection)
