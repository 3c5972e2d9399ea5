"""Which items a published feed holds, in which order, under which id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.publish.edition import combined, newest, of_category, of_feed
from tests.publish.press import COUNCIL, FOUNDING, NOON, SITE, UUID, item


def test_ids_are_tags_of_the_founding() -> None:
    """R-10: the feed id is a tag URI of the founding, the same whatever the feed holds or is called."""
    stem = "tag:news.wharfe.example,2026-01-05"
    renamed = replace(SITE, title="Other", url="https://elsewhere.example/")
    assert combined([], SITE, FOUNDING).id == combined([item()], renamed, FOUNDING).id == f"{stem}:feed"
    assert of_feed(COUNCIL, [], SITE, FOUNDING).id == f"{stem}:feeds/{UUID}"
    assert of_feed(replace(COUNCIL, title="New", url="https://new.example/"), [], SITE, FOUNDING).id.endswith(UUID)
    assert of_category("council", [], SITE, FOUNDING).id == f"{stem}:category/council"


def test_own_feed_is_not_the_feed_of_the_source() -> None:
    """R-12: our feed of a source has another id than the source's own feed, which its entries name."""
    assert of_feed(COUNCIL, [], SITE, FOUNDING).id != COUNCIL.tag


def test_paths() -> None:
    """Paths are those promised: feed, feeds/{id}, category/{name}."""
    made = (combined([], SITE, FOUNDING), of_feed(COUNCIL, [], SITE, FOUNDING), of_category("news", [], SITE, FOUNDING))
    assert [one.path for one in made] == ["feed", "feeds/otterby-council", "category/news"]


def test_late_arrival_stands_first() -> None:
    """R-02: the order is that of publishing; an entry with an old date that came last is on top."""
    late = item(9, published_at=NOON - timedelta(days=900))
    assert combined([item(1), late, item(3)], SITE, FOUNDING).items == (late, item(3), item(1))


def test_updated_is_the_latest_change() -> None:
    """R-10: updated is the maximum over the items, wherever in the order it stands."""
    changed = item(1, updated_at=NOON + timedelta(hours=1))
    assert combined([item(5), changed, item(4)], SITE, FOUNDING).updated == NOON + timedelta(hours=1)


def test_empty_feed_was_updated_at_the_founding() -> None:
    """R-10: without items it is the founding, never the time of rendering."""
    assert combined([], SITE, FOUNDING).updated == FOUNDING.at


def test_one_id_once() -> None:
    """R-13: of two items with one public id the later published stays."""
    assert newest([item(1), item(7, public_id=item(1).public_id)]) == (item(7, public_id=item(1).public_id),)


def test_at_most_300() -> None:
    """R-15: readers look at 300 entries; the newest 300 are there."""
    chosen = combined([item(number) for number in range(1, 402)], SITE, FOUNDING).items
    assert [one.pub_seq for one in chosen] == list(range(401, 101, -1))


@given(st.permutations([item(number) for number in range(1, 8)]))
@settings(max_examples=30, deadline=None)
def test_order_of_input_does_not_matter(items: list) -> None:
    """R-02: a feed is a function of the set of its items."""
    assert combined(items, SITE, FOUNDING) == combined([item(number) for number in range(1, 8)], SITE, FOUNDING)
