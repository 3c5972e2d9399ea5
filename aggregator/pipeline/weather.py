"""The one knob of the schedule, kept across restarts and turned once an hour towards the budget (A-06, A-04)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model import Climate, FeedState
from aggregator.ports import Sources
from aggregator.schedule import adjust, climate_of

NOTE = "climate"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAUSE = timedelta(hours=3)
"""After a longer pause than this the last 24 hours say nothing of the knob; it rests until they do again."""


class Weather:
    """Gives the climate to polls (it is called for that) and turns it. ``climate`` holds budget and fairness."""

    def __init__(self, sources: Sources, climate: Climate | None = None) -> None:
        self._sources = sources
        self._climate = climate or Climate()
        self._since: datetime | None = None
        self._turned: datetime | None = None
        self._recall()

    def __call__(self) -> Climate:
        """What all feeds share now."""
        return self._climate

    def rests(self, now: datetime) -> bool:
        """Whether the knob was turned less than an hour ago; ``now`` is aware and UTC."""
        return self._turned is not None and now - HOUR < self._turned <= now

    def turn(self, states: tuple[FeedState, ...], now: datetime) -> Climate:
        """An hour or more later: pool the weeks, and turn the knob by the requests of the last 24 hours (A-06).

        ``states`` are those of the polled feeds; ``now`` is aware and UTC. Runs where writing is allowed; does nothing
        inside the hour, and only pools while less than a day was observed without a pause.
        """
        if self.rests(now):
            return self._climate
        if self._since is None or self._turned is None or not self._turned <= now <= self._turned + PAUSE:
            self._since = now
        climate = climate_of(self._climate, states)
        if now - self._since >= DAY:
            climate = adjust(climate, self._sources.requests(now - DAY, now), len(states))
        self._climate, self._turned = climate, now
        self._sources.remember(NOTE, self._noted())
        return climate

    def _noted(self) -> str:
        marks = {"since": self._since, "turned": self._turned}
        texts = {name: at.isoformat() for name, at in marks.items() if at is not None}
        return json.dumps({"mu": self._climate.mu, "shares": self._climate.shares, **texts})

    def _recall(self) -> None:
        """Go on where the last process ended."""
        known = json.loads(self._sources.recall(NOTE) or "{}")
        if known:
            self._climate = replace(self._climate, mu=float(known["mu"]), shares=tuple(known["shares"]))
            self._since = datetime.fromisoformat(known["since"])
            self._turned = datetime.fromisoformat(known["turned"])
