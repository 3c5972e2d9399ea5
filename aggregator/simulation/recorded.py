"""Recorded publishers: real publication instants, replayed. Pure: the text is read by the caller.

Law: a line that cannot be read is named, never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from aggregator.simulation.publishers import BEGIN, DAY, Publisher

SHORTEST = 8
"""Days a recording must span to be worth replaying."""


def read_lines(lines: Iterable[str]) -> list[tuple[str, datetime]]:
    """Feed and instant (aware, UTC) of each line ``feed⇥ISO 8601``; empty lines and those beginning with # are skipped.

    Raises:
        ValueError: a line is not of that form; the message names it.
    """
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        feed, _, text = line.strip().partition("\t")
        try:
            instant = datetime.fromisoformat(text.strip())
            found.append((feed, instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)))
        except (ValueError, OverflowError) as fault:
            raise ValueError(f"line {number} is not a feed, a tab and an ISO date: {line.strip()[:60]!r}") from fault
    return found


def replay(found: Iterable[tuple[str, datetime]], days: int) -> tuple[Publisher, ...]:
    """Publishers with these instants, moved by whole weeks so that the last ``days`` days begin where the virtual clock
    does; hours and weekdays stay true, and what is older is history.

    Raises:
        ValueError: the recording is too short.
    """
    by_feed: dict[str, list[datetime]] = defaultdict(list)
    for feed, instant in found:
        by_feed[feed].append(instant)
    if not by_feed:
        raise ValueError("the recording is empty")
    last = max(max(instants) for instants in by_feed.values())
    weeks = -(-((last - BEGIN).total_seconds() - days * DAY) // (7 * DAY))
    shift = weeks * 7 * DAY
    if (last - min(min(instants) for instants in by_feed.values())).days < SHORTEST:
        raise ValueError(f"the recording spans less than {SHORTEST} days")
    return tuple(
        Publisher(
            name=feed,
            kind="recorded",
            host=feed,
            entries=tuple(sorted((instant - BEGIN).total_seconds() - shift for instant in instants)),
        )
        for feed, instants in sorted(by_feed.items())
    )
