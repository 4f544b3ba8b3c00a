"""Passing work on. Source: service policy."""

from enum import StrEnum


class Passed(StrEnum):
    """What became of one family when work was passed on."""

    MOVED = "moved"
    HELD = "held"
    CHANGED = "changed"
    SHUT_OUT = "shut_out"
    OUT_OF_SCOPE = "out_of_scope"
    ALREADY = "already"
