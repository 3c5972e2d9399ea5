"""What changed between two texts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.history import Piece, word_diff
from aggregator.history.diff import LONGEST


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


def test_long_texts_are_compared_by_paragraph() -> None:
    """Beyond the limit of words the comparison stays cheap and exact."""
    old = "\n".join(f"paragraph {n} of a very long report" for n in range(LONGEST // 6))
    new = old.replace("paragraph 77 of", "paragraph 77 from")
    pieces = word_diff(old, new)
    assert rebuilt(pieces, "removed") == old
    assert rebuilt(pieces, "added") == new
    assert len(pieces) == 4
