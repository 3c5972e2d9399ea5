"""What the dates of a feed show of its clock, and what they mean (P-34)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from aggregator.model import Added, ClockHabit, FeedState, Outcome, Source, Stamp, Verdict
from aggregator.normalise.date_habits import corrected, observed, summer_correction


def clock_after(source: Source, before: FeedState, verdict: Verdict, now: datetime) -> ClockHabit:
    """The habit after what was first seen at ``now`` (aware, UTC); repeats and held entries prove nothing."""
    fresh = (
        change.candidate.entry.published
        for change in verdict.changes
        if isinstance(change, Added) and change.outcome is not Outcome.REPEAT and change.hold is None
    )
    return observed(before.clock, fresh, now, source.timezone)


def meaning_of_dates(source: Source, state: FeedState, now: datetime) -> Callable[[Stamp], Stamp]:
    """What a stated date of this feed means at ``now``."""
    correction = summer_correction(state.clock, now)
    return partial(corrected, correction=correction, zone=source.timezone, seen=now)
