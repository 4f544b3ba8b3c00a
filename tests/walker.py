"""Somebody who walks through a real server's pages: follows forms and links, and keeps every address.

Without a browser, so that many can walk at once. Cookies that ask for https are kept too: the server stands
on loopback, as behind a proxy that speaks it.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

Pairs = list[tuple[str, str]]
PAGE_TYPE = "application/x-www-form-urlencoded"


@dataclass
class Form:
    """A form as it stands on a page. ``typed`` are the names of the fields that take words."""

    action: str
    method: str
    values: Pairs = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Answer:
    """What came back, redirects followed."""

    status: int
    path: str
    text: str

    @property
    def forms(self) -> list[Form]:
        """The forms of the page."""
        found = _Forms()
        found.feed(self.text)
        return found.forms

    def form(self, action: str | None = None) -> Form:
        """The form that goes there; by default the last one of the page."""
        fitting = [form for form in self.forms if action is None or form.action.startswith(action)]
        assert fitting, f"{self.path} has no form to {action}: {self.text[:2000]}"
        return fitting[-1]

    @property
    def links(self) -> list[str]:
        """The addresses on this host that the page leads to."""
        return [link.replace("&amp;", "&") for link in re.findall(r'<a[^>]* href="(/[^"#]*)', self.text)]


class _Forms(HTMLParser):
    """Reads forms off a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = Form(facts.get("action", ""), facts.get("method", "get").lower())
            self.forms.append(self._inside)
        form, name = self._inside, facts.get("name", "")
        if form is None or "disabled" in facts:
            return
        if tag == "textarea" and name:
            form.typed.append(name)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(facts.get("value", ""))
        elif tag == "input" and name:
            kind = facts.get("type", "text")
            if kind in {"radio", "checkbox"}:
                form.choices.setdefault(name, []).append(facts.get("value", "on"))
            elif kind in {"hidden", "submit"}:
                form.values.append((name, facts.get("value", "")))
            elif kind != "file":
                form.typed.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "select":
            self._select = ""


class Walker:
    """Goes from page to page of the server at ``url``; ``visited`` are the addresses, queries included."""

    def __init__(self, url: str, timeout_s: float = 60.0) -> None:
        self._server = urlsplit(url).netloc
        self._timeout_s = timeout_s
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.visited: list[str] = []

    def get(self, path: str) -> Answer:
        """Follow a link."""
        return self._ask("GET", path, None)

    def send(self, form: Form, answers: Pairs = [], **also: str) -> Answer:  # noqa: B006 -- it is only read
        """Press a form's button; what is answered comes beside what the form holds already."""
        given = [*answers, *also.items()]
        names = {name for name, _ in given}
        values = [*((name, value) for name, value in form.values if name not in names), *given]
        if form.method == "get":
            return self._ask("GET", f"{form.action}?{urlencode(values)}", None)
        return self._ask("POST", form.action, values)

    def sign_in(self, email: str, password: str) -> Answer:
        """By the sign-in page's last form."""
        return self.send(self.get("/sign-in").form("/sign-in"), email=email, password=password)

    def _ask(self, method: str, path: str, values: Pairs | None) -> Answer:
        for _ in range(10):
            self.visited.append(path)
            connection = HTTPConnection(self._server, timeout=self._timeout_s)
            try:
                headers = {**self.headers, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
                if values is not None:
                    headers["Content-Type"] = PAGE_TYPE
                connection.request(method, path, None if values is None else urlencode(values), headers)
                response = connection.getresponse()
                text = response.read().decode(errors="replace")
            finally:
                connection.close()
            self._keep_cookies(response.headers.get_all("Set-Cookie") or [])
            if response.status not in {301, 302, 303, 307, 308}:
                return Answer(response.status, path, text)
            there = urlsplit(urljoin(path, response.headers["Location"]))
            method, values = "GET", None
            path = there.path + (f"?{there.query}" if there.query else "")
        raise AssertionError(f"round and round at {path}")

    def _keep_cookies(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
