"""When a segment of a chain is sealed (R-31, R-35): a pure fold over publish events. The same events, taken one by one
or many at once, always give the same segments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from aggregator.model import EventKind, PublishEvent, Segment

COMBINED = "feed"
"""The chain of all sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The most that a segment may hold; a single event is never too large."""

    events: int
    size: int = 1_000_000


OLDER = 50
"""So many of the newest sealed entries are listed besides the open segment (R-32)."""
WHOLE = Bounds(events=250)
"""Of the combined chain (R-31)."""
SOURCE = Bounds(events=50)
"""Of the chain of one source: its subscription document is rendered after every poll that brings something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Events not sealed yet, in one sum: ``at`` is the instant of the latest."""

    kind: EventKind
    batch: int
    first: int
    last: int
    events: int
    size: int
    updated_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Where the fold stands: the last event taken, the last segment sealed, the open run.

    ``month`` and ``part`` name the last segment; they never go back, whatever clocks do, so no name is used twice.
    ``floor`` is the lowest publish number that the subscription document lists (R-32): set at each seal, so that what
    has once left the document does not come back to it.
    """

    seq: int = 0
    number: int = 0
    month: str = ""
    part: int = 0
    updated_at: datetime | None = None
    floor: int = 0
    run: Run | None = None


def open_from(tally: Tally) -> int:
    """The number of the first event that is not sealed, of the next one where nothing is open."""
    return tally.run.first if tally.run else tally.seq + 1


def chain_of(feed_id: str) -> str:
    """The chain of one source."""
    return f"feeds/{feed_id}"


def bounds_of(chain: str) -> Bounds:
    """How much a segment of this chain may hold."""
    return WHOLE if chain == COMBINED else SOURCE


def take(tally: Tally, chain: str, event: PublishEvent) -> tuple[Tally, Segment | None]:
    """The tally with one more event, and the segment that the event sealed.

    A segment is sealed by the first event that does not fit: one of a later month (UTC), one too many or too large,
    one of another kind, or one of another batch of backfill.
    """
    segment = None
    if tally.run is not None and not _fits(tally.run, event, bounds_of(chain)):
        tally, segment = _seal(tally, tally.run, chain, event)
    taken = Tally(
        seq=event.seq,
        number=tally.number,
        month=tally.month,
        part=tally.part,
        updated_at=tally.updated_at,
        floor=tally.floor,
        run=_with(tally.run, event),
    )
    return taken, segment


def finish(tally: Tally, chain: str) -> tuple[Tally, Segment | None]:
    """The tally at the end of a transaction: backfill does not stay open, as nobody is to see it there (R-35)."""
    run = tally.run
    if run is None or run.kind is not EventKind.BACKFILL:
        return tally, None
    return _seal(tally, run, chain, None)


def _fits(run: Run, event: PublishEvent, bounds: Bounds) -> bool:
    backfill = EventKind.BACKFILL in (run.kind, event.kind)
    apart = backfill and (run.kind, run.batch) != (event.kind, event.batch)
    full = run.events >= bounds.events or run.size + event.size > bounds.size
    return not apart and not full and _month(event.at) <= _month(run.at)


def _with(run: Run | None, event: PublishEvent) -> Run:
    """Tombstones share the run of live events: both are for subscribers to see."""
    if run is None:
        kind = EventKind.BACKFILL if event.kind is EventKind.BACKFILL else EventKind.LIVE
        return Run(
            kind=kind,
            batch=event.batch,
            first=event.seq,
            last=event.seq,
            events=1,
            size=event.size,
            updated_at=event.updated_at,
            at=event.at,
        )
    return Run(
        kind=run.kind,
        batch=run.batch,
        first=run.first,
        last=event.seq,
        events=run.events + 1,
        size=run.size + event.size,
        updated_at=max(run.updated_at, event.updated_at),
        at=max(run.at, event.at),
    )


def _seal(tally: Tally, run: Run, chain: str, by: PublishEvent | None) -> tuple[Tally, Segment]:
    """Close the open run as the next segment of its chain. Backfill is sealed by itself, whatever follows it."""
    at, seq = (by.at, by.seq) if by and run.kind is not EventKind.BACKFILL else (run.at, run.last)
    month = max(tally.month, _month(run.at))
    part = tally.part + 1 if month == tally.month else 1
    updated = max(run.updated_at, tally.updated_at or run.updated_at)
    segment = Segment(
        chain=chain,
        number=tally.number + 1,
        month=month,
        part=part,
        kind=run.kind,
        first=run.first,
        last=run.last,
        events=run.events,
        size=run.size,
        updated_at=run.updated_at,
        sealed_at=at,
        sealed_by=seq,
    )
    after = replace(tally, number=segment.number, month=month, part=part, updated_at=updated, run=None)
    return after, segment


@lru_cache(maxsize=64)
def _month(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m}"
