"""What parents of the demo gave on their own pages and nobody has confirmed yet: a move, and a number."""

from collections.abc import Sequence
from datetime import date, timedelta

from catchup.models.family import Family, Parent
from catchup.queries import parents as queries
from catchup.services import proposals
from catchup.services.demo.people import MEDWAY
from catchup.services.demo.population import Invented
from catchup.services.new_families import NewAddress, NewPhone


def add(made: Sequence[tuple[Invented, Family]], today: date) -> None:
    """Naomi moves with one child; somebody who cannot be written to gave another number."""
    apart = next((family for invented, family in made if invented.trap == "two homes"), None)
    if apart is not None:
        home = NewAddress("9 Fable Close\nChatham", "ME4 4TR", MEDWAY)
        child = apart.children[0]
        proposals.propose_home(apart.parents[0], [child.id], home, today + timedelta(days=21))
    unasked = next((parent for parent in _alone(made) if _cannot_be_asked(parent)), None)
    if unasked is not None:
        proposals.propose_phone(unasked, NewPhone("+447700900940", who_else="Her sister"), is_new=True)


def _alone(made: Sequence[tuple[Invented, Family]]) -> list[Parent]:
    firsts = [family.parents[0] for invented, family in made if invented.trap is None]
    return [parent for parent in firsts if parent.confirmed_at and queries.is_alone(parent)]


def _cannot_be_asked(parent: Parent) -> bool:
    return not parent.may_email and not any(phone.may_text for phone in queries.phones_of(parent))
