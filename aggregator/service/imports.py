"""Imports saved documents in the foreground, then publishes what follows from them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from aggregator.errors import StoreError
from aggregator.model import Document, FeedId, Slip, Unreadable
from aggregator.pipeline.imports import Handed, ImportReport, import_context, settle_import
from aggregator.service.handing import Piece, gather
from aggregator.service.lock import store_lock
from aggregator.service.publisher import Publisher
from aggregator.settings import Settings
from aggregator.wiring import Parts, running

AHEAD = 8
"""So many documents at most are read before those ahead of them are stored."""

Tell = Callable[[ImportReport], None]
_Reading = Document | Unreadable
_Read = tuple[Piece, _Reading | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be imported into which feed. ``slip`` is for a single file; a ``rehearsal`` changes nothing."""

    feed_id: FeedId
    paths: tuple[Path, ...]
    slip: Slip
    rehearsal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRun:
    """What came of an import. ``stopped`` is why it ended before all documents were stored, ``unpublished`` why nothing
    could be published; ``None`` where all was well."""

    reports: tuple[ImportReport, ...]
    stopped: str | None = None
    unpublished: str | None = None


async def import_documents(settings: Settings, order: Order, begin: Callable[[int], None], tell: Tell) -> ImportRun:
    """Import everything that was named, each document in a transaction of its own, in the order of the paths.

    ``begin`` is told how many files there are, ``tell`` each report as it comes.

    Raises:
        ManifestError: a list has mistakes; nothing was imported.
        LockedError: a service works on this store.
        StoreError: the store cannot be opened.
    """
    handful = gather(order.paths, order.slip)
    begin(len(handful.files))
    with store_lock(settings.storage.path):
        async with running(settings, saved=True) as parts:
            run = await _Importing(parts, order, tell).run(handful.pieces())
            if order.rehearsal or not any(report.new or report.changed for report in run.reports):
                return run
            publisher = Publisher(parts)
            await publisher.run()
            return replace(run, unpublished=publisher.fault)


class _Importing:
    """One import: documents are read ahead, each in a process that can be killed, and stored one after another."""

    def __init__(self, parts: Parts, order: Order, tell: Tell) -> None:
        self._ports, self._feeds = parts.ports, parts.settings.feeds
        self._order, self._tell = order, tell
        self._source = next(source for source in self._feeds if source.id == order.feed_id)
        self._reports: list[ImportReport] = []

    async def run(self, pieces: Iterator[Piece]) -> ImportRun:
        read = self._read_ahead(pieces)
        stopped: str | None = None
        try:
            await (self._rehearse(read) if self._order.rehearsal else self._record(read))
        except StoreError as fault:
            stopped = str(fault)
        finally:
            await read.aclose()
        return ImportRun(reports=tuple(self._reports), stopped=stopped)

    async def _record(self, read: AsyncGenerator[_Read]) -> None:
        await self._ports.write(self._sync)
        async for step in read:
            await self._ports.write(partial(self._settle, step))

    async def _rehearse(self, read: AsyncGenerator[_Read]) -> None:
        """Everything as in earnest, in one transaction that is undone: so what an earlier document would have stored is
        known to the later ones."""
        loop = asyncio.get_running_loop()

        def whole() -> None:
            with self._ports.ledger.transaction():
                self._sync()
                while (step := asyncio.run_coroutine_threadsafe(_next(read), loop).result()) is not None:
                    self._settle(step)
                raise _RehearsedError

        try:
            await self._ports.write(whole)
        except _RehearsedError:
            return

    def _sync(self) -> None:
        self._ports.sources.sync(self._feeds, self._ports.clock.now())

    def _settle(self, step: _Read) -> None:
        piece, reading = step
        report = piece if isinstance(piece, ImportReport) else self._settled(piece, reading)
        self._reports.append(report)
        self._tell(report)

    def _settled(self, handed: Handed, reading: _Reading | None) -> ImportReport:
        assert reading is not None
        return settle_import(self._source, handed, reading, self._ports, rehearsal=self._order.rehearsal)

    async def _read_ahead(self, pieces: Iterator[Piece]) -> AsyncGenerator[_Read]:
        waiting: list[tuple[Piece, asyncio.Task[_Reading] | None]] = []
        try:
            for piece in pieces:
                waiting.append((piece, None if isinstance(piece, ImportReport) else self._begin(piece)))
                if len(waiting) >= AHEAD:
                    yield await _done(*waiting.pop(0))
            while waiting:
                yield await _done(*waiting.pop(0))
        finally:
            for _, task in waiting:
                if task is not None:
                    task.cancel()

    def _begin(self, handed: Handed) -> asyncio.Task[_Reading]:
        context = import_context(self._source, handed, self._ports.clock.now())

        async def read() -> _Reading:
            return await self._ports.digest(handed.body, context)

        return asyncio.ensure_future(read())


class _RehearsedError(Exception):
    """Undoes a rehearsal."""


async def _done(piece: Piece, task: asyncio.Task[_Reading] | None) -> _Read:
    return piece, None if task is None else await task


async def _next(read: AsyncGenerator[_Read]) -> _Read | None:
    return await anext(read, None)
