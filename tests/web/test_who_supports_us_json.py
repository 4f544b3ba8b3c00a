"""The same answer for programs: what goes in, what comes out, and that nothing stays."""

import json
import re
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from catchup import clock
from catchup.cli.answers import responsibility
from catchup.rules.asking import Json
from tests.factories.families import KENT, MEDWAY, the_councils
from tests.processes import ROOT

ADDRESS = "/who-supports-us.json"
BARNSLEY_OLD, SHEFFIELD, SURREY = "E08000016", "E08000039", "E10000030"
LINE: Json = {
    "order_on": "2023-06-10",
    "placing": KENT,
    "homes": [{"council": MEDWAY, "from": None}],
    "allowance": False,
    "on": "2026-06-11",
}
HISTORIES = (
    [LINE | {"on": f"2026-06-{day}"} for day in (10, 11)]
    + [LINE | {"placing": placing} for placing in (None, "unknown", MEDWAY, BARNSLEY_OLD, SURREY)]
    + [
        LINE | {"order_on": "2024-02-29", "allowance": True, "on": on}
        for on in ("2027-02-28", "2027-03-01", "2024-02-28")
    ]
    + [
        LINE | {"homes": homes, "on": "2027-04-01"}
        for homes in (
            [],
            [{"council": "outside"}],
            [{"council": SURREY}],
            [{"council": BARNSLEY_OLD}, {"council": SHEFFIELD, "from": "2026-12-01"}],
            [{"council": KENT, "from": "2026-12-01"}, {"council": MEDWAY, "from": "2026-12-01"}],
        )
    ]
)
REFUSED = (
    LINE | {"placing": "E99999999"},
    LINE | {"home": []},
    LINE | {"order_on": "2023-06-31"},
    LINE | {"postcode": "ME4 4AA"},
    {},
)


@pytest.fixture(autouse=True)
def today(session):
    the_councils()
    clock.move_to(date(2026, 11, 24))


def ask(client: FlaskClient, line: object = LINE, **options):
    return client.post(ADDRESS, json=line, **options)


def test_a_program_gets_to_the_letter_what_the_command_answers(client: FlaskClient):
    lines = [json.dumps(line) for line in (*HISTORIES, *REFUSED)]
    by_command = CliRunner().invoke(responsibility, ["--batch", "-"], input="\n".join(lines)).stdout
    responses = [client.post(ADDRESS, data=line, content_type="application/json") for line in lines]

    assert "".join(response.get_data(as_text=True) for response in responses) == by_command
    assert [response.status_code for response in responses] == [200] * len(HISTORIES) + [400] * len(REFUSED)


def test_without_a_day_it_is_the_services_today(client: FlaskClient):
    undated = {key: LINE[key] for key in ("order_on", "placing", "homes")}

    assert ask(client, undated).json == ask(client, LINE | {"on": "2026-11-24"}).json


def test_the_page_names_the_council_that_a_program_is_told(client: FlaskClient):
    for made, placing in (
        ("2023-06-10", KENT),
        ("2024-02-29", KENT),
        ("2023-11-24", KENT),
        ("2025-01-01", "none"),
    ):
        year, month, day = made.split("-")
        typed = {"order_on-day": day, "order_on-month": month, "order_on-year": year}
        page = client.post("/who-supports-us", data={**typed, "placing": placing, "postcode": "ME4 4AA"})
        line = {"order_on": made, "placing": None if placing == "none" else placing}
        told = ask(client, line | {"homes": [{"council": MEDWAY}]}).json

        assert told["council"] in (KENT, MEDWAY)
        assert f"<li>{told['reason']}</li>" in page.get_data(as_text=True).replace("&#39;", "’")


@pytest.mark.engine("sqlite")
def test_the_description_says_what_happens(client: FlaskClient):
    text = (ROOT / "docs/who-supports-us.md").read_text()
    blocks = [json.loads(block) for block in re.findall(r"^```json\n(.*?)\n```$", text, re.M | re.S)]

    assert len(blocks) >= 8
    for question, answer in zip(blocks[::2], blocks[1::2], strict=True):
        assert ask(client, question).json == answer
    in_the_shell = re.search(r"curl --json '(.*?)'", text)
    assert in_the_shell
    assert ask(client, json.loads(in_the_shell[1])).status_code == 200


def test_what_is_no_question_is_answered_with_an_object_too(client: FlaskClient):
    refused = {
        405: client.get(ADDRESS),
        413: ask(client, LINE | {"placing": "x" * 20_000}),
        415: client.post(ADDRESS, data={"order_on": "2023-06-10"}),
        400: ask(client, headers={"Sec-Fetch-Site": "cross-site"}),
    }
    for status, response in refused.items():
        assert response.status_code == status
        assert list(response.json) == ["error"]
        assert response.json["error"].endswith(".")
    assert refused[405].headers["Allow"] == "POST"


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "raw",
    [
        b'{"order_on": "2020-06-10", "order_on": "2023-06-10"}',
        b'{"order_on": "2023-06-10", "homes": [{"council": "E06000035", "council": "outside"}]}',
        b'{"order_on": NaN}',
        b'{"order_on": "2023-06-10", "allowance": Infinity}',
        b'{"order_on": ' + b"9" * 9_000 + b"}",
        b"[" * 10_000,
        b'{"homes": ' * 1_400 + b"1" + b"}" * 1_400,
        b'{"order_on": ["2023-06-10"]}',
        b'{"order_on": "2023-06-10", "homes": {"council": "E06000035"}}',
        b'{"order_on": "2023-06-10", "homes": [["E06000035"]]}',
        b'{"order_on": "2023-06-10", "placing": "\\ud800"}',
        b'{"\\ud800": "2023-06-10"}',
        b"\xed\xa0\x80",
        b'{"order_on": "0001-01-01"}',
        b'{"order_on": "9999-12-31", "on": "9999-12-31"}',
    ],
    ids=range(15),
)
def test_what_no_honest_program_sends_is_refused_with_a_sentence(client: FlaskClient, raw: bytes):
    response = client.post(ADDRESS, data=raw, content_type="application/json")
    assert response.status_code == 400
    assert list(response.json) == ["error"]


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_any_day_there_is_can_be_asked_about(client: FlaskClient, day: str):
    homes = [{"council": MEDWAY, "from": day}, {"council": SURREY, "from": None}]
    assert ask(client, LINE | {"on": day, "homes": homes}).status_code == 200


def test_no_page_of_another_site_may_read_the_answer(client: FlaskClient):
    response = ask(client, headers={"Origin": "https://elsewhere.example.com"})

    assert response.status_code == 200
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.engine("sqlite")
def test_forged_headers_do_not_make_somebody_else_of_one_address(app: Flask, client: FlaskClient):
    statuses = [ask(client, headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(62)]
    refused = ask(client)

    assert statuses == [200] * 60 + [429] * 2
    assert 0 < int(refused.headers["Retry-After"]) <= timedelta(hours=1).total_seconds() + 12
    assert list(refused.json) == ["error"]
    assert ask(client, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200
