"""What no browser sends: too much, too many, of the wrong kind. Nothing breaks, and little of it is read."""

import io
import tracemalloc
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catchup.rules.terms import Role
from tests.codes import token_of
from tests.factories.families import the_councils
from tests.factories.joining import fill_in, somebody_about_to_send, the_token
from tests.factories.staff import sign_in, staff_member
from tests.trust import Measured

LIMIT = 256 * 1024
URLENCODED = "application/x-www-form-urlencoded"
SOME = ("name", "address", "children/1", "phone", "times", "anything-else")
FORMS = ("/join/order", "/join/check", "/join/children/1", "/who-supports-us", "/sign-in")
ODD = {
    "nothing": b"",
    "NUL": b"full_name=a%00b&lines=%00",
    "a lone surrogate": b"full_name=%ED%A0%80&lines=%ED%BF%BF",
    "not UTF-8": b"full_name=%FF%FE&lines=\xff\xfe\x80",
    "marks from right to left": "full_name=\u202e\u2066x\u200f&who_else=\u202e".encode(),
    "four bytes a character": "full_name=𝔄𝔩𝔢𝔵&lines=👩‍👧‍👦&note=𝕏".encode(),
    "one long word": b"full_name=" + b"x" * 200_000,
    "many fields": b"&".join(b"full_name=%d" % number for number in range(20_000)),
    "lists for one answer": b"full_name=a&full_name=b&made=yes&made=no&there_is=yes&days=0&days=9",
    "keys like lists": b"full_name[]=a&full_name[0][x]=b&made[$ne]=1&__proto__=x",
    "huge numbers": b"order_on-day=99999999999999999999&order_on-month=-1&order_on-year=1e999",
    "no names": b"=&=&&==&;=x",
    "percent signs": b"full_name=%&lines=%zz&note=%u1234",
}


class Endless:
    """A body that never ends, and how much of it was read."""

    def __init__(self, start: bytes) -> None:
        self.left = start
        self.given = 0

    def tell(self) -> int:
        return 0

    def seek(self, *_where: int) -> int:
        return 0

    def close(self) -> None:
        """There is nothing to close."""

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "all of it is asked for"
        found, self.left = (self.left + b"x" * size)[:size], self.left[size:]
        self.given += size
        return found

    readline = read

    def readinto(self, buffer: Any) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def post(client: FlaskClient, path: str, body: Any, kind: str = URLENCODED, **options: Any) -> Any:
    return client.open(path, method="POST", input_stream=body, headers={"Content-Type": kind}, **options)


