"""Looking at feeds without reading all of them: by time, and by one digest of everything their cards tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.model import FeedId, FeedProfile, Republish
from tests.builders import HOUR, NOW, added, candidate, record, source
from tests.store.conftest import Store


def test_feeds_by_time(store: Store) -> None:
    """Only feeds last asked after an instant, or due before one; those never asked or planned are neither."""
    store.sources.sync([source("ashmere"), source("birkdale"), source("crosby")], NOW)
    for name, at in (("ashmere", NOW), ("birkdale", NOW + HOUR)):
        state = replace(store.sources.get(FeedId(name))[1], last_poll_at=at, next_poll_at=at + HOUR)
        store.ledger.record(record(state, at=at))
    names = lambda **wanted: [row.source.id for row in store.catalogue.feeds(**wanted)]  # noqa: E731
    assert names() == ["ashmere", "birkdale", "crosby"]
    assert names(asked_after=NOW) == ["birkdale"]
    assert names(asked_after=NOW - HOUR) == ["ashmere", "birkdale"]
    assert names(due_before=NOW + 2 * HOUR) == ["ashmere"]
    assert names(asked_after=NOW, due_before=NOW + 2 * HOUR) == []


def test_the_mark_follows_the_cards(store: Store) -> None:
    """Whatever a card tells changes the mark; a poll that changes no card leaves it."""
    store.sources.sync([source("ashmere")], NOW)
    state = store.sources.get(FeedId("ashmere"))[1]
    marks = [store.archive.cards_mark()]
    steps = (
        state,
        replace(state, profile=FeedProfile(rights="ours")),
        replace(state, moved_url="https://b.example/"),
        replace(state, proposal="https://c.example/"),
    )
    for number, step in enumerate(steps, 1):
        store.ledger.record(record(step, at=NOW + number * HOUR))
        marks.append(store.archive.cards_mark())
    store.ledger.record(record(steps[-1], added(candidate(1)), at=NOW + timedelta(days=1)))
    marks.append(store.archive.cards_mark())
    store.sources.sync([source("ashmere", republish=Republish.LINK)], NOW)
    marks.append(store.archive.cards_mark())
    assert len(set(marks)) == len(marks)
    quiet = replace(store.sources.get(FeedId("ashmere"))[1], polls=9, last_poll_at=NOW, failures=2)
    store.ledger.record(record(quiet, at=NOW + timedelta(days=2)))
    assert store.archive.cards_mark() == marks[-1]
