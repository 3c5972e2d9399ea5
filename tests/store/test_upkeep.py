"""Housekeeping changes nothing that anybody can see."""

from __future__ import annotations

from pathlib import Path

from aggregator.store.sqlite import GroupWriter, open_store
from tests.builders import NOW, source


async def test_upkeep_runs_where_writing_is_allowed(tmp_path: Path) -> None:
    """The hourly housekeeping works inside the writer's transaction and leaves the archive sound."""
    store = open_store(tmp_path / "archive.db", "news.example", NOW, lambda: "uuid")
    writer = GroupWriter(store)
    await writer(lambda: store.sources.sync([source()], NOW))
    before = store.catalogue.feeds()
    await writer(store.upkeep)
    assert store.catalogue.feeds() == before
    assert store.check() is None
    await writer.aclose()
    store.close()
