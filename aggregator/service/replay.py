"""Replays the captures of an archive into an empty one, beside it or for the moment only, and compares the two."""

from __future__ import annotations

import asyncio
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from aggregator.captures.reader import CaptureReader
from aggregator.errors import StoreError
from aggregator.model import Exchange, Request, RetryScope
from aggregator.model.replay import Replayed
from aggregator.opening import DATABASE, PUBLIC, SystemClock, database
from aggregator.pipeline.publish import publish
from aggregator.pipeline.replay import Ahead, Replay, compare
from aggregator.ports import Ports
from aggregator.publish.folder import Folder
from aggregator.service.lock import store_lock
from aggregator.settings import Settings
from aggregator.store.sqlite import InlineWriter, SqlitePast, SqliteStore, open_store
from aggregator.wiring import CAPTURES, agent_of, mailbox_of, make_digest

Tell = Callable[[int], None]


async def replay_archive(
    settings: Settings, into: Path | None, since: datetime | None, begin: Tell, tell: Tell
) -> Replayed:
    """Replay everything and compare it with what is stored; the archive itself is only read, also while a service runs.

    ``into`` is a storage folder that is made and kept, its files published; without it nothing is kept. ``begin`` is
    told how many polls there are, ``tell`` how many more were done.

    Raises:
        StoreError: there is no archive, it cannot be read or was written by another version; or ``into`` holds one.
    """
    file = database(settings)
    if not file.is_file():
        raise StoreError(f"nothing is archived at {file} yet; `aggregator poll` or `serve` begins it")
    with closing(SqlitePast(file)) as past, _place(into) as folder:
        begin(past.count())
        with closing(_empty(folder, past)) as store:
            replay = await _run(settings, past, store, tell)
            if into is not None:
                publish(store, Folder(folder / PUBLIC), settings.site, agent_of(settings))
        with closing(SqlitePast(folder / DATABASE)) as today:
            return compare(replay, today, since)


@contextmanager
def _place(into: Path | None) -> Iterator[Path]:
    if into is None:
        with tempfile.TemporaryDirectory(prefix="aggregator-replay-") as name:
            yield Path(name)
        return
    if (into / DATABASE).exists():
        raise StoreError(f"{into} holds an archive already; name an empty folder, nothing is ever replayed over one")
    with store_lock(into):
        yield into


def _empty(folder: Path, past: SqlitePast) -> SqliteStore:
    founding = past.founding()
    given = {feed.feed_id: (feed.uuid, feed.tag) for feed in past.feeds()}
    return open_store(folder / DATABASE, founding.authority, founding.at, lambda: str(uuid.uuid4()), given)


async def _run(settings: Settings, past: SqlitePast, store: SqliteStore, tell: Tell) -> Replay:
    digest, saved = make_digest(settings, None), make_digest(settings, 1, saved=True)
    ahead = Ahead(digest)
    ports = Ports(
        clock=SystemClock(),
        fetch=_nobody,
        digest=ahead,
        sources=store.sources,
        ledger=store.ledger,
        write=InlineWriter(store),
        takedowns=past,
        # What an answer meant for other feeds of its host has rows of its own.
        retry_scope=RetryScope.FEED,
        mailbox=mailbox_of(settings),
    )
    reader = CaptureReader(settings.storage.path / CAPTURES)
    room = 4 * (os.cpu_count() or 1)
    replay = Replay(
        past=past, captures=reader, ports=ports, ahead=ahead, saved=saved, agent=agent_of(settings), room=room
    )
    try:
        await replay.run(tell)
    finally:
        await ahead.drop()
        await digest.aclose()
        await saved.aclose()
    return replay


async def _nobody(request: Request) -> Exchange:
    raise AssertionError(f"a replay asked for {request.url}")


def run(settings: Settings, into: Path | None, since: datetime | None, begin: Tell, tell: Tell) -> Replayed:
    """`replay_archive` to its end."""
    return asyncio.run(replay_archive(settings, into, since, begin, tell))
