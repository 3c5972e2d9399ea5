"""``python -m bench.polling``: what deciding costs, without any network: due feeds, the rule, the simulator.

The marks are those of the requirements: choosing the due feeds of 100,000 under 20 ms, the rule under 100 µs a poll,
the simulator over 200 feeds, 112 days and one policy under 30 s on one core.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from aggregator.model import Climate, FeedId, FeedState, Headers, Hints, NotModified, Response, Rhythm, Source
from aggregator.schedule.cadence import next_poll
from aggregator.schedule.rhythm import Publication, observe
from aggregator.simulation.policies import POLICIES
from aggregator.simulation.publishers import made_up
from aggregator.simulation.run import Span, run
from aggregator.store.sqlite import SqliteStore, open_store

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
SPACING = timedelta(seconds=10)
NARROWEST = 100
ROOM = 16
"""Polls in flight at once, the default."""
LONDON = ZoneInfo("Europe/London")
SAME = NotModified(url="", validators=None)
DAY_HINT: Headers = (("cache-control", "max-age=86400"), ("date", "Mon, 01 Jun 2026 09:30:00 GMT"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One figure beside what is allowed, both in ``unit``; ``highest`` is the worst where many were taken."""

    name: str
    unit: str
    measured: float
    allowed: float
    highest: float | None = None

    @property
    def passed(self) -> bool:
        """Whether it stays under what is allowed."""
        return self.measured < self.allowed


def main(argv: list[str] | None = None) -> int:
    """Measure, print; 1 when a mark is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.polling", description=__doc__)
    parser.add_argument("--feeds", type=int, default=100_000, help="feeds in the store (default %(default)s)")
    parser.add_argument("--polls", type=int, default=5_000, help="plans of each kind (default %(default)s)")
    parser.add_argument("--days", type=int, default=112, help="simulated days (default %(default)s)")
    options = parser.parse_args(argv)
    console = Console()
    console.width = max(console.width, NARROWEST)
    console.print(f"[dim]making a store of {options.feeds:,} feeds[/]", highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        marks = [*choosing(Path(folder), options.feeds), *planning(options.polls), simulating(options.days)]
    show(marks, console)
    return 0 if all(mark.passed for mark in marks) else 1


def choosing(folder: Path, feeds: int) -> Iterator[Mark]:
    """Claiming a round of due feeds, where none, some and all are due; a claim is a durable commit."""
    store = open_store(folder / "archive.db", "news.example", NOW, lambda: str(uuid.uuid4()))
    try:
        store.sources.sync([Source(id=FeedId(f"f{n}"), url=f"https://n{n}.example/feed") for n in range(feeds)], NOW)
        for name, due in (("none due", 0), ("one in a hundred due", feeds // 100), ("all due", feeds)):
            _plan(store, feeds, due)
            yield _timed(f"claim {ROOM} of {feeds:,} feeds, {name}", "ms", 20.0, _claims(store), 20)
    finally:
        store.close()


def _plan(store: SqliteStore, feeds: int, due: int) -> None:
    """The first ``due`` feeds fell due within the last hour, the others do within the next day."""
    rows = [
        (f"{NOW + timedelta(seconds=-3600 * n / due if n < due else 86_400 * n / feeds):%Y-%m-%dT%H:%M:%S.000000Z}", n)
        for n in range(feeds)
    ]
    with store.database.transaction() as writer:
        writer.executemany("UPDATE feeds SET next_poll_at = ?, lease_until = NULL WHERE id = 'f' || ?", rows)


def _claims(store: SqliteStore) -> Callable[[int], object]:
    return lambda number: store.sources.claim(NOW + timedelta(milliseconds=number), ROOM, SPACING)


def planning(polls: int) -> Iterator[Mark]:
    """`next_poll` for feeds of all rates, after an answer that says nothing and one that asks for a day."""
    states = [_state(Random(number)) for number in range(200)]
    for name, headers in (("no hint", ()), ("a hint of a day", DAY_HINT)):
        answer = Response(url="", status=304, headers=headers, body=b"", started_at=NOW, finished_at=NOW)
        sources = [Source(id=FeedId(f"f{number}"), url="https://x.example/") for number in range(200)]

        def plan(number: int, answer: Response = answer, sources: Sequence[Source] = sources) -> None:
            next_poll(sources[number % 200], states[number % 200], answer, SAME, Climate())

        yield _mean(f"the rule, {name}", "µs", 100.0, plan, polls)


def _state(chance: Random) -> FeedState:
    """A feed of one entry a month to forty a day, seen for half a year."""
    events = 0.03 * 1_300 ** chance.random()
    seen = [NOW - timedelta(days=180 * chance.random()) for _ in range(int(events * 180) + 1)]
    rhythm = observe(Rhythm(since=NOW - timedelta(days=180)), map(_publication, seen), NOW, LONDON)
    return FeedState(
        feed_id=FeedId("f"),
        uuid="",
        tag="",
        added_at=NOW,
        polls=100,
        rhythm=Rhythm(**{name: getattr(rhythm, name) for name in Rhythm.__slots__} | {"window": 20}),
        hints=Hints(ttl=60, skip_hours=(1, 2, 3)),
    )


def _publication(at: datetime) -> Publication:
    return Publication(at=at)


def simulating(days: int) -> Mark:
    """One run of our policy over 200 made-up publishers."""
    publishers, span = made_up(1, 200, days), Span(days=days, warm=days // 4)
    make, _, _ = POLICIES["ours"]
    began = time.process_time()
    run(publishers, make(publishers, Climate().mu), span)
    return Mark(
        name=f"simulate 200 feeds, {days} days, one policy",
        unit="s",
        measured=time.process_time() - began,
        allowed=30.0,
    )


def _timed(name: str, unit: str, allowed: float, act: Callable[[int], object], times: int) -> Mark:
    """Each one by itself: the median, and the worst."""
    spans = []
    for number in range(times):
        began = time.perf_counter()
        act(number)
        spans.append(1000 * (time.perf_counter() - began))
    return Mark(name=name, unit=unit, measured=median(spans), allowed=allowed, highest=max(spans))


def _mean(name: str, unit: str, allowed: float, act: Callable[[int], object], times: int) -> Mark:
    """Many together, in CPU time: one alone is too short to be timed."""
    act(0)
    began = time.process_time()
    for number in range(times):
        act(number)
    return Mark(name=name, unit=unit, measured=1e6 * (time.process_time() - began) / times, allowed=allowed)


def show(marks: Sequence[Mark], console: Console) -> None:
    """A line a mark."""
    table = Table("what", "measured", "worst", "allowed", "")
    for mark in marks:
        worst = "" if mark.highest is None else f"{mark.highest:.1f} {mark.unit}"
        figures = (f"{mark.measured:.1f} {mark.unit}", worst, f"{mark.allowed:g} {mark.unit}")
        table.add_row(mark.name, *figures, "met" if mark.passed else "MISSED")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
