"""Files that are looked over before anything of them is saved. Source: service policy."""

from dataclasses import dataclass
from enum import StrEnum


class ImportKind(StrEnum):
    """What a file holds."""

    ORDERS = "orders"
    COUNCILS = "councils"
    DIRECTORY = "directory"
    POSTCODES = "postcodes"


class RowState(StrEnum):
    """What would become of a row; the refused first, because somebody has to see to them."""

    REFUSED = "refused"
    NEW = "new"
    CHANGED = "changed"
    MATCHED = "matched"


SAVED = (RowState.NEW, RowState.CHANGED)


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that would be another one: what stands there, and what the file says."""

    column: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What one row of a file comes to; ``name`` is what people know it by."""

    state: RowState
    name: str
    reasons: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Changeset:
    """A whole file looked over, a ``Looked`` for each of its rows in order.

    ``problem`` is why nothing of it can be saved, ``families`` for how many something follows.
    """

    rows: tuple[Looked, ...]
    problem: str | None = None
    families: int = 0

    def count(self, state: RowState) -> int:
        """How many rows are in a state."""
        return sum(row.state is state for row in self.rows)

    @property
    def can_be_saved(self) -> bool:
        """Whether there is something to save, and nothing against it."""
        return self.problem is None and any(row.state in SAVED for row in self.rows)


def refused(name: str, *reasons: str) -> Looked:
    """A row that is not taken in, with every reason against it."""
    return Looked(RowState.REFUSED, name, tuple(reasons))


def compared(name: str, differences: tuple[Difference, ...]) -> Looked:
    """A row of something that is known already."""
    return Looked(RowState.CHANGED if differences else RowState.MATCHED, name, differences=differences)
