"""Every command: there by name, with help; a refusal is a sentence and, with --json, an object; 0, 1 or 2."""

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from catchup import cli
from catchup.extensions import db
from catchup.models.job import ServiceKind, ServiceMark

NO_RESULT = {"scheduler", "serve"}


def leaves(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for part, inner in command.commands.items():
            yield from leaves(f"{name} {part}", inner)
    else:
        yield name, command


def ours() -> Mapping[str, click.Command]:
    """Every command of ours by the words one types."""
    found = {}
    for module in set(cli.MODULES.values()):
        for command in import_module(f"catchup.cli.{module}").commands:
            found |= dict(leaves(str(command.name), command))
    return found


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


def test_every_command_is_found_by_its_name() -> None:
    assert {words.split()[0] for words in ours()} == set(cli.MODULES)


@pytest.mark.parametrize("words", ours())
def test_every_command_says_what_it_does(words: str) -> None:
    command = ours()[words]
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option) if option.is_flag)


@pytest.mark.parametrize("words", sorted(set(ours()) - NO_RESULT))
def test_every_command_with_a_result_gives_it_as_json(words: str) -> None:
    assert "--json" in {flag for option in ours()[words].params for flag in option.opts}


@pytest.mark.engine("sqlite")
def test_the_help_lists_every_command(app: Flask) -> None:
    help_text = run(app, "--help").stdout
    assert set(cli.MODULES) <= set(help_text.split())


REFUSED = {
    "report take-up --council X --json": "is not the code of a council",
    "staff disable nobody@example.com --json": "Nobody has this email address.",
    "staff add --name Kim --email x --role lead --json": "must have an @-sign",
    "demo load --json": "This is not a demo.",
    "responsibility --order-on 2024-06-10 --home E99999999 --json": "is not the code of a council",
}


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("words", REFUSED)
def test_a_refusal_is_a_sentence_and_an_object(app: Flask, words: str) -> None:
    result = run(app, *words.split())
    assert result.exit_code == 1
    assert list(json.loads(result.stdout)) == ["error"]
    assert REFUSED[words] in json.loads(result.stdout)["error"]
    assert json.loads(result.stdout)["error"] in result.stderr


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "words", ["jobs run nothing", "report take-up --year 2025", "staff add", "audit check"]
)
def test_wrong_use_is_2_and_answers_nothing(app: Flask, words: str) -> None:
    result = run(app, *words.split())
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.engine("sqlite")
def test_a_file_with_other_columns_is_named_by_what_is_missing(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("code,name\nE1,Kent\n", encoding="utf-8")
    result = run(app, "councils", "import", str(tmp_path / "other.csv"))
    assert result.exit_code == 1
    assert "The column gss_code is missing." in result.stderr


ON_THE_DATABASE = ["jobs list", "jobs run create-calls", "audit verify", "report take-up", "postcodes import"]


@pytest.mark.parametrize("words", ON_THE_DATABASE)
def test_a_database_of_the_other_kind_is_left_alone(app: Flask, words: str) -> None:
    with app.app_context():
        db.session.add(ServiceMark(id=1, kind=ServiceKind.DEMO))
        db.session.commit()
    result = run(app, *words.split(), "--json")
    assert result.exit_code == 1
    assert "belongs to a demonstration" in json.loads(result.stdout)["error"]


def test_a_database_that_is_not_up_to_date_says_what_to_do(app: Flask) -> None:
    with app.app_context():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
        db.session.commit()
    result = run(app, "jobs", "list")
    assert result.exit_code == 1
    assert "flask --app wsgi db upgrade" in result.stderr
