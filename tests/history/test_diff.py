"""What changed between two texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.history import swap, word_diff
from aggregator.history.diff import MOST_PAIRS
from aggregator.model import Piece, Swap


def rebuilt(pieces: tuple[Piece, ...], kind: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in {"same", kind})


def test_equal_length_edit_is_seen() -> None:
    """£500 → £900 is a change, word by word."""
    pieces = word_diff("The fine is £500 from May.", "The fine is £900 from May.")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "The fine is "),
        ("removed", "£500 "),
        ("added", "£900 "),
        ("same", "from May."),
    ]


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=200), st.text(max_size=200))
def test_both_texts_can_be_rebuilt(old: str, new: str) -> None:
    """Same and removed give the old text, same and added the new one, to the letter."""
    pieces = word_diff(old, new)
    assert rebuilt(pieces, "removed") == old
    assert rebuilt(pieces, "added") == new


@pytest.mark.parametrize("word", ["the same again ", "again\n"])
def test_long_texts_stay_cheap(word: str) -> None:
    """Two long texts that differ all over are compared by paragraph, or not at all where those are too many."""
    many = word * (MOST_PAIRS // 100)
    old, new = f"A {many}B", f"C {many}\n{many}D"
    pieces = word_diff(old, new)
    assert rebuilt(pieces, "removed") == old
    assert rebuilt(pieces, "added") == new


def test_small_edits_of_long_texts_are_exact() -> None:
    """However long the texts are, one changed word is one changed word."""
    old = "\n".join(f"paragraph {n} of a very long report" for n in range(MOST_PAIRS // 10))
    new = old.replace("paragraph 77 of", "paragraph 77 from")
    changed = [piece for piece in word_diff(old, new) if piece.kind != "same"]
    assert changed == [Piece(kind="removed", text="of "), Piece(kind="added", text="from ")]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.sampled_from(["a ", "b ", "c ", "\n\n"]), max_size=12),
    st.lists(st.sampled_from(["a ", "b "]), max_size=9),
)
def test_pieces_of_one_kind_never_follow_each_other(old: list[str], new: list[str]) -> None:
    """What is set aside at both ends does not tear a run apart."""
    pieces = word_diff("".join(old), "".join(new))
    kinds = [piece.kind for piece in pieces]
    assert all(one != other for one, other in pairwise(kinds))
    assert all(piece.text for piece in pieces)


def test_lists_tell_what_went_and_came() -> None:
    """A link that went, one that came, one that only moved; equal lists tell nothing."""
    assert swap("link", ("a", "b"), ("a", "b")) is None
    assert swap("link", ("a", "b", "b"), ("b", "c")) == Swap(name="link", removed=("a", "b"), added=("c",))
    assert swap("author", ("a", "b"), ("b", "a")) == Swap(name="author", removed=("a", "b"), added=("b", "a"))
