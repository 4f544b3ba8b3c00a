"""The surroundings of a service under test, as environment variables: for this process and for others."""

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

# A real service refuses what stands in a repository: each run has its own, and its processes share it.
SECRET = os.environ.setdefault("CATCHUP_TESTS_SECRET", secrets.token_urlsafe(48))
KEY = base64.b64encode(hashlib.sha256(SECRET.encode()).digest()).decode()


def environment(database_url: str, instance: Path, **changes: str) -> Mapping[str, str]:
    """A real service (not a demo) on that database, with files in ``instance``.

    ``changes`` are further variables, or other values for these; an empty value takes one away.
    """
    variables = {
        "DATABASE_URL": database_url,
        "CATCHUP_INSTANCE": str(instance),
        "CATCHUP_BASE_URL": "https://catch-up.example.com",
        "SECRET_KEY": SECRET,
        "CATCHUP_ENCRYPTION_KEYS": KEY,
        "CATCHUP_INDEX_KEY": KEY,
        "CATCHUP_AUDIT_KEY": KEY,
        **changes,
    }
    return {name: value for name, value in variables.items() if value}
