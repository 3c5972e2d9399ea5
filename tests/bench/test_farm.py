"""The generated feeds: the same for the same seed, of the promised mixture, one new entry a generation."""

from __future__ import annotations

import io

import feedparser
import pytest

from bench.farm import CROSS_POSTED, KINDS, Farm, kind_of
from bench.formats import render

FARM = Farm(feeds=40, entries=30, seed=7, epoch=1_790_000_000)


def parsed(feed: int, generation: int = 0) -> feedparser.FeedParserDict:
    """One document, sound."""
    document = feedparser.parse(io.BytesIO(render(FARM, feed, generation)))
    assert not document.bozo, document.get("bozo_exception")
    return document


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Two farms of one seed agree on every byte, of another seed or epoch on none of the entries."""
    again = Farm(feeds=40, entries=30, seed=7, epoch=1_790_000_000)
    assert all(render(FARM, feed, 0) == render(again, feed, 0) for feed in range(0, 40, 3))
    for other in (Farm(feeds=40, entries=30, seed=8, epoch=FARM.epoch), Farm(feeds=40, entries=30, seed=7, epoch=1)):
        assert render(other, 0, 0) != render(FARM, 0, 0)


@pytest.mark.parametrize(("feed", "version"), [(0, "rss20"), (1, "atom10"), (3, "rss20"), (7, "rss10"), (14, "atom10")])
def test_every_kind_is_a_sound_feed(feed: int, version: str) -> None:
    """Thirty entries with title, link and date in the format of its kind; the Latin-1 one is readable too."""
    document = parsed(feed)
    assert document.version == version
    assert len(document.entries) == FARM.entries
    assert all(
        entry.title and entry.link and ("published" in entry or "updated" in entry) for entry in document.entries
    )
    assert len({entry.id for entry in document.entries}) == FARM.entries


def test_of_twenty_feeds_nine_are_wordpress() -> None:
    """The mixture is that of the requirement: 9 WordPress, 5 Atom, 2 RSS 1.0, 4 council."""
    kinds = [kind_of(feed) for feed in range(20)]
    assert {kind: kinds.count(kind) for kind in set(KINDS)} == {"wordpress": 9, "atom": 5, "rdf": 2, "council": 4}


@pytest.mark.parametrize("feed", range(20))
def test_a_generation_brings_one_new_entry(feed: int) -> None:
    """The window moves by one: one new, one gone, the others word for word as before."""
    before, after = FARM.window(feed, 0), FARM.window(feed, 1)
    assert after[1:] == before[:-1]
    assert after[0] not in before


def test_the_cross_posted_share() -> None:
    """About 15 percent are copies with the words of an original of the same kind that is itself served."""
    wide = Farm(feeds=400, entries=30, seed=7, epoch=FARM.epoch)
    pairs = [(feed, number, wide.origin(feed, number)) for feed in range(400) for number in range(30)]
    copies = [(feed, number, origin) for feed, number, origin in pairs if origin != feed]
    assert abs(len(copies) / len(pairs) - CROSS_POSTED) < 0.01
    for feed, number, origin in copies[::50]:
        copy, first = wide.post(feed, number), wide.post(origin, number)
        assert kind_of(feed) == kind_of(origin)
        assert origin < wide.feeds
        assert (copy.title, copy.lead, copy.html) == (first.title, first.lead, first.html)
        assert copy.link != first.link
        assert 0 <= copy.date - first.date < 3 * 3600


def test_nothing_is_dated_after_its_generation() -> None:
    """Entries of generation 0 lie before the epoch but for the hours of a copy; the new one just after it."""
    for feed in range(20):
        assert all(post.date < FARM.epoch + 3 * 3600 for post in FARM.window(feed, 1))
