import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.rules import references

random_bytes = st.binary(min_size=references.RANDOM_BYTES, max_size=references.RANDOM_BYTES)


@given(random_bytes)
def test_a_reference_is_read_back_as_it_was_made(seed: bytes) -> None:
    reference = references.make(seed)
    assert references.parse(reference) == reference
    assert len(reference) == len("CU-XXXX-XXXX")


@given(random_bytes, st.integers(0, 11), st.characters(min_codepoint=33, max_codepoint=0x24F))
def test_any_one_wrong_sign_is_refused(seed: bytes, place: int, sign: str) -> None:
    reference = references.make(seed)
    typed = reference[:place] + sign + reference[place + 1 :]
    assert references.parse(typed) in ({reference} if typed.upper() == reference else {None})


@given(random_bytes, st.integers(3, 10))
def test_two_neighbours_swapped_are_refused(seed: bytes, place: int) -> None:
    reference = references.make(seed)
    here, there = reference[place], reference[place + 1]
    swapped = reference[:place] + there + here + reference[place + 2 :]
    is_the_same = swapped.replace("-", "") == reference.replace("-", "")
    assert references.parse(swapped) == (reference if is_the_same else None)


@pytest.mark.parametrize("written", ["{0}", " {1} ", "{2}", "{3}", "{4}"])
def test_small_letters_spaces_and_dashes_are_forgiven(written: str) -> None:
    reference = references.make(b"invented")
    bare = reference.replace("-", "")
    forms = (
        reference.lower(),
        reference.replace("-", " "),
        bare,
        reference.replace("-", " – "),
        " ".join(bare.lower()),
    )
    assert references.parse(written.format(*forms)) == reference


@pytest.mark.parametrize(
    "text", ["", "CU", "CU-2222", "CU-2222-22222", "2222-2222", "CUCU-2222-2222", "CU-OIL0-AEIU"]
)
def test_what_is_no_reference_is_none(text: str) -> None:
    assert references.parse(text) is None


def test_no_sign_is_a_vowel_or_looks_like_another() -> None:
    assert not set(references.ALPHABET) & set("AEIOUL01")
    for alike in ("0OQ", "1IL", "2Z", "5S", "8B", "VUY"):
        assert len(set(alike) & set(references.ALPHABET)) <= 1


def test_too_few_random_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="8 random bytes"):
        references.make(b"seven77")
