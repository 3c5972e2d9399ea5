"""Feeds go in at one end, an append-only archive grows in the middle, everything people read is derived from it."""

__version__ = "0.1.0"
