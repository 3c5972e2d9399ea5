"""Publishing keeps what still holds: spliced of what was published before, every file is as if rendered whole."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from aggregator.model import Edition, FeedProfile, Item, Outcome, Provenance, Republish
from aggregator.model.takedown import Ground, Stage, TakedownOrder
from aggregator.pipeline import publish as walk
from aggregator.pipeline.publish import publish
from aggregator.publish import entry
from aggregator.publish.folder import Folder
from aggregator.publish.manifest import NOTE
from aggregator.publish.press import Clean, Prepared
from tests.builders import copy_of, query, source
from tests.year import AGENT, DAY, FEEDS, SITE, START, Home, days, open_memory, open_sqlite

POLICIES = tuple(Republish)
FILES = [f"feeds/{name}.{ending}" for name in FEEDS for ending in ("atom", "rss", "json", "html")]


class Forgetful(Folder):
    """A published folder that never tells what it holds: everything that is due is rendered."""

    def kept(self, path: str) -> None:
        """Nothing."""


class KilledError(Exception):
    """The process dies here."""


class Twins:
    """One archive, published into two folders at the same times: one that is spliced, and one rendered whole."""

    def __init__(self, folder: Path, opening: Any) -> None:
        self.home = Home(folder, opening=opening)
        self.whole = Forgetful(folder / "whole")
        self.at = START
        self.known: dict[str, list[Any]] = {name: [] for name in FEEDS}

    def new(self, feed: str, many: int, **changes: Any) -> None:
        """So many new entries."""
        found = self.home.new(feed, many, self.at, announced=True, **changes)
        self.known[feed] += [each.candidate for each in found]
        self.home.poll(feed, *found, at=self.at)

    def old(self, feed: str, many: int) -> None:
        """Entries of the past, of which nobody is told."""
        found = self.home.new(feed, many, self.at - 40 * DAY, announced=False)
        self.home.poll(feed, *found, at=self.at, provenance=Provenance.WP_REST)

    def revise(self, feed: str, position: int, significant: bool) -> None:
        """Other words of an entry."""
        if own := self.known[feed]:
            number = int(own[position % len(own)].key.rpartition("/")[2])
            self.home.revise(feed, number, f"<b>changed</b> at {self.at}", self.at, significant=significant)

    def copy(self, feed: str, other: str, position: int) -> None:
        """A copy of an entry of another source: its lead names it."""
        if self.known[other]:
            first = self.known[other][position % len(self.known[other])]
            leader = self.home.store.ledger.heads(query(first, feed=other)).by_key[first.key].entry_id
            one = self.home.new(feed, 1, self.at)[0].candidate
            self.home.poll(feed, copy_of(one, leader, Outcome.DUPLICATE), at=self.at)

    def rename(self, feed: str, title: str) -> None:
        """A source calls itself otherwise, which the journal does not tell."""
        self.home.poll(feed, at=self.at, profile=FeedProfile(title=title, authors=(title,)))

    def configure(self, policy: Republish) -> None:
        """Another licence for one of the sources."""
        feeds = [source(name, republish=policy if name == FEEDS[0] else POLICIES[0]) for name in FEEDS]
        self.home.store.sources.sync(feeds, self.at)

    def forget(self, feed: str, position: int) -> None:
        """The first step of a takedown."""
        if own := self.known[feed]:
            gone = own.pop(position % len(own))
            number = self.home.store.ledger.heads(query(gone, feed=feed)).by_key[gone.key].entry_id
            words = {"ground": Ground.COURT_ORDER, "reason": "", "who": "ops", "tokens": frozenset[str]()}
            self.home.store.takedowns.forget(TakedownOrder(entry_id=number, at=self.at, **words))

    def damage(self, file: str, how: int) -> None:
        """Other bytes in a published file, from outside; then something comes for its source."""
        path = self.home.output.root / file
        if path.exists():
            body = path.read_bytes()
            path.write_bytes([body[:-40], body.replace(b"notice", b"police"), b""][how % 3])
        self.new(file.partition("/")[2].rpartition(".")[0], 1)

    def die(self, step: int) -> None:
        """A publish that ends at the so manieth rename."""
        with dying(step):
            try:
                self.home.publish()
            except KilledError:
                self.home.output = Folder(self.home.output.root)

    def publish(self) -> None:
        """Both folders, and each file of one is that of the other."""
        self.home.publish()
        publish(self.home.store, self.whole, SITE, AGENT)
        for each in self.home.store.takedowns.unfinished():
            self.home.store.takedowns.advance(each.entry_id, Stage.DONE)
        ours, theirs = files(self.home.output.root), files(self.whole.root)
        assert sorted(ours) == sorted(theirs)
        assert [path for path, body in ours.items() if body != theirs[path]] == []


@contextmanager
def dying(step: int) -> Iterator[None]:
    """The so manieth rename raises."""
    real, left = os.replace, step

    def replace(draft: str, target: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise KilledError
        real(draft, target)

    os.replace = replace  # type: ignore[assignment]
    try:
        yield
    finally:
        os.replace = real


def files(root: Path) -> dict[str, bytes]:
    """Every published file, compressed copies too."""
    found = (path for path in sorted(root.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


FEED = some.sampled_from(FEEDS)
PLACE = some.integers(0, 30)
STEPS = some.one_of(
    some.tuples(some.just("new"), FEED, some.integers(1, 4)),
    some.tuples(some.just("new"), FEED, some.integers(40, 70)),
    some.tuples(some.just("old"), FEED, some.integers(1, 3)),
    some.tuples(some.just("revise"), FEED, PLACE, some.booleans()),
    some.tuples(some.just("copy"), FEED, FEED, PLACE),
    some.tuples(some.just("rename"), FEED, some.sampled_from(["Otterby", "Beck & <Dale>", ""])),
    some.tuples(some.just("configure"), some.sampled_from(POLICIES)),
    some.tuples(some.just("forget"), FEED, PLACE),
    some.tuples(some.just("damage"), some.sampled_from(FILES), some.integers(0, 2)),
    some.tuples(some.just("die"), some.integers(1, 60)),
    some.tuples(some.just("publish")),
)


@settings(max_examples=25, deadline=None)
@given(some.lists(STEPS, min_size=2, max_size=14), some.sampled_from([open_memory, open_sqlite]))
def test_spliced_is_rendered_whole(steps: list[tuple[Any, ...]], opening: Any) -> None:
    """The law, over histories of entries that are added, revised, copied, taken down and pushed out of the feed, of
    sources that change name or licence, of crashes and of damaged files."""
    with TemporaryDirectory() as folder:
        twins = Twins(Path(folder), opening)
        twins.new("ashmere", 3)
        twins.publish()
        for name, *words in steps:
            twins.at += timedelta(hours=31)
            getattr(twins, name)(*words)
        twins.publish()
        twins.home.store.close()


def test_a_year_is_the_same(tmp_path: Path) -> None:
    """The made-up year, published now and then; and as good as rendered at once, from nothing."""
    home = Home(tmp_path)
    for number, _ in enumerate(days(home, last=110)):
        if number % 7 == 0:
            home.publish()
    home.publish()
    once = Folder(tmp_path / "once")
    publish(home.store, once, SITE, AGENT, rebuild=True)
    ours, theirs = files(home.output.root), files(once.root)
    assert [path for path, body in theirs.items() if ours[path] != body] == []
    home.store.close()


def test_only_what_came_is_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One entry comes for a source of thirty: it alone is prepared, for its feed, its page and its month."""
    twins = Twins(tmp_path, open_sqlite)
    twins.home.store.sources.sync([source(name, category="") for name in FEEDS], twins.at)
    twins.new("ashmere", 30)
    twins.publish()
    twins.at += DAY
    twins.new("ashmere", 1)
    prepared = preparing(monkeypatch)
    twins.home.publish()
    assert prepared[: prepared.index(0)] == [31]
    twins.publish()


