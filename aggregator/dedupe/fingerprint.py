"""The versioned hashes of an entry: what it says, and how it says it (D-03 to D-05). Law: no date, no clock, no history
in any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from aggregator.dedupe.canonical import CANONICAL_VERSION, FORM_VERSION, body_bytes, composed, read, title_words
from aggregator.dedupe.links import comparable
from aggregator.dedupe.markup import Reading
from aggregator.model import ContentHash, Document, Entry, FeedProfile, Fingerprint, RevisionHash
from aggregator.tidy import folded

_UNIT, _GROUP = b"\x1f", "\x1d"
_CONTENT, _REVISION = f"c{CANONICAL_VERSION}".encode(), f"r{FORM_VERSION}".encode()
_STRONG_BODY, _STRONG_TEXT = 12, 20
_LEAD_WORDS = 200
_SURE = 800
"""So many bytes are counted at once; nearly never do they hold 200 words."""


def fingerprints(document: Document, names: tuple[str, ...]) -> tuple[Fingerprint, ...]:
    """The fingerprint of every entry, in document order. ``names`` are what the source calls itself (D-02)."""
    own = own_names(document.feed, names)
    return tuple(fingerprint(entry, own) for entry in document.entries)


def fingerprint(entry: Entry, names: Sequence[str] = ()) -> Fingerprint:
    """The hashes of one entry; its body is parsed once. ``names`` are the `own_names` of its document."""
    reading = read(entry.content, entry.content_kind)
    words, body = title_words(_stated_title(entry), names), body_bytes(reading)
    title = _bytes(" ".join(words))
    return Fingerprint(
        content=ContentHash(_digest(_CONTENT, title, body)),
        revision=RevisionHash(_revision(entry, reading)),
        title=_digest(b"title", title),
        lead=_digest(b"lead", title, _bytes(entry.link or ""), _bytes(entry.raw_date), _lead(body)),
        strong=_is_strong(len(words), body),
        version=CANONICAL_VERSION,
    )


def _is_strong(titled: int, body: bytes) -> bool:
    """D-05: whether title (of so many words) and body say enough; a long body is not counted to its end."""
    count = body.count(b" ", 0, _SURE) + 1 if body else 0
    if count < _STRONG_TEXT:
        count += body.count(b" ", _SURE)
    return count >= _STRONG_BODY and titled + count >= _STRONG_TEXT


def _lead(body: bytes) -> bytes:
    """The first 200 words of a body that has one space between them."""
    left, start = _LEAD_WORDS - body.count(b" ", 0, _SURE), _SURE
    if left <= 0:
        left, start = _LEAD_WORDS, 0
    parts = body[start:].split(b" ", left)
    return body[: -len(parts[left]) - 1] if len(parts) > left else body


def _stated_title(entry: Entry) -> str:
    """The title in the publisher's words; one that was made up here is no part of any hash."""
    return "" if entry.title_basis else entry.title


def _digest(*parts: bytes) -> str:
    return sha256(_UNIT.join(parts)).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def title_hash(words: Iterable[str]) -> str:
    """The hash under which titles are compared (P-14)."""
    return _digest(b"title", _bytes(" ".join(words)))


WORDLESS = title_hash(())
"""The hash of a title that says nothing; it agrees with nothing."""


def _revision(entry: Entry, reading: Reading) -> str:
    """D-04: text with case and punctuation, addresses, authors. A changed digit or link is a revision, a date is not.

    The entry's own link counts too, without its scheme: a corrected address must reach subscribers.
    """
    # The lines of a reading are folded already, and no character composes with what stands between them.
    title, body = composed(folded(_stated_title(entry))), composed(reading.text).replace("\n", " ")
    links = (comparable(link, entry.base) for link in reading.links)
    enclosures = (comparable(enclosure.url, entry.base) for enclosure in entry.enclosures)
    groups = (links, enclosures, (author.name for author in entry.authors))
    own = comparable(entry.link) if entry.link else ""
    parts = (title, body, own, *(_GROUP.join(group) for group in groups))
    return _digest(_REVISION, *map(_bytes, parts))


def own_names(feed: FeedProfile, names: tuple[str, ...]) -> tuple[str, ...]:
    """What the source calls itself (D-02) and what its document calls itself, so that the first poll and the tenth hash
    alike."""
    try:
        host = urlsplit(feed.site_url or "").hostname or ""
    except ValueError:
        host = ""
    own = (*names, feed.title or "", host, host.removeprefix("www."))
    return tuple(dict.fromkeys(name for name in own if name.strip()))
