"""The generated feeds: who says what and when, as a pure function of the seed and the epoch.

Generation g of a feed is its window of entries g … g + M − 1, newest first: one generation on, one entry is new.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random

from bench.words import Words, headline, person, sentence, tags

KINDS = ("wordpress", "atom", "wordpress", "council", "wordpress", "atom", "wordpress", "rdf", "wordpress", "council")
"""Nine WordPress, five Atom … in twenty feeds; the second ten differ in `kind_of`."""
CROSS_POSTED = 0.15
HOUR = 3600
_SIZES = {"wordpress": (2100, 4000), "atom": (600, 2000), "rdf": (300, 900), "council": (0, 0)}
"""Bounds in characters between which a body stops growing; the last paragraph goes over."""
_FIRST_OF_KIND = {"wordpress": 0, "atom": 1, "council": 3, "rdf": 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One entry. ``date`` is in Unix seconds; ``html`` is empty where a feed has only a summary."""

    title: str
    link: str
    guid: str
    author: str
    tags: tuple[str, ...]
    lead: str
    html: str
    date: int


def kind_of(feed: int) -> str:
    """Of twenty feeds nine are WordPress, five Atom, two RSS 1.0, four plain council RSS."""
    kind = KINDS[feed % len(KINDS)]
    return "atom" if kind == "wordpress" and feed % 20 == 14 else kind


@dataclass(frozen=True)
class Farm:
    """All feeds. ``epoch`` (Unix seconds) is just after the newest entry of generation 0."""

    feeds: int
    entries: int
    seed: int
    epoch: int

    @cached_property
    def words(self) -> Words:
        """The pool of paragraphs."""
        return Words.grown(self.seed)

    def window(self, feed: int, generation: int) -> tuple[Post, ...]:
        """The entries of a feed in one generation, newest first."""
        return tuple(self.post(feed, number) for number in range(generation + self.entries - 1, generation - 1, -1))

    def origin(self, feed: int, number: int) -> int:
        """The feed that an entry was copied from; its own for an original."""
        rng = Random(f"{self.seed}:{feed}:{number}:origin")
        first = _FIRST_OF_KIND[kind_of(feed)]
        # The first feed of each kind in each twenty copies nothing, so that no chain of copies can arise.
        if feed % 20 == first or rng.random() >= CROSS_POSTED * 20 / (20 - len(_FIRST_OF_KIND)):
            return feed
        origin = 20 * rng.randrange(max(1, self.feeds // 20)) + first
        return origin if origin < self.feeds else feed

    def post(self, feed: int, number: int) -> Post:
        """Entry ``number`` of a feed; a copy keeps the words of its original and appears within three hours of it."""
        origin = self.origin(feed, number)
        if origin == feed:
            return self._original(feed, number, kind_of(feed))
        first = self._original(origin, number, kind_of(origin))
        rng = Random(f"{self.seed}:{feed}:{number}:copy")
        site = site_of(feed)
        tracked = rng.random() < 0.35
        link = f"{first.link}?utm_source=site{feed}&utm_medium=rss" if tracked else f"{site}/{number:04d}/"
        return Post(
            title=first.title,
            link=link,
            guid=f"{site}/?p={10_000 + number}",
            author=first.author,
            tags=first.tags,
            lead=first.lead,
            html=first.html,
            date=first.date + rng.randrange(3 * HOUR),
        )

    def _original(self, feed: int, number: int, kind: str) -> Post:
        rng = Random(f"{self.seed}:{feed}:{number}")
        site = site_of(feed)
        title = headline(rng)
        slug = "-".join("".join(c for c in word.lower() if c.isalnum()) for word in title.split()[:7])
        lead = f"{sentence(rng)} {sentence(rng)}"
        return Post(
            title=title,
            link=f"{site}/{number:04d}/{slug}/",
            guid=f"{site}/?p={10_000 + number}",
            author=person(rng),
            tags=tags(rng),
            lead=lead,
            html=self._html(rng, lead, kind),
            date=self._date(feed, number),
        )

    def _html(self, rng: Random, lead: str, kind: str) -> str:
        least, most = _SIZES[kind]
        if not most:
            return ""
        target, parts, size = rng.randint(least, most), [f"<p>{lead}</p>"], len(lead)
        pool = self.words.paragraphs
        while size < target:
            parts.append(pool[rng.randrange(len(pool))])
            size += len(parts[-1])
        return "\n".join(parts)

    def _date(self, feed: int, number: int) -> int:
        step = Random(f"{self.seed}:{feed}:step").randint(2, 9) * HOUR
        if number >= self.entries:
            return self.epoch + 60 * (number - self.entries)
        return self.epoch - (self.entries - number) * step


def site_of(feed: int) -> str:
    """The made-up site of a feed; nothing ever asks it."""
    return f"https://site{feed:05d}.example"
