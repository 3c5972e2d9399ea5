"""Both stores, empty: what holds for one holds for the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from aggregator.model import Fixity
from aggregator.pipeline.verify import verify
from aggregator.store.memory import MemoryStore
from aggregator.store.sqlite import SqliteStore, open_store
from tests.builders import NOW

Store = MemoryStore | SqliteStore


def numbered() -> Callable[[], str]:
    """UUIDs a test can foresee."""
    numbers = count(1)
    return lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty archive of either kind."""
    made: Store
    if request.param == "memory":
        made = MemoryStore("news.example", NOW, numbered())
    else:
        made = open_store(tmp_path / "archive.db", "news.example", NOW, numbered())
    yield made
    assert checked(made).flaws == (), "whatever a test has done by the ports, the archive proves itself afterwards"
    made.close()


def checked(store: Store) -> Fixity:
    """The whole archive against what proves it."""
    evidence = store.evidence()
    try:
        return verify(evidence, (), lambda _: None)
    finally:
        evidence.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty archive on disk."""
    made = open_store(tmp_path / "archive.db", "news.example", NOW, numbered())
    yield made
    made.close()
