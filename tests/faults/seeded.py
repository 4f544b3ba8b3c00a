"""Faults to be put into a copy of the service, one at a time, with the tests that must notice.

    python -m tests.faults.seeded             all of them, and a line for each
    python -m tests.faults.seeded "the fence" those whose name begins so

A fault that no test notices means that its guard could be lost without anybody knowing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.processes import ROOT

FOLDERS = ("catchup", "templates", "migrations", "tests", "docs", "bench", ".ci")
FAILED = 1  # pytest's own number for tests that failed; others mean that none was run


@dataclass(frozen=True, slots=True)
class Fault:
    """A guard taken away: in one file, each of ``old`` becomes its ``new``; ``noticed_by`` goes to pytest."""

    name: str
    file: str
    changes: Sequence[tuple[str, str]]
    noticed_by: str

    def put_in(self, folder: Path) -> None:
        """Make the change; raises ValueError where the guard is no longer written like this."""
        path = folder / self.file
        text = path.read_text()
        for old, new in self.changes:
            if old not in text:
                raise ValueError(f"{self.name}: {self.file} has no {old!r}")
            text = text.replace(old, new)
        path.write_text(text)


def _one(name: str, file: str, old: str, new: str, noticed_by: str) -> Fault:
    return Fault(name, file, ((old, new),), noticed_by)


FAULTS = (
    _one(
        "the council filter",
        "catchup/queries/scope.py",
        "return and_(not_shut_out(viewer), or_(_rung_by(viewer), *conditions))",
        "return not_shut_out(viewer)",
        "tests/web/test_not_theirs.py",
    ),
    _one(
        "being shut out by name",
        "catchup/queries/scope.py",
        "return ~exists().where(shut_out.c.family_id == family_id, shut_out.c.staff_id == viewer.id)",
        "return true()",
        "tests/web/test_not_theirs.py",
    ),
    _one(
        "the role that a page asks for",
        "catchup/web/security.py",
        "if g.viewer.role not in roles:",
        "if False:",
        "tests/test_routes.py",
    ),
    _one(
        "one call of a kind and cycle to a family",
        "migrations/versions/0005_calls.py",
        'sa.UniqueConstraint("family_id", "kind", "cycle", name=op.f("uq_call_family_id_kind_cycle")),',
        "",
        "tests/jobs/test_night.py",
    ),
    Fault(
        "the version of a call",
        "catchup/services/attempts.py",
        (
            ("if call.version != seen_version:", "if False:"),
            ("Call.id == call.id, Call.version == seen_version,", "Call.id == call.id,"),
        ),
        "tests/services/test_attempts.py",
    ),
    _one(
        "the audit row of a page",
        "catchup/web/security.py",
        "audit.record(g.viewer, *seen)",
        "pass",
        "tests/web/test_attempts.py",
    ),
    _one(
        "no values in a database's complaints",
        "catchup/database.py",
        '"hide_parameters": True',
        '"hide_parameters": False',
        "tests/test_database.py",
    ),
    _one(
        "a writer begins at once",
        "catchup/database.py",
        'self.execute("BEGIN IMMEDIATE")',
        'self.execute("BEGIN")',
        "tests/test_database.py",
    ),
    _one(
        "every save reaches the disk",
        "catchup/database.py",
        "PRAGMA synchronous = FULL",
        "PRAGMA synchronous = NORMAL",
        "tests/test_database.py",
    ),
    _one(
        "rows that belong together",
        "catchup/database.py",
        "PRAGMA foreign_keys = ON",
        "PRAGMA foreign_keys = OFF",
        "tests/test_database.py",
    ),
    _one(
        "the token of a form",
        "catchup/__init__.py",
        "    csrf.init_app(app)\n",
        "",
        "tests/web/test_sessions.py",
    ),
    _one(
        "escaping",
        "templates/staff/family.html",
        "{% block title %}{{ family.name }}",
        "{% block title %}{{ family.name|safe }}",
        "tests/test_no_script.py",
    ),
    _one(
        "a limit on tries",
        "catchup/services/limits.py",
        "if tried >= limit.most:",
        "if False:",
        "tests/services/test_limits.py",
    ),
    _one(
        "a code works once",
        "catchup/web/sign_in.py",
        "user.tf_last_counter = tmatch.counter",
        "pass",
        "tests/web/test_sign_in.py",
    ),
    Fault(
        "sessions end with a change of somebody's account",
        "catchup/services/staff.py",
        (
            ("db.session.execute(delete(StaffSession).where", "(delete(StaffSession).where"),
            ("staff.fs_uniquifier = uuid4().hex\n\n\ndef _one", "pass\n\n\ndef _one"),
        ),
        "tests/web/test_sessions.py",
    ),
    _one(
        "a session that nobody uses ends",
        "catchup/web/sessions.py",
        "            table.c.seen_at > now - IDLE,\n            table.c.started_at > now - ABSOLUTE,",
        "            table.c.started_at > now - ABSOLUTE,",
        "tests/web/test_sessions.py",
    ),
    _one(
        "the fence of a lease",
        "catchup/services/leases.py",
        "with_for_update(read=True)) is None:",
        "with_for_update(read=True)) == 'never':",
        "tests/services/test_leases.py",
    ),
    _one(
        "one sender takes a message",
        "catchup/services/outbox.py",
        "Message.id == message_id, *queries.WAITING, Message.next_try_at <= now\n",
        "Message.id == message_id, *queries.WAITING\n",
        "tests/services/test_outbox.py",
    ),
    _one(
        "the keyed sum of an audit row",
        "catchup/services/sealing.py",
        "if not _is_genuine(key, row):",
        "if False:",
        "tests/services/test_sealing.py",
    ),
    Fault(
        "an encrypted value belongs to its column",
        "catchup/crypto.py",
        (
            ("encrypt(nonce, text.encode(), where.encode())", "encrypt(nonce, text.encode(), b'')"),
            ("decrypt(nonce, sealed, where.encode())", "decrypt(nonce, sealed, b'')"),
        ),
        "tests/test_crypto.py",
    ),
    _one(
        "a link opens once",
        "catchup/services/parent_links.py",
        "            link.c.used_at.is_(None),\n            link.c.ended_at.is_(None),\n",
        "",
        "tests/faults/test_parent_link.py",
    ),
    _one(
        "text in a spreadsheet stays text",
        "catchup/workbooks.py",
        "page.write_string(number, column, _text(value)",
        "page.write(number, column, _text(value)",
        "tests/test_workbooks.py",
    ),
    _one(
        "small numbers cannot be worked out",
        "catchup/rules/hiding.py",
        "if not secondary:",
        "if True:",
        "tests/rules/test_hiding_attacked.py",
    ),
    _one(
        "signing in leads nowhere else",
        "catchup/web/sign_in.py",
        r'OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f-\xa0\\]*")',
        'OWN_PATH = re.compile(r".*", re.DOTALL)',
        "tests/web/test_sign_in.py",
    ),
    _one(
        "the gate of messages",
        "catchup/services/outbox.py",
        'return mail if refusal is None else Fate("refused", _REFUSALS[refusal])',
        "return mail",
        "tests/services/test_outbox.py",
    ),
    _one(
        "no script but ours",
        "catchup/web/security.py",
        "script-src 'self' 'nonce-{nonce}'",
        "script-src 'self' 'unsafe-inline' 'nonce-{nonce}'",
        "tests/web/test_security_headers.py",
    ),
    _one(
        "the day on which the home council takes over",
        "catchup/rules/standings.py",
        "return anniversary(order_on, years) + ONE_DAY",
        "return anniversary(order_on, years)",
        "tests/rules/test_responsibility.py",
    ),
)


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the service and its tests, with the same packages."""
    with tempfile.TemporaryDirectory(prefix="catchup-seeded-") as place:
        folder = Path(place)
        for name in FOLDERS:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in ROOT.glob("*"):
            if path.is_file():
                shutil.copy(path, folder)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        yield folder


def tests_fail(folder: Path, which: str) -> bool:
    """Whether these tests of a copy fail. Raises RuntimeError where none could be run."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *which.split()],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "CATCHUP_TESTS": "ci"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, FAILED}:
        raise RuntimeError(
            f"pytest ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.returncode == FAILED


def is_noticed(fault: Fault) -> bool:
    """Whether its tests fail with it."""
    with copied() as folder:
        fault.put_in(folder)
        return tests_fail(folder, fault.noticed_by)


def main() -> None:
    """Try every fault, or those named; a line for each."""
    wanted = [fault for fault in FAULTS if fault.name.startswith(tuple(sys.argv[1:] or [""]))]
    missed = 0
    for fault in wanted:
        noticed = is_noticed(fault)
        missed += not noticed
        print(f"{'noticed' if noticed else 'NOT NOTICED'}\t{fault.name}\t{fault.noticed_by}", flush=True)
    print(f"{len(wanted) - missed} of {len(wanted)} noticed")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
