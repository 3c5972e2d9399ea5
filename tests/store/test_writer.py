"""The one writer thread: shared commits, separate failures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, current_thread, get_ident

import pytest

from aggregator.errors import StoreError
from aggregator.model import EntryFilter, FeedId
from aggregator.store.sqlite import GroupWriter, InlineWriter, SqliteStore
from tests.builders import NOW, added, candidate, record, source


def adding(store: SqliteStore, number: int, body: str = "open") -> Callable[[], int]:
    """Work that stores one entry and returns its number."""

    def work() -> int:
        state = store.sources.get(FeedId("ashmere"))[1]
        with store.ledger.transaction():
            store.ledger.record(record(state, added(candidate(number, body))))
        return number

    return work


def failing(store: SqliteStore, number: int) -> Callable[[], int]:
    """Work that stores one entry and then fails."""

    def work() -> int:
        adding(store, number)()
        raise ZeroDivisionError

    return work


def stored(store: SqliteStore) -> int:
    """How many entries there are."""
    return len(store.catalogue.entries(EntryFilter(limit=1000)))


class Counting:
    """A store whose ledger counts outermost transactions, and may hold the first until told."""

    def __init__(self, store: SqliteStore) -> None:
        self.real, self.depth, self.commits = store.ledger, 0, 0
        self.heads, self.record = self.real.heads, self.real.record

    @property
    def ledger(self) -> Counting:
        return self

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.depth += 1
        try:
            with self.real.transaction():
                yield
        finally:
            self.depth -= 1
            self.commits += not self.depth


async def test_waiting_work_shares_one_commit(sqlite: SqliteStore) -> None:
    """H-06: what waits behind a commit goes into the next one together."""
    sqlite.sources.sync([source()], NOW)
    counting, gate = Counting(sqlite), Event()
    writer = GroupWriter(counting)
    held = asyncio.ensure_future(writer(gate.wait))
    await asyncio.sleep(0.05)
    waiting = [asyncio.ensure_future(writer(adding(sqlite, number))) for number in range(20)]
    await asyncio.sleep(0.05)
    gate.set()
    assert await asyncio.gather(*waiting) == list(range(20))
    assert await held
    await writer.aclose()
    assert (counting.commits, stored(sqlite)) == (2, 20)


async def test_failing_work_undoes_only_itself(sqlite: SqliteStore) -> None:
    """D-22: one bad document costs that document, not those that share its commit."""
    sqlite.sources.sync([source()], NOW)
    writer, gate = GroupWriter(sqlite), Event()
    held = asyncio.ensure_future(writer(gate.wait))
    works = (adding(sqlite, 1), failing(sqlite, 2), adding(sqlite, 3), adding(sqlite, 1))
    waiting = [asyncio.ensure_future(writer(work)) for work in works]
    await asyncio.sleep(0.05)
    gate.set()
    results = await asyncio.gather(held, *waiting, return_exceptions=True)
    await writer.aclose()
    assert results[1:4:2] == [1, 3]
    assert isinstance(results[2], ZeroDivisionError)
    assert isinstance(results[4], StoreError)
    assert stored(sqlite) == 2


async def test_full_disk_fails_the_work_and_not_the_writer(sqlite: SqliteStore) -> None:
    """H-06: after a full disk the same writer goes on."""
    sqlite.sources.sync([source()], NOW)
    database = sqlite.database.writer
    database.execute(f"PRAGMA max_page_count = {database.execute('PRAGMA page_count').fetchone()[0] + 1}")
    writer = GroupWriter(sqlite)
    with pytest.raises(StoreError):
        await writer(adding(sqlite, 1, "long " * 9000))
    database.execute("PRAGMA max_page_count = 100000")
    assert await writer(adding(sqlite, 1, "long " * 9000)) == 1
    await writer.aclose()
    assert stored(sqlite) == 1


async def test_lost_transaction_fails_everything_in_it(sqlite: SqliteStore) -> None:
    """D-22: where the database itself undoes the whole transaction, nobody is told that his work is stored."""
    sqlite.sources.sync([source()], NOW)
    writer, gate = GroupWriter(sqlite), Event()
    held = asyncio.ensure_future(writer(gate.wait))
    works = (adding(sqlite, 1), lambda: sqlite.database.writer.execute("ROLLBACK"), adding(sqlite, 3))
    waiting = [asyncio.ensure_future(writer(work)) for work in works]
    await asyncio.sleep(0.05)
    gate.set()
    results = await asyncio.gather(held, *waiting, return_exceptions=True)
    assert all(isinstance(result, StoreError) for result in results[1:])
    assert stored(sqlite) == 0
    assert await writer(adding(sqlite, 4)) == 4
    await writer.aclose()


async def test_work_runs_on_the_writer_thread_only(sqlite: SqliteStore) -> None:
    """One thread owns all writes."""
    writer = GroupWriter(sqlite)
    assert await writer(lambda: current_thread().name) == "archive-writer"
    assert await writer(get_ident) != get_ident()
    await writer.aclose()


async def test_closing_finishes_accepted_work(sqlite: SqliteStore) -> None:
    """Nothing accepted is dropped, nothing is accepted afterwards; a small room makes callers wait."""
    sqlite.sources.sync([source()], NOW)
    writer = GroupWriter(sqlite, batch=4, room=8)
    waiting = [asyncio.ensure_future(writer(adding(sqlite, number))) for number in range(8)]
    await asyncio.sleep(0)
    await writer.aclose()
    await writer.aclose()
    assert await asyncio.gather(*waiting) == list(range(8))
    with pytest.raises(StoreError, match="being closed"):
        await writer(adding(sqlite, 99))


async def test_cancelled_work_is_not_begun(sqlite: SqliteStore) -> None:
    """A poll that was broken off stores nothing."""
    sqlite.sources.sync([source()], NOW)
    writer, gate = GroupWriter(sqlite), Event()
    held = asyncio.ensure_future(writer(gate.wait))
    await asyncio.sleep(0.05)
    dropped = asyncio.ensure_future(writer(adding(sqlite, 1)))
    await asyncio.sleep(0.05)
    dropped.cancel()
    await asyncio.sleep(0.05)
    gate.set()
    assert await held
    await writer.aclose()
    assert stored(sqlite) == 0


async def test_inline_writer_commits_or_undoes(sqlite: SqliteStore) -> None:
    """The same promise without a thread."""
    sqlite.sources.sync([source()], NOW)
    writer = InlineWriter(sqlite)
    assert await writer(adding(sqlite, 1)) == 1
    with pytest.raises(ZeroDivisionError):
        await writer(failing(sqlite, 2))
    assert stored(sqlite) == 1


async def test_what_must_be_safe_before_a_commit_is(sqlite: SqliteStore) -> None:
    """P-01: once a batch, after its works; where it fails none of them is stored, and the next batch is."""
    sqlite.sources.sync([source()], NOW)
    calls: list[int] = []

    def safe() -> None:
        with sqlite.database.reading() as seen_by_the_writer:
            calls.append(seen_by_the_writer.execute("SELECT count(*) FROM entries").fetchone()[0])
        if len(calls) == 2:
            raise StoreError("no room for captures")

    writer, gate = GroupWriter(sqlite, before_commit=safe), Event()
    held = asyncio.ensure_future(writer(gate.wait))
    await asyncio.sleep(0.05)
    waiting = [asyncio.ensure_future(writer(adding(sqlite, number))) for number in (1, 2)]
    await asyncio.sleep(0.05)
    gate.set()
    assert await held
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, StoreError) for result in results)
    assert calls == [0, 2]
    assert stored(sqlite) == 0
    assert await writer(adding(sqlite, 3)) == 3
    await writer.aclose()
    assert stored(sqlite) == 1


async def test_work_put_first_is_committed_before_all_that_waits(sqlite: SqliteStore) -> None:
    """Half of a batch is committed where something comes ahead of the rest, and nobody waits for the whole."""
    order: list[str] = []
    counting, gate, half = Counting(sqlite), Event(), Event()
    writer = GroupWriter(counting)

    def slow() -> None:
        half.set()
        gate.wait()
        order.append("slow")

    async def told(name: str, waiting: asyncio.Future[None]) -> None:
        await waiting
        order.append(f"{name} is told")

    held = asyncio.ensure_future(writer(slow))
    rest = [asyncio.ensure_future(writer(lambda n=number: order.append(f"rest {n}"))) for number in range(3)]  # type: ignore[misc]
    # All of them are one batch by then, and its first work has begun.
    await asyncio.to_thread(half.wait)
    ahead = asyncio.ensure_future(
        told("first", asyncio.ensure_future(writer(lambda: order.append("first"), first=True)))
    )
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.gather(held, ahead, *rest)
    await writer.aclose()
    assert [each for each in order if each != "first is told"] == ["slow", "first", "rest 0", "rest 1", "rest 2"]
    assert counting.commits == 3


async def test_nobody_waits_for_a_transaction_that_cannot_begin(sqlite: SqliteStore) -> None:
    """H-06: all that waits is told that it is not stored, and the writer goes on."""
    sqlite.sources.sync([source()], NOW)
    counting, gate = Counting(sqlite), Event()
    writer = GroupWriter(counting)
    held = asyncio.ensure_future(writer(gate.wait))
    await asyncio.sleep(0.05)
    waiting = [asyncio.ensure_future(writer(adding(sqlite, number), first=number == 1)) for number in range(3)]
    await asyncio.sleep(0.05)
    counting.real = Refusing()  # type: ignore[assignment]
    gate.set()
    results = await asyncio.wait_for(asyncio.gather(held, *waiting, return_exceptions=True), 5)
    assert [type(result) for result in results[1:]] == [StoreError] * 3
    counting.real = sqlite.ledger
    assert await writer(adding(sqlite, 4)) == 4
    await writer.aclose()
    assert stored(sqlite) == 1


class Refusing:
    """A ledger that nobody may write to."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        raise StoreError("another process is writing")
        yield
