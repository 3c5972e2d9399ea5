"""Documents of the chain: what stands in their heads, and what may change in a sealed one (R-32 to R-39)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from lxml import etree

from aggregator.model import EventKind, Listing, Sealed, Segment, Standing, Tombstone
from aggregator.publish.atom import render_atom
from aggregator.publish.chain import archive, archive_path, published, subscription
from aggregator.publish.edition import combined, of_feed
from aggregator.publish.jsonfeed import render_json
from aggregator.publish.rss import render_rss
from tests.publish.press import COUNCIL, FOUNDING, NOON, SITE, full, item, press
from tests.publish.reading import SCHEMAS, texts

FH = "{http://purl.org/syndication/history/1.0}archive"
GONE = Tombstone(public_id=item(9).public_id, seq=40, at=NOON)


def segment(number: int = 2, chain: str = "feed", **changes: Any) -> Segment:
    """A sealed segment of November."""
    made = Segment(
        chain=chain,
        number=number,
        month="2026-11",
        part=number,
        kind=EventKind.LIVE,
        first=1,
        last=30,
        events=30,
        size=40_000,
        updated_at=NOON,
        sealed_at=NOON + timedelta(days=number),
        sealed_by=31,
    )
    return replace(made, **changes)


def sealed(number: int = 2, **listing: Any) -> Sealed:
    """Its documents."""
    listed = Listing(items=(item(3), full(2), item(1)), **listing)
    before = segment(number - 1) if number > 1 else None
    edition = archive(combined(listed.items, SITE, FOUNDING), segment(number), before, listed)
    hubs = press(hubs=("https://hub.example/",))
    return Sealed(atom=render_atom(edition, hubs).body, rss=render_rss(edition, hubs).body, site_url=SITE.url)


def links(body: bytes) -> dict[str, str]:
    """Addresses by relation and type, of an Atom or RSS document."""
    found = etree.fromstring(body).iter("{http://www.w3.org/2005/Atom}link")
    own = [one for one in found if one.getparent().tag.rpartition("}")[2] in ("feed", "channel")]
    return {f"{one.get('rel')} {one.get('type')}": one.get("href") for one in own}


ATOM, RSS, STEM = "application/atom+xml", "application/rss+xml", f"{SITE.url}archive/feed/2026-11"


def test_archive_documents_know_their_place() -> None:
    """R-33: own self, the subscription document as current, the one before, no next while there is none; R-37: no
    other kind of paging; no hub, as nothing is ever added."""
    atom, rss = published(sealed(), segment(), None, SITE)
    assert (atom.path, rss.path) == ("archive/feed/2026-11/02.atom", "archive/feed/2026-11/02.rss")
    assert links(atom.body) == {
        f"self {ATOM}": f"{STEM}/02.atom",
        "alternate text/html": SITE.url,
        f"alternate {RSS}": f"{STEM}/02.rss",
        f"current {ATOM}": f"{SITE.url}feed.atom",
        f"prev-archive {ATOM}": f"{STEM}/01.atom",
    }
    assert links(rss.body) == {
        f"self {RSS}": f"{STEM}/02.rss",
        f"current {RSS}": f"{SITE.url}feed.rss",
        f"prev-archive {RSS}": f"{STEM}/01.rss",
    }
    for file in (atom, rss):
        assert etree.fromstring(file.body).find(f".//{FH}") is not None
        assert file.changed_at == segment().sealed_at


def test_the_first_archive_document_has_none_before_it() -> None:
    """R-33: the chain ends there."""
    for file in published(sealed(1), segment(1), None, SITE):
        assert not [rel for rel in links(file.body) if rel.startswith("prev-archive")]


def test_the_next_one_is_the_only_change() -> None:
    """R-33: the link to the next document is added in the head, and the file is dated by that."""
    before, after = (published(sealed(), segment(), each, SITE) for each in (None, segment(3)))
    for old, new, ending in zip(before, after, ("atom", "rss"), strict=True):
        added = [line for line in new.body.split(b"\n") if line not in old.body.split(b"\n")]
        assert len(added) == 1
        more = {rel: href for rel, href in links(new.body).items() if rel not in links(old.body)}
        assert list(more.values()) == [f"{STEM}/03.{ending}"]
        assert new.changed_at == segment(3).sealed_at


def test_the_id_is_that_of_the_feed() -> None:
    """R-33: a client joins them by the id; each is dated by its newest entry."""
    feed = etree.fromstring(published(sealed(), segment(), None, SITE)[0].body)
    assert texts(feed, "a:id") == [combined([], SITE, FOUNDING).id]
    assert texts(feed, "a:updated") == ["2026-11-20T12:00:00Z"]


def test_the_subscription_document_leads_to_the_newest() -> None:
    """R-32: prev-archive in Atom and RSS, hub and all formats stay; without anything sealed there is no link."""
    listing = Listing(items=(item(4),), standing=Standing(sealed=segment(), updated_at=NOON + timedelta(days=9)))
    edition = subscription(combined(listing.items, SITE, FOUNDING), listing)
    atom, rss = render_atom(edition, press()), render_rss(edition, press())
    assert links(atom.body)[f"prev-archive {ATOM}"] == f"{STEM}/02.atom"
    assert links(rss.body)[f"prev-archive {RSS}"] == f"{STEM}/02.rss"
    for file in (atom, rss):
        assert not [rel for rel in links(file.body) if rel.startswith(("current", "next-archive"))]
        assert FH.encode() not in file.body
    assert texts(etree.fromstring(atom.body), "a:updated") == ["2026-11-29T12:00:00Z"], (
        "never older than what is sealed"
    )
    assert render_json(edition, press())[0].path == "feed.json"
    first = subscription(combined((), SITE, FOUNDING), Listing(items=()))
    assert "prev-archive" not in render_atom(first, press()).body.decode()


def test_each_source_has_a_chain_of_its_own() -> None:
    """R-30: below the name of the source; people are led to its page."""
    one = segment(1, f"feeds/{COUNCIL.id}")
    assert archive_path(one) == "archive/feeds/otterby-council/2026-11/01"
    listing = Listing(items=(item(1),))
    edition = archive(of_feed(COUNCIL, listing.items, SITE, FOUNDING), one, None, listing)
    found = links(render_atom(edition, press()).body)
    assert found["alternate text/html"] == f"{SITE.url}feeds/otterby-council/"
    assert found[f"current {ATOM}"] == f"{SITE.url}feeds/otterby-council.atom"


@pytest.mark.parametrize("following", [None, segment(3)])
def test_valid_by_the_grammar(following: Segment | None) -> None:
    """R-33: archive documents are Atom documents, with tombstones in them, too."""
    grammar = SCHEMAS / "rfc4287.rng"
    if not grammar.exists():
        pytest.skip("no grammar here")
    rules = etree.RelaxNG(etree.parse(grammar))
    for body in (sealed(), sealed(tombstones=(GONE,))):
        document = etree.fromstring(published(body, segment(), following, SITE)[0].body)
        assert rules.validate(document), rules.error_log


def test_tombstones_stand_for_what_was_taken_down() -> None:
    """R-14, RFC 6721: which entry, when and why, in documents of both kinds; a reader of feeds is not disturbed."""
    for edition in (
        archive(combined([item(1)], SITE, FOUNDING), segment(), None, Listing(items=(), tombstones=(GONE,))),
        subscription(combined([item(1)], SITE, FOUNDING), Listing(items=(), tombstones=(GONE,))),
    ):
        feed = etree.fromstring(render_atom(edition, press()).body)
        (gone,) = feed.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
        assert (gone.get("ref"), gone.get("when")) == (GONE.public_id, "2026-11-20T12:00:00Z")
        assert len(gone) == 1
        assert texts(feed, "a:entry/a:id") == [item(1).public_id]
        for file in (render_atom(edition, press()), render_rss(edition, press())):
            assert [entry.id for entry in feedparser.parse(file.body).entries] == [item(1).public_id]


def test_a_moved_site_moves_the_links_of_the_head_only() -> None:
    """R-33: the chain would end at an address that is gone; words that name the old address stay as they are."""
    words = full(2, content=f"<p>{SITE.url}feed.atom</p>")
    edition = archive(combined([words], SITE, FOUNDING), segment(), segment(1), Listing(items=(words,)))
    made = Sealed(atom=render_atom(edition, press()).body, rss=render_rss(edition, press()).body, site_url=SITE.url)
    moved = replace(SITE, url="https://vale.example/a&b/")
    for file in published(made, segment(), segment(3), moved):
        assert all(href.startswith(moved.url) for href in links(file.body).values())
        assert len(links(file.body)) in (4, 6)
        assert SITE.url.encode() in file.body
    assert texts(etree.fromstring(published(made, segment(), None, moved)[0].body), "a:entry/a:id") == [words.public_id]


def test_readers_understand_both() -> None:
    """R-38: other people's software finds entries and chain in either format."""
    for file in published(sealed(), segment(), segment(3), SITE):
        found = feedparser.parse(file.body)
        assert not found.bozo
        assert [entry.id for entry in found.entries] == [item(n).public_id for n in (3, 2, 1)]
        rels = {link.rel for link in found.feed.links}
        assert {"self", "current", "prev-archive", "next-archive"} <= rels
