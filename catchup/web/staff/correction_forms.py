"""The forms that correct what is believed of a child's order and homes."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from catchup import clock
from catchup.models.family import Child
from catchup.models.home import Address, Home
from catchup.models.order import AdoptionOrder
from catchup.queries import directories
from catchup.rules.responsibility import HomeFacts, OrderFacts
from catchup.rules.terms import HomeKind, Placing
from catchup.web.fields import (
    CheckboxesField,
    ConfirmField,
    CouncilField,
    DatePartsField,
    Option,
    RadiosField,
    TextAreaField,
)
from catchup.web.filters import day
from catchup.web.forms_base import BaseForm

OUTSIDE, NEVER = "outside", "never"


class SeenForm(BaseForm):
    """A form that shows what would follow before it does anything.

    ``seen`` names the row that was looked at; ``confirmed`` is what follows, as it was shown.
    """

    seen = StringField()
    confirmed = StringField()
    reason = TextAreaField(
        _l("How do you know?"),
        rows=3,
        longest=1000,
        missing=_l("Say how you know"),
        hint=_l("For example: the court’s own copy of the order. Kept with the correction."),
    )


class OrderForm(SeenForm):
    """What is right of one child's order."""

    made_on = DatePartsField(
        _l("When was the adoption order made?"),
        what=_l("The date of the order"),
        not_after=clock.today,
        missing=_l("Enter the date of the order"),
    )
    placing = CouncilField(
        _l("Which council placed the child?"),
        not_sure=_l("Not known"),
        no_council=_l("No council placed the child"),
        missing=_l("Choose a council, or one of the last two answers"),
    )
    allowance = ConfirmField(_l("An allowance was agreed before the order"))
    child: Child
    known: AdoptionOrder | None

    def right(self) -> OrderFacts:
        """The order as it is entered."""
        placing, council = self.placing.placing or Placing.UNKNOWN, self.placing.council
        known = self.known and self.known.placing_council
        if known and council == _code_today(known):
            council = known  # the same council, which may have had another code
        return OrderFacts(self.made_on.data, placing, council, bool(self.allowance.data))

    def validate(self, extra_validators: Any = None) -> bool:
        """An order is made for a child who was born, and a correction changes something."""
        sound = bool(super().validate(extra_validators))
        if self.made_on.data and self.made_on.data < self.child.born_on:
            born = day(self.child.born_on)
            self.made_on.errors = [
                _("The date of the order must be on or after %(day)s, the date of birth", day=born)
            ]
            return False
        if sound and self.known and self.right() == _as_order(self.known):
            self.made_on.errors = [_("This is what the record says already: change what is wrong")]
            return False
        return sound


def _as_order(row: AdoptionOrder) -> OrderFacts:
    return OrderFacts(row.made_on, row.placing, row.placing_council, row.allowance)


def order_form(child: Child, known: AdoptionOrder | None) -> OrderForm:
    """The form with what is believed now."""
    form = OrderForm(
        data=known
        and {
            "made_on": known.made_on,
            "placing": _code_today(known.placing_council) if known.placing_council else known.placing,
            "allowance": known.allowance,
        }
    )
    form.child, form.known = child, known
    return form


def _code_today(code: str) -> str:
    found = directories.councils().resolve(code, clock.today())
    return found if isinstance(found, str) else code


