"""Whether entries may have scrolled past between two polls (b3). Pure.

Law: only two whole documents of a feed that lists its newest entries can prove a gap; a document that holds everything,
is cut, reordered, imported anew or is the first one proves none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from aggregator.model import Added, Change, Document, FeedState, Gap, Outcome, Renamed, Source, Verdict, Window
from aggregator.schedule.rhythm import batch, rate

NO_OVERLAP, TURNOVER = "no-overlap", "turnover"
SMALLEST = 3
"""A document of one or two entries is replaced, not scrolled."""
HALF = 0.5
TARGET = 0.25
"""After a gap the feed is asked so often that this share of its window would have turned over."""
CALMER = 1.5
"""Each calm answer lets the interval grow again by this factor."""
PINNED = 3
"""So many entries at most stand above newer ones because they are pinned; more are another order."""
LATE = timedelta(hours=24)
"""An entry dated so long before the newest one known is not fresh: the feed shuffles or adds to its past."""
MOST_MISSED, MOST_WINDOWS = 1000, 3
WARN_AGAIN = timedelta(days=7)
FIRST_SEEN = "first-seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a whole document says of what was missed: the window now, a gap if there is one, and whether the last
    warning of turnover is over."""

    window: Window
    gap: Gap | None = None
    calm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """One listed entry: where it stands, its effective date, whether it is new here and how its date is known."""

    position: int
    at: datetime
    fresh: bool
    known: bool
    dated: bool


def look(source: Source, before: FeedState, document: Document, verdict: Verdict, now: datetime) -> Look:
    """Compare a document read at ``now`` (aware, UTC) with the window of the last whole one."""
    if document.partial:
        return Look(window=before.window)
    window = before.window
    sights = tuple(_sight(change, window) for change in verdict.changes)
    fresh = [each for each in sights if each.fresh]
    after = _moved(window, sights, now)
    if window.read_at is None or not _proves(document, verdict, window, fresh):
        return Look(window=relaxed(after, source.max_interval), calm=window.read_at is not None)
    size = max(len(sights) - len(_pinned(sights)), 1)
    overlap = any(each.known and each not in _pinned(sights) for each in sights)
    turnover = len(fresh) / size
    if overlap and turnover <= HALF:
        return Look(window=relaxed(replace(after, turnover=turnover), source.max_interval), calm=True)
    missed = 0 if overlap else _missed(before, fresh, now)
    gap = Gap(
        feed_id=source.id,
        kind=TURNOVER if overlap else NO_OVERLAP,
        since=window.newest or window.read_at,
        until=max(min(each.at for each in fresh), window.newest or window.read_at),
        missed=missed,
        raised_at=now,
    )
    return _raised(source, window, replace(after, turnover=turnover), gap, (len(fresh) + missed) / size)


def relaxed(window: Window, longest: timedelta) -> Window:
    """The window after an answer without a gap: what was lowered grows back, up to ``longest``."""
    if window.limit is None:
        return window
    limit = window.limit * CALMER
    return replace(window, limit=limit if limit < longest else None)


def _sight(change: Change, window: Window) -> _Sight:
    position = change.candidate.entry.position
    if not isinstance(change, Added):
        return _Sight(position=position, at=change.head.published_at, fresh=False, known=True, dated=True)
    filed = change.effective
    dated = filed.basis != FIRST_SEEN
    recent = not dated or window.newest is None or filed.instant >= window.newest - LATE
    repeat = change.outcome is Outcome.REPEAT
    fresh = recent and not repeat and change.hold is None
    return _Sight(position=position, at=filed.instant, fresh=fresh, known=repeat, dated=dated)


def _moved(window: Window, sights: Sequence[_Sight], now: datetime) -> Window:
    """The window that this document is."""
    dates = [each.at for each in sights if each.dated]
    newest = max(dates, default=window.newest)
    return replace(window, read_at=now, count=len(sights), newest=newest, oldest=min(dates, default=None), turnover=0.0)


def _proves(document: Document, verdict: Verdict, window: Window, fresh: list[_Sight]) -> bool:
    """Whether the document can prove a gap at all: full as before, most of it fresh, entries really pushed out."""
    count = len(verdict.changes)
    if document.complete or min(window.count, count) < SMALLEST or len(fresh) <= HALF * count:
        return False
    if any(_is_reorganised(change) for change in verdict.changes):
        return False
    pushed_out = window.count + len(fresh) - count
    return pushed_out >= HALF * len(fresh) and count >= 0.9 * window.count


def _is_reorganised(change: Change) -> bool:
    """A moved or imported site (P-15) says nothing of what scrolled past."""
    if isinstance(change, Added):
        return change.hold is not None
    return isinstance(change, Renamed) and change.reason.rule.startswith("P-15")


def _pinned(sights: tuple[_Sight, ...]) -> tuple[_Sight, ...]:
    """Known entries above newer fresh ones, in a document that is otherwise sorted: they always stay, and so they
    prove no overlap."""
    listed = sorted(sights, key=lambda each: each.position)
    fresh = [each for each in listed if each.fresh and each.dated]
    if len(fresh) < 2 or any(upper.at < lower.at for upper, lower in pairwise(fresh)):
        return ()
    last = fresh[-1]
    above = tuple(each for each in listed if each.known and each.position < last.position and each.at < last.at)
    return above if len(above) <= PINNED else ()


def _missed(before: FeedState, fresh: list[_Sight], now: datetime) -> int:
    """How many entries a gap may have cost, at least one: as dense as the new ones are, from the newest entry known to
    the oldest new one, but no more than three windows, unless the learned rate expects more."""
    window, rhythm = before.window, before.rhythm
    elapsed = max((now - (window.read_at or now)).total_seconds(), 0.0)
    usual = max(rate(rhythm, now) * batch(rhythm) * elapsed - len(fresh), 1.0)
    dates = sorted(each.at for each in fresh if each.dated)
    start = window.newest or window.read_at
    if len(dates) < 2 or start is None or dates[-1] == dates[0]:
        return min(round(usual), MOST_MISSED)
    dense = (len(dates) - 1) / (dates[-1] - dates[0]).total_seconds()
    burst = min(dense * max((dates[0] - start).total_seconds(), 0.0) - 1.0, MOST_WINDOWS * len(fresh))
    return min(max(round(max(burst, usual)), 1), MOST_MISSED)


def _raised(source: Source, before: Window, after: Window, gap: Gap, turned: float) -> Look:
    """Lower the interval so far that this would not have happened; never under the floor of the feed."""
    elapsed = gap.raised_at - (before.read_at or gap.raised_at)
    limit = max(elapsed * min(TARGET / turned, 1.0), source.min_interval)
    limit = limit if before.limit is None else min(limit, before.limit)
    lowered = replace(after, limit=max(limit, source.min_interval))
    if gap.kind == NO_OVERLAP:
        lost = replace(lowered, gap_at=gap.raised_at, gap_since=gap.since, gap_until=gap.until, missed=gap.missed)
        return Look(window=lost, gap=gap)
    if before.warned_at is not None and gap.raised_at - before.warned_at < WARN_AGAIN:
        return Look(window=lowered)
    return Look(window=replace(lowered, warned_at=gap.raised_at), gap=gap)
