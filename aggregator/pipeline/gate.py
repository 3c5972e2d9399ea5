"""Asks robots.txt before what nobody typed is fetched, and remembers the answer for a day (H-67)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from aggregator.fetch.policy import PRODUCT, plain_request
from aggregator.fetch.robots import EVERYTHING_CLOSED, NOTHING_SAID, Robots, read_robots, robots_url
from aggregator.model import Exchange, Response
from aggregator.ports import Clock, Fetch

FRESH = timedelta(hours=24)
TOLERANCE = timedelta(minutes=5)
"""What was learned later than this from now was learned by a clock that ran ahead; it is asked for anew."""

Recall = Callable[[str], str | None]
Remember = Callable[[str, str], None]


class RobotsGate:
    """One for all hosts. ``recall`` and ``remember`` keep the rules across restarts where they are given."""

    def __init__(
        self, fetch: Fetch, clock: Clock, agent: str, recall: Recall | None = None, remember: Remember | None = None
    ) -> None:
        self._fetch, self._clock, self._agent = fetch, clock, agent
        self._known: dict[str, tuple[datetime, Robots]] = {}
        self._recall, self._remember = recall, remember
        self.requests = 0

    def known(self, url: str) -> Robots | None:
        """The rules for this address, if they were asked for in the last 24 hours."""
        place, now = robots_url(url), self._clock.now()
        if place not in self._known and self._recall is not None and (note := self._recall(_name(place))) is not None:
            self._known[place] = _noted(note)
        at, robots = self._known.get(place, (None, NOTHING_SAID))
        return robots if at is not None and now - FRESH < at <= now + TOLERANCE else None

    def unwelcome(self, url: str) -> bool:
        """Whether rules known now name us and close this address; rules for everybody do not count for feeds."""
        robots = self.known(url)
        return robots is not None and robots.named and not robots.allows(url)

    async def rules(self, url: str) -> Robots:
        """The rules for this address, asked for where they are not known; one request at most."""
        known = self.known(url)
        if known is not None:
            return known
        self.requests += 1
        exchange = await self._fetch(plain_request(robots_url(url), self._agent))
        return self.learn(url, exchange)

    async def allows(self, url: str) -> bool:
        """Whether this address may be fetched although nobody typed it."""
        return (await self.rules(url)).allows(url)

    def learn(self, url: str, exchange: Exchange) -> Robots:
        """Keep what this answer says: 4xx forbids nothing, a server that fails forbids everything for a day."""
        place, robots = robots_url(url), _meaning(exchange)
        self._known[place] = (exchange.finished_at, robots)
        if self._remember is not None:
            facts = {"at": exchange.finished_at.isoformat(), "rules": robots.rules, "named": robots.named}
            facts |= {"silent": True} if robots.silent else {}
            self._remember(_name(place), json.dumps(facts))
        return robots


def _meaning(exchange: Exchange) -> Robots:
    if not isinstance(exchange, Response) or exchange.status >= 500:
        return EVERYTHING_CLOSED
    return read_robots(exchange.body, PRODUCT) if exchange.status == 200 else NOTHING_SAID


def _name(place: str) -> str:
    return f"robots {place}"


def _noted(note: str) -> tuple[datetime, Robots]:
    facts = json.loads(note)
    rules = tuple((str(pattern), bool(allow)) for pattern, allow in facts["rules"])
    robots = Robots(rules=rules, named=bool(facts["named"]), silent=bool(facts.get("silent")))
    return datetime.fromisoformat(facts["at"]), robots
