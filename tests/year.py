"""A made-up year of a small archive: new, revised, copied and old entries, day by day, the same every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from aggregator.model import EntryFilter, FeedId, FeedProfile, Outcome, Provenance, Republish, Site
from aggregator.pipeline.publish import PublishReport, publish
from aggregator.publish.folder import Folder
from aggregator.store.memory import MemoryStore
from aggregator.store.sqlite import SqliteStore, open_store
from tests.builders import added, candidate, copy_of, query, record, revised, source

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = Site(title="Vale & Dale news", url="https://news.vale.example/")
FEEDS = ("ashmere", "bramford", "cold-ash")
AGENT = "Aggregator/0 (+https://news.vale.example/bot)"


def open_memory(_: Path) -> MemoryStore:
    """The store in memory."""
    numbers = count(1)
    return MemoryStore("news.vale.example", START, lambda: f"00000000-0000-4000-8000-{next(numbers):012d}")


def open_sqlite(folder: Path) -> SqliteStore:
    """The store on disk."""
    numbers = count(1)
    path = folder / "archive.db"
    return open_store(path, "news.vale.example", START, lambda: f"00000000-0000-4000-8000-{next(numbers):012d}")


@dataclass(slots=True)
class Home:
    """An archive with its published folder."""

    folder: Path
    opening: Callable[[Path], Any] = open_sqlite
    site: Site = SITE
    store: Any = field(init=False)
    output: Folder = field(init=False)
    numbers: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.store = self.opening(self.folder)
        self.output = Folder(self.folder / "public")
        policies = (Republish.SUMMARY, Republish.FULL, Republish.LINK)
        feeds = [source(name, republish=policy) for name, policy in zip(FEEDS, policies, strict=True)]
        self.store.sources.sync(feeds, START)
        self.numbers = count(1 + len(self.store.catalogue.entries(EntryFilter(limit=1_000_000))))

    def poll(self, feed: str, *changes: Any, at: datetime, **others: Any) -> None:
        """One poll of a feed."""
        state = self.store.sources.get(FeedId(feed))[1]
        profile = others.pop("profile", None)
        made = record(state, *changes, at=at, **others)
        if profile is not None:
            made = replace(made, state=replace(made.state, profile=profile))
        self.store.ledger.record(made)

    def new(self, feed: str, many: int, at: datetime, **changes: Any) -> list[Any]:
        """So many entries nobody knows yet."""
        found = []
        for number in (next(self.numbers) for _ in range(many)):
            one = candidate(number, f"notice {number} of {feed} says: bins & <bags> go out on day {number % 7}", feed)
            words = replace(one.entry, summary=f"In short: notice {number}.", language="en-GB")
            found.append(added(replace(one, entry=words), at, **changes))
        return found

    def revise(self, feed: str, number: int, words: str, at: datetime, **changes: Any) -> None:
        """Other words of an entry."""
        one = candidate(number, words, feed)
        head = self.store.ledger.heads(query(one, feed=feed)).by_key[one.key]
        moved = max(at, head.updated_at + timedelta(seconds=1)) if changes.get("significant", True) else head.updated_at
        self.poll(feed, revised(head, one, moved, **changes), at=at)

    def publish(self, **changes: Any) -> PublishReport:
        """What `aggregator publish` does."""
        return publish(self.store, self.output, self.site, AGENT, **changes)

    def archived(self) -> dict[str, bytes]:
        """Every sealed document that is published."""
        root = self.output.root
        found = [path for ending in ("atom", "rss") for path in (root / "archive").rglob(f"*.{ending}")]
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(found)}

    def published(self) -> dict[str, bytes]:
        """Every feed document that is published."""
        root = self.output.root
        found = [path for ending in ("atom", "rss", "json") for path in root.rglob(f"[!.]*.{ending}")]
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(found)}


def days(home: Home, first: int = 0, last: int = 365) -> Iterator[datetime]:
    """Lives through the days; whoever walks over them may publish whenever they like."""
    for day in range(first, last):
        at = START + day * DAY
        lead = home.new("ashmere", 2 + day % 3, at, announced=True)
        home.poll("ashmere", *lead, at=at)
        if day % 4 == 0:
            home.poll("bramford", *home.new("bramford", 1, at), at=at + timedelta(hours=1))
        if day % 9 == 0:
            first, copy = lead[0].candidate, home.new("cold-ash", 1, at)[0].candidate
            leader = home.store.ledger.heads(query(first)).by_key[first.key].entry_id
            home.poll("cold-ash", copy_of(copy, leader, Outcome.DUPLICATE), at=at + timedelta(hours=2))
        if day % 5 == 3:
            home.revise("ashmere", 1, f"changed on day {day}", at + timedelta(hours=3))
            home.revise("ashmere", 2, f"a letter {day}", at + timedelta(hours=3), significant=False)
        if day % 120 == 60:
            old = home.new("bramford", 137, at - 1000 * DAY, announced=False)
            for start in range(0, len(old), 50):
                later = at + timedelta(hours=4, minutes=start)
                home.poll("bramford", *old[start : start + 50], at=later, provenance=Provenance.WP_REST)
        if day == 200:
            home.poll("ashmere", at=at + timedelta(hours=5), profile=FeedProfile(title="Ashmere, renamed"))
        yield at