class HomeForm(SeenForm):
    """What is right of one home of a child, and of brothers and sisters who lived there too."""

    where: RadiosField
    too: CheckboxesField
    reason = TextAreaField(
        _l("How do you know?"),
        rows=3,
        longest=1000,
        missing=_l("Say how you know"),
        hint=_l("For example: the parent said so on the telephone. Kept with the correction."),
    )
    council = CouncilField(
        _l("Council"),
        hint=_l("Of the address, or the one that looks after the child."),
        missing=_l("Choose the council"),
        needed=lambda form: form.needs_council,
    )
    from_on = DatePartsField(
        _l("From which day?"),
        what=_l("The first day there"),
        hint=_l("Leave it empty where the child has lived there since the order."),
        missing=_l("Enter the day"),
        needed=lambda form: form.where.data == HomeKind.DIED,
        not_after=lambda: clock.today() + timedelta(days=366),
    )
    known: Home
    addresses: Sequence[Address]
    child: Child

    @property
    def address(self) -> Address | None:
        """The address chosen, where it is one."""
        return next((one for one in self.addresses if str(one.id) == self.where.data), None)

    @property
    def needs_council(self) -> bool:
        """Whether a council must be named."""
        return self.address is not None or self.where.data == HomeKind.LOOKED_AFTER

    def right(self) -> HomeFacts | None:
        """The home as it is entered; None: the child never lived there."""
        where, from_on = self.where.data, self.from_on.data
        if where == NEVER:
            return None
        if where == OUTSIDE:
            kind = HomeKind.ADDRESS if self.known.address else HomeKind.ELSEWHERE
            return HomeFacts(kind, None, True, from_on)
        kind = HomeKind.ADDRESS if self.address else HomeKind(where)
        without_council = kind in (HomeKind.NOT_SAID, HomeKind.DIED)
        return HomeFacts(kind, None if without_council else self.council.council, False, from_on)

    @property
    def lived_at(self) -> Address | None:
        """The address of the home as it is entered."""
        return self.known.address if self.where.data == OUTSIDE else self.address

    def validate(self, extra_validators: Any = None) -> bool:
        """Nobody lives anywhere before birth, nor dies tomorrow; and a correction changes something."""
        if not super().validate(extra_validators):
            return False
        from_on, right = self.from_on.data, self.right()
        if from_on and from_on < self.child.born_on:
            born = day(self.child.born_on)
            self.from_on.errors = [_("The day must be on or after %(day)s, the date of birth", day=born)]
        elif self.where.data == HomeKind.DIED and from_on > clock.today():
            self.from_on.errors = [_("The day must be today or in the past")]
        elif right == as_facts(self.known) and self.lived_at == self.known.address:
            self.where.errors = [_("This is what the record says already: change what is wrong")]
        return not self.errors


def as_facts(home: Home) -> HomeFacts:
    """A home as the rules read it."""
    return HomeFacts(home.kind, home.council_code, home.outside_england, home.from_on)


def home_form(
    child: Child, known: Home, addresses: Sequence[Address], others: Iterable[tuple[UUID, str]]
) -> HomeForm:
    """The form with what is believed of a home now; ``others`` lived there for the same time."""
    siblings = tuple(Option(str(key), name) for key, name in others)

    class ChildHomeForm(HomeForm):
        where = RadiosField(
            _("What is right?"),
            _places(known, addresses),
            small=True,
            missing=_("Choose what is right"),
            hint=_("At another address: record a move to it from that day first, then choose it here."),
        )
        too = CheckboxesField(
            _("Who else lived there, so that it is corrected for them too?"),
            siblings,
            read=UUID,
            small=True,
            default=tuple(UUID(one.value) for one in siblings),
        )

    form = ChildHomeForm(
        data={"where": _place(known), "council": _known_council(known), "from_on": known.from_on}
    )
    form.known, form.addresses, form.child = known, addresses, child
    if not siblings:
        del form.too
    return form


def _known_council(known: Home) -> str | None:
    return _code_today(known.council_code) if known.council_code else None


def _place(known: Home) -> str:
    if known.outside_england:
        return OUTSIDE
    return str(known.address_id) if known.address_id else known.kind.value


def _places(known: Home, addresses: Sequence[Address]) -> tuple[Option, ...]:
    there = [
        Option(str(address.id), _("At %(where)s", where=address.lines.splitlines()[0]))
        for address in addresses
        if not address.outside_england
    ]
    kinds = [
        Option(HomeKind.LOOKED_AFTER, _("Looked after by a council")),
        Option(HomeKind.ELSEWHERE, _("Somewhere else in England")),
        Option(OUTSIDE, _("Outside England")),
        Option(HomeKind.NOT_SAID, _("Nobody has said where")),
    ]
    if known.kind is HomeKind.DIED:
        kinds.append(Option(HomeKind.DIED, _("The child died, on another day")))
        return (Option(NEVER, _("The child did not die")), *kinds[-1:])
    return (*there, *kinds, Option(NEVER, _("The child never lived there"), or_else=True))


def sibling_homes(child: Child, homes: Iterable[Home], known: Home) -> dict[UUID, Home]:
    """By child, the homes of brothers and sisters that are believed to be the same as this one."""
    same = (known.address_id, as_facts(known))
    return {
        home.child_id: home
        for home in homes
        if home.child_id != child.id and (home.address_id, as_facts(home)) == same
    }
