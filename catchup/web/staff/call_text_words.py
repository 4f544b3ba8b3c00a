"""The words of the text a parent is sent of a call, and of how far it has got.

Nothing here says what the service is: no name of a child, no place, and not the word adoption. Services whose
name would tell are spoken of by the wording of their category.
"""

from collections.abc import Iterable, Iterator, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from catchup.models.outbox import Refusal as HeldBack
from catchup.queries.call_texts import Kept
from catchup.rules.contact import Refusal
from catchup.rules.talked_about import AboutChild, Called, Found, Giveaway, Idea, Order, Told
from catchup.rules.terms import Area, Category, Channel, Going, SupportKind
from catchup.web.filters import day, when

# "your six-year-old"; younger ones have a word of their own, and of grown-up children the number is written.
_AGES = (
    *("", _l("one"), _l("two"), _l("three"), _l("four"), _l("five"), _l("six"), _l("seven"), _l("eight")),
    *(_l("nine"), _l("ten"), _l("eleven"), _l("twelve"), _l("thirteen"), _l("fourteen"), _l("fifteen")),
    *(_l("sixteen"), _l("seventeen"), _l("eighteen")),
)
_AREAS: Mapping[Area, str] = {
    Area.WELLBEING: _l("how they are"),
    Area.SCHOOL: _l("school"),
    Area.KEEPING_IN_TOUCH: _l("staying in touch"),
    Area.LIFE_STORY: _l("their own story"),
}
_READER: Mapping[Going, str] = {
    Going.WELL: _l("You’re doing well yourself."),
    Going.SOME_WORRIES: _l("You have some worries yourself."),
    Going.HARD: _l("It’s hard for you just now."),
}
_HOME: Mapping[Going, str] = {
    Going.WELL: _l("Things at home are going well."),
    Going.SOME_WORRIES: _l("There are some worries at home."),
    Going.HARD: _l("Things at home are hard just now."),
}
_IDEAS: Mapping[Category, str] = {
    Category.ASSESSMENT: _l("a look together at what would help"),
    Category.THERAPY: _l("therapy"),
    Category.PARENTING: _l("a course for parents"),
    Category.PEERS: _l("a group for families"),
    Category.IDENTITY: _l("help with telling their own story"),
    Category.KEEPING_IN_TOUCH: _l("help with staying in touch"),
    Category.UNPLANNED_CONTACT: _l("help with being safe online"),
    Category.VIOLENCE: _l("help for difficult moments"),
    Category.EDUCATION: _l("help with school"),
    Category.SEND: _l("help with learning"),
    Category.HEALTH: _l("help with health"),
    Category.PARENTS_WELLBEING: _l("something for yourself"),
    Category.SHORT_BREAKS: _l("a short break"),
    Category.MONEY: _l("help with money or housing"),
    Category.FAMILY_HELP: _l("help for families nearby"),
    Category.HERITAGE: _l("help with background and identity"),
    Category.LEGAL: _l("advice on papers and the law"),
    Category.ADVICE_LINES: _l("an advice line"),
    Category.ADULTHOOD: _l("help with growing up"),
}
_REQUESTS: Mapping[SupportKind, str] = {
    SupportKind.ASSESSMENT: _l("a look at what would help"),
    SupportKind.THERAPY_FUND: _l("therapy"),
    SupportKind.FAMILY_HELP: _l("help for the family"),
    SupportKind.LIFE_STORY: _l("help with telling their own story"),
    SupportKind.OTHER: _l("the help you asked about"),
}
_GIVEAWAYS: Mapping[Giveaway, str] = {
    Giveaway.CHILD: _l("Take out the child’s name: %(words)s"),
    Giveaway.ADULT: _l("Take out the other adult’s name: %(words)s"),
    Giveaway.ADDRESS: _l("Take out the address: %(words)s"),
    Giveaway.WORD: _l("Take out the word: %(words)s"),
    Giveaway.CONCERN: _l("Take out what was written of a concern: %(words)s"),
}
_WHY_NOT: Mapping[Refusal, str] = {
    Refusal.STOPPED: _l("Everything is stopped for this family, so nothing is sent."),
    Refusal.LEFT: _l("The family has left the scheme, so nothing is sent."),
    Refusal.PAUSED: _l("The family has paused calls and messages, so nothing is sent for now."),
}
_HELD_BACK: Mapping[HeldBack, str] = {
    HeldBack.STOPPED: _l("everything was stopped for the family"),
    HeldBack.LEFT: _l("the family had left the scheme"),
    HeldBack.PAUSED: _l("the family had paused calls and messages"),
    HeldBack.CHANNEL: _l("the parent no longer takes e-mail at that address"),
    HeldBack.UNCONFIRMED: _l("the parent’s details are not confirmed"),
    HeldBack.NOT_BARE: _l("a word in it gives too much away"),
}


