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
from aggregator.schedule.rhythm import Publication, observe

FIRST_SEEN = "first-seen"
USABLE = (DateStatus.OK, DateStatus.ASSUMED)
_FINE = (Precision.SECOND, Precision.MINUTE)


def learn(source: Source, rhythm: Rhythm, document: Document, verdict: Verdict, now: datetime) -> Rhythm:
    """The rhythm after a document read at ``now`` (aware, UTC). The first one seeds it with the dates of all its
    entries; later ones add what is new in them (A-02)."""
    found = tuple(_seed(document, now) if rhythm.since is None else _fresh(verdict, now))
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


def _fresh(verdict: Verdict, now: datetime) -> Iterator[Publication]:
    """Entries of this feed not known before; a repeat of an old one under a new name is no publication."""
    for change in verdict.changes:
        if not isinstance(change, Added) or change.outcome is Outcome.REPEAT or change.hold is not None:
            continue
        filed = change.effective
        if filed.basis == FIRST_SEEN or filed.precision not in _FINE:
            yield Publication(at=now, exact=False)
        else:
            yield Publication(at=filed.instant)
