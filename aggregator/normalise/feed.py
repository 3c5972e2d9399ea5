"""The head of a raw document: what the feed says of itself (R-12) and of polling it (H-25 to H-28)."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model import FeedProfile, Hints, Link, RawFeed, ReadContext
from aggregator.normalise.language import language_tag
from aggregator.normalise.people import read_authors
from aggregator.normalise.places import Place
from aggregator.normalise.text import first_words, one_line
from aggregator.normalise.titles import line_of
from aggregator.normalise.urls import resolve

LONGEST_LINE = 500
LONGEST_ADDRESS = 2_000


def read_profile(feed: RawFeed, context: ReadContext, place: Place) -> FeedProfile:
    """The profile with plain texts and absolute addresses. The language is what the feed states, else the header,
    else the configuration; it is never guessed (P-43)."""
    spoken = map(language_tag, (feed.language, context.content_language, context.language))
    links = absolute_links(feed, place)
    hubs = (link.href for link in links if link.rel == "hub")
    return FeedProfile(
        raw_id=feed.raw_id,
        title=line_of(feed.title, LONGEST_LINE),
        subtitle=line_of(feed.subtitle, LONGEST_LINE),
        site_url=place.site_url,
        language=next((tag for tag in spoken if tag), None),
        rights=first_words(one_line(feed.rights), LONGEST_LINE) or None if feed.rights else None,
        icon=resolve(feed.icon, place.base) if feed.icon else None,
        authors=tuple(person.name for person in read_authors(feed.authors, ())),
        hubs=tuple(dict.fromkeys(hubs)),
        generator=first_words(one_line(feed.generator), LONGEST_LINE) or None if feed.generator else None,
        previous=_linked(links, "prev-archive"),
        following=_linked(links, "next"),
    )


def _linked(links: tuple[Link, ...], rel: str) -> str | None:
    """Where the feed links to by this relation (RFC 5005), if the address is of a length that can be kept."""
    return next((link.href for link in links if link.rel == rel and len(link.href) <= LONGEST_ADDRESS), None)


def absolute_links(feed: RawFeed, place: Place) -> tuple[Link, ...]:
    """The links of the feed element with absolute http(s) addresses; others are dropped (P-20, P-23)."""
    return tuple(replace(link, href=href) for link in feed.links if (href := resolve(link.href, place.base)))


def read_hints(feed: RawFeed) -> Hints:
    """What the feed asks of those who poll it, taken over as parsed."""
    return Hints(
        ttl=feed.ttl,
        skip_hours=feed.skip_hours,
        skip_days=feed.skip_days,
        update_period=feed.update_period,
        update_frequency=feed.update_frequency,
        update_base=feed.update_base,
        expired=feed.expired,
        cloud=feed.cloud,
    )
