"""The past of an entry: for now, what changed between two versions of it."""

from aggregator.history.diff import swap, word_diff

__all__ = ["swap", "word_diff"]
