"""The policies that compete: the clock, two readers' rules as published, the square root, ours, and one that knows.

Law: a policy sees only what a poll would have shown it, except the oracle, which is there to be compared with.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from aggregator.model import Climate, FeedId, FeedState, NotModified, Response, Rhythm, Source
from aggregator.schedule.budget import climate_of
from aggregator.schedule.cadence import next_poll
from aggregator.schedule.jitter import stretched
from aggregator.schedule.rhythm import Forecast, Publication, observe, rate
from aggregator.simulation.publishers import DAY, HOUR, WEEK, ZONE, Publisher, moment

FLOOR = HOUR
LONGEST = DAY
_LONDON = ZoneInfo(ZONE)


class Policy(Protocol):
    """Decides when a feed is polled next. ``known`` and ``before`` count the entries published by now and by the last
    poll; the answer is in seconds from ``now``, jitter included. ``window_first`` holds the feeds whose next poll comes
    before their declared lifetime on purpose, because entries would scroll past."""

    window_first: set[int]

    def wait(self, feed: int, now: float, before: int, known: int) -> float:
        """Seconds until the next poll of this feed."""
        ...


class _Simple(ABC):
    """An interval by rule, within the floor, the longest and the publisher's max-age, with the same jitter as ours."""

    def __init__(self, publishers: Sequence[Publisher], knob: float) -> None:
        self.publishers, self.knob = publishers, knob
        self.window_first: set[int] = set()
        self._polls = [0] * len(publishers)

    def wait(self, feed: int, now: float, before: int, known: int) -> float:
        """Clamp what the rule says, as H-29, H-20 and H-71 demand of everybody."""
        publisher = self.publishers[feed]
        self._polls[feed] += 1
        seconds = max(min(self.interval(feed, now, before, known), LONGEST), FLOOR, publisher.lifetime)
        return stretched(timedelta(seconds=seconds), publisher.name, self._polls[feed]).total_seconds()

    @abstractmethod
    def interval(self, feed: int, now: float, before: int, known: int) -> float:
        """The rule itself, in seconds."""


class Fixed(_Simple):
    """Every feed every ``knob`` hours."""

    def interval(self, feed: int, now: float, before: int, known: int) -> float:  # noqa: ARG002
        """The same for all."""
        return self.knob * HOUR


class Miniflux(_Simple):
    """Entry frequency: a week ÷ (⌈week ÷ mean gap of last week's entries⌉ × factor); a day where that is unknown."""

    def interval(self, feed: int, now: float, before: int, known: int) -> float:  # noqa: ARG002
        """``knob`` is one over the factor."""
        entries = self.publishers[feed].entries
        first = bisect_left(entries, now - WEEK, 0, known)
        count = known - first
        spread = entries[known - 1] - entries[first] if count > 1 else 0.0
        if spread <= 0.0:
            return LONGEST
        return WEEK / math.ceil(WEEK / (spread / (count - 1))) * self.knob


class CommaFeed(_Simple):
    """Empirical: idle feeds by steps up to four hours, others half the mean gap; all of it times ``knob``."""

    def interval(self, feed: int, now: float, before: int, known: int) -> float:  # noqa: ARG002
        """The mean gap is that of the entries in the document."""
        publisher = self.publishers[feed]
        shown = publisher.entries[max(known - publisher.window, 0) : known]
        idle = (now - shown[-1]) / DAY if shown else 31.0
        most = 4.0 * HOUR
        if idle >= 30:
            return most * self.knob
        if idle >= 14:
            return most / 2 * self.knob
        if idle >= 7:
            return most / 4 * self.knob
        gap = (shown[-1] - shown[0]) / (len(shown) - 1) if len(shown) > 1 else most
        return min(max(gap / 2, 300.0), most / 4) * self.knob


