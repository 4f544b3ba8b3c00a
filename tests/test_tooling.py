"""What the tools and the conventions say of the code; each failure prints the tool's own words."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT
from tests.settings import environment

TOOLS = {
    "ruff check": ["ruff", "check", "--quiet", "--output-format", "concise", "."],
    "ruff format": ["ruff", "format", "--diff", "--quiet", "."],
    "mypy": ["mypy", "--no-error-summary"],
    "djlint": ["djlint", "templates", "--lint", "--quiet"],
    "import-linter": ["lint-imports", "--no-logo"],
}
LONGEST_FILE = 400
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "misc"}


def run(command: list[str], **variables: str) -> None:
    """Run a tool of the virtual environment in the project's folder; fail with what it says."""
    program = Path(sys.executable).with_name(command[0])
    surroundings = {"PATH": str(program.parent), "LANG": "C.UTF-8", **variables}
    done = subprocess.run([program, *command[1:]], cwd=ROOT, env=surroundings, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)}\n{done.stdout}{done.stderr}", pytrace=False)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_tool_has_nothing_to_say(tool: str):
    run(TOOLS[tool])


def test_the_migrations_make_what_the_models_say(fresh_database: str, tmp_path: Path):
    run(["flask", "--app", "wsgi", "db", "check"], **environment(fresh_database, tmp_path))


def test_files_are_short_and_named_for_what_is_in_them():
    files = [file for folder in ("catchup", "tests", "bench") for file in (ROOT / folder).rglob("*.py")]

    too_long = {str(file) for file in files if len(file.read_text().splitlines()) > LONGEST_FILE}
    unnamed = {str(file) for file in files if file.stem in NAMES_THAT_SAY_NOTHING}

    assert (too_long, unnamed) == (set(), set())
