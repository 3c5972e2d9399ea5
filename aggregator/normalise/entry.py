"""One raw entry made into an Entry: plain title, chosen body, absolute links, read dates (P-20 to P-47)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from aggregator.model import (
    Category,
    DateStatus,
    Enclosure,
    Entry,
    FeedProfile,
    OriginalSource,
    Problem,
    RawDocument,
    RawEntry,
    ReadContext,
    Stamp,
)
from aggregator.normalise.bodies import Body, choose_body
from aggregator.normalise.dates import best_date, updated_date
from aggregator.normalise.language import detected_language, language_tag
from aggregator.normalise.people import read_authors
from aggregator.normalise.places import Place, base_of
from aggregator.normalise.text import first_words, one_line
from aggregator.normalise.titles import LONGEST, read_title
from aggregator.normalise.urls import canonical, comparable, resolve

LONGEST_TERM, LONGEST_RIGHTS = 300, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an entry takes over from its document: where it lives, what the feed says, how it was fetched."""

    raw: RawDocument
    context: ReadContext
    place: Place
    profile: FeedProfile

    @property
    def feed_title(self) -> str:
        """What the feed is called where an entry names nobody (P-44)."""
        return self.profile.title or "".join(self.place.hosts[:1])


def read_entry(raw: RawEntry, position: int, addresses: tuple[str | None, str | None], around: Surroundings) -> Entry:
    """The normalised entry. ``addresses``: its absolute and its canonical link, which only the document decides.

    ``published`` is exact as stated; habits of the whole document (P-35) are for the caller.
    """
    url, link = addresses
    context, base = around.context, base_of(raw.base, around.place)
    title, _ = read_title(raw.title)
    body = choose_body(raw.bodies)
    language, origin = _language(raw, body, title, around)
    published = best_date(raw.dates, url, context.timezone, context.fetched_at)
    return Entry(
        position=position,
        raw_id=raw.raw_id,
        permalink=raw.permalink,
        url=url,
        link=None if raw.anchor else link,
        base=base_of(body.text.base, around.place) if body.text and body.text.base else base,
        title=title,
        content=body.content,
        content_kind=body.kind,
        summary=body.summary,
        summary_generated=body.summary_generated,
        authors=read_authors(raw.authors, _author_fallback(raw, around)),
        categories=_categories(raw.categories),
        enclosures=_enclosures(raw.enclosures, base),
        language=language,
        language_origin=origin,
        published=published,
        updated=updated_date(raw.dates, context.timezone, context.fetched_at),
        raw_date=published.raw or "",
        source=_source(raw.source, base),
        rights=first_words(one_line(raw.rights), LONGEST_RIGHTS) or None if raw.rights else None,
        comments=resolve(raw.comments, base) if raw.comments else None,
        points=tuple(point for point in raw.points if _on_earth(*point)),
        extras=raw.extras,
        title_basis=raw.title_basis,
        anchor=_anchor(raw.anchor),
    )


def entry_problems(raw: RawEntry, entry: Entry) -> Iterable[Problem]:
    """What a reader should know of how the entry was read: a title cut, dates that could not be believed."""
    if raw.title is not None and len(raw.title.value) > LONGEST and read_title(raw.title)[1]:
        yield Problem(kind="title-cut", detail=f"{len(raw.title.value)} characters", position=entry.position)
    for stamp in (entry.published, entry.updated or Stamp()):
        if stamp.status is DateStatus.BAD:
            yield Problem(kind="bad-date", detail=f"{stamp.element}: {stamp.raw}", position=entry.position)


def _anchor(anchor: str | None) -> str | None:
    """The page in canonical form without its scheme, and the slug of the title; the page is missing where no address
    is known."""
    if anchor is None:
        return None
    page, _, slug = anchor.rpartition("#")
    return f"{comparable(canonical(page) or page)}#{slug}"


def _language(raw: RawEntry, body: Body, title: str, around: Surroundings) -> tuple[str | None, str | None]:
    """The language and its origin (P-43). xml:lang inherited from the feed is the feed's word, not the entry's."""
    feed = language_tag(around.raw.feed.language)
    for text in (body.text, raw.title, raw):
        own = language_tag(text.language) if text else None
        if own and own != feed:
            return own, "entry"
    stated = (
        (feed, "feed"),
        (language_tag(around.context.content_language), "http"),
        (language_tag(around.context.language), "configured"),
    )
    known = next(((tag, origin) for tag, origin in stated if tag), None)
    if known:
        return known
    found = detected_language(f"{title} {body.plain}")
    return (found, "detected") if found else (None, None)


def _author_fallback(raw: RawEntry, around: Surroundings) -> Iterable[str]:
    """Whom to name where the entry names nobody: its source's authors, the feed's, the feed itself (P-44)."""
    yield from raw.source.authors if raw.source else ()
    yield from around.profile.authors
    yield around.feed_title


def _categories(categories: Iterable[Category]) -> tuple[Category, ...]:
    """Terms trimmed, each once, split on no character (P-45)."""
    return tuple(dict.fromkeys(one for one in map(_trimmed, categories) if one.term))


def _trimmed(one: Category) -> Category:
    term, label = one_line(one.term)[:LONGEST_TERM], _line(one.label)
    return one if term == one.term and label == one.label else Category(term=term, scheme=one.scheme, label=label)


def _line(text: str | None) -> str | None:
    """A short optional text on one line, ``None`` where nothing is left."""
    return one_line(text)[:LONGEST_TERM] or None if text else None


def _enclosures(enclosures: Iterable[Enclosure], base: str) -> tuple[Enclosure, ...]:
    """Attached files with absolute addresses (P-46); those without a web address are dropped, repeats too."""
    files = (
        replace(one, url=url, title=_line(one.title), alt=_line(one.alt), length=_size(one.length))
        for one in enclosures
        if (url := resolve(one.url, base))
    )
    return tuple(dict.fromkeys(files))


def _size(length: int | None) -> int | None:
    return length if length and length > 0 else None


def _source(source: OriginalSource | None, base: str) -> OriginalSource | None:
    """Where an entry of an aggregate came from first, with absolute addresses (P-47)."""
    if source is None:
        return None
    return replace(
        source,
        title=_line(source.title),
        url=resolve(source.url, base) if source.url else None,
        site_url=resolve(source.site_url, base) if source.site_url else None,
        authors=tuple(name for author in source.authors if (name := _line(author))),
    )


def _on_earth(latitude: float, longitude: float) -> bool:
    return math.isfinite(latitude + longitude) and abs(latitude) <= 90 and abs(longitude) <= 180
