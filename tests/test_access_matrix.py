"""Who gets what: role, council, record, route and method, each cell as tests/access_matrix.csv says.

CI asks for a seeded sample of the cells, a release for all, on both engines.
"""

import os
import random
from collections import defaultdict
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests import access_matrix
from tests.access_matrix import (
    ANY,
    ERASED,
    METHODS,
    NEVER,
    OTHERS,
    RECORDS,
    THERE,
    WHO,
    Visits,
    bare,
    of_a_family,
    word,
)
from tests.trust import Measured

Cell = tuple[Rule, str, str, str]
IN_CI = 120  # cells
WRITE = os.environ.get("CATCHUP_WRITE_MATRIX", "")  # how the routes begin; "all"


@pytest.fixture
def visits(app: Flask, session: Any, store: Any) -> Visits:
    """Everybody, and a record of each kind."""
    return access_matrix.world(app, store)


@pytest.mark.promise("4.2 listed")
@pytest.mark.engine("sqlite")
def test_every_route_and_method_has_its_rows_and_no_row_is_of_a_route_that_is_gone(
    app: Flask, measured: Measured
) -> None:
    there = {
        (rule.endpoint, method, record)
        for rule in app.url_map.iter_rules()
        for method in METHODS
        if method in (rule.methods or ())
        for record in (RECORDS if of_a_family(rule) else (ANY,))
    }
    listed = access_matrix.read().keys()
    assert there - listed == set(), "not in tests/access_matrix.csv: see tests/access_matrix.py"
    assert listed - there == set(), "in tests/access_matrix.csv, but no longer there"
    odd = {rule.endpoint for rule in app.url_map.iter_rules()
           if (rule.methods or set()) - {*METHODS, "HEAD", "OPTIONS"}}  # fmt: skip
    assert odd == set()
    routes = {(route, method) for route, method, _record in there}
    measured(f"{len(routes)} of {len(routes)} routes and methods have rows, {len(there) * len(WHO)} cells")


def chosen(cells: list[Cell], *, everything: bool) -> list[Cell]:
    """A fair sample, or all. What never was comes first: the others are held against it."""
    if WRITE not in {"", "all"}:
        cells = [cell for cell in cells if cell[0].endpoint.startswith(WRITE)]
    some = cells if everything else random.Random(7).sample(cells, IN_CI // 2)
    return sorted(some, key=lambda cell: cell[2] != NEVER)


@pytest.mark.promise("4.2 matrix")
@pytest.mark.promise("4.2 like none")
@pytest.mark.engine_in_ci("sqlite")
def test_every_cell_is_as_written_and_what_is_not_theirs_is_like_nothing(
    visits: Visits, measured: Measured, release: bool
) -> None:
    expected = {} if WRITE else access_matrix.read()
    answers: dict[Any, dict[str, str]] = defaultdict(dict)
    never: dict[Any, Any] = {}
    wrong, unlike, alike = [], [], 0
    everything = release or bool(WRITE)
    for erased in (False, True):
        if erased:
            visits.erase()
        for rule, method, record, who in chosen(access_matrix.cells(visits), everything=everything):
            answer = visits.ask(who, rule, method, record)
            assert answer.status_code < 500, (rule.endpoint, method, record, who)
            said = answers[rule.endpoint, method, record][who] = word(answer)
            if not WRITE and said != expected[rule.endpoint, method, record][who]:
                wrong.append(f"{method} {rule.endpoint} {record} {who}: {said}")
            if record != ANY and answer.status_code == 404:
                part = (rule.endpoint.partition(".")[0], method, who)
                if part not in never:
                    never[part] = bare(visits.ask(who, rule, method, NEVER))
                alike += 1
                if bare(answer) != never[part]:
                    unlike.append(f"{method} {rule.endpoint} {record} {who}")
    if WRITE:
        access_matrix.write(answers)
    asked = sum(len(one) for one in answers.values())
    measured(f"{len(wrong)} of {asked} cells wrong", holds=not wrong, promise="4.2 matrix")
    measured(
        f"{len(unlike)} of {alike} answers differ in a byte or a header",
        holds=not unlike,
        promise="4.2 like none",
    )
    assert wrong == []
    assert unlike == []
    assert WRITE or asked >= IN_CI // 2
    assert WRITE or alike > 5


@pytest.mark.promise("4.2 matrix")
@pytest.mark.engine_in_ci("sqlite")
def test_other_methods_give_nothing_to_anybody(visits: Visits, measured: Measured, release: bool) -> None:
    """HEAD is as GET and without a body; OPTIONS names methods to those who may come in; the rest is 405."""
    rules = list(visits.rules())
    if not release:
        rules = random.Random(3).sample(rules, 6)
    wrong, asked = [], 0
    expected = access_matrix.read()
    for rule in rules:
        record = THERE if of_a_family(rule) else ANY
        for who in WHO if release else ("nobody", "lead: other agency", "manager: colleague's"):
            for method in OTHERS:
                answer = visits.ask(who, rule, method, record)
                asked += 1
                if method == "HEAD" and "GET" in (rule.methods or ()):
                    fine = word(answer) == expected[rule.endpoint, "GET", record][who] and not answer.data
                elif method == "OPTIONS":
                    get = expected.get((rule.endpoint, "GET", record), {}).get(who)
                    fine = word(answer) in {"200", "sign in", "403", get}
                    fine &= answer.status_code != 200 or not answer.data
                else:
                    fine = answer.status_code == 405
                if not fine:
                    wrong.append(f"{method} {rule.endpoint} {who}: {answer.status_code}")
    measured(f"{len(wrong)} of {asked} answers to other methods wrong", holds=not wrong)
    assert wrong == []


def test_the_file_says_what_the_rules_say() -> None:
    """Read against the policy, so that what was written down by the service is no mere copy of its faults.

    Nobody is told that there has been a family. No record of a family is anybody's but those who lead it, are
    of its council, or of the hub. Only managers have managers' pages, only administrators theirs.
    """
    expected = access_matrix.read()
    strangers = {"nobody", "parent", "council link", "disabled"}
    wrong = []
    for (route, method, record), said in expected.items():
        part = route.partition(".")[0]
        for who in WHO if part in {"staff", "manager", "admin"} else ():
            role = who.partition(":")[0]
            shut = {
                "staff": role == "administrator",
                "manager": role != "manager",
                "admin": role != "administrator",
            }[part]
            theirs = record == THERE and who in {
                *("lead: own", "lead: colleague's", "manager: colleague's", "manager: hub")
            }
            if who in strangers:
                fine = said[who] == "sign in"
            elif shut:
                fine = said[who] == "403"
            else:
                fine = record == ANY or theirs or said[who] == "404"
            if not fine:
                wrong.append(f"{method} {route} {record} {who}: {said[who]}")
    assert wrong == []
    told = [key for key, said in expected.items() if key[2] == ERASED and said != expected[*key[:2], NEVER]]
    assert told == []
