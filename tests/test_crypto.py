"""Encrypted values: bound to their column, readable with the key they were written with and no other."""

import pytest
from cryptography.exceptions import InvalidTag

from catchup.crypto import KeyRing

OLD, NEW, INDEX = bytes([1]) * 32, bytes([2]) * 32, bytes(32)
WHERE = "family.name"


def ring_of(*keys: bytes) -> KeyRing:
    """A ring that writes with the first of these keys."""
    ring = KeyRing()
    ring.load(keys, INDEX)
    return ring


def test_a_value_comes_back_and_is_never_written_the_same_way_twice() -> None:
    ring = ring_of(NEW)
    first, second = ring.seal("The Okafor family", WHERE), ring.seal("The Okafor family", WHERE)
    assert first != second
    assert ring.open(first, WHERE) == ring.open(second, WHERE) == "The Okafor family"
    assert b"Okafor" not in first


def test_a_value_that_was_moved_to_another_column_does_not_open() -> None:
    ring = ring_of(NEW)
    with pytest.raises(InvalidTag):
        ring.open(ring.seal("12 Sentinel Road", WHERE), "family.before_we_ring")


@pytest.mark.parametrize("place", [1, 13, -1])
def test_a_value_with_a_bit_turned_does_not_open(place: int) -> None:
    ring = ring_of(NEW)
    sealed = bytearray(ring.seal("12 Sentinel Road", WHERE))
    sealed[place] ^= 1
    with pytest.raises(InvalidTag):
        ring.open(bytes(sealed), WHERE)


def test_the_first_key_writes_and_all_read() -> None:
    written = ring_of(OLD).seal("The Okafor family", WHERE)
    assert ring_of(NEW, OLD).open(written, WHERE) == "The Okafor family"
    with pytest.raises(KeyError):
        ring_of(NEW).open(written, WHERE)
    assert ring_of(OLD, NEW).seal("x", WHERE)[0] == written[0]