def compose(told: Told, to: str, by: str, number: str | None) -> str:
    """The whole text to one parent, by first names. ``number`` is where to ring; None where there is none."""
    parts = [
        _("Hello %(name)s,", name=to),
        _(
            "Thank you for talking with me on %(day)s. This is what I took from it. "
            "If I got something wrong, please tell me.",
            day=day(told.on),
        ),
        *(_about(child) for child in told.children),
        " ".join(_parents(told)),
        _listed(_("You might like to look at:"), (_idea(idea) for idea in told.ideas)),
        _listed(
            _("We are asking for:"),
            (_for(str(_REQUESTS[one.kind]), called(one.who)) for one in told.requests),
        ),
        " ".join(_next(told, number)),
        by,
    ]
    return "\n\n".join(filter(None, parts))


def called(who: Called) -> str:
    """How a child is spoken of: "your six-year-old", "one of your six-year-olds"."""
    if who.age < 1:
        match who.order:
            case Order.ONLY:
                return _("your baby")
            case Order.OLDER:
                return _("your older baby")
            case Order.YOUNGER:
                return _("your younger baby")
        return _("one of your babies")
    age = str(_AGES[who.age]) if who.age < len(_AGES) else str(who.age)
    match who.order:
        case Order.ONLY:
            return _("your %(age)s-year-old", age=age)
        case Order.OLDER:
            return _("your older %(age)s-year-old", age=age)
        case Order.YOUNGER:
            return _("your younger %(age)s-year-old", age=age)
    return _("one of your %(age)s-year-olds", age=age)


def take_out(found: Iterable[Found]) -> str:
    """What must be taken out of a text, in sentences."""
    return ". ".join(str(_GIVEAWAYS[one.what]) % {"words": one.words} for one in found)


def why_not(reason: Refusal) -> str:
    """Why a family is sent nothing, in one sentence."""
    return str(_WHY_NOT[reason])


def standing(kept: Kept | None) -> str:
    """How far the text to one parent has got, in one sentence."""
    if kept is None or kept.text.sent_at is None:
        return _("Not sent yet.")
    said = {"when": when(kept.text.sent_at), "name": kept.sent_by}
    if kept.text.channel is Channel.LETTER:
        return _("Posted as a letter on %(when)s by %(name)s.", **said)
    message = kept.message
    if message is None or (message.sent_at is None and not kept.held_back):
        return _("Waiting to go by e-mail, since %(when)s, from %(name)s.", **said)
    if message.sent_at is not None:
        return _("Sent by e-mail on %(when)s by %(name)s.", **said)
    if message.refused is not None:
        return _("It did not go: %(why)s.", why=_HELD_BACK[message.refused])
    return _("It did not go: the mail server would not take it.")


def _about(child: AboutChild) -> str:
    who = called(child.who)
    lines = [who[:1].upper() + who[1:]]
    for label, areas in (
        (_("Going well: %(things)s"), child.well),
        (_("Some worries: %(things)s"), child.worries),
        (_("Hard just now: %(things)s"), child.hard),
    ):
        if areas:
            lines.append(label % {"things": ", ".join(str(_AREAS[area]) for area in areas)})
    return "\n".join(lines)


def _parents(told: Told) -> Iterator[str]:
    if told.reader:
        yield str(_READER[told.reader])
    if told.home:
        yield str(_HOME[told.home])


def _idea(idea: Idea) -> str:
    what = idea.name or str(_IDEAS[idea.category])
    return _for(what, called(idea.who)) if idea.who else what


def _for(what: str, who: str) -> str:
    return _("%(what)s, for %(who)s", what=what, who=who)


def _listed(head: str, lines: Iterable[str]) -> str:
    rows = [f"- {line}" for line in lines]
    return "\n".join([head, *rows]) if rows else ""


def _next(told: Told, number: str | None) -> Iterator[str]:
    if told.follow_up_on:
        yield _("I’ll ring again by %(day)s.", day=day(told.follow_up_on))
    elif told.next_call_on:
        yield _("We’ll ring again around %(day)s.", day=day(told.next_call_on))
    if number:
        yield _("If you’d like to talk sooner, ring me on %(number)s.", number=number)
    elif told.follow_up_on or told.next_call_on:
        yield _("If you’d like to talk sooner, tell us and we’ll ring.")
