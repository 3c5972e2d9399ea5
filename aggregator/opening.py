"""Settings to an archive: the door of commands that look something up, without clients and without the scheduler."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.errors import StoreError
from aggregator.model import Score
from aggregator.pipeline.politeness import feed_scores, host_scores
from aggregator.ports import Backfills, Catalogue, Subscriptions
from aggregator.publish.folder import Folder
from aggregator.settings import Settings
from aggregator.store.sqlite import SqliteStore, open_store

DATABASE = "archive.db"
PUBLIC = "public"


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The instant, aware and UTC."""
        return datetime.now(UTC)


def open_archive(settings: Settings) -> SqliteStore:
    """Open (and make or migrate) the archive of these settings, to read or to write.

    Raises:
        StoreError: it cannot be opened, or was made by a newer version.
    """
    authority = urlsplit(settings.site.url).hostname or "localhost"
    now, zone = SystemClock().now(), settings.site.timezone
    return open_store(database(settings), authority, now, lambda: str(uuid.uuid4()), zone=zone)


@contextmanager
def open_catalogue(settings: Settings) -> Iterator[Catalogue]:
    """What people look up, also while a service runs.

    Raises:
        StoreError: there is no archive yet, or it cannot be opened.
    """
    with _existing(settings) as store:
        yield store.catalogue


@contextmanager
def open_hubs(settings: Settings) -> Iterator[tuple[Catalogue, Subscriptions]]:
    """The same with the subscriptions at hubs. Raises `StoreError` as `open_catalogue` does."""
    with _existing(settings) as store:
        yield store.catalogue, store.subscriptions


@contextmanager
def open_jobs(settings: Settings) -> Iterator[tuple[Catalogue, Backfills]]:
    """The same with the backfill jobs. Raises `StoreError` as `open_catalogue` does."""
    with _existing(settings) as store:
        yield store.catalogue, store.backfills


@contextmanager
def _existing(settings: Settings) -> Iterator[SqliteStore]:
    if not database(settings).exists():
        raise StoreError(f"nothing is archived at {database(settings)} yet; `aggregator poll` or `serve` begins it")
    store = open_archive(settings)
    try:
        yield store
    finally:
        store.close()


def open_scores(settings: Settings, span: timedelta, *, by_feed: bool = False) -> tuple[Score, ...]:
    """The politeness ledger of the last days by host or by feed, also while a service runs (H-73).

    Raises:
        StoreError: there is no archive yet, or it cannot be opened.
    """
    if not database(settings).exists():
        raise StoreError(f"nothing is archived at {database(settings)} yet; `aggregator poll` or `serve` begins it")
    store = open_archive(settings)
    try:
        now = SystemClock().now()
        scores = feed_scores if by_feed else host_scores
        return scores(store.archive.traces(now - span, now))
    finally:
        store.close()


def database(settings: Settings) -> Path:
    """Where the archive lies."""
    return settings.storage.path / DATABASE


def open_output(settings: Settings) -> Folder:
    """The folder of published files."""
    return Folder(settings.storage.path / PUBLIC)
