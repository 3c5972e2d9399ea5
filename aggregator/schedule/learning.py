"""What a document teaches about its feed's rhythm: publication instants, window size, defied hours. Pure.

Law: entries fetched as history teach nothing here, and a date without a time teaches no hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import Added, DateStatus, Document, Outcome, Precision, Rhythm, Source, Stamp, Verdict
from aggregator.schedule.hints import defied
from aggregator.schedule.rhythm import Publication, between_looks, observe

FIRST_SEEN = "first-seen"
USABLE = (DateStatus.OK, DateStatus.ASSUMED)
_FINE = (Precision.SECOND, Precision.MINUTE)


def learn(
    source: Source,
    rhythm: Rhythm,
    document: Document,
    verdict: Verdict,
    now: datetime,
    looked: datetime | None = None,
) -> Rhythm:
    """The rhythm after a document read at ``now`` (aware, UTC). The first one seeds it with the dates of all its
    entries; later ones add what is new in them (A-02). ``looked`` is when the feed was last known not to have it."""
    found = tuple(_seed(document, now) if rhythm.since is None else _fresh(rhythm, verdict, now, looked))
    after = observe(rhythm, found, now, ZoneInfo(source.timezone))
    outside_hours = defied(rhythm.defied, (each.at for each in found if each.exact), document.hints)
    window = rhythm.window if document.partial else len(document.entries)
    return replace(after, window=window, defied=outside_hours)


def _seed(document: Document, now: datetime) -> Iterator[Publication]:
    for entry in document.entries:
        stamp = entry.published
        if _usable(stamp, now) and stamp.instant is not None:
            yield Publication(at=stamp.instant, exact=stamp.precision in _FINE)


def _usable(stamp: Stamp, now: datetime) -> bool:
    return stamp.status in USABLE and stamp.instant is not None and stamp.instant <= now


def _fresh(rhythm: Rhythm, verdict: Verdict, now: datetime, looked: datetime | None) -> Iterator[Publication]:
    """Entries of this feed not known before; a repeat of an old one under a new name is no publication. Those without
    a time of their own came at some time since the last look, in one event or in several (A-03)."""
    undated = 0
    for change in verdict.changes:
        if not isinstance(change, Added) or change.outcome is Outcome.REPEAT or change.hold is not None:
            continue
        filed = change.effective
        if filed.basis == FIRST_SEEN or filed.precision not in _FINE:
            undated += 1
        else:
            yield Publication(at=filed.instant)
    events = 1.0 if looked is None else between_looks(rhythm, looked, now)
    yield from (Publication(at=now, exact=False, events=events) for _ in range(undated))
