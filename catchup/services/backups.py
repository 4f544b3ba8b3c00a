"""One file that holds the whole database, and the way back from it.

The file is read from one snapshot, so it holds all that was acknowledged before and nothing half done, while
others go on working. It is the same for both engines. Source: service policy (nothing is lost).
"""

import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection

from catchup import archive, clock, raw_rows
from catchup.database import orphans, reading
from catchup.extensions import db
from catchup.models.base import core
from catchup.models.family import Family
from catchup.models.job import ServiceKind, ServiceMark
from catchup.models.staff import StaffSession
from catchup.raw_rows import Tally
from catchup.services import audit, sealing
from catchup.services.audit import Seen
from catchup.services.sealing import Amiss
from config import Settings

Say = Callable[[str], None]
KEYS = ("CATCHUP_ENCRYPTION_KEYS", "CATCHUP_INDEX_KEY", "CATCHUP_AUDIT_KEY")
# What a service that has just been started has put into an empty database by itself.
OF_ITSELF = {"service_mark", "lease"}


class RefusedError(Exception):
    """The backup is not made, or not taken in. The text is a sentence for whoever asked."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup holds. ``seq`` and ``head``: where the chain of audit rows ended."""

    rows: int
    families: int
    revision: str
    seq: int
    head: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What was taken in, and whether the chain of audit rows fits. ``was``: the backup's revision."""

    rows: int
    families: int
    was: str
    revision: str
    made_at: datetime
    sealed: int
    amiss: Amiss | None


# Making one


def note() -> None:
    """Record that all is about to be read, and seal what waits. The caller commits, then calls ``make``."""
    audit.record(None, Seen("backup.make", "database"))
    while sealing.seal():
        pass


