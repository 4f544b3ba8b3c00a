"""A new password: how it is kept, and which are refused."""

import re

import pytest
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy.orm import Session

from catchup.models.staff import Staff
from tests.codes import send
from tests.factories.staff import sign_in, staff_member

PASSWORD = "three words together"
WRONG = "three words apart"


def with_password(session: Session, **facts: object) -> Staff:
    return staff_member(password=hash_password(PASSWORD), **facts)  # type: ignore[arg-type]  # facts are free


@pytest.mark.promise("4.1 hash")
def test_a_password_is_kept_as_argon2id_of_the_size_that_is_asked_for(session: Session):
    kept = with_password(session).password

    memory, passes = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$", kept or "").groups()  # type: ignore[union-attr]
    assert int(memory) >= 19 * 1024
    assert int(passes) >= 2


@pytest.mark.promise("4.1 passwords")
@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    "new, sentence",
    [
        ("elevenchars", "Use at least 12 characters"),
        ("x" * 129, "Use 128 characters or fewer"),
        ("password12345", "harder to guess"),
        ("KentAdoption2026", "harder to guess"),
        ("workerexample1", "harder to guess"),
        (PASSWORD, "must be different|differ from"),
    ],
)
def test_a_new_password_that_is_easy_to_guess_is_refused(
    session: Session, client: FlaskClient, new: str, sentence: str
):
    sign_in(client, with_password(session, name="Worker Example"))

    answer = send(client, "/password", password=PASSWORD, new_password=new, new_password_confirm=new)

    assert answer.status_code == 422
    assert re.search(sentence, answer.text)


def test_the_present_password_has_to_be_known_and_the_new_one_typed_twice(
    session: Session, client: FlaskClient
):
    sign_in(client, with_password(session))
    new = "quiet copper lanterns"

    assert (
        send(client, "/password", password=WRONG, new_password=new, new_password_confirm=new).status_code
        == 422
    )
    other = send(client, "/password", password=PASSWORD, new_password=new, new_password_confirm=new + "s")
    assert "not the same" in other.text
