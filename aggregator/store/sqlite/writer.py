"""Runs work where writing is allowed: one thread, one commit for everything that waits, each work all or nothing."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Lock, Thread
from time import monotonic
from typing import Any, Protocol, TypeVar

from aggregator.errors import StoreError
from aggregator.ports import Ledger

T = TypeVar("T")

BATCH = 64
"""So many works at most share a commit."""
LINGER = 0.004
"""Seconds to wait for company before committing: an fsync costs more than that on most disks."""
ROOM = 1024
"""So many works at most wait; further callers wait for their turn to wait."""


def nothing() -> None:
    """Nothing is to be done before a commit."""


class HasLedger(Protocol):
    """A store, as far as writing needs it."""

    @property
    def ledger(self) -> Ledger:
        """The one writer of the archive."""
        ...


@dataclass(slots=True, eq=False)
class _Work:
    """``done`` belongs to the caller's event loop; only there it is touched, besides being asked whether it is over."""

    run: Callable[[], Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        """Hand over what came of it, unless the caller has gone."""
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)


class _Look:
    """Something was put ahead of all that waits."""


class GroupWriter:
    """Implements `Writer` with a thread of its own. Work that raises undoes only itself."""

    def __init__(
        self,
        store: HasLedger,
        batch: int = BATCH,
        room: int = ROOM,
        linger: float = LINGER,
        before_commit: Callable[[], None] = nothing,
    ) -> None:
        """``before_commit`` is run once a batch, after its works and before their commit; what it raises undoes all of
        them."""
        self._ledger, self._batch, self._linger = store.ledger, batch, linger
        self._before_commit = before_commit
        self._queue: Queue[_Work | _Look | None] = Queue()
        self._ahead: deque[_Work] = deque()
        self._room = asyncio.Semaphore(room)
        self._gate, self._closed = Lock(), False
        self._thread = Thread(target=self._serve, name="archive-writer", daemon=True)
        self._thread.start()

    async def __call__(self, work: Callable[[], T], *, first: bool = False) -> T:
        """The result of ``work`` once it is committed; ``first`` puts it before all that waits, and nobody lingers.

        Work that is cancelled before its turn is never run; once begun it is finished.

        Raises:
            StoreError: it could not be committed, or the writer is closed. Whatever ``work`` raises.
        """
        async with self._room:
            done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
            with self._gate:
                if self._closed:
                    raise StoreError("the archive is being closed; nothing more can be written")
                wanted = _Work(work, done)
                if first:
                    self._ahead.append(wanted)
                self._queue.put(_Look() if first else wanted)
            return await done

    def close(self) -> None:
        """Finish all work accepted so far and end the thread; twice is no harm."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    async def aclose(self) -> None:
        """The same without blocking the event loop, which the waiting callers need."""
        await asyncio.to_thread(self.close)

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, ended = self._drain(first)
            self._run(batch)
            if ended:
                return

    def _drain(self, first: _Work | _Look) -> tuple[deque[_Work], bool]:
        """The first work and all that come while it lingers, unless something is ahead of them; whether the end was
        among them."""
        batch, until = deque[_Work](), monotonic() + self._linger
        found: _Work | _Look | None = first
        while found is not None:
            if isinstance(found, _Work):
                batch.append(found)
            if self._ahead or len(batch) >= self._batch:
                return batch, False
            try:
                found = self._queue.get(timeout=max(until - monotonic(), 0.0))
            except Empty:
                return batch, False
        return batch, True

    def _run(self, batch: deque[_Work]) -> None:
        """What is ahead of all, then this batch; where something comes ahead of the rest meanwhile, what was done of
        the batch is committed first."""
        while self._ahead or batch:
            self._commit(self._ahead, lambda: False)
            self._commit(batch, lambda: bool(self._ahead))

    def _commit(self, works: deque[_Work], enough: Callable[[], bool]) -> None:
        """One transaction for works from the left until it is enough, each in a savepoint of its own."""
        if not works or enough():
            return
        done: list[_Work] = []
        try:
            with self._ledger.transaction():
                while works and not enough():
                    work = works.popleft()
                    done.append(work)
                    # Work whose caller has gone before its turn is never run; once begun it is finished.
                    if not work.done.cancelled():
                        work.error = self._attempt(work)
                self._before_commit()
        except BaseException as error:
            # Where it could not even begin, none of them can be written.
            if not done:
                done.extend(works)
                works.clear()
            for work in done:
                work.error = error
        _tell(done)

    def _attempt(self, work: _Work) -> BaseException | None:
        try:
            with self._ledger.transaction():
                work.result = work.run()
        except BaseException as error:
            return error
        return None


def _tell(batch: list[_Work]) -> None:
    """Wake each event loop once for all of its work: every waking is a call of the system."""
    loops: dict[asyncio.AbstractEventLoop, list[_Work]] = {}
    for work in batch:
        loops.setdefault(work.done.get_loop(), []).append(work)
    for loop, own in loops.items():
        # A loop that is closed has nobody waiting.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_tell_each, own)


def _tell_each(batch: list[_Work]) -> None:
    for work in batch:
        work.tell()


class InlineWriter:
    """Implements `Writer` on the caller's own thread, one transaction a work: for tests and single commands."""

    def __init__(self, store: HasLedger, before_commit: Callable[[], None] = nothing) -> None:
        self._ledger, self._before_commit = store.ledger, before_commit

    async def __call__(self, work: Callable[[], T], *, first: bool = False) -> T:  # noqa: ARG002
        """The result of ``work`` once it is committed. Raises whatever ``work`` raises, or `StoreError`."""
        with self._ledger.transaction():
            done = work()
            self._before_commit()
            return done

    async def aclose(self) -> None:
        """Nothing to close."""
