"""How well push serves a feed (H-86): deliveries and misses of 30 days, and whether backup polls may be rarer. Pure.

Law: trust is earned by a delivery and lost by what a poll finds first; without cover there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from aggregator.model import Offer, PushDay, PushHealth, PushMiss, Subscription
from aggregator.push.lifecycle import is_live

REMEMBERED = timedelta(days=30)
MOST_MISSES = 2
WORST_SHARE = 0.10
LATE = timedelta(hours=1)
"""A push may be overtaken by a poll: if it still comes within this time, it was no miss."""
MOST_LATE = 100


def offered(health: PushHealth, offer: Offer) -> PushHealth:
    """After a document was read: what it offers. Another hub must earn its own trust."""
    if offer.hub == health.hub:
        return replace(health, topic=offer.topic, why=offer.why)
    return PushHealth(hub=offer.hub, topic=offer.topic, why=offer.why)


def covered(health: PushHealth, known: Iterable[Subscription], now: datetime) -> PushHealth:
    """With the cover of the subscription that lasts longest; no live one, no cover."""
    live = [each for each in known if is_live(each, now)]
    best = max(live, key=lambda each: each.expires_at or now, default=None)
    since, until = (best.since, best.expires_at) if best else (None, None)
    return _judged(replace(health, since=since, until=until), now)


def polled(health: PushHealth, new: Iterable[str], before: datetime | None, now: datetime) -> PushHealth:
    """After a poll that found these new entries (by key); ``before`` is the last good poll before it.

    They are misses if push was in force for the whole time since: what is older is nobody's fault.
    """
    keys = tuple(new)
    if not keys or before is None or health.since is None or before < health.since:
        return _judged(health, now)
    late = (*health.late, *(PushMiss(at=now, key=key) for key in keys))
    return _judged(replace(_counted(health, now, missed=len(keys)), late=_recent(late, now)), now)


def delivered(health: PushHealth, new: int, brought: Iterable[str], now: datetime) -> PushHealth:
    """After a push that brought ``new`` new entries; ``brought`` are the keys of all its entries, so that a miss that
    was only overtaken by a poll is taken back."""
    keys = set(brought)
    overtaken = [miss for miss in _recent(health.late, now) if miss.key in keys]
    for miss in overtaken:
        health = _counted(health, miss.at, missed=-1)
    late = tuple(miss for miss in _recent(health.late, now) if miss.key not in keys)
    return _judged(replace(_counted(health, now, delivered=new + len(overtaken)), late=late), now)


def _recent(late: Iterable[PushMiss], now: datetime) -> tuple[PushMiss, ...]:
    return tuple(miss for miss in late if abs(now - miss.at) <= LATE)[-MOST_LATE:]


def _counted(health: PushHealth, at: datetime, delivered: int = 0, missed: int = 0) -> PushHealth:
    if not delivered and not missed:
        return health
    days = {each.day: each for each in health.days}
    today = days.get(at.date(), PushDay(day=at.date()))
    days[at.date()] = replace(today, delivered=today.delivered + delivered, missed=max(today.missed + missed, 0))
    return replace(health, days=tuple(days[day] for day in sorted(days)))


def _judged(health: PushHealth, now: datetime) -> PushHealth:
    """2 misses, or 10 percent of what was new, turn trust off; with the days they fade (H-86)."""
    oldest, newest = (now - REMEMBERED).date(), now.date() + timedelta(days=1)
    days = tuple(each for each in health.days if _within(each.day, oldest, newest))
    late = tuple(miss for miss in health.late if abs(now - miss.at) <= LATE)
    after = replace(health, days=days, late=late)
    misses, all_new = after.misses, after.misses + after.deliveries
    good = after.deliveries > 0 and misses < MOST_MISSES and misses < WORST_SHARE * all_new
    return replace(after, trusted=good and after.until is not None and after.until > now)


def _within(day: date, oldest: date, newest: date) -> bool:
    """A day after tomorrow was counted by a clock that was set back since."""
    return oldest <= day <= newest
