"""Files that are looked over before anything of them is saved. Source: service policy."""

from enum import StrEnum


class ImportKind(StrEnum):
    """What a file holds."""

    ORDERS = "orders"
    COUNCILS = "councils"
    DIRECTORY = "directory"
    POSTCODES = "postcodes"
