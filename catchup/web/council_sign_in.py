"""Signing in with a council's own identity provider.

A link sends the browser there with a state, a nonce and a proof of its own (PKCE), which its session keeps
for ten minutes and for one answer. Who comes back as somebody that is linked is signed in; who comes for the
first time, switched on by an administrator, is asked to connect the account and does it by a form.
"""

import logging
from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_security import login_user

from catchup import clock
from catchup.extensions import db
from catchup.models.staff import Staff
from catchup.openid import ForgedError, Line, UnreachableError
from catchup.queries import identities
from catchup.services import audit, limits
from catchup.services import identities as service
from catchup.services.staff import RefusedError
from catchup.sign_in_providers import Provider, read
from catchup.web.security import BEFORE_WORK, saw
from catchup.web.sign_in import OWN_PATH
from catchup.web.sign_in_forms import MOST_TRIES, WINDOW
from catchup.web.visitors import network
from config import Settings

# In the session: who is on the way to a provider, who has come for the first time, where one signed in.
JOURNEYS, ARRIVED, SIGNED_IN_AT = "council_journeys", "council_arrived", "council_signed_in_at"
LASTS = timedelta(minutes=10)
MOST_JOURNEYS = 5  # windows in which one has pressed the button
LONGEST_CODE = 4_096