def test_months_that_are_at_hand_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is rendered: where the feed of a source holds all of it, its months are made of the same items; where
    there is more of it, they come after what is new."""
    home = Home(tmp_path)
    home.store.sources.sync([source(name, category="") for name in FEEDS], START)
    home.poll("ashmere", *home.new("ashmere", 30, START), at=START)
    home.poll("bramford", *home.new("bramford", 400, START), at=START)
    prepared = preparing(monkeypatch)
    written = home.publish().written
    assert sorted(each for each in prepared[: prepared.index(0)] if each <= 30) == list(range(1, 31))
    order = ("feeds/ashmere/2026/01.html", "feed.atom", "feeds/bramford/2026/01.html")
    assert sorted(order, key=written.index) == list(order)


def preparing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of entries that are prepared from now on; 0 where the combined feed begins."""
    prepared: list[int] = []
    real, combined = entry.prepare, walk.combined

    def noting(item: Item, clean: Clean) -> Prepared:
        prepared.append(item.entry_id)
        return real(item, clean)

    def begun(*words: Any) -> Edition:
        prepared.append(0)
        return combined(*words)

    monkeypatch.setattr(entry, "prepare", noting)
    monkeypatch.setattr(walk, "combined", begun)
    return prepared


def test_a_damaged_note_is_not_believed(tmp_path: Path) -> None:
    """Words cut short, or exchanged for others: what they belong to is rendered whole."""
    twins = Twins(tmp_path, open_sqlite)
    for step in range(4):
        twins.at += DAY
        twins.new("ashmere", 2)
        twins.publish()
        note = twins.home.output.root / NOTE
        words = note.read_text()
        note.write_text(re.sub("(?m) =.{9}", (" =123456789", " =", " =1", "")[step], words))