class SquareRoot(_Simple):
    """√(2·knob ÷ L) with the rate learned as ours is (A-02), without the hours of the week."""

    def __init__(self, publishers: Sequence[Publisher], knob: float) -> None:
        super().__init__(publishers, knob)
        self._rhythms = [Rhythm()] * len(publishers)

    def interval(self, feed: int, now: float, before: int, known: int) -> float:
        """The optimum for constant rates."""
        rhythm = self._rhythms[feed] = seen(self._rhythms[feed], self.publishers[feed], now, (before, known))
        return math.sqrt(2.0 * self.knob / rate(rhythm, moment(now)))


class Oracle(_Simple):
    """The threshold rule A-01 with the true rate and the true week."""

    def interval(self, feed: int, now: float, before: int, known: int) -> float:  # noqa: ARG002
        """When W reaches ``knob``, by what no poller can know."""
        publisher, since = self.publishers[feed], moment(now)
        truth = Forecast(Rhythm(), publisher.rate(now), publisher.shares, _LONDON)
        return (truth.cost_reached(since, self.knob, since + timedelta(days=1)) - since).total_seconds()


class Ours:
    """The shipped rule itself (`next_poll`), with mu for a knob."""

    def __init__(self, publishers: Sequence[Publisher], knob: float, *, fair: bool) -> None:
        self.publishers = publishers
        self.window_first: set[int] = set()
        self._climate = Climate(mu=knob, fair=fair)
        self._pooled_at = -math.inf
        self._sources = [Source(id=FeedId(each.name), url=f"https://{each.host}/{each.name}") for each in publishers]
        self._states = [_newcomer(source) for source in self._sources]
        self._headers = [
            (("cache-control", f"max-age={each.lifetime:.0f}"),) if each.lifetime else () for each in publishers
        ]

    def wait(self, feed: int, now: float, before: int, known: int) -> float:
        """Learn what the document showed, then ask the rule; the week of all feeds is pooled once a day."""
        if now - self._pooled_at >= DAY:
            self._climate, self._pooled_at = climate_of(self._climate, self._states), now
        publisher, state, at = self.publishers[feed], self._states[feed], moment(now)
        rhythm = seen(state.rhythm, publisher, now, (before, known))
        state = self._states[feed] = replace(state, polls=state.polls + 1, rhythm=rhythm)
        source = self._sources[feed]
        answer = Response(
            url=source.url, status=304, headers=self._headers[feed], body=b"", started_at=at, finished_at=at
        )
        meaning = NotModified(url=source.url, validators=None)
        due = next_poll(source, state, answer, meaning, self._climate)
        if any(bound.name == "window" for bound in due.considered):
            self.window_first.add(feed)
        else:
            self.window_first.discard(feed)
        return due.interval.total_seconds()


def _newcomer(source: Source) -> FeedState:
    return FeedState(feed_id=source.id, uuid=source.id, tag=source.id, added_at=moment(0.0))


def seen(rhythm: Rhythm, publisher: Publisher, now: float, counts: tuple[int, int]) -> Rhythm:
    """The rhythm after a poll that showed the entries between the two ``counts``; the first one shows a window."""
    before, known = counts
    if rhythm.since is not None and before == known:
        return rhythm
    first = max(before, known - publisher.window)
    found = (Publication(at=moment(at)) for at in publisher.entries[first:known])
    return replace(observe(rhythm, found, moment(now), _LONDON), window=publisher.window)


def _fair(publishers: Sequence[Publisher], knob: float) -> Policy:
    return Ours(publishers, knob, fair=True)


def _plain(publishers: Sequence[Publisher], knob: float) -> Policy:
    return Ours(publishers, knob, fair=False)


POLICIES = {
    "fixed": (Fixed, 4.0, 1.0),
    "miniflux": (Miniflux, 1.0, 1.0),
    "commafeed": (CommaFeed, 2.0, 1.0),
    "square-root": (SquareRoot, 2000.0, 2.0),
    "ours": (_fair, Climate().mu, 2.0),
    "ours-w1": (_plain, 2000.0, 2.0),
    "oracle": (Oracle, 2000.0, 2.0),
}
"""For each name: how to make it, the knob to begin with, and about how its requests fall with the knob (−1 ÷ this)."""
