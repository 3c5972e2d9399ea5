"""What publishers say about when to come back: HTTP freshness, ttl, skipHours, skipDays, sy:*. Pure.

Law: a hint is a lower bound of at most a week; a hint that contradicts itself is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from aggregator.model import Bound, Headers, Hints
from aggregator.schedule.headers import date_of, directives, instant, lines, seconds

CAP = timedelta(days=7)
"""A server's hint above a week counts as a week (H-29)."""
EXPIRED = timedelta(days=30)
LONGEST_TTL = 10_080
BRISK = timedelta(minutes=15)
"""A server that declares at most this lifetime or ttl may be asked as often (H-29)."""
DEFIED, DEFIED_WITHIN = 3, timedelta(days=28)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PERIODS = {"daily": 1.0, "weekly": 7.0, "monthly": 30.4375, "yearly": 365.25}
NOTHING = timedelta(0)
_DAY = 86_400.0
_STALE = {"no-store", "no-cache"}


def server_bounds(
    headers: Headers, hints: Hints, started_at: datetime, received_at: datetime, latest: datetime | None = None
) -> tuple[Bound, ...]:
    """Every lower bound of one answer, 200, 226 or 304 alike (H-20); instants are aware and UTC.

    ``latest`` is when the feed's window of entries may have scrolled past: no hint reaches beyond it, except that of a
    feed that has ended (H-28).
    """
    bounds = [Bound(at=received_at + min(remaining(headers, received_at), CAP), name="max-age")]
    if (minutes := ttl(hints)) is not None:
        bounds.append(Bound(at=started_at + min(minutes, CAP), name="ttl"))
    if latest is not None:
        bounds = [Bound(at=min(bound.at, latest), name=bound.name) for bound in bounds]
    if hints.expired:
        bounds.append(Bound(at=started_at + EXPIRED, name="expired"))
    return tuple(bound for bound in bounds if bound.at > received_at)


def ttl(hints: Hints) -> timedelta | None:
    """RSS ttl; ``None`` where it is missing or absurd (H-25)."""
    return timedelta(minutes=hints.ttl) if hints.ttl is not None and 0 < hints.ttl <= LONGEST_TTL else None


def brisk(headers: Headers, hints: Hints) -> bool:
    """Whether the server itself declares a lifetime or ttl of a quarter of an hour or less (H-29)."""
    stated = (_lifetime(headers, None), ttl(hints))
    return any(span is not None and NOTHING < span <= BRISK for span in stated)


def remaining(headers: Headers, received_at: datetime) -> timedelta:
    """How long the answer stays fresh from ``received_at`` on: lifetime less current age (H-21 to H-24)."""
    lifetime = _lifetime(headers, received_at)
    return max(lifetime - _age(headers, received_at), NOTHING) if lifetime > NOTHING else NOTHING


def _lifetime(headers: Headers, received_at: datetime | None) -> timedelta:
    """max-age, else Expires − Date; anything invalid, negative or contradictory is no lifetime at all (H-21, H-23)."""
    wanted = list(directives(headers))
    if any(name in _STALE for name, _ in wanted):
        return NOTHING
    ages = {value for name, value in wanted if name == "max-age"}
    if ages:
        return seconds(ages.pop()) if len(ages) == 1 else NOTHING
    if any(name == "must-revalidate" for name, _ in wanted):
        return NOTHING
    stated = set(lines(headers, "expires"))
    expires = instant(stated.pop()) if len(stated) == 1 else None
    origin = date_of(headers) or received_at
    return max(expires - origin, NOTHING) if expires and origin else NOTHING


def _age(headers: Headers, received_at: datetime) -> timedelta:
    """max(Age, received − Date): what the answer had already spent in caches and on the way (H-22)."""
    date = date_of(headers)
    return max([NOTHING, *map(seconds, lines(headers, "age")), *([received_at - date] if date else [])])


@lru_cache(maxsize=4096)
def closed(hints: Hints) -> tuple[frozenset[int], frozenset[int]]:
    """The hours (0–23) and weekdays (0 for Monday), GMT, at which the feed asks not to be polled; none at all where
    its lists leave nothing open (H-26)."""
    hours = frozenset(hour % 24 for hour in hints.skip_hours if 0 <= hour <= 24)
    names = (day.strip().lower() for day in hints.skip_days)
    days = frozenset(DAYS.index(name) for name in names if name in DAYS)
    return (frozenset(), frozenset()) if len(hours) == 24 or len(days) == 7 else (hours, days)


def inside(at: datetime, hints: Hints) -> bool:
    """Whether the feed asks not to be polled at this instant."""
    hours, days = closed(hints)
    moment = at.astimezone(UTC)
    return moment.hour in hours or moment.weekday() in days


def outside(at: datetime, hints: Hints) -> datetime:
    """``at`` where the feed allows it, else the first minute it allows after that (H-26)."""
    while inside(at, hints):
        at = (at.astimezone(UTC) + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return at


def defied(known: Iterable[datetime], instants: Iterable[datetime], hints: Hints) -> tuple[datetime, ...]:
    """The last instants at which the feed published inside its own skipHours or skipDays, newest last (H-26)."""
    return tuple(sorted({*known, *(instant for instant in instants if inside(instant, hints))})[-DEFIED:])


def believed(hints: Hints, known: tuple[datetime, ...], now: datetime) -> bool:
    """Whether skipHours and skipDays count: not once the feed published inside three times in 28 days (H-26)."""
    recent = [instant for instant in known if now - instant <= DEFIED_WITHIN]
    return bool(hints.skip_hours or hints.skip_days) and len(recent) < DEFIED


def prior_rate(hints: Hints, usual: float) -> float:
    """Events a second to believe before anything is known: from sy:updatePeriod where it says more than every blog's
    ``hourly 1``, else ``usual`` (H-27)."""
    if hints.update_period is None and hints.update_frequency is None:
        return usual
    days = PERIODS.get((hints.update_period or "daily").strip().lower())
    if days is None:
        return usual
    return min(max(hints.update_frequency or 1, 1), 24) / (days * _DAY)


def phase(hints: Hints) -> datetime | None:
    """sy:updateBase of a weekly feed: the moment of the week its publisher names (H-27); else ``None``."""
    if hints.update_base is None or (hints.update_period or "").strip().lower() != "weekly":
        return None
    try:
        found = datetime.fromisoformat(hints.update_base.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
