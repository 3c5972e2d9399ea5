"""What publishing reads straight from rows is what the whole nouns say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aggregator.model import (
    Category,
    Enclosure,
    EntryId,
    FeedProfile,
    Item,
    OriginalSource,
    Person,
    Selection,
)
from aggregator.store.feed_rows import feed_of
from aggregator.store.rows import entry_of
from aggregator.store.sealed import lasting
from aggregator.store.showing import card, item, member
from aggregator.store.shown import lasting_card
from aggregator.store.sqlite.driver import sqlite3
from aggregator.store.sqlite.items import entry_in, items_of, version_in
from tests.builders import NOW, added, candidate
from tests.year import START, Home, days


def by_nouns(reader: sqlite3.Connection, number: EntryId) -> Item:
    """An entry as it is shown, by way of everything that is stored of it."""
    entry = entry_in(reader, number)
    feeds = {row["id"]: feed_of(row) for row in reader.execute("SELECT * FROM feeds")}
    rows = reader.execute(
        "SELECT * FROM entries WHERE duplicate_of = ? AND forgotten_at IS NULL ORDER BY id", (number,)
    ).fetchall()
    titles = {name: card(feed).title for name, feed in feeds.items()}
    members = [member(copy, titles[copy.feed_id]) for copy in map(entry_of, rows)]
    return item(entry, version_in(reader, number, entry.displayed), lasting(card(feeds[entry.feed_id])), members)


def test_rows_say_what_nouns_say(tmp_path: Path) -> None:
    """R-12, D-21: after months of new, revised, copied and old entries, every item by both ways."""
    home = Home(tmp_path / "home")
    for _ in days(home, last=66):
        pass
    with home.store.database.reading() as reader:
        numbers = [EntryId(row[0]) for row in reader.execute("SELECT id FROM entries ORDER BY id DESC")]
        assert len(numbers) > 50
        assert items_of(reader, numbers) == tuple(by_nouns(reader, number) for number in numbers)
        assert items_of(reader, ()) == ()
    home.store.close()


def test_every_word_of_an_entry_is_read(tmp_path: Path) -> None:
    """Fields that few feeds have, and what a feed says of itself, come through as they were stored."""
    home = Home(tmp_path / "home")
    words = replace(
        candidate(1).entry,
        authors=(Person(name="Iris Holm", email="iris@ashmere.example", uri="https://iris.example/"),),
        categories=(Category(term="roads", label="Roads & paths"), Category(term="\x01")),
        enclosures=(Enclosure(url="https://ashmere.example/a.pdf", type="application/pdf", length=7),),
        rights="© Ashmere",
        source=OriginalSource(raw_id="urn:other", title="Other", updated="2026-01-05T08:00:00Z"),
        title_basis="page",
    )
    profile = FeedProfile(title="Ashmere’s own", rights="Open", authors=("Desk",), language="cy")
    home.poll("ashmere", added(replace(candidate(1), entry=words), NOW), at=START, profile=profile)
    found = home.store.archive.items(Selection(limit=1))[0]
    with home.store.database.reading() as reader:
        assert found == by_nouns(reader, EntryId(1))
    assert (found.authors, found.enclosures, found.original) == (words.authors, words.enclosures, words.source)
    assert (found.source.rights, found.source.language, found.title_basis) == ("Open", "cy", "page")
    home.store.close()


def test_a_source_without_a_profile_has_a_card() -> None:
    """Rows of a feed that was never read say nothing of it."""
    made = lasting_card('{"id":"ashmere","url":"https://ashmere.example/feed"}', "tag:x", None)
    assert (made.id, made.title, made.tag) == ("ashmere", "ashmere", "tag:x")
