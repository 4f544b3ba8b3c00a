"""The file of councils' sign-ins: what is right is read, and what is not stops the start with a sentence."""

from pathlib import Path

import pytest

from catchup import create_app
from catchup.sign_in_providers import SecondFactor, read
from config import ConfigError, Settings
from tests.settings import environment

KENT = {
    "name": '"Kent County Council"',
    "issuer": '"https://login.example.com/kent/v2.0"',
    "client_id": '"catch-up"',
    "client_secret": '"a secret"',
    "councils": '["E10000016"]',
    "mail_domains": '["kent.example.com"]',
}


def written(folder: Path, *providers: dict[str, str | None], key: str = "kent") -> Path:
    """A file with these providers, each with Kent's settings but for what is said; None takes one away."""
    path = folder / "providers.toml"
    tables = [
        "\n".join(f"{name} = {value}" for name, value in {**KENT, **said}.items() if value is not None)
        for said in providers
    ]
    names = [f"[{key}]", "[medway]"]
    path.write_text("".join(f"{name}\n{table}\n" for name, table in zip(names, tables, strict=False)))
    return path


def test_a_provider_is_read_with_what_is_left_out(tmp_path: Path):
    (tmp_path / "secret").write_text("kept in a file\n")
    said = {
        "client_secret": None,
        "client_secret_file": '"secret"',
        "second_factor": '{ claim = "amr", values = ["mfa"] }',
        "password": "false",
    }
    medway = {"issuer": '"https://login.example.com/medway"', "mail_domains": '["medway.example.com"]'}
    kent, other = read(written(tmp_path, said, medway), demo=False).values()

    assert (kent.key, kent.name, kent.client_secret) == ("kent", "Kent County Council", "kept in a file")
    assert kent.second_factor == SecondFactor("amr", frozenset({"mfa"}))
    assert (kent.password, other.password, other.second_factor) == (False, True, None)
    assert (kent.verified_claim, other.key) == ("email_verified", "medway")
    assert "secret" not in repr(other).replace("client_secret", "")
    assert kent.speaks_for("Kim@KENT.example.com")
    assert not kent.speaks_for("kim@not-kent.example.com")
    assert not kent.speaks_for("kent.example.com")
    assert not kent.speaks_for("kim@kent.example.com@evil.example")


@pytest.mark.parametrize(
    "said, sentence",
    [
        ({"issuer": '"http://login.example.com"'}, "begins with https://"),
        ({"issuer": '"http://127.0.0.1:8000"'}, "begins with https://"),
        ({"issuer": '"https://login.example.com?tenant=x"'}, "begins with https://"),
        ({"issuer": '"https://user@login.example.com"'}, "begins with https://"),
        ({"issuer": f'"https://login.example.com/{"x" * 200}"'}, "200 characters"),
        ({"issuer": None}, "issuer must be a text"),
        ({"name": "3"}, "name must be a text"),
        ({"client_id": '""'}, "client_id must be a text"),
        ({"client_secret": None}, "client_secret or client_secret_file"),
        ({"client_secret_file": '"x"'}, "client_secret or client_secret_file"),
        ({"client_secret": None, "client_secret_file": '"nowhere"'}, "cannot be read"),
        ({"councils": '["Kent"]'}, "codes like E10000016"),
        ({"councils": "[]"}, "codes like E10000016"),
        ({"mail_domains": '["@kent.example.com"]'}, "domains like"),
        ({"mail_domains": '["*.example.com"]'}, "domains like"),
        ({"mail_domains": '["com"]'}, "domains like"),
        ({"second_factor": '"mfa"'}, "second_factor must be like"),
        ({"second_factor": '{ claim = "amr", values = [] }'}, "second_factor must be like"),
        ({"second_factor": '{ claim = "amr", values = ["mfa"], x = 1 }'}, "second_factor must be like"),
        ({"password": '"no"'}, "password must be true or false"),
        ({"passwords": "false"}, "no setting called passwords"),
    ],
)
def test_a_setting_that_is_not_right_is_said(tmp_path: Path, said: dict[str, str | None], sentence: str):
    with pytest.raises(ConfigError, match=sentence):
        read(written(tmp_path, said), demo=False)


def test_a_provider_on_this_machine_is_for_a_demo(tmp_path: Path):
    (one,) = read(written(tmp_path, {"issuer": '"http://127.0.0.1:8000/kent"'}), demo=True).values()

    assert one.issuer == "http://127.0.0.1:8000/kent"
    with pytest.raises(ConfigError, match="begins with https://"):
        read(written(tmp_path, {"issuer": '"http://login.example.com"'}), demo=True)


@pytest.mark.parametrize(
    "said", [{}, {"mail_domains": '["medway.example.com"]'}, {"issuer": '"https://x.example"'}]
)
def test_two_providers_share_neither_issuer_nor_domain(tmp_path: Path, said: dict[str, str | None]):
    with pytest.raises(ConfigError, match="may stand in one provider only"):
        read(written(tmp_path, {}, said), demo=False)


@pytest.mark.parametrize("text", ["kent", "kent = 3", "[Kent]\n", "[[kent]]\n", '["a/b"]\n', "\x00"])
def test_what_is_no_such_file_is_said(tmp_path: Path, text: str):
    path = tmp_path / "providers.toml"
    path.write_text(text)

    with pytest.raises(ConfigError):
        read(path, demo=False)


def test_the_service_does_not_start_with_a_bad_file(tmp_path: Path):
    path = written(tmp_path, {"issuer": '"http://login.example.com"'})
    for named in (path, tmp_path / "nowhere.toml"):
        surroundings = environment(
            f"sqlite:///{tmp_path / 'x.db'}", tmp_path, CATCHUP_SIGN_IN_PROVIDERS=str(named)
        )
        with pytest.raises(ConfigError, match=named.name):
            create_app(Settings.from_environment(surroundings))