council = Blueprint("council", __name__, url_prefix="/sign-in/council")
log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Take the providers of the settings in, and bind the pages. Raises ConfigError with a sentence."""
    settings: Settings = app.config["CATCHUP"]
    path = settings.sign_in_providers
    take_in(app, read(path, demo=settings.demo) if path else {}, demo=settings.demo)
    app.after_request(_offer_to_leave)
    app.add_template_global(lambda: list(service.providers().values()), "council_providers")
    app.register_blueprint(council)


def take_in(app: Flask, providers: dict[str, Provider], *, demo: bool) -> None:
    """Let people sign in with these."""
    app.config["SIGN_IN_PROVIDERS"] = providers
    app.config["SIGN_IN_LINES"] = {key: Line(one, demo=demo) for key, one in providers.items()}


@council.before_request
def _only_strangers() -> ResponseReturnValue | None:
    """Whoever is signed in already has nothing to do here; and nobody is sent out of the service."""
    if any(not OWN_PATH.fullmatch(path) for path in request.values.getlist("next") if path):
        abort(400)
    if request.endpoint != "council.leave" and g.viewer:
        return redirect(url_for("account.start"))
    return None


@council.get("/<key>")
def begin(key: str) -> ResponseReturnValue:
    """Go to the provider."""
    provider, line = _provider(key), _line(key)
    try:
        journey = line.begin(_back(key))
    except UnreachableError as error:
        return _does_not_answer(provider, error)
    kept = {
        "key": key,
        "state": journey.state,
        "nonce": journey.nonce,
        "verifier": journey.verifier,
        "next": request.args.get("next"),
        "at": clock.real_now().timestamp(),
    }
    session[JOURNEYS] = [*session.get(JOURNEYS, ()), kept][-MOST_JOURNEYS:]
    return redirect(journey.address)


@council.get("/<key>/back")
def come_back(key: str) -> ResponseReturnValue:
    """Whoever the provider sends back: signed in, asked to connect the account, or told why not."""
    provider, line = _provider(key), _line(key)
    journey = _journey(key, request.args.get("state", ""))
    if journey is None:
        return _page(provider, "lost", 400)
    code = request.args.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE:
        return _refused(provider, "refused", 403)
    bucket = limits.bucket("address", network())
    db.session.rollback()  # the counter has a transaction of its own
    if not limits.hit(bucket, WINDOW, MOST_TRIES):
        abort(429)
    try:
        answer = line.finish(code, request.args.get("iss"), journey["nonce"], journey["verifier"], _back(key))
    except UnreachableError as error:
        g.good_tries = [bucket]  # nobody has guessed anything
        return _does_not_answer(provider, error)
    except ForgedError as error:
        log.warning("An answer of the sign-in provider %s was refused: %s", key, str(error))
        return _refused(provider, "lost", 400)
    g.good_tries = [bucket]
    person = identities.holder(provider.issuer, answer.subject)
    if person is not None:
        if not service.lets_in(person, provider):
            return _refused(provider, "unknown", 403, person)
        return _let_in(person, provider, answer.second_factor, journey["next"])
    if answer.email is None or not provider.speaks_for(answer.email):
        return _refused(provider, "unknown", 403)
    person = identities.expected(provider.issuer, answer.email)
    if person is None or not service.lets_in(person, provider):
        return _refused(provider, "unknown", 403, person)
    session[ARRIVED] = {
        "key": key,
        "subject": answer.subject,
        "who": person.fs_uniquifier,
        "second_factor": answer.second_factor,
        "next": journey["next"],
        "at": clock.real_now().timestamp(),
    }
    return redirect(url_for(".connect", key=key))


@council.route("/<key>/connect", methods=["GET", "POST"])
def connect(key: str) -> ResponseReturnValue:
    """The first visit: the account here and the one there become one."""
    provider = _provider(key)
    arrived = session.get(ARRIVED)
    if arrived is None or arrived["key"] != key or _is_over(arrived):
        return redirect(url_for("security.login"))
    person = identities.of_session(arrived["who"])
    if person is None:
        return _refused(provider, "unknown", 403)
    if request.method == "GET":
        return render_template("security/council_connect.html", provider=provider, person=person)
    session.pop(ARRIVED)
    try:
        service.link(person, provider, arrived["subject"])
    except RefusedError:
        db.session.rollback()
        return _refused(provider, "unknown", 403, person)
    answer = _let_in(person, provider, arrived["second_factor"], arrived["next"])
    db.session.commit()
    return answer


@council.get("/<key>/sign-out")
def leave(key: str) -> ResponseReturnValue:
    """Sign out at the provider too."""
    provider, line = _provider(key), _line(key)
    try:
        address = line.leaving(f"{_settings().base_url}{url_for('security.login')}")
    except UnreachableError as error:
        return _does_not_answer(provider, error)
    return redirect(address or url_for("security.login"))


def _let_in(person: Staff, provider: Provider, second_factor: bool, after: str | None) -> ResponseReturnValue:
    """Signed in, after our own second factor where the provider has not said that one was used."""
    if _line(provider.key).has_a_way_out:
        session[SIGNED_IN_AT] = provider.key
    if not second_factor:
        plugins = current_app.extensions["security"].two_factor_plugins
        step: ResponseReturnValue | None = plugins.tf_enter(person, False, "council", after)
        if step is not None:
            return step
    login_user(person, remember=False, authn_via=["council"])
    session[BEFORE_WORK] = []  # a password and codes that were not asked for are not needed before work
    return redirect(after or url_for("account.start"))


def _journey(key: str, state: str) -> dict[str, Any] | None:
    """What was kept of the journey with this state; it is good for one answer, and forgotten here."""
    kept: list[dict[str, Any]] = session.get(JOURNEYS, [])
    found = next((one for one in kept if one["state"] == state), None)
    if found is None:
        return None
    session[JOURNEYS] = [one for one in kept if one is not found]
    return found if found["key"] == key and not _is_over(found) else None


def _is_over(kept: dict[str, Any]) -> bool:
    return bool(clock.real_now().timestamp() - kept["at"] > LASTS.total_seconds())


def _provider(key: str) -> Provider:
    return service.providers().get(key) or abort(404)


def _line(key: str) -> Line:
    line: Line = current_app.config["SIGN_IN_LINES"][key]
    return line


def _settings() -> Settings:
    settings: Settings = current_app.config["CATCHUP"]
    return settings


def _back(key: str) -> str:
    """Where the provider sends people back to: by the settings, whatever host a request names."""
    return f"{_settings().base_url}{url_for('council.come_back', key=key)}"


def _does_not_answer(provider: Provider, error: UnreachableError) -> ResponseReturnValue:
    log.warning("The sign-in provider %s does not answer: %s", provider.key, str(error))
    return _page(provider, "silent", 503)


def _refused(provider: Provider, why: str, status: int, person: Staff | None = None) -> ResponseReturnValue:
    saw(audit.Seen("sign-in", "staff", subject_id=person.id if person else None, result="refused"))
    return _page(provider, why, status)


def _page(provider: Provider, why: str, status: int) -> ResponseReturnValue:
    return render_template("security/council_refused.html", provider=provider, why=why), status


def _offer_to_leave(response: Response) -> Response:
    """After signing out here, say that one may still be signed in there."""
    if request.endpoint == "security.logout" and response.status_code == 302 and SIGNED_IN_AT in session:
        response.location = url_for("security.login", signed_out=session[SIGNED_IN_AT])
    return response
