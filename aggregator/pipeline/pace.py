"""When a request for the past may be made: seldom, never in the way of a live poll, and less after failures (B-02)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from aggregator.ports import Sources
from aggregator.store.hosts import host_of

CLEAR = timedelta(seconds=60)
"""No request while a live poll of the host is due within this time."""
STARVED = timedelta(minutes=10)
"""So long at most live polls are all that a host is asked for: a platform with hundreds of feeds always has one due.
Then one request for the past takes the next free turn, which makes a poll wait no longer than another poll would."""
SLOWER = 1.5
MOST_SLOWER = 10.0
"""Each failure of a host makes the distance 1.5 times longer, ten times at most (B-07)."""
_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """``spacing`` gives the least distance of two requests by address, ``daily`` how many a host gets in a day.

    ``live`` is whether polls go on meanwhile; ``host_spacing`` is theirs (H-70).
    """

    spacing: Callable[[str], timedelta]
    daily: int
    live: bool
    host_spacing: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What is remembered of a host: the last request, how many on that day, how much slower, and until when to rest."""

    at: datetime | None = None
    count: int = 0
    slower: float = 1.0
    until: datetime | None = None


class Pace:
    """One for all hosts; what it remembers survives a restart."""

    def __init__(self, sources: Sources, rules: Rules) -> None:
        self._sources, self._rules = sources, rules
        self._waiting: dict[str, datetime] = {}

    def ready_at(self, url: str, now: datetime) -> datetime:
        """The earliest instant at which this address may be asked, as far as is known at ``now`` (aware, UTC)."""
        mark = self._recall(url, now)
        waits = [now]
        if mark.at is not None:
            waits.append(mark.at + self._rules.spacing(url) * mark.slower)
            if mark.at.date() == now.date() and mark.count >= self._rules.daily:
                waits.append(datetime.combine(now.date() + timedelta(days=1), time(), UTC))
        waits += [at for at in (mark.until, self._sources.cools_until(url)) if at is not None]
        if max(waits) <= now and self._rules.live and (clear := self._clear_at(url, now)) is not None:
            waits.append(clear)
        return max(waits)

    def _clear_at(self, url: str, now: datetime) -> datetime | None:
        """Until when live polls of the host come first; ``None`` where none is due soon, or they have done so for too
        long."""
        due, name = self._sources.next_poll(url), host_of(url)
        if due is None or due > now + CLEAR:
            self._waiting.pop(name, None)
            return None
        since = self._waiting.setdefault(name, now)
        return None if now - since >= STARVED else max(due, now) + self._rules.host_spacing

    def take(self, url: str, now: datetime) -> bool:
        """Take the turn for one request now; false where it must wait. Runs where writing is allowed."""
        if self.ready_at(url, now) > now or not self._sources.reserve(url, now, self._rules.host_spacing):
            return False
        self._waiting.pop(host_of(url), None)
        mark = self._recall(url, now)
        same_day = mark.at is not None and mark.at.date() == now.date()
        self._remember(url, replace(mark, at=now, count=mark.count + 1 if same_day else 1, until=None))
        return True

    def answered(self, url: str, now: datetime, *, well: bool, until: datetime | None = None) -> None:
        """Note how the host answered, and until when it asked to be left alone. Runs where writing is allowed."""
        mark = self._recall(url, now)
        slower = 1.0 if well else min(mark.slower * SLOWER, MOST_SLOWER)
        self._remember(url, replace(mark, slower=slower, until=until or mark.until))

    def _recall(self, url: str, now: datetime) -> _Mark:
        """What is known; what a clock that ran ahead wrote counts as now."""
        note = self._sources.recall(_name(url))
        if note is None:
            return _Mark()
        facts = json.loads(note)
        at, until = (datetime.fromisoformat(facts[name]) if facts.get(name) else None for name in ("at", "until"))
        if at is not None and at > now + _TOLERANCE:
            at, until = now, None
        return _Mark(at=at, count=int(facts["count"]), slower=float(facts["slower"]), until=until)

    def _remember(self, url: str, mark: _Mark) -> None:
        times = {
            "at": mark.at.isoformat() if mark.at else None,
            "until": mark.until.isoformat() if mark.until else None,
        }
        self._sources.remember(_name(url), json.dumps({**times, "count": mark.count, "slower": mark.slower}))


def _name(url: str) -> str:
    return f"backfill {host_of(url)}"
