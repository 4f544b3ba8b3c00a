"""Offering the service: who has not been, who is to be reminded, letters to post, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup import clock, spreadsheets
from catchup.extensions import db
from catchup.models.offer import Offer
from catchup.queries import directories
from catchup.queries import offers as queries
from catchup.queries.offers import OfferedFamily
from catchup.rules import offers as rule
from catchup.rules.contact import forbidden_words
from catchup.rules.offers import NotOffered
from catchup.rules.terms import Channel
from catchup.services import audit
from catchup.services import offers as service
from catchup.services.offers import Came, Recipient, Way
from catchup.web.fields import CheckboxesField, Option, RadiosField
from catchup.web.forms_base import BaseForm
from catchup.web.manager import manager
from catchup.web.security import saw, saw_list, viewer

MOST_LETTERS = 100
OBSTACLES = {
    NotOffered.JOINED: _l("They have joined."),
    NotOffered.DECLINED: _l("They do not want to be written to."),
    NotOffered.ANSWERED: _l("They have answered."),
    NotOffered.REGISTERED: _l("A registration from their postcode waits. Decide on it first."),
    NotOffered.REFUSED: _l("A registration from their postcode was refused."),
    NotOffered.OFFERED: _l("They have been offered it, or it is on its way."),
    NotOffered.REMINDED: _l("They have been reminded, and nobody is reminded twice."),
    NotOffered.TOO_SOON: _l("It is too soon to remind them."),
    NotOffered.NO_ADDRESS: _l("There is no address to write to."),
}
CHANNELS = {Channel.LETTER: _l("letter"), Channel.EMAIL: _l("email"), Channel.TEXT: _l("text")}
CAME = {
    Came.DONE: _l("Done"),
    Came.NOT_NOW: _l("Not written to: something has changed since you looked."),
    Came.FAILED: _l("Something went wrong. Nothing was sent: try again, or tell your administrator."),
}


def _ways() -> tuple[Option, ...]:
    return (
        Option(Way.MESSAGE, _("A text or an email where that is known to be safe, a letter otherwise")),
        Option(Way.LETTER, _("A letter to everybody")),
    )


class WayForm(BaseForm):
    """By what the families are written to."""

    class Meta:
        csrf = False  # it changes nothing: it only says what to show

    way = RadiosField(_l("How to write to them"), _ways, read=Way, small=True)


class PostedForm(BaseForm):
    """Which letters have been posted; each box is written beside its letter."""

    letters = CheckboxesField(_l("Posted"), ())


@dataclass(frozen=True, slots=True)
class Picked:
    """One family that was picked: how it would be written to, or why not."""

    family: OfferedFamily
    to: Recipient | None
    obstacle: NotOffered | None


@manager.get("/offers")
def show_offers() -> ResponseReturnValue:
    """How many wait to be offered, reminded or posted, and what came of those that went out."""
    today = clock.today()
    found = queries.results(viewer(), today)
    saw_list("offers.results", "offer", ())
    return render_template(
        "manager/offers.html",
        to_offer=queries.to_offer(viewer()).count,
        late=queries.late(viewer(), today),
        to_remind=queries.to_remind(viewer(), today).count,
        to_post=len(queries.to_post(viewer())),
        policy=directories.policy(today),
        results=found,
        months={one.month: format_date(one.month, "MMMM y") for one in found},
        channels=CHANNELS,
    )


@manager.get("/offers/results.csv")
def download_offers() -> ResponseReturnValue:
    """The same numbers as a file. They are exact: not for publication."""
    rows = [
        [one.month.isoformat()[:7], one.channel, one.offered, one.reminded, one.answered, one.joined]
        for one in queries.results(viewer(), clock.today())
    ]
    saw_list("offers.download", "offer", ())
    heading = ("month", "channel", "offered", "reminded", "answered", "joined")
    answer = Response(spreadsheets.as_csv(heading, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="offers.csv"'
    return answer


@manager.get("/offers/families")
def choose_families_to_offer() -> ResponseReturnValue:
    """Families that have not been offered it, or are to be reminded, to pick from."""
    reminding, today = _reminding(), clock.today()
    listed = queries.to_remind(viewer(), today) if reminding else queries.to_offer(viewer())
    policy = directories.policy(today)
    saw(*(_seen("offers.list", one) for one in listed.shown))
    return render_template(
        "manager/offers_families.html",
        listed=listed,
        late={one.key for one in listed.shown if rule.is_late(one.first_on, today, policy)},
        obstacles={one.key: service.obstacle(one, Way.MESSAGE, reminding=reminding) for one in listed.shown},
        ways={one.key: service.recipient(one, Way.MESSAGE) for one in listed.shown},
        form=WayForm(formdata=None, data={"way": Way.MESSAGE}),
        reminding=reminding,
        policy=policy,
        words=OBSTACLES,
        channels=CHANNELS,
        NotOffered=NotOffered,
    )


@manager.get("/offers/make")
def look_over_offers() -> ResponseReturnValue:
    """Before the press: who gets what, and who cannot be written to."""
    reminding, way = _reminding(), _way(request.args.get("way"))
    picked = _picked(request.args.getlist("family"), way, reminding)
    saw(*(_seen("offers.look_over", one.family) for one in picked))
    return render_template(
        "manager/offers_make.html",
        picked=picked,
        able=[one for one in picked if one.obstacle is None],
        way=way,
        reminding=reminding,
        words=OBSTACLES,
        channels=CHANNELS,
        NotOffered=NotOffered,
    )


@manager.post("/offers/make")
def make_offers() -> ResponseReturnValue:
    """Write to each of them; one that fails does not stop the rest."""
    families = queries.get_many(_ids(request.form.getlist("family")), viewer())
    reminding = request.form.get("remind") == "yes"
    came = service.make_each(families, _way(request.form.get("way")), viewer(), reminding=reminding)
    db.session.commit()
    results: dict[str, Any] = {word.value: [key for key, one in came.items() if one is word] for word in Came}
    return redirect(url_for(".made_offers", remind="yes" if reminding else None, **results))


@manager.get("/offers/made")
def made_offers() -> ResponseReturnValue:
    """What came of each, one line a family."""
    asked = {key: word for word in Came for key in _ids(request.args.getlist(word.value))}
    reminding = _reminding()
    rows = [
        (one, asked[one.key], one.reminder if reminding else one.offer)
        for one in queries.get_many(list(asked), viewer())
        if one.key in asked and not one.joined
    ]
    rows.sort(key=lambda row: row[1] is Came.DONE)
    saw(*(_seen("offers.made", one) for one, _came, _offer in rows))
    return render_template(
        "manager/offers_made.html",
        rows=rows,
        not_done=sum(came is not Came.DONE for _one, came, _offer in rows),
        letters=sum(_is_to_post(offer) for _one, _came, offer in rows),
        is_to_post=_is_to_post,
        came_words=CAME,
        channels=CHANNELS,
        reminding=reminding,
    )


@manager.get("/offers/letters")
def offer_letters() -> ResponseReturnValue:
    """Every letter that is not posted yet, a sheet each, and the list to say which have been."""
    return _letters_page()


@manager.post("/offers/letters")
def record_posted_offers() -> ResponseReturnValue:
    """These have been posted: from now on their families count as offered."""
    ids = _ids(request.form.getlist("letter"))
    waiting = queries.to_post(viewer())
    if not ids and waiting:
        form = PostedForm()
        form.letters.errors = [_("Tick the letters that you have posted")]
        return _letters_page(form), 422
    came = service.post_each([sheet for sheet in waiting if sheet.offer.id in ids], viewer())
    db.session.commit()
    done = sum(one is Came.DONE for one in came.values())
    return redirect(url_for(".offer_letters", posted=done, failed=len(ids) - done or None))


def _letters_page(form: PostedForm | None = None) -> str:
    sheets = queries.to_post(viewer())
    shown = sheets[:MOST_LETTERS]
    saw(*(_seen("offer.letter.print", sheet.family) for sheet in shown))
    settings = current_app.config["CATCHUP"]
    return render_template(
        "manager/offers_letters.html",
        sheets=shown,
        more=len(sheets) - len(shown),
        posted=request.args.get("posted", 0, type=int),
        failed=request.args.get("failed", 0, type=int),
        form=form,
        written=rule.written,
        base_url=settings.base_url,
        # A letter lies about at home, so it is signed by the agency only where its name tells nothing.
        signed_by=None if forbidden_words(settings.agency_name or "") else settings.agency_name,
    )


def family_or_404(order_id: UUID) -> OfferedFamily:
    """The family of an order in the viewer's reach that has not joined."""
    return queries.get(order_id, viewer()) or abort(404)


def _picked(texts: Sequence[str], way: Way, reminding: bool) -> list[Picked]:
    """What was picked, those who can be written to first."""
    found = [
        Picked(one, service.recipient(one, way), service.obstacle(one, way, reminding=reminding))
        for one in queries.get_many(_ids(texts), viewer())
        if not one.joined
    ]
    return sorted(found, key=lambda one: one.obstacle is not None)


def _is_to_post(offer: Offer | None) -> bool:
    return offer is not None and offer.channel is Channel.LETTER and offer.posted_at is None


def _seen(action: str, family: OfferedFamily) -> audit.Seen:
    return audit.Seen(action, "recorded_order", family.key, None, family.council)


def _reminding() -> bool:
    return request.args.get("remind") == "yes"


def _way(text: str | None) -> Way:
    return Way.LETTER if text == Way.LETTER else Way.MESSAGE


def _ids(texts: Sequence[str]) -> list[UUID]:
    """The ids among what an address or a form holds, each once, no more than a page has."""
    found = []
    for text in dict.fromkeys(texts):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found[: queries.MOST]
