"""Every benchmark at small and national scale on both engines; exits 1 where a goal is missed."""

import subprocess
import sys

PATHS = ("nightly", "queue_page", "report", "export", "save_attempt", "memory", "replan")
# More families change nothing of what is measured: one in a browser, one that reads its own draft only.
ONE_SIZE = ("no_answer", "public_form")


def main() -> None:
    """Run each in a process of its own, so that one does not warm another's memory."""
    runs = [(path, scale) for path in PATHS for scale in ("small", "national")]
    missed = subprocess.run([sys.executable, "-m", "bench.timeline"], check=False).returncode != 0
    for database in ("sqlite", "postgresql"):
        command = [sys.executable, "-m", "bench.audit_search", "--database", database]
        missed |= subprocess.run(command, check=False).returncode != 0
    for path, scale in [*runs, *((path, "small") for path in ONE_SIZE)]:
        for database in ("sqlite", "postgresql"):
            command = [sys.executable, "-m", f"bench.{path}", "--scale", scale, "--database", database]
            missed |= subprocess.run(command, check=False).returncode != 0
    sys.exit(missed)


if __name__ == "__main__":
    main()
