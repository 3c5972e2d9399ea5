"""Memories of last documents: kept as they are, and ended by every journal row about their feed."""

from __future__ import annotations

import pytest

from aggregator.model import FeedId
from tests.builders import NOW, added, candidate, record, source
from tests.store.conftest import Store

FEED, OTHER = FeedId("ashmere"), FeedId("birkdale")


@pytest.fixture
def known(store: Store) -> Store:
    """Two feeds, each with a memory."""
    store.sources.sync([source(), source("birkdale")], NOW)
    for feed in (FEED, OTHER):
        store.memory.keep(feed, b"the last document of " + feed.encode())
    return store


def test_what_is_kept_comes_back(known: Store) -> None:
    """Byte for byte, in place of what was kept before; nothing is kept in place of something, too."""
    assert known.memory.recall(FEED) == b"the last document of ashmere"
    known.memory.keep(FEED, b"\0\xff")
    assert known.memory.recall(FEED) == b"\0\xff"
    known.memory.keep(FEED, b"")
    assert known.memory.recall(FEED) is None
    assert known.memory.recall(OTHER) is not None


def test_the_journal_ends_a_memory(known: Store) -> None:
    """An entry, a change of configuration, whatever is told of the feed; other feeds are still known."""
    known.ledger.record(record(known.sources.get(FEED)[1], added(candidate(1))))
    assert known.memory.recall(FEED) is None
    assert known.memory.recall(OTHER) is not None
    known.sources.sync([source(), source("birkdale", category="news")], NOW)
    assert known.memory.recall(OTHER) is None


def test_a_poll_that_tells_nothing_keeps_the_memory(known: Store) -> None:
    """A 304 writes no journal row."""
    known.ledger.record(record(known.sources.get(FEED)[1]))
    assert known.memory.recall(FEED) is not None


def test_what_is_undone_was_not_forgotten(known: Store) -> None:
    """A poll that fails after all leaves the memory as it was."""

    def failing() -> None:
        with known.ledger.transaction():
            known.ledger.record(record(known.sources.get(FEED)[1], added(candidate(1))))
            known.memory.keep(FEED, b"new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert known.memory.recall(FEED) == b"the last document of ashmere"
