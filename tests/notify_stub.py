"""GOV.UK Notify on this machine: checks who asks as the real one does, and answers as it is told."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt

SERVICE, SECRET = "5f0c7a34-1b5e-4c3e-9a52-3f6f0d9b7c11", "0e3f9b62-7c1d-4d28-8f0a-2f4b6a8c1d3e"
KEY = f"catch-up-{SERVICE}-{SECRET}"
EMAIL_TEMPLATE, TEXT_TEMPLATE = (
    "11111111-2222-3333-4444-555555555555",
    "66666666-7777-8888-9999-000000000000",
)
PATHS = {"/v2/notifications/email": EMAIL_TEMPLATE, "/v2/notifications/sms": TEXT_TEMPLATE}
CLOCKS_APART_S = 30
ERRORS = {400: "ValidationError", 403: "AuthError", 429: "RateLimitError", 500: "Exception"}


class NotifyStub:
    """Use it in ``with``. ``url`` is what NOTIFY_URL takes; ``accepted`` are the bodies of what it took.

    ``answer`` is the status of every answer, or "hang". ``refuses`` is one recipient it takes for none.
    """

    def __init__(self) -> None:
        self.accepted: list[dict[str, Any]] = []
        self.asked = 0
        self.answer: int | str = 201
        self.refuses = "nobody@example.com"
        self.hung = threading.Event()
        self._let_go = threading.Event()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """Called by http.server, which chose the name."""
                stub._answer(self)

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> "NotifyStub":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._let_go.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked += 1
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        status = self.answer
        if status == "hang":
            self.hung.set()
            self._let_go.wait(30)
            return
        if not self._is_known(request.headers["Authorization"]):
            status = 403
        elif status == 201 and self._is_wrong(request.path, body):
            status = 400
        if status == 201:
            self.accepted.append(body)
            said: dict[str, Any] = {"id": "740e5834-3a29-46b4-9a6f-16142fde533a"}
        else:
            wrong = {"error": ERRORS[int(status)], "message": f"not {body.get('email_address')}"}
            said = {"status_code": status, "errors": [wrong]}
        text = json.dumps(said).encode()
        request.send_response(int(status))
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def _is_known(self, authorization: str | None) -> bool:
        try:
            claims = jwt.decode((authorization or "").removeprefix("Bearer "), SECRET, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return False
        return claims["iss"] == SERVICE and abs(claims["iat"] - time.time()) < CLOCKS_APART_S

    def _is_wrong(self, path: str, body: dict[str, Any]) -> bool:
        words = {"subject", "body"} if path.endswith("email") else {"body"}
        return (
            body.get("template_id") != PATHS.get(path)
            or set(body.get("personalisation", ())) != words
            or body.get("email_address") == self.refuses
        )
