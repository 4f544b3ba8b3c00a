"""How much one web process holds after a morning's pages: the queue, a call and a family of every lead.

The process is started by itself, as people run it; the data was made by another. The floor is the promise:
200 MiB resident at national scale.
"""

import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import time
from http.client import HTTPConnection
from pathlib import Path
from uuid import UUID

import psutil
from flask import current_app

from bench import worlds
from bench.queue_page import _signed_in
from bench.worlds import ON, SCALES
from catchup import clock
from catchup.extensions import db
from tests.servers import LiveServer

PROMISED_MIB = 200
AT_ONCE = 4


def main() -> None:
    """Open the pages with four at once and look at the process that served them."""
    args = worlds.arguments(__doc__ or "")
    with worlds.service(args.database), tempfile.TemporaryDirectory(prefix="catchup-bench-") as folder:
        leads = worlds.fill(SCALES[args.scale], missing_days=0)
        clock.begin_at(time(10, 30))
        clock.move_to(ON)
        cookies = [_signed_in(lead) for lead in leads]
        url = current_app.config["CATCHUP"].database_url
        db.session.remove()
        db.engine.dispose()
        server = _server(url, Path(folder))
        try:
            (worker,) = psutil.Process(server.programs[0].process.pid).children()
            begun = worker.memory_info().rss / 2**20
            with ThreadPoolExecutor(AT_ONCE) as people:
                pages = sum(people.map(lambda cookie: _morning(server.port, cookie), cookies))
            held = worker.memory_info().rss / 2**20
        finally:
            server.stop()
    ratio = held / PROMISED_MIB
    print(f"memory {args.scale} {args.database} {held:.0f}MiB {PROMISED_MIB}MiB {ratio:.3f} 1.0")
    print(f"# {pages} pages, {begun:.0f} MiB before the first")
    worlds.finish(ratio <= 1)


def _server(url: str, folder: Path) -> LiveServer:
    keys = dict.fromkeys(("CATCHUP_ENCRYPTION_KEYS", "CATCHUP_INDEX_KEY", "CATCHUP_AUDIT_KEY"), worlds.KEY)
    real = {"CATCHUP_DEMO": "", "CATCHUP_BASE_URL": "https://catchup.example.com", **keys}
    return LiveServer(url, folder, scheduler=False, workers=1, variables=real)


def _morning(port: int, cookie: str) -> int:
    """The queue, its first call and that call's family; returns how many pages were given."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"__Host-session={cookie}"}

    def page(path: str) -> str:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 200, (path, answer.status)
        return body

    call = re.findall(r'href="(/calls/[0-9a-f-]{36})"', page("/queue"))[0]
    family = re.findall(r'href="/families/([0-9a-f-]{36})"', page(call))[0]
    page(f"/families/{UUID(family)}")
    connection.close()
    return 3


if __name__ == "__main__":
    main()
