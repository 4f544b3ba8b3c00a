"""More requests than a process can serve: a few wait, the rest are told at once to come back in seconds.

Without this everybody waits longer and longer until browsers give up. A process works at four requests;
others wait in its spare threads, whoever saves something longer than whoever reads; what then has no place is
answered with 503 before anything of it was read. Whether the process lives can always be asked.
"""

import threading
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from catchup.web.security import HEADERS, TRANSPORT

AT_ONCE = 4
WAITING = 16
THREADS = AT_ONCE + WAITING + 4  # four to say no with
READ_WAITS_S = 2.0
WRITE_WAITS_S = 8.0
COME_BACK_S = 5
ALWAYS = frozenset({"/health/live"})

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# Words and a look of its own, in one piece of bytes: a page of ours, and its styles, cost what there is too
# little of. Loading the answer to a form again sends the form again, with all that was typed.
STYLE = (
    "body{margin:0;font:1.1875rem/1.4 Helvetica Neue,Arial,sans-serif;color:#0b0c0c}"
    "header{background:#0f4c4f;color:#fff;padding:.7rem 1rem;font-weight:700}"
    "main{max-width:40rem;padding:1rem}h1{font-size:1.75rem;line-height:1.2}"
)
PAGE = f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Too many people are here at once</title>
<style>{STYLE}</style>
</head>
<body>
<header>Catch-up</header>
<main>
<h1>Too many people are here at once</h1>
<p>Wait a few seconds, then load this page again.</p>
<p>If you have just sent a form, nothing of it is saved yet. Your browser will ask whether to send it again:
say yes, and nothing you typed is lost.</p>
</main>
</body>
</html>
""".encode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)


class Turns:
    """So many at once; others wait in the order in which they came, up to so many."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = at_once
        self._most = waiting
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    def take(self, patience_s: float) -> bool:
        """Whether a turn was had, at most so many seconds later."""
        with self._lock:
            if self._free and not self._waiting:
                self._free -= 1
                return True
            if len(self._waiting) >= self._most:
                return False
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(patience_s):
            return True
        with self._lock:
            if mine.is_set():  # it came at the last moment
                return True
            self._waiting.remove(mine)
            return False

    def give_back(self) -> None:
        """Let the next one in."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


class Shedding:
    """A layer around a WSGI application, one for each process. ``refused``: to be called for each refusal."""

    def __init__(
        self,
        app: Wsgi,
        *,
        secure: bool,
        refused: Callable[[], None],
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
    ) -> None:
        self._app = app
        self._turns = Turns(at_once, waiting)
        self._refused = refused
        self._headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(PAGE)),
            "Cache-Control": "no-store",
            "Retry-After": str(COME_BACK_S),
            "Content-Security-Policy": POLICY,
            **HEADERS,
            **(TRANSPORT if secure else {}),
        }

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Serve it, after a wait where it must be, or say that there is no room."""
        if environ["PATH_INFO"] in ALWAYS:
            return self._app(environ, start)
        if not self._turns.take(WRITE_WAITS_S if environ["REQUEST_METHOD"] == "POST" else READ_WAITS_S):
            self._refused()
            start("503 Service Unavailable", list(self._headers.items()))
            return [PAGE]
        try:
            body = self._app(environ, start)
        except BaseException:
            self._turns.give_back()
            raise
        return _Released(body, self._turns)


class _Released:
    """An answer that gives its turn back once it has been sent, or its reader has gone."""

    def __init__(self, body: Iterable[bytes], turns: Turns) -> None:
        self._body = body
        self._turns = turns
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """What a server calls last, however it went."""
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            if self._open:
                self._open = False
                self._turns.give_back()
