"""The form of a move: who lives where from which day, and what was shown to follow from it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from catchup import clock
from catchup.models.family import Family
from catchup.models.home import Address
from catchup.postcodes import Kind
from catchup.queries import directories
from catchup.rules.responsibility import HomeFacts
from catchup.rules.terms import HomeKind
from catchup.services.families import NewAddress
from catchup.web.fields import (
    CheckboxesField,
    CouncilField,
    DatePartsField,
    Option,
    PostcodeField,
    RadiosField,
    TextAreaField,
)
from catchup.web.filters import day
from catchup.web.forms_base import BaseForm

# Said of a home on the form; kept as an address.
OUTSIDE = "outside"
AHEAD = timedelta(days=366)


class MoveForm(BaseForm):
    """Children of the family live somewhere else from a day. ``seen``: what the page showed to follow."""

    known: Sequence[Address]
    living: Mapping[UUID, tuple[str, date]]
    orders: Mapping[UUID, date]

    children: CheckboxesField
    parents: CheckboxesField

    where: RadiosField
    lines = TextAreaField(
        _l("Address"),
        rows=3,
        longest=300,
        missing=_l("Enter the address"),
        needed=lambda form: form.is_address,
    )
    postcode = PostcodeField(
        _l("Postcode"),
        missing=_l("Enter the postcode"),
        needed=lambda form: form.where.data == HomeKind.ADDRESS,
    )
    council = CouncilField(
        _l("Council"),
        hint=_l(
            "The postcode tells it. Choose one only where we ask, where the postcode is wrong about it, or "
            "where they live at no address of the family."
        ),
    )
    from_on = DatePartsField(
        _l("From which day?"),
        hint=_l("A day that has passed, or one that is still to come."),
        what=_l("The day of the move"),
        missing=_l("Enter the day from which they live there"),
        not_after=lambda: clock.today() + AHEAD,
    )
    seen = HiddenField()
    look = HiddenField()

    @property
    def is_address(self) -> bool:
        """Whether an address is asked for."""
        return self.where.data in (HomeKind.ADDRESS, OUTSIDE)

    @property
    def is_seen(self) -> bool:
        """Whether what follows from just these answers was on the page; only after ``validate``."""
        return not self.look.data and self.seen.data == self.digest()

    def digest(self) -> str:
        """What tells these answers from others."""
        said = (
            sorted(map(str, self.children.data)),
            sorted(map(str, self.parents.data)),
            self.where.data,
            self.lines.data,
            self.postcode.data,
            self.found_council,
            self.from_on.data,
        )
        return sha256(repr(said).encode()).hexdigest()[:16]

    def known_address(self) -> Address | None:
        """The address of the family that was chosen, where one was."""
        return next((address for address in self.known if str(address.id) == self.where.data), None)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the answers, then find the council where the postcode can tell it."""
        sound = bool(super().validate(extra_validators))
        address = self.known_address()
        self.found_council = address.council_code if address else self.council.council
        self.outside_england = address.outside_england if address else self.where.data == OUTSIDE
        if self.from_on.data and self.children.data and not self._day_can_be():
            return False
        if not sound:
            return False
        if self.where.data == HomeKind.LOOKED_AFTER and not self.found_council:
            self.council.errors = [_("Choose the council that looks after them")]
            return False
        if self.where.data == HomeKind.ADDRESS and not self.found_council:
            return self._by_postcode()
        return True

    def _day_can_be(self) -> bool:
        on = self.from_on.data
        if self.where.data == HomeKind.DIED and on > clock.today():
            self.from_on.errors = [_("The day must be today or in the past")]
            return False
        for child_id in self.children.data:
            name, born_on = self.living[child_id]
            order_on = self.orders.get(child_id)
            if on < born_on:
                self.from_on.errors = [
                    _(
                        "%(name)s was born on %(day)s: enter that day or a later one",
                        name=name,
                        day=day(born_on),
                    )
                ]
                return False
            if order_on and on < order_on:
                self.from_on.errors = [
                    _(
                        "%(name)s’s adoption order was made on %(day)s: enter that day or a later one",
                        name=name,
                        day=day(order_on),
                    )
                ]
                return False
        return True

    def _by_postcode(self) -> bool:
        answer = directories.postcodes().council_on(
            self.postcode.data, self.from_on.data, directories.councils()
        )
        self.found_council = answer.council
        self.outside_england = answer.kind is Kind.OUTSIDE_ENGLAND
        if answer.kind in (Kind.UNKNOWN, Kind.ASK):
            self.council.errors = [_("The postcode does not tell us the council: choose it")]
            return False
        return True

    def home_kind(self) -> HomeKind:
        """What the home is kept as."""
        kinds = {kind.value for kind in HomeKind}
        # What is no kind of home is an address: a new one, or one of those that are known.
        return HomeKind(self.where.data) if self.where.data in kinds else HomeKind.ADDRESS

    def home(self) -> HomeFacts:
        """The home as the rules see it; only after ``validate``."""
        council = None if self.outside_england or self._is_nowhere else self.found_council
        return HomeFacts(self.home_kind(), council, self.outside_england, self.from_on.data)

    @property
    def kept_council(self) -> str | None:
        """The council of a home that is no address."""
        return None if self._is_nowhere else self.found_council

    @property
    def _is_nowhere(self) -> bool:
        return self.home_kind() in (HomeKind.NOT_SAID, HomeKind.DIED)

    def new_address(self) -> NewAddress | None:
        """The address, where there is a new one."""
        if not self.is_address:
            return None
        return NewAddress(
            self.lines.data,
            self.postcode.data,
            None if self.outside_england else self.found_council,
            self.outside_england,
        )


