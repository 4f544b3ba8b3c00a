"""What the service is made of is pinned by hash and listed, and no secret stands in its history."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT
from tests.settings import SECRET
from tests.trust import Measured

LOCKS = ("requirements.txt", "requirements-dev.txt", ".ci/uv.txt")
PINNED = re.compile(r"^[a-z0-9._-]+(?:\[[^]]*\])?==[^ \\;]+(?: ; .+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")

# Each begins with fixed letters, so that a whole history is read through in seconds.
SECRETS = {
    "a private key": rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY",
    "a key of a cloud": rb"AKIA[0-9A-Z]{16}\b",
    "another key of a cloud": rb"AIza[\w-]{35}",
    "a token of GitHub": rb"gh[pousr]_[A-Za-z0-9]{36}",
    "another token of GitHub": rb"github_pat_\w{20}",
    "a token of GitLab": rb"glpat-[\w-]{20}",
    "a token of Slack": rb"xox[abprs]-[\w-]{10}",
    "a token of a registry": rb"(?:npm_\w{36}|pypi-AgEI\w{20})",
    "a signed token": rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a password in an address": rb"://[^/\s:@\"'{}<>]+:[^/\s:@\"'{}<>]{6,}@",
    "a key of Notify": rb"-[0-9a-f]{12}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    "a key of 32 bytes": rb"=(?<=[A-Za-z0-9+/]{43}=)(?=[\"'\s])",
    "a secret that is set": rb"SECRET[\w]*[\"']?\s*[=:]\s*[\"'][\w+/.-]{32,}[\"']",
    "a key that is set": rb"_KEYS?[\"']?\s*[=:]\s*[\"'][\w+/=.-]{32,}[\"']",
    "a password that is set": rb"PASSWORD[\w]*[\"']?\s*[=:]\s*[\"'][\w+/.-]{20,}[\"']",
}
# What is known and opens nothing: keys of earlier tests, which a real service refuses, and words of help.
KNOWN = (
    b"Y2F0Y2gtdXAtdGVzdHMtdXNlLXRoaXMta2V5LTMyYnk",
    b"a-secret-of-the-tests-that-nobody-needs-to-guess",
    b"5f0c7a34-1b5e-4c3e-9a52-3f6f0d9b7c11",
    b"://user:password@",
    b"://catch%40up:p%3Ass@",
)


@pytest.mark.promise("4.7 dependencies")
@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_by_hash(lock: str) -> None:
    lines = [
        line for line in (ROOT / lock).read_text().splitlines() if line.strip() and line.strip()[0] != "#"
    ]
    packages = 0
    for line, following in zip(lines, [*lines[1:], "end==1 \\"], strict=True):
        if PINNED.match(line):
            packages += 1
            assert HASH.match(following), line
        else:
            assert HASH.match(line), line
    assert packages > 0


@pytest.mark.promise("4.7 dependencies")
def test_what_it_is_made_of_is_listed_without_a_network(measured: Measured) -> None:
    made = subprocess.run([sys.executable, ROOT / ".ci/sbom"], capture_output=True, text=True, check=True)
    listed = json.loads(made.stdout)
    assert listed["bomFormat"] == "CycloneDX"
    locked = re.findall(
        r"(?m)^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ \\;]+)", (ROOT / "requirements.txt").read_text()
    )
    assert sorted(locked) == sorted((one["name"], one["version"]) for one in listed["components"])
    assert all(one["hashes"] for one in listed["components"])
    measured(f"{len(locked)} packages pinned by hash and listed")


def test_looking_for_holes_says_plainly_when_it_could_not_look() -> None:
    nowhere = {**os.environ, "https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    looked = subprocess.run([ROOT / ".ci/audit"], capture_output=True, text=True, env=nowhere)
    assert (looked.returncode, looked.stdout) == (3, "")
    assert looked.stderr.startswith("Could not look: ")


@pytest.mark.promise("4.7 dependencies")
def test_no_secret_stands_in_the_history(release: bool, measured: Measured) -> None:
    looked_at, found = 0, []
    for content in _every_version_of_every_file() if release else _every_file():
        looked_at += 1
        found += [what for what, secret in secrets_in(content) if not any(known in secret for known in KNOWN)]
    assert found == []
    assert looked_at > 500
    where = "the whole history" if release else "the files as they are"
    measured(f"{len(found)} secrets in {looked_at:,} versions of files ({where})")


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN " + "PRIVATE KEY-----",
        "AK" + "IA" + "A" * 16,
        "gh" + "p_" + "a" * 36,
        "postgresql://catchup:" + "a-real-one@db.example.com",
        "key-" + "-".join([SECRET_UUID := "0b9c4d1e-5f60-4a7b-8c9d-0e1f2a3b4c5d", SECRET_UUID]),
        'CATCHUP_INDEX_KEY="' + "a" * 43 + '="',
        'SECRET_KEY = "' + "a" * 40 + '"',
        "A" * 43 + "=\n",
    ],
)
def test_a_secret_would_be_found(secret: str) -> None:
    assert list(secrets_in(f"before {secret} after".encode()))


def test_what_this_run_uses_stands_in_no_file() -> None:
    assert len(SECRET) >= 32
    assert not any(SECRET.encode() in content for content in _every_file())


def secrets_in(content: bytes) -> Iterator[tuple[str, bytes]]:
    """What looks like a secret, with a little of what stands around it."""
    for what, pattern in _compiled.items():
        for match in pattern.finditer(content):
            yield what, content[max(0, match.start() - 60) : match.end() + 1]


_compiled = {what: re.compile(pattern) for what, pattern in SECRETS.items()}


def _every_file() -> Iterator[bytes]:
    """Every file that is kept, as it is now."""
    for name in _git("ls-files", "-z").split(b"\0"):
        path = ROOT / Path(os.fsdecode(name))
        if name and path.is_file():
            yield path.read_bytes()


def _every_version_of_every_file() -> Iterator[bytes]:
    """Everything that was ever kept."""
    ids = b"\n".join(line.split()[0] for line in _git("rev-list", "--objects", "--all").splitlines())
    everything = _git("cat-file", "--batch", given=ids)
    at = 0
    while at < len(everything):
        end = everything.index(b"\n", at)
        _, kind, size = everything[at:end].split()
        if kind == b"blob":
            yield everything[end + 1 : end + 1 + int(size)]
        at = end + 2 + int(size)


def _git(*arguments: str, given: bytes | None = None) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, input=given, capture_output=True, check=True).stdout
