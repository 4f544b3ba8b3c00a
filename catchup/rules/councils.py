"""Councils by code and day: which code holds on a day, and what became of a council that ended."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zlib import crc32

_GSS = re.compile(r"E\d{8}")
_ONE_DAY = timedelta(days=1)
_COLUMNS = ("gss_code", "name", "kind", "valid_from", "valid_to", "successors", "agency")


class UnknownCouncilError(LookupError):
    """A code that is no council's. Its text is a sentence that can be shown."""


@dataclass(frozen=True, slots=True)
class CouncilRow:
    """One council under one code. Both days are included; None has no bound.

    `successors` are codes, or names of councils that have no code yet.
    """

    code: str
    name: str
    kind: str
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """No one council follows: what stood under `code` is divided among `into` (or ended with none) at `on`.

    `into` are the councils that follow from `on` or, for a day before `on`, those that came before.
    """

    code: str
    into: tuple[str, ...]
    on: date


def provisional_code(name: str) -> str:
    """A nine-character code for a council that has none yet: the same for the same name, never a GSS code.

    Source: service policy R8.
    """
    return f"X{crc32(name.encode()):08X}"


class Councils:
    """The councils of England with their earlier and later codes.

    Raises ValueError, with a sentence, for rows that contradict each other: a code twice, a last day before
    the first, successors without a last day, a successor that is not there on the day after.
    """

    def __init__(self, rows: Iterable[CouncilRow]) -> None:
        self._rows: dict[str, CouncilRow] = {}
        for row in rows:
            if row.code in self._rows:
                raise ValueError(f"The code {row.code} is there twice.")
            if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
                raise ValueError(f"{row.name} ({row.code}) ends before it begins.")
            self._rows[row.code] = row
        self._successors: dict[str, tuple[str, ...]] = {}
        self._predecessors: dict[str, tuple[str, ...]] = {}
        # A provisional code that somebody stored still works once the real one is known.
        self._aliases: dict[str, str] = {}
        for row in list(self._rows.values()):
            made_up = provisional_code(row.name)
            if row.code != made_up and made_up in self._rows:
                del self._rows[made_up]
                self._aliases[made_up] = row.code
        for row in list(self._rows.values()):
            self._link(row)
        bounds = {row.valid_from for row in self._rows.values()}
        bounds |= {row.valid_to + _ONE_DAY for row in self._rows.values() if row.valid_to}
        self.changes = tuple(sorted(day for day in bounds if day))
        """The days on which some council begins, or no longer is."""

    def __contains__(self, code: object) -> bool:
        return code in self._rows or code in self._aliases

    def get(self, code: str) -> CouncilRow:
        """The row of a code. Raises UnknownCouncilError."""
        row = self._rows.get(code) or self._rows.get(self._aliases.get(code, ""))
        if row is None:
            raise UnknownCouncilError(f"{code} is not the code of a council in England.")
        return row

    def name(self, code: str) -> str:
        """The council's name. Raises UnknownCouncilError."""
        return self.get(code).name

    def successors(self, code: str) -> tuple[str, ...]:
        """The codes that follow a council; empty while it is there, or where none is known."""
        return self._successors.get(code, ())

    def on(self, day: date) -> tuple[CouncilRow, ...]:
        """Every council of the day, by name and code."""
        there = (row for row in self._rows.values() if _is_valid(row, day))
        return tuple(sorted(there, key=lambda row: (row.name, row.code)))

    def ending(self, day: date) -> tuple[CouncilRow, ...]:
        """Every council that is still there on a day and has a last one, the soonest first."""
        there = (row for row in self._rows.values() if row.valid_to and row.valid_to >= day)
        return tuple(sorted(there, key=lambda row: (row.valid_to or day, row.name, row.code)))

    def resolve(self, code: str, on: date) -> str | Split:
        """The code that holds on a day for the council entered under any of its codes.

        Follows one successor forward and one predecessor back; where several follow, or none, the answer is
        a Split, which needs a decision. Raises UnknownCouncilError. Source: service policy R8.
        """
        row = self.get(code)
        while row.valid_to and on > row.valid_to:
            following = self._successors.get(row.code, ())
            if len(following) != 1:
                return Split(row.code, following, row.valid_to + _ONE_DAY)
            row = self._rows[following[0]]
        while row.valid_from and on < row.valid_from:
            earlier = self._predecessors.get(row.code, ())
            if len(earlier) != 1:
                return Split(row.code, earlier, row.valid_from)
            row = self._rows[earlier[0]]
        return row.code

    def _link(self, row: CouncilRow) -> None:
        if not row.successors:
            return
        if row.valid_to is None:
            raise ValueError(f"{row.name} ({row.code}) has successors but no last day.")
        following = tuple(self._successor(row, token, row.valid_to + _ONE_DAY) for token in row.successors)
        self._successors[row.code] = following
        for code in following:
            if self._rows[code].valid_from == row.valid_to + _ONE_DAY:
                self._predecessors[code] = (*self._predecessors.get(code, ()), row.code)

    def _successor(self, row: CouncilRow, token: str, starts_on: date) -> str:
        """The code of a successor given by code or name, made up where it has none yet."""
        if token in self or _GSS.fullmatch(token):
            if token not in self:
                raise ValueError(
                    f"{row.name} ({row.code}) is followed by {token}, which is no council's code."
                )
            found = self.get(token)
        else:
            named = (r for r in self._rows.values() if r.name == token and _is_valid(r, starts_on))
            found = next(named, None) or CouncilRow(
                provisional_code(token), token, "unitary", valid_from=starts_on, agency=row.agency
            )
            self._rows.setdefault(found.code, found)
            if found.code != provisional_code(token):
                self._aliases[provisional_code(token)] = found.code
        if not _is_valid(found, starts_on):
            raise ValueError(
                f"{found.name} ({found.code}) follows {row.name} ({row.code}) but is not there the day after."
            )
        return found.code


def _is_valid(row: CouncilRow, on: date) -> bool:
    return (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or on <= row.valid_to)


def rows_from_table(table: Iterable[Mapping[str, str]]) -> tuple[CouncilRow, ...]:
    """Rows of a table with the councils file's columns.

    Those are gss_code, name, kind, valid_from, valid_to, successors, agency. Empty days have no bound;
    successors are parted by "|". Raises ValueError, with a sentence, for a day or a code that is none, for a
    council without a name, and for a column that is missing.
    """
    lines = list(table)
    for name in _COLUMNS:
        if any(line.get(name) is None for line in lines):
            raise ValueError(f"The column {name} is missing.")
    return tuple(_row({name: line[name].strip() for name in _COLUMNS}) for line in lines)


def _row(line: Mapping[str, str]) -> CouncilRow:
    if not _GSS.fullmatch(line["gss_code"]):
        raise ValueError(f"“{line['gss_code'][:20]}” is not the code of a council in England.")
    if not line["name"]:
        raise ValueError(f"The council {line['gss_code']} has no name.")
    successors = (token.strip() for token in line["successors"].split("|"))
    return CouncilRow(
        code=line["gss_code"],
        name=line["name"],
        kind=line["kind"],
        valid_from=_day(line, "valid_from"),
        valid_to=_day(line, "valid_to"),
        successors=tuple(token for token in successors if token),
        agency=line["agency"] or None,
    )


def _day(line: Mapping[str, str], column: str) -> date | None:
    try:
        return date.fromisoformat(line[column]) if line[column] else None
    except ValueError as error:
        raise ValueError(
            f"{line['name']} ({line['gss_code']}): “{line[column][:20]}” is not a day written 2027-04-01."
        ) from error