def _homes(known: Sequence[Address]) -> tuple[Option, ...]:
    """Where children can live from a day: with whom of the family first, where there are two homes."""
    return (
        *(Option(str(address.id), _home(address)) for address in known),
        Option(
            HomeKind.ADDRESS, _("At another address in England") if known else _("At an address in England")
        ),
        Option(OUTSIDE, _("At an address outside England")),
        Option(HomeKind.LOOKED_AFTER, _("Looked after by a council")),
        Option(HomeKind.ELSEWHERE, _("With relatives or friends, or somewhere else")),
        Option(HomeKind.NOT_SAID, _("Nobody has said where")),
        Option(HomeKind.DIED, _("The child died")),
    )


def _home(address: Address) -> str:
    where = ", ".join(address.lines.splitlines()[:1])
    parents = [parent.name for parent in address.parents]
    if not parents:
        return _("At %(where)s", where=where)
    return _("At %(where)s, with %(names)s", where=where, names=", ".join(parents))


def move_form(family: Family, known: Sequence[Address], orders: Mapping[UUID, date]) -> MoveForm:
    """The form with this family's children, parents and ``known`` addresses."""
    living = [child for child in family.children if child.died_on is None]

    class FamilyMoveForm(MoveForm):
        where = RadiosField(
            _("Where do they live from then on?"),
            _homes(known),
            small=True,
            missing=_("Choose where they live"),
        )
        children = CheckboxesField(
            _("Who moved, or will?"),
            tuple(Option(str(child.id), child.first_name) for child in living),
            read=UUID,
            small=True,
            default=tuple(child.id for child in living),
            missing=_("Choose at least one child"),
        )
        parents = CheckboxesField(
            _("Which parents live there too?"),
            tuple(Option(str(parent.id), parent.name) for parent in family.parents),
            read=UUID,
            small=True,
            default=tuple(parent.id for parent in family.parents),
        )

    form = FamilyMoveForm()
    form.known = known
    form.living = {child.id: (child.first_name, child.born_on) for child in living}
    form.orders = orders
    return form


class CallOffForm(BaseForm):
    """A move that was to come does not happen; nothing is asked."""