@pytest.mark.promise("4.4 size")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("kind", [URLENCODED, "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("told", [True, False])
def test_of_a_body_that_is_too_large_little_is_read(app: Flask, session: Any, kind: str, told: bool):
    visitor = somebody_about_to_send(app)
    start = (
        b'--x\r\nContent-Disposition: form-data; name="full_name"\r\n\r\n'
        if "multipart" in kind
        else b"full_name="
    )
    for path in FORMS:
        body = Endless(start)
        length = {"CONTENT_LENGTH": str(50 * 1024 * 1024)} if told else {"wsgi.input_terminated": True}
        response = post(visitor, path, body, kind, environ_overrides=length)
        # A form that does not say how long it is, is cut off where another is refused.
        assert response.status_code == 413 or (not told and response.status_code in {400, 422}), path
        assert body.given <= 2 * LIMIT, path


@pytest.mark.promise("4.4 size")
@pytest.mark.engine("sqlite")
def test_as_much_as_a_form_may_hold_is_read_and_one_more_is_not(app: Flask, session: Any):
    visitor = somebody_about_to_send(app)
    token = the_token(visitor.get("/join/anything-else"))["token"]
    start = f"token={token}&note=".encode()
    for more, status in ((0, 422), (1, 413)):
        body = start + b"x" * (LIMIT - len(start) + more)
        response = visitor.post("/join/anything-else", data=body, content_type=URLENCODED)
        assert response.status_code == status


@pytest.mark.promise("4.4 size")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("parts, refused", [(1_000, False), (1_001, True)])
def test_a_form_has_a_thousand_parts_at_most(app: Flask, session: Any, parts: int, refused: bool):
    visitor = somebody_about_to_send(app)
    token = the_token(visitor.get("/join/name"))["token"]
    part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = "".join(
        [part.format("token", token), *[part.format("a", "b")] * (parts - 1), "--x--\r\n"]
    ).encode()
    response = visitor.post("/join/name", data=body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == (413 if refused else 422)


@pytest.mark.promise("4.4 input")
@pytest.mark.parametrize("what", ODD)
def test_odd_bodies_are_answered_calmly(app: Flask, session: Any, what: str):
    visitor = somebody_about_to_send(app)
    token = the_token(visitor.get("/join/name"))["token"].encode()
    for path in (*(f"/join/{page}" for page in SOME), "/join/check", "/who-supports-us"):
        body = b"token=" + token + b"&" + ODD[what]
        response = visitor.post(path, data=body, content_type=URLENCODED)
        assert response.status_code in {302, 400, 409, 413, 422}, path


@pytest.mark.promise("4.4 input")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "kind, body",
    [
        ("application/json", b'{"token": 1}'),
        ("application/json", b'"\\ud800"'),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=", b"--\r\n\r\n--"),
        ("multipart/form-data; boundary=\xe9", b"--x"),
        ("text/plain; charset=utf-99", b"full_name=x"),
        ("application/x-www-form-urlencoded; charset=\x00", b"full_name=x"),
        ("", b"full_name=x"),
    ],
)
def test_bodies_of_another_kind_are_no_answers(app: Flask, session: Any, kind: str, body: bytes):
    visitor = somebody_about_to_send(app)
    for path in FORMS:
        response = post(
            visitor, path, io.BytesIO(body), kind, environ_overrides={"CONTENT_LENGTH": str(len(body))}
        )
        assert 400 <= response.status_code < 500, path


@pytest.mark.promise("4.4 input")
@pytest.mark.parametrize(
    "path",
    [
        *(
            "/join/children/99999999999999999999",
            "/join/children/-1",
            "/join/children/0x1",
            "/join/children/1/x",
        ),
        *(
            "/join/%00",
            "/join/%ED%A0%80",
            "/join/%F0%9F%91%AA",
            "/join/" + "x" * 5_000,
            "/join/..%2f..%2fadmin",
        ),
        *("/join/children/one", "/privacy/%00", "/join/name?lang=%00", "/join/name?lang=" + "x" * 5_000),
    ],
)
def test_odd_addresses_are_not_there(client: FlaskClient, session: Any, path: str):
    the_councils()
    fill_in(client, until="name")
    assert client.get(path).status_code == (200 if "?lang=" in path else 404)


@pytest.mark.promise("4.4 input")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "cookie", ["", "x", "\xe9" * 43, "A" * 43, "A" * 5_000, "__Host-join=a; __Host-join=b"]
)
def test_odd_cookies_are_nobodys(client: FlaskClient, session: Any, cookie: str):
    headers = {"Cookie": f"__Host-join={cookie}; __Host-language={cookie}"}
    assert client.get("/join/name", headers=headers).status_code in {302, 410}
    assert client.post("/join/name", data={"full_name": "x"}, headers=headers).status_code == 400


FILE = (
    b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\ndirectory\r\n'
    b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n%s\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="rows.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\nname,category,offers,run_by\n"
)
END, FILES = b"\r\n--x--\r\n", 10 * 1024 * 1024


@pytest.mark.promise("4.4 size")
@pytest.mark.engine("sqlite")
def test_a_file_may_hold_ten_megabytes_and_what_is_larger_takes_no_memory(
    app: Flask, session: Any, measured: Measured
):
    visitor, administrator = somebody_about_to_send(app), app.test_client()
    sign_in(administrator, staff_member(Role.ADMINISTRATOR, councils=()))
    start = FILE % token_of(administrator.get("/admin/imports")).encode()
    kind = "multipart/form-data; boundary=x"
    at_most = start + b"x" * (FILES - len(start) - len(END)) + END
    told = {"CONTENT_LENGTH": str(len(at_most))}
    read = post(administrator, "/admin/imports", io.BytesIO(at_most), kind, environ_overrides=told)
    assert read.status_code == 422, "read, and found to be no directory"
    peaks = []
    for client, path, limit in ((visitor, "/join/name", LIMIT), (administrator, "/admin/imports", FILES)):
        for length in ({"CONTENT_LENGTH": str(FILES + 1)}, {"CONTENT_LENGTH": str(5 * FILES)}):
            body = Endless(start)
            tracemalloc.start()
            answer = post(client, path, body, kind, environ_overrides=length)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert answer.status_code == 413, path
            assert body.given <= 2 * limit
    assert max(peaks) < 5 * 1024 * 1024
    measured(
        f"10 MB of a file read, 10 MB and a byte refused; at most {max(peaks) / 1024**2:.1f} MB of memory "
        f"for {len(peaks)} bodies of up to 50 MB"
    )
