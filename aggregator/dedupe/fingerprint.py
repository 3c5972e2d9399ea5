"""The versioned hashes of an entry: what it says, and how it says it (D-03 to D-05). Law: no date, no clock, no history
in any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from urllib.parse import urlsplit

from aggregator.dedupe.canonical import CANONICAL_VERSION, FORM_VERSION, body_words, composed, read, title_words
from aggregator.dedupe.links import comparable
from aggregator.dedupe.markup import Reading
from aggregator.model import ContentHash, Document, Entry, FeedProfile, Fingerprint, RevisionHash
from aggregator.tidy import folded

NONE_KNOWN: Mapping[int, Fingerprint] = MappingProxyType({})
_UNIT, _GROUP = "\x1f", "\x1d"
_STRONG_BODY, _STRONG_TEXT = 12, 20
_LEAD_WORDS = 200


def fingerprints(
    document: Document, names: tuple[str, ...], known: Mapping[int, Fingerprint] = NONE_KNOWN
) -> tuple[Fingerprint, ...]:
    """The fingerprint of every entry, in document order. ``names`` are what the source calls itself (D-02); what the
    document calls itself is added, so that the first poll and the tenth hash alike. ``known`` are those that need not
    be computed, by the position of their entry.
    """
    own = _names(document.feed, names)
    return tuple(known.get(entry.position) or fingerprint(entry, own) for entry in document.entries)


def fingerprint(entry: Entry, names: Sequence[str] = ()) -> Fingerprint:
    """The hashes of one entry; its body is parsed once."""
    reading = read(entry.content, entry.content_kind)
    title, body = title_words(_stated_title(entry), names), body_words(reading)
    return Fingerprint(
        content=ContentHash(_digest(f"c{CANONICAL_VERSION}", " ".join(title), " ".join(body))),
        revision=RevisionHash(_revision(entry, reading)),
        title=title_hash(title),
        lead=_digest("lead", " ".join(title), entry.link or "", entry.raw_date, " ".join(body[:_LEAD_WORDS])),
        strong=len(body) >= _STRONG_BODY and len(title) + len(body) >= _STRONG_TEXT,
        version=CANONICAL_VERSION,
    )


def _stated_title(entry: Entry) -> str:
    """The title in the publisher's words; one that was made up here is no part of any hash."""
    return "" if entry.title_basis else entry.title


def _digest(*parts: str) -> str:
    return sha256(_UNIT.join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def title_hash(words: Iterable[str]) -> str:
    """The hash under which titles are compared (P-14)."""
    return _digest("title", " ".join(words))


WORDLESS = title_hash(())
"""The hash of a title that says nothing; it agrees with nothing."""


def _revision(entry: Entry, reading: Reading) -> str:
    """D-04: text with case and punctuation, addresses, authors. A changed digit or link is a revision, a date is not.

    The entry's own link counts too, without its scheme: a corrected address must reach subscribers.
    """
    title, body = (composed(folded(text)) for text in (_stated_title(entry), reading.text.replace("\n", " ")))
    links = (comparable(link, entry.base) for link in reading.links)
    enclosures = (comparable(enclosure.url, entry.base) for enclosure in entry.enclosures)
    groups = (links, enclosures, (author.name for author in entry.authors))
    own = comparable(entry.link) if entry.link else ""
    return _digest(f"r{FORM_VERSION}", title, body, own, *(_GROUP.join(group) for group in groups))


def _names(feed: FeedProfile, names: tuple[str, ...]) -> tuple[str, ...]:
    try:
        host = urlsplit(feed.site_url or "").hostname or ""
    except ValueError:
        host = ""
    own = (*names, feed.title or "", host, host.removeprefix("www."))
    return tuple(dict.fromkeys(name for name in own if name.strip()))
