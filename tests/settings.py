"""The surroundings of a service under test, as environment variables: for this process and for others."""

from collections.abc import Mapping
from pathlib import Path

KEY = "Y2F0Y2gtdXAtdGVzdHMtdXNlLXRoaXMta2V5LTMyYnk="  # 32 bytes, and nobody's secret


def environment(database_url: str, instance: Path, **changes: str) -> Mapping[str, str]:
    """A real service (not a demo) on that database, with files in ``instance``.

    ``changes`` are further variables, or other values for these; an empty value takes one away.
    """
    variables = {
        "DATABASE_URL": database_url,
        "CATCHUP_INSTANCE": str(instance),
        "CATCHUP_BASE_URL": "https://catch-up.example.com",
        "SECRET_KEY": "a-secret-of-the-tests-that-nobody-needs-to-guess",
        "CATCHUP_ENCRYPTION_KEYS": KEY,
        "CATCHUP_INDEX_KEY": KEY,
        "CATCHUP_AUDIT_KEY": KEY,
        **changes,
    }
    return {name: value for name, value in variables.items() if value}
