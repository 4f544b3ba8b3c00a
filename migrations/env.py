"""How Alembic reaches the database: through the application, one upgrader at a time."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from catchup.database import writing

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
    """Run the migrations on one connection, in one transaction."""
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=current_app.extensions["migrate"].db.metadata,
        render_item=render_item,
        **current_app.extensions["migrate"].configure_args,
    )
    if sqlite:
        # Rebuilding a table drops it, and with the keys on that would delete its children's rows.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.commit()
    with writing(), context.begin_transaction():
        if not sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": UPGRADE_LOCK})
        context.run_migrations()
        if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise RuntimeError("The migration would leave rows without their parents. Nothing was changed.")
    connection.commit()
    if sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.commit()


with current_app.extensions["migrate"].db.engine.connect() as connection:
    run(connection)
