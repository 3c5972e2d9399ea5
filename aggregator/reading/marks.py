"""The mark of an entry: a digest of its bytes and of everything else that reading it depends on.

Two entries with one mark read alike, except for what the rest of their document decides (the canonical link, the habit
of midnights), which is decided anew each time.
"""

from __future__ import annotations

from hashlib import blake2b

from aggregator.dedupe.canonical import CANONICAL_VERSION
from aggregator.normalise.entry import Surroundings
from aggregator.parse.rapid import Part
from aggregator.parse.slices import Slices
from aggregator.version import __version__

MARKS = 2
"""To be raised with every change of what reading makes of the same bytes, between releases too."""


def marks_of(slices: Slices, part: Part, around: Surroundings) -> list[str]:
    """The marks of all entries of a document by their bytes, in document order."""
    key = _key(slices.frame(), part.own, around)
    return [_mark(piece, key) for piece in slices.pieces()]


def marks_of_parsed(around: Surroundings) -> list[str]:
    """The same by everything that was parsed of each entry, where nobody can tell which bytes it was parsed of."""
    key = _key(b"parsed ", around.raw.feed.version, around)
    return [_mark(repr(entry).encode("utf-8", "surrogatepass"), key) for entry in around.raw.entries]


def _mark(piece: bytes | memoryview, key: bytes) -> str:
    return blake2b(piece, digest_size=16, key=key).hexdigest()


def _key(frame: bytes, own: str, around: Surroundings) -> bytes:
    """The digest of what surrounds every entry: the tags it stands in, its feed, its source, the rules."""
    feed, context, profile = around.raw.feed, around.context, around.profile
    rules = (MARKS, __version__, CANONICAL_VERSION)
    source = (context.url, context.content_location, context.content_language, context.language, context.timezone)
    names = (context.site_url, context.names, profile.title, profile.site_url)
    said = (own, feed.base, feed.language, feed.authors, around.place)
    text = repr((rules, source, names, said)).encode("utf-8", "surrogatepass")
    return blake2b(frame + text, digest_size=32).digest()
