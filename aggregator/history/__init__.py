"""The past of an entry: for now, what changed between two versions of it."""

from aggregator.history.diff import Piece, word_diff

__all__ = ["Piece", "word_diff"]