def make(path: Path, say: Say) -> Made:
    """Write the file, look through it, and only then give it its name.

    Raises RefusedError where there is such a file already, or it cannot be written.
    """
    if path.exists():
        raise RefusedError(f"There is a file {path} already. Choose a name that is not taken.")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        made = _write(part, say)
        say("Looking through the file …")
        with part.open("rb") as source:
            _look_through(source, archive.read_head(source))
        part.rename(path)
        _settle(path.parent)
    except OSError as error:
        raise RefusedError(f"The backup could not be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return made


def _write(part: Path, say: Say) -> Made:
    settings: Settings = current_app.config["CATCHUP"]
    engine = db.engine.execution_options(isolation_level="REPEATABLE READ") if _is_postgresql() else db.engine
    with reading(), engine.connect() as connection:
        _take_time(connection)
        head = _head(connection, settings)
        tallies: dict[str, Tally] = {}
        say("Reading every row …")
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            writer = archive.Writer(file, settings.encryption_keys[0], head)
            for table, columns in raw_rows.tables(connection).items():
                writer.write(["table", table, columns])
                tally = tallies[table] = Tally()
                for rows in raw_rows.read(connection, table, columns):
                    tally.add(rows)
                    writer.write(["rows", rows])
            seq, chain = _end_of_chain(connection)
            tables = {table: tally.as_words() for table, tally in tallies.items()}
            manifest = {"tables": tables, "audit": {"seq": seq, "hash": chain.hex()}}
            words = json.dumps(manifest).encode()
            writer.write(["end", words, _signed(settings, head, words)])
            writer.close()
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
    count = sum(tally.rows for tally in tallies.values())
    families = tallies[Family.__tablename__].rows
    return Made(count, families, head["revision"], seq, chain, size)


def _head(connection: Connection, settings: Settings) -> dict[str, Any]:
    return {
        "made_at": clock.real_now().isoformat(timespec="seconds"),
        "engine": connection.dialect.name,
        "revision": MigrationContext.configure(connection).get_current_revision(),
        "kind": connection.scalar(sa.select(core(ServiceMark).c.kind)),
        "keys": _fingerprints(settings),
    }


def _fingerprints(settings: Settings) -> dict[str, list[str]]:
    keys = (settings.encryption_keys, (settings.index_key,), (settings.audit_key,))
    return {name: [archive.fingerprint(key) for key in some] for name, some in zip(KEYS, keys, strict=True)}


def _end_of_chain(connection: Connection) -> tuple[int, bytes]:
    end = connection.execute(sa.select(sealing.head.c.seq, sealing.head.c.hash)).one_or_none()
    return (end.seq, end.hash) if end else (0, sealing.START)


def _signed(settings: Settings, head: dict[str, Any], manifest: bytes) -> bytes:
    about = json.dumps({name: head[name] for name in ("made_at", "revision", "kind", "keys")}).encode()
    return hmac.digest(settings.audit_key, sha256(about).digest() + manifest, "sha256")


def _settle(folder: Path) -> None:
    """Let the name outlive a loss of power too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Taking one in


def restore(path: Path, replace: str | None, say: Say) -> Restored:
    """Put the file's content into the database at hand, bring it up to date, and check all of it.

    To be called inside ``rebuilding``; the caller commits, and until then nothing has changed. ``replace`` is
    the database's own name, said by whoever wants what is in it gone. Raises RefusedError.
    """
    try:
        with path.open("rb") as source:
            head = _shaped(archive.read_head(source))
            _refuse_what_does_not_fit(head)
            say("Looking through the file …")
            told = _look_through(source, head)
            connection = db.session.connection()
            _take_time(connection)
            _refuse_full(connection, replace)
            raw_rows.empty(connection)
            _migrate(connection, head["revision"])
            say("Writing every row …")
            filled = _fill(connection, source)
    except OSError as error:
        raise RefusedError(f"The backup could not be read: {error.strerror}.") from error
    except archive.DamagedError as damaged:
        raise RefusedError(str(damaged)) from damaged
    say("Comparing every row …")
    _compare(connection, told, filled)
    _migrate(connection, "head")
    if orphans(connection):
        raise RefusedError("Rows of the backup lack what they belong to. Nothing was changed.")
    return _checked(head, told)


def _checked(head: dict[str, Any], told: dict[str, list[Any]]) -> Restored:
    """End what must not come back to life, and look at the chain."""
    db.session.execute(sa.delete(core(StaffSession)))
    # What waited to be sealed is as the file has it, and by now older than a row may wait.
    while sealing.seal():
        pass
    seen = sealing.verify()
    audit.record(None, Seen("backup.restore", "database"))
    return Restored(
        rows=sum(rows for rows, _total in told.values()),
        families=told[Family.__tablename__][0],
        was=head["revision"],
        revision=str(_scripts().get_current_head()),
        made_at=datetime.fromisoformat(head["made_at"]),
        sealed=seen.sealed,
        amiss=seen.amiss,
    )


def _shaped(head: dict[str, Any]) -> dict[str, Any]:
    """The head, of which nobody has vouched yet. Raises DamagedError where it could not be one of ours."""
    keys = head.get("keys")
    words = [head.get(name) for name in ("made_at", "engine", "revision", "salt")]
    lists = [keys.get(name) for name in KEYS] if isinstance(keys, dict) else [None]
    if not all(isinstance(word, str) for word in words) or not all(isinstance(one, list) for one in lists):
        raise archive.DamagedError("The beginning of this backup is damaged.")
    return head


def _refuse_what_does_not_fit(head: dict[str, Any]) -> None:
    settings: Settings = current_app.config["CATCHUP"]
    ours = _fingerprints(settings)
    for name in KEYS:
        if missing := [one for one in head["keys"][name] if one not in ours[name]]:
            lacks = "lacks a key" if name.endswith("S") else "is not the key"
            raise RefusedError(
                f"{name} {lacks} that this backup was made with (fingerprint {missing[0]}). "
                "Set the keys that the service had then, and start again. Nothing was changed."
            )
    wanted = ServiceKind.DEMO if settings.demo else ServiceKind.REAL
    _refuse_kind(head["kind"], wanted, "This backup")
    try:
        _scripts().get_revision(head["revision"])
    except CommandError:
        raise RefusedError(
            f"This backup is of a newer version: its tables are at {head['revision']}, and this version "
            f"knows them up to {_scripts().get_current_head()}. Install the newer one first."
        ) from None


def _refuse_kind(kind: str | None, wanted: ServiceKind, what: str) -> None:
    if kind is not None and kind != wanted:
        raise RefusedError(
            f"{what} holds a demonstration, and this service is a real one."
            if kind == ServiceKind.DEMO
            else f"{what} holds real records, and this service is a demonstration."
        )


def _refuse_full(connection: Connection, replace: str | None) -> None:
    settings: Settings = current_app.config["CATCHUP"]
    there = raw_rows.tables(connection)
    if ServiceMark.__tablename__ in there:
        kind = connection.scalar(sa.select(core(ServiceMark).c.kind))
        _refuse_kind(kind, ServiceKind.DEMO if settings.demo else ServiceKind.REAL, "This database")
    full = any(
        connection.scalar(sa.select(sa.exists().select_from(sa.table(name))))
        for name in there.keys() - OF_ITSELF
    )
    own_name = Path(str(db.engine.url.database)).name
    if replace is not None and replace != own_name:
        raise RefusedError(f"The database is called {own_name}, not {replace}. Nothing was changed.")
    if full and replace is None:
        raise RefusedError(
            "This database is not empty. Restore into a new one; or, where everything in it may go, "
            f"say so with: --replace {own_name}"
        )


def _look_through(source: BufferedReader, head: dict[str, Any]) -> dict[str, list[Any]]:
    """Read the whole file; returns the number of rows and the sum of each table. Raises DamagedError."""
    settings: Settings = current_app.config["CATCHUP"]
    found: dict[str, Tally] = {}
    told, tally = None, Tally()
    for what, *content in _records(source, head):
        if what == "table":
            tally = found[content[0]] = Tally()
        elif what == "rows":
            tally.add(content[0])
        elif hmac.compare_digest(content[1], _signed(settings, head, content[0])):
            told = json.loads(content[0])["tables"]
    if told is None or told != {table: tally.as_words() for table, tally in found.items()}:
        raise archive.DamagedError("The backup is damaged: its rows are not those that its list names.")
    return dict(told)


def _fill(connection: Connection, source: BufferedReader) -> dict[str, list[str]]:
    """Write every row; returns the columns of each table in the file's order, which its sums go by."""
    put_keys_back = raw_rows.without_keys(connection)
    table, columns, filled = "", list[str](), dict[str, list[str]]()
    for what, *content in _records(source, None):
        if what == "table":
            table, columns = content
            filled[table] = columns
        elif what == "rows":
            raw_rows.write(connection, table, columns, content[0])
    put_keys_back()
    return filled


def _records(source: BufferedReader, head: dict[str, Any] | None) -> Any:
    settings: Settings = current_app.config["CATCHUP"]
    source.seek(0)
    head = head or archive.read_head(source)
    writer = head["keys"]["CATCHUP_ENCRYPTION_KEYS"][:1]
    key = [key for key in settings.encryption_keys if [archive.fingerprint(key)] == writer]
    if not key:
        raise archive.DamagedError("The beginning of this backup is damaged.")
    source.seek(0)
    return archive.records(source, key[0])


def _compare(connection: Connection, told: dict[str, list[Any]], filled: dict[str, list[str]]) -> None:
    for table, columns in filled.items():
        tally = Tally()
        for rows in raw_rows.read(connection, table, columns):
            tally.add(rows)
        if tally.as_words() != told[table]:
            raise RefusedError(f"The rows of {table} are not as they were. Nothing was changed.")


def _migrate(connection: Connection, revision: str) -> None:
    config = current_app.extensions["migrate"].migrate.get_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(current_app.extensions["migrate"].directory)


def _take_time(connection: Connection) -> None:
    """A page's limits do not fit here."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
